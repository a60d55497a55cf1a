//! Periods of care, as they are known on a day.
//!
//! Rows of short breaks (legal status V1, V3, V4) are dropped first. The rest, by start, make periods: a row that starts
//! later than the latest end so far opens a new one, so a gap of a day is a new period while equal dates or an overlap go
//! on. A row without an end, or with an end after the day, is open: an end (and its reason) is not known before it comes.

use std::collections::BTreeMap;

use contracts::{Chronology, Entry, Fact};
use jiff::civil::Date;

/// An unbroken period of care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period<'c> {
    pub start: Date,
    /// None: still looked after.
    pub end: Option<Date>,
    /// The row that says the child became looked after; none: not known when.
    pub entry: Option<&'c Entry>,
    /// Reviews held within it, first day to last day, one a day, in order.
    pub reviews: Vec<&'c Entry>,
}

/// Rows that start no review clock here.
const SHORT_BREAKS: [&str; 3] = ["V1", "V3", "V4"];

/// The periods of care that had begun by `today`, in order.
pub fn periods(chronology: &Chronology, today: Date) -> Vec<Period<'_>> {
    let mut rows: Vec<&Entry> = known(chronology, today)
        .filter(|e| is_care(e) && !is_short_break(e))
        .collect();
    rows.sort_by_key(|e| (e.start, !starts_care(e), &e.key));
    let mut periods: Vec<Period<'_>> = Vec::new();
    for row in rows {
        let end = row.end.filter(|end| *end <= today);
        match periods.last_mut() {
            Some(p) if p.end.is_none_or(|until| row.start <= until) => {
                p.end = p.end.and_then(|until| end.map(|end| until.max(end)));
            }
            _ => periods.push(Period {
                start: row.start,
                end,
                entry: starts_care(row).then_some(row),
                reviews: Vec::new(),
            }),
        }
    }
    let held = reviews(chronology, today);
    for period in &mut periods {
        let until = period.end.unwrap_or(today);
        if period.start <= until {
            period.reviews = held.range(period.start..=until).map(|(_, e)| *e).collect();
        }
    }
    periods
}

/// Reviews held by `today`: of several on one day the one with the smallest key.
fn reviews(chronology: &Chronology, today: Date) -> BTreeMap<Date, &Entry> {
    let mut held: BTreeMap<Date, &Entry> = BTreeMap::new();
    for entry in known(chronology, today) {
        if !matches!(
            entry.fact,
            Fact::LookedAfterReview {
                cancelled: false,
                planned: false,
                ..
            }
        ) {
            continue;
        }
        let kept = held.entry(entry.start).or_insert(entry);
        if entry.key < kept.key {
            *kept = entry;
        }
    }
    held
}

/// Entries that have begun by `today`.
pub fn known(chronology: &Chronology, today: Date) -> impl Iterator<Item = &Entry> {
    chronology.entries.iter().filter(move |e| e.start <= today)
}

fn is_care(entry: &Entry) -> bool {
    matches!(entry.fact, Fact::CareEpisode { .. })
}

pub fn is_short_break(entry: &Entry) -> bool {
    matches!(&entry.fact, Fact::CareEpisode { legal_status, .. }
        if SHORT_BREAKS.contains(&legal_status.as_str()))
}

fn starts_care(entry: &Entry) -> bool {
    matches!(&entry.fact, Fact::CareEpisode { start_reason, .. } if start_reason == "S")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::testing::{Care, chronology, day, episode, review};

    fn spans(
        entries: Vec<Entry>,
        today: &str,
    ) -> Vec<(String, Option<String>, Option<String>, usize)> {
        let chronology = chronology(entries);
        periods(&chronology, day(today))
            .into_iter()
            .map(|p| {
                let key = p.entry.map(|e| e.key.clone());
                (
                    p.start.to_string(),
                    p.end.map(|e| e.to_string()),
                    key,
                    p.reviews.len(),
                )
            })
            .collect()
    }

    fn span(
        start: &str,
        end: Option<&str>,
        entry: Option<&str>,
    ) -> (String, Option<String>, Option<String>, usize) {
        (
            start.to_owned(),
            end.map(str::to_owned),
            entry.map(str::to_owned),
            0,
        )
    }

    #[test]
    fn equal_dates_and_overlaps_go_on_and_a_gap_of_a_day_begins_anew() {
        let rows = |second: &str| {
            vec![
                episode("a", "2025-01-06", Some("2025-02-03"), Care::starts()),
                episode("b", second, None, Care::goes_on()),
            ]
        };
        let one = [span("2025-01-06", None, Some("a"))];
        assert_eq!(spans(rows("2025-02-03"), "2025-06-02"), one, "equal dates");
        assert_eq!(spans(rows("2025-01-20"), "2025-06-02"), one, "an overlap");
        let two = [
            span("2025-01-06", Some("2025-02-03"), Some("a")),
            span("2025-02-04", None, None),
        ];
        assert_eq!(spans(rows("2025-02-04"), "2025-06-02"), two, "a gap");
    }

    #[test]
    fn a_short_row_inside_a_long_one_does_not_end_the_period() {
        let rows = vec![
            episode("a", "2025-01-06", Some("2025-04-01"), Care::starts()),
            episode("b", "2025-01-20", Some("2025-02-01"), Care::goes_on()),
            episode("c", "2025-03-01", Some("2025-05-01"), Care::goes_on()),
        ];
        let whole = [span("2025-01-06", Some("2025-05-01"), Some("a"))];
        assert_eq!(spans(rows, "2025-06-02"), whole);
    }

    #[test]
    fn an_end_after_the_day_is_not_known_and_a_row_after_it_has_not_begun() {
        let rows = vec![
            episode("a", "2025-01-06", Some("2025-02-03"), Care::starts()),
            episode("b", "2025-03-03", None, Care::starts()),
        ];
        assert_eq!(
            spans(rows.clone(), "2025-02-02"),
            [span("2025-01-06", None, Some("a"))]
        );
        assert_eq!(
            spans(rows, "2025-02-03"),
            [span("2025-01-06", Some("2025-02-03"), Some("a"))]
        );
    }

    #[test]
    fn short_breaks_are_dropped_before_periods_are_made() {
        for legal_status in ["V1", "V3", "V4"] {
            let rows = vec![
                episode("a", "2025-01-06", Some("2025-02-03"), Care::starts()),
                episode(
                    "b",
                    "2025-02-03",
                    Some("2025-03-03"),
                    Care::starts().status(legal_status),
                ),
                episode("c", "2025-03-03", None, Care::goes_on()),
            ];
            let two = [
                span("2025-01-06", Some("2025-02-03"), Some("a")),
                span("2025-03-03", None, None),
            ];
            assert_eq!(spans(rows, "2025-06-02"), two, "{legal_status}");
        }
        let other = vec![episode(
            "a",
            "2025-01-06",
            None,
            Care::starts().status("V2"),
        )];
        assert_eq!(spans(other, "2025-06-02").len(), 1);
    }

    #[test]
    fn of_rows_with_one_first_day_the_one_that_starts_care_says_when() {
        let rows = vec![
            episode("a", "2025-01-06", None, Care::goes_on()),
            episode("b", "2025-01-06", None, Care::starts()),
        ];
        assert_eq!(
            spans(rows, "2025-06-02"),
            [span("2025-01-06", None, Some("b"))]
        );
    }

    #[test]
    fn a_period_has_the_reviews_of_its_days_one_a_day_and_none_that_was_cancelled() {
        let c = chronology(vec![
            episode("a", "2025-01-06", Some("2025-02-03"), Care::starts()),
            review("before", "2025-01-05"),
            review("first", "2025-01-06"),
            review("same", "2025-02-03"),
            review("also", "2025-02-03"),
            review("after", "2025-02-04"),
            crate::domain::testing::cancelled("no", "2025-01-20"),
        ]);
        let reviews = |today| -> Vec<String> {
            let periods = periods(&c, today);
            periods[0].reviews.iter().map(|e| e.key.clone()).collect()
        };
        assert_eq!(reviews(date(2025, 6, 2)), ["first", "also"]);
        assert_eq!(
            reviews(date(2025, 2, 2)),
            ["first"],
            "before the second was held"
        );
    }
}
