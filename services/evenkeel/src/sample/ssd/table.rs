//! The tables of the dataset and the columns that Evenkeel reads: those of `deploy/ssd-export/columns.csv`.

const COLUMNS: &str = include_str!("../../../../../deploy/ssd-export/columns.csv");

macro_rules! tables {
    ($($variant:ident $name:literal)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(super) enum Table { $($variant),* }

        impl Table {
            pub(super) const ALL: &'static [Self] = &[$(Self::$variant),*];

            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }
        }
    };
}

tables! {
    Person "ssd_person"
    Department "ssd_department"
    Professionals "ssd_professionals"
    Involvements "ssd_involvements"
    Contacts "ssd_contacts"
    Referrals "ssd_cin_episodes"
    Assessments "ssd_cin_assessments"
    Section47 "ssd_s47_enquiry"
    Conferences "ssd_initial_cp_conference"
    NeedPlans "ssd_cin_plans"
    NeedVisits "ssd_cin_visits"
    ProtectionPlans "ssd_cp_plans"
    ProtectionVisits "ssd_cp_visits"
    ProtectionReviews "ssd_cp_reviews"
    CareEpisodes "ssd_cla_episodes"
    Placements "ssd_cla_placement"
    CareReviews "ssd_cla_reviews"
    CareVisits "ssd_cla_visits"
    Health "ssd_cla_health"
    LegalStatus "ssd_legal_status"
    Missing "ssd_missing"
    CareLeavers "ssd_care_leavers"
    Permanence "ssd_permanence"
    Family "ssd_family"
}

impl Table {
    pub(super) fn index(self) -> usize {
        self as usize
    }

    pub(super) fn columns(self) -> Vec<&'static str> {
        COLUMNS
            .lines()
            .filter_map(|line| line.split_once(','))
            .filter(|(table, _)| *table == self.name())
            .filter_map(|(_, rest)| rest.split(',').next())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_table_of_the_export_is_written_and_no_other() {
        let exported: BTreeSet<&str> = COLUMNS
            .lines()
            .skip(1)
            .filter_map(|line| line.split(',').next())
            .collect();
        let ours: BTreeSet<&str> = Table::ALL.iter().map(|t| t.name()).collect();
        assert_eq!(ours, exported);
        assert_eq!(Table::ALL.len(), ours.len());
    }
}
