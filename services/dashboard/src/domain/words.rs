//! Numbers, dates and distances in words.

use calendar::Calendar;
use jiff::{Timestamp, ToSpan, civil::Date};

pub(crate) use calendar::{day, moment};

/// Beyond this many working days a distance is told in months.
const FAR: u32 = 60;

/// `2,123`.
pub(crate) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 child`, `2,123 children`.
pub(crate) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

pub(crate) fn london_day(at: Timestamp) -> Date {
    at.to_zoned(calendar::london()).date()
}

/// How far a due date is: `today`, `in 6 working days`, `3 working days past`.
pub(crate) fn distance(calendar: &Calendar, today: Date, due: Date) -> String {
    if due == today {
        return "today".to_owned();
    }
    let (from, to, past) = if due < today {
        (due, today, true)
    } else {
        (today, due, false)
    };
    let far = to > calendar.add_working_days(from, FAR);
    let length = if far {
        months(from, to)
    } else {
        match calendar.working_days_between(from, to) {
            0 if past => return "past, no working day since".to_owned(),
            0 => return "before the next working day".to_owned(),
            n => counted(n.into(), "working day", "working days"),
        }
    };
    if past {
        format!("{length} past")
    } else {
        format!("in {length}")
    }
}

/// Whole months, or years from two on; only for distances of more than two months.
fn months(from: Date, to: Date) -> String {
    let mut n = 0_u32;
    while n < 12 * 99 && from.saturating_add(i64::from(n + 1).months()) <= to {
        n += 1;
    }
    if n < 24 {
        counted(n.into(), "month", "months")
    } else {
        format!("over {} years", n / 12)
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn and(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// A source's name as people know it.
pub(crate) fn source(name: &str) -> String {
    match name {
        "ssda903" => "SSDA903 return".to_owned(),
        other => match other.strip_prefix("events/") {
            Some(name) => format!("events from {name}"),
            None => other.replace('_', " "),
        },
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_distance_is_told_in_working_days_and_far_ones_in_months() {
        let calendar = Calendar::england_and_wales();
        let today = date(2025, 5, 6);
        for (due, words) in [
            (date(2025, 5, 6), "today"),
            (date(2025, 5, 7), "in 1 working day"),
            (date(2025, 5, 14), "in 6 working days"),
            (date(2025, 5, 2), "1 working day past"),
            (date(2025, 5, 1), "2 working days past"),
            (date(2025, 9, 6), "in 4 months"),
            (date(2024, 12, 31), "4 months past"),
            (date(2023, 5, 5), "over 2 years past"),
            (date(2018, 3, 31), "over 7 years past"),
        ] {
            assert_eq!(distance(&calendar, today, due), words, "{due}");
        }
        let friday = date(2025, 5, 9);
        let sunday = date(2025, 5, 11);
        assert_eq!(
            distance(&calendar, friday, sunday),
            "before the next working day"
        );
        assert_eq!(
            distance(&calendar, sunday, friday),
            "past, no working day since"
        );
    }

    #[test]
    fn numbers_are_grouped_in_threes() {
        for (n, words) in [
            (0, "0"),
            (999, "999"),
            (2123, "2,123"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(number(n), words);
        }
        assert_eq!(counted(1, "child", "children"), "1 child");
        assert_eq!(counted(0, "child", "children"), "0 children");
    }

    #[test]
    fn a_moment_is_told_in_london_time() {
        let at = "2025-05-06T08:00:00Z".parse().unwrap();
        assert_eq!(moment(at), "Tue 6 May 2025, 09:00");
    }
}
