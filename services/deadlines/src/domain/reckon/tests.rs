use super::*;
use crate::domain::{
    rules::Rules,
    testing::{Care, chronology, day, episode, looked_after_authority, review},
};

/// `rule trigger due state met`, a line a clock.
fn lines(entries: Vec<Entry>, today: &str) -> Vec<String> {
    let rules = Rules::built_in();
    let today = day(today);
    let running = Running::of(&rules, &looked_after_authority(), today);
    let chronology = chronology(entries);
    reckon(&chronology, &running, &Calendar::england_and_wales(), today)
        .iter()
        .map(|c| {
            let rule = c.rule.id.trim_start_matches("en.cla.");
            let end = match (c.met, c.withdrawn) {
                (Some(met), _) => format!(" {}", met.on.unwrap()),
                (None, Some(why)) => format!(" {why:?}").to_lowercase(),
                (None, None) => String::new(),
            };
            let (from, due, state) = (c.day0, c.due, c.state.as_str());
            format!("{rule} {from} {due} {state}{end}")
        })
        .collect()
}

fn in_care(reviews: &[&str]) -> Vec<Entry> {
    let mut entries = vec![episode("a", "2025-05-03", None, Care::starts())];
    entries.extend(reviews.iter().map(|on| review(on, on)));
    entries
}

#[test]
fn the_first_review_is_due_in_twenty_working_days_and_overdue_the_day_after() {
    let due = |today| lines(in_care(&[]), today);
    assert_eq!(due("2025-05-02"), [""; 0]);
    assert_eq!(
        due("2025-05-03"),
        ["first-review 2025-05-03 2025-06-03 open"]
    );
    assert_eq!(
        due("2025-06-03"),
        ["first-review 2025-05-03 2025-06-03 open"]
    );
    assert_eq!(
        due("2025-06-04"),
        ["first-review 2025-05-03 2025-06-03 overdue"]
    );
}

#[test]
fn the_second_is_due_in_three_months_and_every_later_one_in_six() {
    let reviews = ["2025-05-30", "2025-08-31", "2026-02-27"];
    assert_eq!(
        lines(in_care(&reviews), "2026-03-02"),
        [
            "first-review 2025-05-03 2025-06-03 met 2025-05-30",
            "next-review 2025-05-30 2025-08-30 met 2025-08-31",
            "next-review 2025-08-31 2026-02-28 met 2026-02-27",
            "next-review 2026-02-27 2026-08-27 open",
        ]
    );
}

#[test]
fn late_evidence_still_meets() {
    assert_eq!(
        lines(in_care(&["2025-06-20"]), "2025-06-21"),
        [
            "first-review 2025-05-03 2025-06-03 met 2025-06-20",
            "next-review 2025-06-20 2025-09-20 open",
        ]
    );
}

#[test]
fn where_becoming_looked_after_is_unknown_every_review_runs_six_months() {
    let entries = vec![
        episode("a", "2025-05-03", None, Care::goes_on()),
        review("r", "2025-05-30"),
    ];
    assert_eq!(
        lines(entries, "2025-06-02"),
        ["next-review 2025-05-30 2025-11-30 open"]
    );
}

#[test]
fn what_is_unmet_stands_down_when_the_period_ends_and_the_next_period_starts_again() {
    let entries = vec![
        episode(
            "a",
            "2025-01-06",
            Some("2025-02-10"),
            Care::starts().ended("E4A"),
        ),
        review("r", "2025-01-30"),
        episode("b", "2025-03-03", None, Care::starts()),
    ];
    assert_eq!(
        lines(entries, "2025-03-10"),
        [
            "first-review 2025-01-06 2025-02-03 met 2025-01-30",
            "first-review 2025-03-03 2025-03-31 open",
            "next-review 2025-01-30 2025-04-30 withdrawn ended",
        ]
    );
}

#[test]
fn when_the_child_has_died_nothing_is_due() {
    let entries = vec![
        episode(
            "a",
            "2025-01-06",
            Some("2025-02-10"),
            Care::starts().ended("E2"),
        ),
        review("r", "2025-01-30"),
    ];
    assert_eq!(
        lines(entries.clone(), "2025-02-10"),
        [
            "first-review 2025-01-06 2025-02-03 met 2025-01-30",
            "next-review 2025-01-30 2025-04-30 withdrawn died",
        ]
    );
    assert_eq!(
        lines(entries, "2025-02-09").last().unwrap(),
        "next-review 2025-01-30 2025-04-30 open",
        "the reason of an end that has not come is not known"
    );
}

#[test]
fn short_breaks_start_no_clock_of_care() {
    let entries = vec![
        episode("a", "2025-01-06", None, Care::starts().status("V4")),
        review("r", "2025-01-30"),
    ];
    assert_eq!(lines(entries, "2025-03-10"), [""; 0]);
}
