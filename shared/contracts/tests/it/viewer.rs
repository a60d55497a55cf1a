//! Who may see what, over every organisation, role and place.

use contracts::{Role, StaffId, Viewer};
use proptest::prelude::*;

use crate::organisation::{organisation, staff, team_id, upwards};

fn role() -> impl Strategy<Value = Role> {
    proptest::sample::select(Role::ALL.to_vec())
}

fn somebody() -> impl Strategy<Value = Option<StaffId>> {
    proptest::option::weighted(0.8, (0_u8..7).prop_map(staff))
}

fn viewer() -> impl Strategy<Value = Viewer> {
    (role(), somebody()).prop_map(|(role, person)| Viewer {
        authority: "westshire".parse().unwrap(),
        role,
        person,
    })
}

fn manager(n: u8) -> Viewer {
    Viewer {
        authority: "westshire".parse().unwrap(),
        role: Role::Manager,
        person: Some(staff(n)),
    }
}

proptest! {
    #[test]
    fn rows_are_for_who_holds_and_who_manages_them(
        organisation in organisation(), viewer in viewer(), team in proptest::option::of(0_u8..5), worker in somebody(),
    ) {
        let team = team.map(team_id);
        let sees = viewer.may_see_rows(&organisation, team.as_ref(), worker.as_ref());
        let own = viewer.person.is_some() && viewer.person == worker;
        let manages = viewer.person.as_ref().is_some_and(|me| {
            team.as_ref().is_some_and(|team| organisation.manages(me, team))
                || worker.as_ref().is_some_and(|worker| organisation.line_manages(me, worker))
        });
        let expected = match viewer.role {
            Role::Worker => own,
            Role::Manager => own || manages,
            Role::Operator | Role::Reviewer | Role::Leader => false,
        };
        prop_assert_eq!(sees, expected);
    }

    #[test]
    fn nobody_in_particular_sees_no_rows_and_only_the_operator_counts(
        organisation in organisation(), role in role(), n in 0_u8..5, worker in somebody(),
    ) {
        let nobody = Viewer { role, person: None, ..manager(0) };
        prop_assert!(!nobody.may_see_rows(&organisation, Some(&team_id(n)), worker.as_ref()));
        prop_assert_eq!(nobody.may_see_counts(&organisation, &team_id(n)), role == Role::Operator);
    }

    #[test]
    fn a_manager_sees_the_teams_below_and_no_counts_without_the_rows(
        organisation in organisation(), m in 0_u8..6, n in 0_u8..4, worker in somebody(),
    ) {
        let counts = manager(m).may_see_counts(&organisation, &team_id(n));
        let rows = manager(m).may_see_rows(&organisation, Some(&team_id(n)), worker.as_ref());
        prop_assert!(!counts || rows);
        let above = upwards(&organisation, &team_id(n));
        prop_assert!(counts || above.iter().all(|team| team.manager_id != Some(staff(m))));
    }

    #[test]
    fn a_worker_sees_the_counts_of_the_own_team_only(organisation in organisation(), m in 0_u8..6, n in 0_u8..4) {
        let worker = Viewer { role: Role::Worker, ..manager(m) };
        let own = organisation.person(&staff(m)).and_then(|p| p.team_id.clone());
        prop_assert_eq!(worker.may_see_counts(&organisation, &team_id(n)), own == Some(team_id(n)));
    }
}
