//! `ssd_cla_visits`: visits to children looked after.

use contracts::chronology::VisitPurpose;

use super::{
    cells::{child_in_care, columns},
    visit::Visit,
};
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{Known, Table, Unused, csv::Cells},
};

pub(super) const TABLE: Table = Table {
    file: "ssd_cla_visits.csv",
    kinds: &["visit"],
    latest: &[],
    guard: Guard::MustNotFall,
    columns: columns(
        "clav_person_id",
        &[
            "clav_person_id",
            "clav_cla_id",
            "clav_cla_visit_id",
            "clav_cla_visit_date",
            "clav_cla_visit_seen",
            "clav_cla_visit_seen_alone",
        ],
        &[],
        &["clav_"],
    ),
    needs_first: None,
    row,
};

const VISIT: Visit = Visit {
    purpose: VisitPurpose::LookedAfter,
    id: "clav_cla_visit_id",
    date: "clav_cla_visit_date",
    seen: "clav_cla_visit_seen",
    seen_alone: "clav_cla_visit_seen_alone",
};

fn row(cells: &Cells<'_>, known: &mut Known) -> Result<Vec<Said>, Unused> {
    VISIT.to(child_in_care(cells, known, "clav_cla_id")?, cells)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::ssd::testing::check;

    #[test]
    fn visits_say_whether_the_child_was_seen() {
        check(
            &TABLE,
            &[
                (
                    "C1,L1,V1,2025-04-11,Y,N",
                    "C1 visit V1 2025-04-11 purpose=looked_after seen=true seen_alone=false",
                ),
                (
                    "C1,L1,V1,2025-04-11 14:30:00,,",
                    "C1 visit V1 2025-04-11 purpose=looked_after",
                ),
                (
                    "C1,L1,V1,2025-04-11,0,NA",
                    "C1 visit V1 2025-04-11 purpose=looked_after seen=false",
                ),
                (
                    "C1,L1,,2025-04-11,Y,Y",
                    "C1 visit 2025-04-11 2025-04-11 purpose=looked_after seen=true seen_alone=true",
                ),
                ("C1,L1,V1,,,", "aside: a visit without a date"),
                (
                    "C1,L1,V1,2025-04-11,x,",
                    "refused clav_cla_visit_seen x: it is neither Y nor N: write one, or leave it blank",
                ),
            ],
        );
    }
}
