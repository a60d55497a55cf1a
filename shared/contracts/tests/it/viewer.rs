//! Who may see what, over every organisation, role and place.

use contracts::{Organisation, Role, StaffId, TeamId, Viewer};
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

/// The viewer's own place, and those of the people they cover.
fn places(viewer: &Viewer, organisation: &Organisation) -> Vec<(Role, StaffId)> {
    let Some(me) = &viewer.person else {
        return Vec::new();
    };
    let covered = organisation
        .people()
        .filter(|p| p.deputy_id.as_ref() == Some(me))
        .map(|p| (Role::from_directory(&p.role), p.staff_id.clone()));
    [(viewer.role, me.clone())]
        .into_iter()
        .chain(covered)
        .collect()
}

fn is_of(organisation: &Organisation, person: &StaffId, team: &TeamId) -> bool {
    organisation
        .person(person)
        .is_some_and(|p| p.team_id.as_ref() == Some(team))
}

proptest! {
    #[test]
    fn rows_are_for_who_holds_who_manages_and_who_covers_them(
        organisation in organisation(), viewer in viewer(), team in proptest::option::of(0_u8..5), worker in somebody(),
    ) {
        let team = team.map(team_id);
        let sees = viewer.sight(&organisation).rows(team.as_ref(), worker.as_ref());
        let expected = places(&viewer, &organisation).into_iter().any(|(role, me)| {
            let manages = team.as_ref().is_some_and(|t| {
                organisation.manages(&me, t) || role == Role::Manager && is_of(&organisation, &me, t)
            });
            let line = worker.as_ref().is_some_and(|w| organisation.line_manages(&me, w));
            matches!(role, Role::Worker | Role::Manager) && (worker.as_ref() == Some(&me) || manages || line)
        });
        prop_assert_eq!(sees, expected);
    }

    #[test]
    fn nobody_in_particular_sees_no_rows_and_only_the_operator_counts(
        organisation in organisation(), role in role(), n in 0_u8..5, worker in somebody(),
    ) {
        let nobody = Viewer { role, person: None, ..manager(0) };
        let sight = nobody.sight(&organisation);
        prop_assert!(!sight.rows(Some(&team_id(n)), worker.as_ref()));
        prop_assert_eq!(sight.counts(&team_id(n)), role == Role::Operator);
    }

    #[test]
    fn a_manager_sees_the_counts_of_the_own_team_and_of_the_teams_below(
        organisation in organisation(), m in 0_u8..6, n in 0_u8..4,
    ) {
        let viewer = manager(m);
        let above = upwards(&organisation, &team_id(n));
        let below = above.iter().any(|team| team.manager_id == Some(staff(m)));
        let own = is_of(&organisation, &staff(m), &team_id(n));
        prop_assert!(viewer.sight(&organisation).counts(&team_id(n)) || !(below || own));
    }

    #[test]
    fn a_worker_who_manages_and_covers_nobody_sees_the_counts_of_the_own_team_only(
        organisation in organisation(), m in 0_u8..6, n in 0_u8..4,
    ) {
        let worker = Viewer { role: Role::Worker, ..manager(m) };
        prop_assume!(places(&worker, &organisation).len() == 1);
        prop_assume!(!organisation.manages(&staff(m), &team_id(n)));
        let own = is_of(&organisation, &staff(m), &team_id(n));
        prop_assert_eq!(worker.sight(&organisation).counts(&team_id(n)), own);
    }
}
