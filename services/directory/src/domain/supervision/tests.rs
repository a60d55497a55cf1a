use contracts::{AuthorityCode, Supervision, SupervisionTold, supervision::HeldTold};
use jiff::{Timestamp, civil::date};
use proptest::prelude::*;

use super::*;
use crate::domain::{Refusal, decide::Arrived, table::Table};

fn code() -> AuthorityCode {
    "westshire".parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Files taken in one after the other.
#[derive(Default)]
struct World {
    rows: FileRows,
    as_at: Option<Date>,
}

impl World {
    fn import(&mut self, as_at: &str, csv: &str) -> Result<Taken, Refusal> {
        let table = Table::read("s.csv", csv.as_bytes())?;
        let arrived = Arrived {
            authority: &code(),
            table: &table,
            moment: Moment::new(day(as_at), Timestamp::MAX),
            max_lost_percent: 50,
        };
        let taken = take_in(&self.rows, &arrived, |id| id.as_str().starts_with('W'))?;
        self.rows.extend(taken.rows.clone());
        self.as_at = Some(day(as_at));
        Ok(taken)
    }

    fn days(&self, told: &[(&str, &str, &str)]) -> Vec<String> {
        let held = told.iter().map(|(held_on, key, told_on)| HeldTold {
            held_on: day(held_on),
            key: (*key).to_owned(),
            told_on: day(told_on),
        });
        let told = SupervisionTold {
            authority: code(),
            staff_id: "W1".into(),
            revision: 1,
            held: held.collect(),
        };
        let sources = Sources {
            file: self.rows.clone(),
            told: vec![told],
            file_as_at: self.as_at,
        };
        let said = said(&code(), &sources, &[], day("2025-03-31"));
        let of = said.iter().find(|s| s.staff_id.as_str() == "W1");
        of.map_or(Vec::new(), |s| {
            s.held.iter().map(ToString::to_string).collect()
        })
    }
}

#[test]
fn a_row_is_a_day_and_every_fault_is_named() {
    let mut world = World::default();
    let taken = world
        .import(
            "2025-03-31",
            "staff_id,held_on,id,supervisor_id,notes\n\
             W1,03/03/2025,S1,W9,a good talk\n\
             W1,2025-03-03,S1,W9,\n\
             ,2025-03-04,,,\n\
             W2,,,,\n\
             W2,soon,,,\n\
             W3,2025-04-01,,,\n\
             W4,2025-03-05,S2,,\n\
             W4,2025-03-06,S2,,\n\
             X5,2025-03-05,,,\n",
        )
        .unwrap();
    let found: Vec<_> = taken
        .summary
        .refused
        .iter()
        .map(|f| (f.line, f.column.as_str(), f.value.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (4, "staff_id", ""),
            (5, "held_on", ""),
            (6, "held_on", "soon"),
            (7, "held_on", "2025-04-01"),
            (9, "id", "S2"),
        ]
    );
    assert_eq!(taken.summary.refused_rows, 5);
    assert_eq!(taken.summary.recorded[0].count, 3);
    assert_eq!(
        taken.summary.notes,
        [
            "s.csv: not used: notes",
            "staff_id of people who are not in the directory: X5"
        ]
    );
    assert_eq!(world.days(&[]), ["2025-03-03"]);
}

#[test]
fn a_day_is_gone_when_two_files_of_later_days_lack_it_and_not_because_it_is_old() {
    let mut world = World::default();
    let header = "staff_id,held_on\n";
    let all = "W1,2024-05-01\nW1,2025-01-06\nW1,2025-02-03\nW2,2025-01-06\nW2,2025-02-03\n";
    world
        .import("2025-02-10", &format!("{header}{all}"))
        .unwrap();
    let without = "W1,2025-02-03\nW2,2025-01-06\nW2,2025-02-03\n";
    let first = world
        .import("2025-02-11", &format!("{header}{without}"))
        .unwrap();
    assert_eq!(first.summary.missing[0].count, 1, "2024 has aged out");
    assert_eq!(world.days(&[]).len(), 3);
    let second = world
        .import("2025-02-12", &format!("{header}{without}"))
        .unwrap();
    assert_eq!(second.summary.retracted[0].count, 1);
    assert_eq!(world.days(&[]), ["2024-05-01", "2025-02-03"]);
    let again = world
        .import("2025-02-12", &format!("{header}{without}"))
        .unwrap();
    assert!(again.rows.is_empty(), "{again:?}");
}

#[test]
fn a_file_cut_short_changes_nothing() {
    let mut world = World::default();
    let all = "staff_id,held_on\nW1,2025-01-06\nW1,2025-02-03\nW1,2025-03-03\n";
    world.import("2025-03-10", all).unwrap();
    let why = world
        .import("2025-03-11", "staff_id,held_on\nW1,2025-01-06\n")
        .unwrap_err();
    assert!(
        why.0.contains("for 2 of the 3 days of supervision"),
        "{why}"
    );
    assert!(!why.0.contains("leave_date"), "{why}");
}

#[test]
fn a_day_from_a_file_and_from_an_event_is_one_and_the_later_word_stands() {
    let mut world = World::default();
    let header = "staff_id,held_on,id\n";
    world
        .import("2025-03-10", &format!("{header}W1,2025-03-03,S1\n"))
        .unwrap();
    for (told, want) in [
        (
            vec![("2025-03-03", "2025-03-03", "2025-03-11")],
            vec!["2025-03-03"],
        ),
        (vec![("2025-03-03", "S1", "2025-03-11")], vec!["2025-03-03"]),
        // Corrected by an event since the file was made.
        (vec![("2025-03-04", "S1", "2025-03-11")], vec!["2025-03-04"]),
        // And by a file made since the event was told.
        (vec![("2025-03-04", "S1", "2025-03-09")], vec!["2025-03-03"]),
        (
            vec![("2025-03-20", "S2", "2025-03-21")],
            vec!["2025-03-03", "2025-03-20"],
        ),
    ] {
        assert_eq!(world.days(&told), want, "{told:?}");
    }
}

#[test]
fn what_a_file_corrected_stays_so_when_the_file_drops_the_row() {
    let mut world = World::default();
    let file = |rows: &str| format!("staff_id,held_on,id\nW1,2025-02-03,S0\n{rows}");
    let told = [("2025-03-04", "S1", "2025-03-09")];
    for (as_at, rows, want) in [
        (
            "2025-03-10",
            "W1,2025-03-03,S1\n",
            &["2025-02-03", "2025-03-03"][..],
        ),
        // Missing once: kept as the file had it.
        ("2025-03-11", "", &["2025-02-03", "2025-03-03"]),
        ("2025-03-12", "", &["2025-02-03"]),
        ("2025-03-13", "", &["2025-02-03"]),
    ] {
        world.import(as_at, &file(rows)).unwrap();
        assert_eq!(world.days(&told), want, "{as_at}");
    }
    // Told again after that: it was held after all.
    let again = [("2025-03-04", "S1", "2025-03-13")];
    assert_eq!(world.days(&again), ["2025-02-03", "2025-03-04"]);
}

#[test]
fn thirteen_months_are_published_and_always_the_latest() {
    let mut world = World::default();
    let header = "staff_id,held_on\n";
    for (rows, want) in [
        (
            "W1,2024-02-28\nW1,2024-02-29\nW1,2025-01-01\n",
            vec!["2024-02-29", "2025-01-01"],
        ),
        ("W1,2022-01-01\nW1,2023-01-01\n", vec!["2023-01-01"]),
    ] {
        world.rows.clear();
        world
            .import("2025-03-31", &format!("{header}{rows}"))
            .unwrap();
        assert_eq!(world.days(&[]), want);
    }
}

#[test]
fn the_record_begins_on_the_earliest_day_of_anybody_and_its_own_day_never_goes_back() {
    let first = record(&code(), None, Some(day("2025-01-06")), day("2025-03-10")).unwrap();
    assert_eq!((first.revision, first.since), (1, day("2025-01-06")));
    let same = record(
        &code(),
        Some(&first),
        Some(day("2025-01-06")),
        day("2025-03-09"),
    );
    assert_eq!(same, None);
    let earlier = record(
        &code(),
        Some(&first),
        Some(day("2024-12-02")),
        day("2025-03-09"),
    );
    let earlier = earlier.unwrap();
    assert_eq!(
        (earlier.revision, earlier.since, earlier.as_at),
        (2, day("2024-12-02"), day("2025-03-10"))
    );
    // That was a slip, and has been corrected; then all of it is taken back.
    let right = record(
        &code(),
        Some(&earlier),
        Some(day("2025-01-06")),
        day("2025-03-11"),
    );
    let right = right.unwrap();
    assert_eq!((right.since, right.removed), (day("2025-01-06"), false));
    let none = record(&code(), Some(&right), None, day("2025-03-11")).unwrap();
    assert_eq!((none.revision, none.removed), (4, true));
    assert_eq!(record(&code(), Some(&none), None, day("2025-03-11")), None);
    assert_eq!(record(&code(), None, None, day("2025-03-10")), None);
}

proptest! {
    #[test]
    fn days_told_in_any_order_and_twice_are_said_once(mut offsets in prop::collection::vec(0_i64..300, 1..20)) {
        let held = |offsets: &[i64]| -> Vec<HeldTold> {
            offsets.iter().map(|n| {
                let held_on = date(2025, 3, 31).saturating_sub(jiff::Span::new().days(*n));
                HeldTold { held_on, key: held_on.to_string(), told_on: date(2025, 3, 31) }
            }).collect()
        };
        let said_of = |offsets: &[i64], before: &[Supervision]| {
            let told = SupervisionTold {
                authority: code(), staff_id: "W1".into(), revision: 1, held: held(offsets),
            };
            let sources = Sources { told: vec![told], ..Sources::default() };
            said(&code(), &sources, before, date(2025, 3, 31))
        };
        let forward = said_of(&offsets, &[]);
        prop_assert_eq!(said_of(&offsets, &forward), vec![]);
        offsets.reverse();
        offsets.extend(offsets.clone());
        prop_assert_eq!(said_of(&offsets, &[]), forward);
    }
}
