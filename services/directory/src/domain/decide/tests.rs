use jiff::{
    Timestamp,
    civil::{Date, date},
};
use proptest::prelude::*;

use super::*;

const HEADER: &str = "staff_id,name,email,role,team_id,manager_id\n";

struct World {
    known: Directory,
    day: Date,
}

impl World {
    fn new() -> Self {
        Self {
            known: Directory::default(),
            day: date(2025, 3, 1),
        }
    }

    fn later(&mut self) {
        self.day = self.day.tomorrow().unwrap();
    }

    fn import(&mut self, csv: &str) -> Result<Decision, Refusal> {
        let authority = "westshire".parse().unwrap();
        let table = Table::read("f.csv", csv.as_bytes())?;
        let decision = decide(
            &self.known,
            &Arrived {
                authority: &authority,
                table: &table,
                moment: Moment::new(self.day, Timestamp::MAX),
                max_lost_percent: 20,
            },
        )?;
        for person in &decision.people {
            let id = person.said.staff_id.clone();
            self.known.people.insert(id, person.clone());
        }
        for team in &decision.teams {
            let id = team.said.team_id.clone();
            self.known.teams.insert(id, team.clone());
        }
        Ok(decision)
    }

    fn person(&self, id: &str) -> &Known<Person> {
        &self.known.people[&StaffId::new(id)]
    }

    fn team(&self, id: &str) -> &Known<Team> {
        &self.known.teams[&TeamId::new(id)]
    }
}

fn people(ids: impl IntoIterator<Item = u32>) -> String {
    let row = |id| format!("W{id},Person {id},w{id}@example.org,social worker,T1,W1\n");
    HEADER.to_owned() + &ids.into_iter().map(row).collect::<String>()
}

#[test]
fn a_first_file_publishes_everybody_and_the_same_again_nobody() {
    let mut world = World::new();
    let first = world.import(&people(1..=10)).unwrap();
    assert_eq!(first.people_changed.len(), 10);
    assert_eq!(first.teams_changed.len(), 1);
    assert_eq!(first.summary.recorded[0].count, 10);
    let again = world.import(&people(1..=10)).unwrap();
    assert!(again.people.is_empty() && again.teams.is_empty());
    assert!(again.summary.recorded.is_empty() && again.summary.changed.is_empty());
}

#[test]
fn only_who_changed_is_published_with_the_next_revision() {
    let mut world = World::new();
    world.import(&people(1..=10)).unwrap();
    let csv = people(1..=10).replace("w4@example.org", "new@example.org");
    let second = world.import(&csv).unwrap();
    assert_eq!(second.people_changed.len(), 1);
    assert_eq!(second.people_changed[0].revision, 2);
    assert_eq!(second.people_changed[0].email, "new@example.org");
    assert!(second.teams_changed.is_empty());
}

#[test]
fn a_person_gone_once_is_kept_and_gone_on_a_later_day_is_removed() {
    let mut world = World::new();
    world.import(&people(1..=10)).unwrap();
    world.later();
    let first = world.import(&people(1..=9)).unwrap();
    assert!(first.people_changed.is_empty());
    assert_eq!(first.summary.missing[0].count, 1);
    assert!(
        first
            .summary
            .notes
            .iter()
            .any(|n| n.contains("kept for now"))
    );

    let same_day = world.import(&people(1..=9)).unwrap();
    assert!(same_day.people_changed.is_empty());
    assert!(!world.person("W10").said.removed);

    world.later();
    let confirmed = world.import(&people(1..=9)).unwrap();
    assert_eq!(confirmed.people_changed.len(), 1);
    assert!(world.person("W10").said.removed);
    assert_eq!(confirmed.summary.retracted[0].count, 1);

    world.later();
    let back = world.import(&people(1..=10)).unwrap();
    assert_eq!(back.people_changed.len(), 1);
    assert_eq!(world.person("W10").said.revision, 3);
    assert!(!world.person("W10").said.removed);
}

#[test]
fn a_person_who_comes_back_in_time_was_never_away() {
    let mut world = World::new();
    world.import(&people(1..=10)).unwrap();
    world.later();
    world.import(&people(1..=9)).unwrap();
    world.later();
    assert!(
        world
            .import(&people(1..=10))
            .unwrap()
            .people_changed
            .is_empty()
    );
    world.later();
    world.import(&people(1..=9)).unwrap();
    assert!(!world.person("W10").said.removed);
}

#[test]
fn a_directory_that_lost_more_than_a_fifth_is_refused_with_numbers_and_exactly_a_fifth_is_not() {
    let mut world = World::new();
    world.import(&people(1..=10)).unwrap();
    let refusal = world.import(&people(1..=7)).unwrap_err();
    assert!(refusal.0.contains("3 of the 10 people"), "{refusal}");
    assert!(refusal.0.contains("30 %"), "{refusal}");
    assert!(world.import(&people(1..=8)).is_ok());
}

#[test]
fn leavers_do_not_count_as_lost() {
    let mut world = World::new();
    let row = |id| {
        let leave = if id > 2 { "2025-02-01" } else { "" };
        format!("W{id},Person {id},w{id}@example.org,{leave}\n")
    };
    let rows: String = (1..=4).map(row).collect();
    world
        .import(&format!("staff_id,name,email,leave_date\n{rows}"))
        .unwrap();
    assert!(world.import(&people(1..=2)).is_ok());
}

#[test]
fn a_person_whose_row_is_refused_stays_as_they_were() {
    let mut world = World::new();
    world.import(&people(1..=10)).unwrap();
    for _ in 0..3 {
        world.later();
        let csv = people(1..=10).replace("w4@example.org", "not an address");
        let decision = world.import(&csv).unwrap();
        assert!(decision.people.is_empty());
        assert_eq!(decision.summary.refused_rows, 1);
    }
    assert_eq!(world.person("W4").said.email, "w4@example.org");
}

#[test]
fn a_file_without_a_usable_row_is_refused() {
    let mut world = World::new();
    assert!(world.import(HEADER).unwrap_err().0.contains("no rows"));
    let refusal = world.import("staff_id,name,email\nW1,,\n").unwrap_err();
    assert!(refusal.0.contains("line 2, column `name`"), "{refusal}");
}

#[test]
fn a_teams_file_takes_over_from_worked_out_teams() {
    let mut world = World::new();
    world.import(&people(1..=5)).unwrap();
    assert_eq!(world.team("T1").said.name, "T1");
    let teams = "team_id,name,parent_id,manager_id,mailbox\nT1,North,SVC,W1,north@example.org\nSVC,Service,,,\n";
    let decision = world.import(teams).unwrap();
    assert_eq!(decision.kind, FileKind::Teams);
    assert_eq!(world.team("T1").said.name, "North");
    assert_eq!(world.team("T1").said.revision, 2);
    assert!(world.team("T1").declared);
    world.import(&people(1..=6)).unwrap();
    assert_eq!(world.team("T1").said.name, "North");
}

#[test]
fn a_declared_team_that_vanishes_twice_is_worked_out_again_while_it_has_members() {
    let mut world = World::new();
    world.import(&people(1..=5)).unwrap();
    let all = "team_id,name\nT1,North\nA,A\nB,B\nC,C\nD,D\n";
    let without = all.replace("T1,North\n", "");
    world.import(all).unwrap();
    world.later();
    world.import(&without).unwrap();
    assert_eq!(world.team("T1").said.name, "North");
    world.later();
    world.import(&without).unwrap();
    let team = world.team("T1");
    assert!(!team.said.removed && !team.declared);
    assert_eq!(team.said.name, "T1");
}

#[test]
fn a_worked_out_team_without_members_is_gone() {
    let mut world = World::new();
    world.import(&people(1..=5)).unwrap();
    let moved = people(1..=5).replace(",T1,", ",T2,");
    world.import(&moved).unwrap();
    assert!(world.team("T1").said.removed);
    assert!(!world.team("T2").said.removed);
}

proptest! {
    /// Whatever came before, a file taken in twice on a day changes nothing the second time, and everybody in it is
    /// known as it says.
    #[test]
    fn taking_a_file_in_twice_equals_once(
        files in prop::collection::vec((prop::collection::btree_set(1u32..30, 1..30), 0u32..3, any::<bool>()), 1..8)
    ) {
        let mut world = World::new();
        for (ids, teams, later) in files {
            if later {
                world.later();
            }
            let csv = people(ids.iter().copied()).replace(",T1,", &format!(",T{teams},"));
            let before = world.known.clone();
            if world.import(&csv).is_err() {
                prop_assert_eq!(&before, &world.known);
                continue;
            }
            for id in &ids {
                let person = world.person(&format!("W{id}"));
                prop_assert!(!person.said.removed);
                prop_assert_eq!(&person.said.team_id, &Some(TeamId::new(format!("T{teams}"))));
            }
            let after = world.known.clone();
            let again = world.import(&csv).unwrap();
            prop_assert!(again.people.is_empty() && again.teams.is_empty());
            prop_assert_eq!(&after, &world.known);
        }
    }
}
