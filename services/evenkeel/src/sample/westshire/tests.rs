use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;

use super::*;

fn day() -> Date {
    date(2026, 11, 20)
}

fn rows(files: &[SampleFile], path: &str) -> Vec<Vec<String>> {
    let file = files.iter().find(|f| f.path == path).unwrap();
    let cells = |line: &str| line.split(',').map(str::to_owned).collect();
    file.content.lines().skip(1).map(cells).collect()
}

fn parsed(text: &str) -> Date {
    let mut parts = text.split('/').map(|p| p.parse::<i16>().unwrap());
    let (day, month, year) = (
        parts.next().unwrap(),
        parts.next().unwrap(),
        parts.next().unwrap(),
    );
    Date::new(
        year,
        i8::try_from(month).unwrap(),
        i8::try_from(day).unwrap(),
    )
    .unwrap()
}

#[test]
fn the_same_seed_and_day_give_the_same_bytes() {
    assert_eq!(invent(day(), 1), invent(day(), 1));
    assert_ne!(invent(day(), 1), invent(day(), 2));
    assert_ne!(invent(day(), 1), invent(date(2026, 11, 19), 1));
}

#[test]
fn the_anchor_is_the_latest_working_day() {
    assert_eq!(anchor(date(2026, 11, 22)), date(2026, 11, 20));
    assert_eq!(anchor(date(2026, 12, 28)), date(2026, 12, 24));
    assert_eq!(anchor(date(2026, 11, 18)), date(2026, 11, 18));
}

#[test]
fn sixty_children_are_looked_after_by_ten_workers_in_three_teams() {
    for n in 0..40 {
        let files = invent(anchor(day().saturating_add((n * 9).days())), 1);
        let children: BTreeSet<String> = rows(&files, "ssda903/episodes.csv")
            .into_iter()
            .map(|r| r[0].clone())
            .collect();
        assert_eq!(children.len(), 60);
        let held: BTreeSet<String> = rows(&files, "allocations.csv")
            .into_iter()
            .map(|r| r[0].clone())
            .collect();
        assert_eq!(held, children);
        let people = rows(&files, "directory.csv");
        let at_work = people
            .iter()
            .filter(|p| p[3] == "social worker" && p[9].is_empty());
        assert_eq!(at_work.count(), 10);
        assert_eq!(people.iter().filter(|p| !p[10].is_empty()).count(), 1);
        assert_eq!(rows(&files, "teams.csv").len(), 4);
    }
}

#[test]
fn nothing_is_dated_after_the_anchor_and_care_never_ends_before_it_began() {
    for seed in 1..20 {
        let files = invent(day(), seed);
        let mut ended = BTreeMap::new();
        for row in rows(&files, "ssda903/episodes.csv") {
            let start = parsed(&row[1]);
            assert!(start <= day(), "{row:?}");
            if row[7].is_empty() {
                ended.remove(&row[0]);
            } else {
                let end = parsed(&row[7]);
                assert!(start < end && end <= day(), "{row:?}");
                ended.insert(row[0].clone(), end);
            }
        }
        for row in rows(&files, "ssda903/reviews.csv") {
            let last = ended.get(&row[0]).copied().unwrap_or(day());
            assert!(parsed(&row[2]) <= last, "{row:?}");
        }
        for row in rows(&files, "allocations.csv") {
            let (start, end): (Date, Option<Date>) = (row[4].parse().unwrap(), row[5].parse().ok());
            assert!(
                start <= day() && end.is_none_or(|end| start < end && end <= day()),
                "{row:?}"
            );
        }
    }
}

#[test]
fn one_child_died_some_have_short_breaks_and_one_is_held_by_nobody() {
    let files = invent(day(), SEED);
    let episodes = rows(&files, "ssda903/episodes.csv");
    assert_eq!(episodes.iter().filter(|r| r[8] == "E2").count(), 1);
    assert_eq!(episodes.iter().filter(|r| r[8] == "E4A").count(), 5);
    let breaks: BTreeSet<&str> = episodes
        .iter()
        .filter(|r| r[3] == "V4")
        .map(|r| r[0].as_str())
        .collect();
    assert_eq!(breaks.len(), 4);
    let in_care: BTreeSet<&str> = episodes
        .iter()
        .filter(|r| r[7].is_empty())
        .map(|r| r[0].as_str())
        .collect();
    let allocations = rows(&files, "allocations.csv");
    let held: BTreeSet<&str> = allocations
        .iter()
        .filter(|r| r[5].is_empty())
        .map(|r| r[0].as_str())
        .collect();
    assert_eq!(in_care.difference(&held).count(), 1);
    assert!(held.is_subset(&in_care));
}

#[test]
fn the_directory_takes_the_sample_in_without_a_refusal() {
    use directory::domain::{
        decide::{Arrived, decide},
        known::Directory,
        moment::Moment,
        table::Table,
    };
    let files = invent(day(), SEED);
    for path in ["directory.csv", "teams.csv"] {
        let file = files.iter().find(|f| f.path == path).unwrap();
        let arrived = Arrived {
            authority: &CODE.parse().unwrap(),
            table: &Table::read(path, file.content.as_bytes()).unwrap(),
            moment: Moment::new(day(), jiff::Timestamp::MAX),
            max_lost_percent: 20,
        };
        let decision = decide(&Directory::default(), &arrived).unwrap();
        assert_eq!(decision.summary.refused, []);
    }
}

#[test]
fn the_directory_takes_the_days_of_supervision_in_without_a_refusal_or_a_note() {
    use directory::domain::{decide::Arrived, moment::Moment, supervision, table::Table};
    for seed in 1..6 {
        let files = invent(day(), seed);
        assert_eq!(files, invent(day(), seed), "the seed decides");
        let people = rows(&files, "directory.csv");
        let file = files.iter().find(|f| f.path == "supervision.csv").unwrap();
        let arrived = Arrived {
            authority: &CODE.parse().unwrap(),
            table: &Table::read(file.path, file.content.as_bytes()).unwrap(),
            moment: Moment::new(day(), jiff::Timestamp::MAX),
            max_lost_percent: 20,
        };
        let is_here = |id: &contracts::StaffId| people.iter().any(|p| p[0] == id.as_str());
        let taken = supervision::take_in(&std::collections::BTreeMap::new(), &arrived, is_here);
        let summary = taken.unwrap().summary;
        assert_eq!((summary.refused, summary.notes), (vec![], vec![]));
        assert!(summary.recorded[0].count > 60, "{:?}", summary.recorded);
    }
}
