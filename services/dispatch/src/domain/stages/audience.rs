//! Fan out, first: whose a matter is.

use contracts::{Organisation, StaffId, TeamId, chronology::Holder};

use crate::domain::policy::Seat;

/// A seat at this matter, and who should sit there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub seat: Seat,
    pub whose: Whose,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    Person(StaffId),
    /// Nobody in particular: whoever answers for the team.
    Team(TeamId),
    Nobody,
}

/// The case-holder and their manager; without a case-holder the team.
pub fn audience(organisation: &Organisation, holder: &Holder, tell: &[Seat]) -> Vec<Asked> {
    let team = || {
        organisation
            .team_of(holder)
            .cloned()
            .map_or(Whose::Nobody, Whose::Team)
    };
    let manager = holder
        .worker
        .as_ref()
        .and_then(|worker| organisation.person(worker))
        .and_then(|worker| worker.manager_id.clone())
        .filter(|manager| organisation.person(manager).is_some());
    let whose = |seat| match seat {
        Seat::Worker => holder.worker.clone().map_or_else(team, Whose::Person),
        Seat::Manager => manager.clone().map_or_else(team, Whose::Person),
    };
    tell.iter()
        .map(|seat| Asked {
            seat: *seat,
            whose: whose(*seat),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::{holder, organisation, unheld};

    #[test]
    fn a_matter_is_the_case_holder_s_and_their_manager_s() {
        let (worker, manager) = (Whose::Person("sam".into()), Whose::Person("ann".into()));
        let north = Whose::Team("north".into());
        for (name, holder, asked) in [
            ("held", holder("sam"), [worker, manager]),
            ("nobody holds", unheld("north"), [north.clone(), north]),
            (
                "nobody holds and no team",
                Holder::default(),
                [Whose::Nobody, Whose::Nobody],
            ),
        ] {
            let got = audience(&organisation(), &holder, &[Seat::Worker, Seat::Manager]);
            let whose: Vec<_> = got.into_iter().map(|a| a.whose).collect();
            assert_eq!(whose, asked, "{name}");
        }
    }

    #[test]
    fn only_the_seats_that_are_told_are_asked() {
        assert_eq!(audience(&organisation(), &holder("sam"), &[]), []);
        assert_eq!(
            audience(&organisation(), &holder("sam"), &[Seat::Worker]).len(),
            1
        );
    }
}
