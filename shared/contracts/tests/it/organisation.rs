//! Lines of management, cover and teams, over directories with every fault: circles, strangers, people who left.

use std::collections::BTreeSet;

use contracts::{Organisation, Person, StaffId, Team, TeamId, organisation::Absence};
use jiff::civil::Date;
use proptest::prelude::*;

pub(crate) const TODAY: Date = Date::constant(2018, 4, 3);

pub(crate) fn staff(n: u8) -> StaffId {
    StaffId::new(format!("p{n}"))
}

pub(crate) fn team_id(n: u8) -> TeamId {
    TeamId::new(format!("t{n}"))
}

pub(crate) fn person(id: StaffId, revision: u64) -> Person {
    Person {
        authority: "westshire".parse().unwrap(),
        staff_id: id,
        revision,
        removed: false,
        name: "Sam Okoro".into(),
        email: "sam@westshire.example".into(),
        role: "social worker".into(),
        team_id: None,
        manager_id: None,
        deputy_id: None,
        fte_hundredths: None,
        start_date: None,
        leave_date: None,
        absences: Vec::new(),
        working_days: Vec::new(),
        first_year_until: None,
    }
}

fn team(id: TeamId, revision: u64) -> Team {
    Team {
        authority: "westshire".parse().unwrap(),
        team_id: id,
        revision,
        removed: false,
        name: "North".into(),
        parent_id: None,
        manager_id: None,
        mailbox: None,
    }
}

/// How many people and teams: more are named than there are.
const PEOPLE: u8 = 6;
const TEAMS: u8 = 4;

fn some_person() -> impl Strategy<Value = Option<StaffId>> {
    proptest::option::weighted(0.7, (0..PEOPLE + 1).prop_map(staff))
}

prop_compose! {
    fn any_person()(
        manager_id in some_person(),
        deputy_id in some_person(),
        team_id in proptest::option::of((0..TEAMS + 1).prop_map(team_id)),
        removed in proptest::bool::weighted(0.1),
        away in proptest::bool::weighted(0.4),
        has_email in proptest::bool::weighted(0.9),
        left in proptest::bool::weighted(0.1),
    ) -> Person {
        let mut person = Person { manager_id, deputy_id, team_id, removed, ..person(staff(0), 1) };
        if away {
            person.absences.push(Absence { from: TODAY, to: None });
        }
        if !has_email {
            person.email.clear();
        }
        person.leave_date = left.then_some(TODAY.yesterday().unwrap());
        person
    }
}

prop_compose! {
    fn any_team()(
        parent_id in proptest::option::weighted(0.7, (0..TEAMS + 1).prop_map(team_id)),
        manager_id in some_person(),
        removed in proptest::bool::weighted(0.1),
    ) -> Team {
        Team { parent_id, manager_id, removed, ..team(team_id(0), 1) }
    }
}

prop_compose! {
    pub(crate) fn organisation()(
        people in proptest::collection::vec(any_person(), PEOPLE as usize),
        teams in proptest::collection::vec(any_team(), TEAMS as usize),
    ) -> Organisation {
        let mut organisation = Organisation::default();
        for (n, person) in (0..).zip(people) {
            organisation.apply_person(Person { staff_id: staff(n), ..person });
        }
        for (n, team) in (0..).zip(teams) {
            organisation.apply_team(Team { team_id: team_id(n), ..team });
        }
        organisation
    }
}

/// The teams from one upwards, each once.
pub(crate) fn upwards(organisation: &Organisation, from: &TeamId) -> Vec<Team> {
    let mut line: Vec<Team> = Vec::new();
    let mut next = organisation.team(from);
    while let Some(team) = next {
        if line.iter().any(|t| t.team_id == team.team_id) {
            break;
        }
        line.push(team.clone());
        next = team.parent_id.as_ref().and_then(|id| organisation.team(id));
    }
    line
}

proptest! {
    #[test]
    fn a_line_of_managers_ends_and_names_nobody_twice(organisation in organisation(), n in 0..PEOPLE) {
        let line: Vec<_> = organisation.managers_of(&staff(n)).map(|p| p.staff_id.clone()).collect();
        let distinct: BTreeSet<_> = line.iter().cloned().collect();
        prop_assert_eq!(line.len(), distinct.len());
        for m in 0..PEOPLE {
            prop_assert_eq!(organisation.line_manages(&staff(m), &staff(n)), distinct.contains(&staff(m)));
        }
        prop_assert!(!distinct.contains(&staff(n)), "nobody manages themselves");
    }

    #[test]
    fn cover_is_the_person_else_the_deputy_else_the_same_of_each_manager(organisation in organisation(), n in 0..PEOPLE) {
        let own = organisation.person(&staff(n));
        let line = own.into_iter().chain(organisation.managers_of(&staff(n)));
        let mut may_stand_in = line.flat_map(|p| [Some(&p.staff_id), p.deputy_id.as_ref()]).flatten();
        let reachable = |id: &StaffId| organisation.person(id).is_some_and(|p| p.is_reachable(TODAY));
        let first = may_stand_in.find(|id| reachable(id));
        let told = organisation.reachable_for(&staff(n), TODAY).map(|p| &p.staff_id);
        prop_assert_eq!(told, first);
    }

    #[test]
    fn a_team_is_answered_for_by_the_first_who_can_be_reached_upwards(organisation in organisation(), n in 0..TEAMS) {
        let line = upwards(&organisation, &team_id(n));
        let mut managers = line.iter().filter_map(|t| t.manager_id.as_ref());
        let expected = managers.find_map(|m| organisation.reachable_for(m, TODAY));
        let answers = organisation.answers_for(&team_id(n), TODAY);
        prop_assert_eq!(answers.map(|p| &p.staff_id), expected.map(|p| &p.staff_id));
    }

    #[test]
    fn who_manages_a_team_manages_the_teams_below_it(organisation in organisation(), n in 0..TEAMS, m in 0..PEOPLE) {
        let line = upwards(&organisation, &team_id(n));
        let mut managers = line.iter().filter_map(|t| t.manager_id.as_ref());
        let expected = managers.any(|id| *id == staff(m) || organisation.line_manages(&staff(m), id));
        prop_assert_eq!(organisation.manages(&staff(m), &team_id(n)), expected);
    }

    #[test]
    fn the_newest_revision_stays_whatever_the_order(order in proptest::collection::vec(1_u64..6, 1..8)) {
        let mut organisation = Organisation::default();
        let mut newest = 0;
        for revision in order {
            let named = Person { name: revision.to_string(), ..person(staff(0), revision) };
            prop_assert_eq!(organisation.apply_person(named), revision > newest);
            let named = Team { name: revision.to_string(), ..team(team_id(0), revision) };
            prop_assert_eq!(organisation.apply_team(named), revision > newest);
            newest = newest.max(revision);
            prop_assert_eq!(&organisation.person(&staff(0)).unwrap().name, &newest.to_string());
            prop_assert_eq!(&organisation.team(&team_id(0)).unwrap().name, &newest.to_string());
        }
    }

    #[test]
    fn nobody_who_left_was_removed_is_away_or_has_no_address_is_told(organisation in organisation(), n in 0..PEOPLE) {
        if let Some(told) = organisation.reachable_for(&staff(n), TODAY) {
            prop_assert!(!told.removed && !told.email.is_empty());
            prop_assert!(told.leave_date.is_none() && told.absences.is_empty());
        }
    }
}
