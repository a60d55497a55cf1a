//! Periods of care, as they are known on a day.
//!
//! Rows of short breaks (legal status V1, V3, V4) are dropped first. The rest, by start, make periods: a row that starts
//! later than the latest end so far opens a new one, so a gap of a day is a new period while equal dates or an overlap go
//! on. A row without an end, or with an end after the day, is open: an end (and its reason) is not known before it comes.
//! Becoming looked after is the day the latest row says care was entered, else the start of the first row if its reason
//! is S, else not known.

use contracts::{Entry, Fact};
use jiff::civil::Date;

use super::history::History;

/// An unbroken period of care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period<'c> {
    pub start: Date,
    /// None: still looked after.
    pub end: Option<Date>,
    /// The row that stands for becoming looked after, on `start`; none: not known when.
    pub entry: Option<&'c Entry>,
    /// Reviews held within it, first day to last day, one a day, in order.
    pub reviews: Vec<&'c Entry>,
}

/// The periods of care that had begun, in order.
pub fn periods<'c>(history: &History<'c>) -> Vec<Period<'c>> {
    let mut rows = history.care_rows.clone();
    rows.sort_by(|a, b| {
        (a.start, !starts_care(a), &a.key).cmp(&(b.start, !starts_care(b), &b.key))
    });
    let mut periods: Vec<Period<'c>> = Vec::new();
    for of_one in unbroken(&rows, history) {
        let first = of_one[0];
        let ends = of_one.iter().map(|row| history.end(row));
        let end = ends
            .reduce(|a, b| a.zip(b).map(|(a, b)| a.max(b)))
            .flatten();
        let after = periods.last().and_then(|p| p.end);
        let entered = entered(of_one).filter(|day| after.is_none_or(|after| after < *day));
        periods.push(Period {
            start: entered.unwrap_or(first.start),
            end,
            entry: (entered.is_some() || starts_care(first)).then_some(first),
            reviews: Vec::new(),
        });
    }
    for period in &mut periods {
        let until = period.end.unwrap_or(history.today);
        period.reviews = within(&history.reviews, period.start, until).to_vec();
    }
    periods
}

/// Rows by start, cut where care was broken.
fn unbroken<'r, 'c>(rows: &'r [&'c Entry], history: &History<'c>) -> Vec<&'r [&'c Entry]> {
    let (mut cut, mut from) = (Vec::new(), 0);
    // None: open.
    let mut until = Some(Date::MIN);
    for (n, row) in rows.iter().enumerate() {
        let end = history.end(row);
        if until.is_some_and(|until| row.start > until) {
            if n > from {
                cut.push(&rows[from..n]);
            }
            (from, until) = (n, end);
        } else {
            until = until.zip(end).map(|(until, end)| until.max(end));
        }
    }
    if from < rows.len() {
        cut.push(&rows[from..]);
    }
    cut
}

/// The day care was entered, by the latest row that says so; none that lies after the row itself began.
fn entered(rows: &[&Entry]) -> Option<Date> {
    rows.iter().rev().find_map(|row| match row.fact {
        Fact::CareEpisode {
            entered_care: Some(day),
            ..
        } => Some(day).filter(|day| *day <= row.start),
        _ => None,
    })
}

/// Of entries by start, those of some days, both ends included.
pub fn within<'s, 'c>(entries: &'s [&'c Entry], from: Date, until: Date) -> &'s [&'c Entry] {
    let first = entries.partition_point(|e| e.start < from);
    let after = entries.partition_point(|e| e.start <= until);
    entries.get(first..after).unwrap_or_default()
}

/// The legal status a row of care itself has.
pub fn own_status(row: &Entry) -> Option<&str> {
    match &row.fact {
        Fact::CareEpisode { legal_status, .. } if !legal_status.is_empty() => Some(legal_status),
        _ => None,
    }
}

/// Legal statuses of short breaks: they start no clock of care.
pub fn is_short_break(status: &str) -> bool {
    ["V1", "V3", "V4"].contains(&status)
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
        let periods = History::of(&chronology, day(today)).periods;
        periods
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
            let periods = History::of(&c, today).periods;
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
