//! A date explained in words.

use std::ops::Bound;

use jiff::{Timestamp, ToSpan, civil::Date};

use crate::{Calendar, Unit, london};

/// `Fri 11 Apr 2025`.
pub fn day(day: Date) -> String {
    day.strftime("%a %-d %b %Y").to_string()
}

/// `Tue 6 May 2025, 09:00`, London time.
pub fn moment(at: Timestamp) -> String {
    let local = at.to_zoned(london());
    format!("{}, {}", day(local.date()), local.strftime("%H:%M"))
}

impl Calendar {
    /// The arithmetic behind [`Calendar::add`]: "15 working days from Fri 11 Apr 2025, skipping the bank holidays of 18
    /// and 21 April and 5 May: due Wed 7 May 2025".
    pub fn explain(&self, trigger: Date, n: u32, unit: Unit) -> String {
        let due = self.add(trigger, n, unit);
        let (one, skipped) = match unit {
            Unit::WorkingDays => ("working day", self.skipped(trigger, due.date)),
            Unit::Days => ("day", String::new()),
            Unit::Weeks => ("week", String::new()),
            Unit::Hours => ("hour", String::new()),
            Unit::Months => ("month", String::new()),
        };
        let plural = if n == 1 { "" } else { "s" };
        let clamped = if unit == Unit::Months && due.date.day() != trigger.day() {
            " (the month's last day)"
        } else {
            ""
        };
        let known = self.known_years();
        let doubt = if due.certain {
            String::new()
        } else {
            let (first, last) = (known.start(), known.end());
            format!(" (bank holidays are known for {first} to {last} only)")
        };
        let (from, to) = (day(trigger), day(due.date));
        format!("{n} {one}{plural} from {from}{skipped}: due {to}{clamped}{doubt}")
    }

    fn skipped(&self, after: Date, until: Date) -> String {
        let skipped: Vec<Date> = self
            .holidays
            .range((
                Bound::Excluded(after),
                Bound::Excluded(until.max(after.saturating_add(1.days()))),
            ))
            .map(|(day, _)| *day)
            .filter(|day| day.weekday().to_monday_one_offset() <= 5)
            .collect();
        match skipped.len() {
            0 => String::new(),
            1 => format!(", skipping the bank holiday of {}", by_month(&skipped)),
            _ => format!(", skipping the bank holidays of {}", by_month(&skipped)),
        }
    }
}

/// `18 and 21 April and 5 May`; with years only where the same month comes twice.
fn by_month(days: &[Date]) -> String {
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return String::new();
    };
    let month = if first.first_of_month().saturating_add(1.year()) <= *last {
        "%B %Y"
    } else {
        "%B"
    };
    let months: Vec<String> = days
        .chunk_by(|a, b| a.first_of_month() == b.first_of_month())
        .map(|days| {
            let numbers: Vec<String> = days.iter().map(|d| d.day().to_string()).collect();
            format!("{} {}", and(&numbers), days[0].strftime(month))
        })
        .collect();
    and(&months)
}

/// `a`, `a and b`, `a, b and c`.
fn and(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn explained(rows: &[(Date, u32, &str)], unit: Unit) {
        let calendar = Calendar::england_and_wales();
        for (trigger, n, words) in rows {
            assert_eq!(calendar.explain(*trigger, *n, unit), *words);
        }
    }

    #[test]
    fn working_days_explain_what_they_skip() {
        explained(
            &[
                (
                    date(2025, 4, 11),
                    15,
                    "15 working days from Fri 11 Apr 2025, skipping the bank holidays of 18 and 21 April and 5 May: due Wed 7 May 2025",
                ),
                (
                    date(2025, 4, 17),
                    1,
                    "1 working day from Thu 17 Apr 2025, skipping the bank holidays of 18 and 21 April: due Tue 22 Apr 2025",
                ),
                (
                    date(2025, 12, 18),
                    10,
                    "10 working days from Thu 18 Dec 2025, skipping the bank holidays of 25 and 26 December and 1 January: due Tue 6 Jan 2026",
                ),
                (
                    date(2025, 8, 18),
                    10,
                    "10 working days from Mon 18 Aug 2025, skipping the bank holiday of 25 August: due Tue 2 Sep 2025",
                ),
                (
                    date(2025, 6, 2),
                    5,
                    "5 working days from Mon 2 Jun 2025: due Mon 9 Jun 2025",
                ),
                (
                    date(2025, 6, 2),
                    0,
                    "0 working days from Mon 2 Jun 2025: due Mon 2 Jun 2025",
                ),
                (
                    date(2024, 12, 2),
                    100,
                    "100 working days from Mon 2 Dec 2024, skipping the bank holidays of 25 and 26 December, 1 January and 18 and 21 April: due Mon 28 Apr 2025",
                ),
                (
                    date(2025, 4, 18),
                    250,
                    "250 working days from Fri 18 Apr 2025, skipping the bank holidays of 21 April 2025, 5 and 26 May 2025, 25 August 2025, 25 and 26 December 2025, 1 January 2026 and 3 and 6 April 2026: due Thu 16 Apr 2026",
                ),
            ],
            Unit::WorkingDays,
        );
    }

    #[test]
    fn months_and_days_explain_themselves() {
        explained(
            &[
                (
                    date(2025, 8, 31),
                    6,
                    "6 months from Sun 31 Aug 2025: due Sat 28 Feb 2026 (the month's last day)",
                ),
                (
                    date(2025, 5, 15),
                    3,
                    "3 months from Thu 15 May 2025: due Fri 15 Aug 2025",
                ),
                (
                    date(2025, 5, 15),
                    1,
                    "1 month from Thu 15 May 2025: due Sun 15 Jun 2025",
                ),
            ],
            Unit::Months,
        );
        explained(
            &[(
                date(2025, 4, 11),
                7,
                "7 days from Fri 11 Apr 2025: due Fri 18 Apr 2025",
            )],
            Unit::Days,
        );
    }

    #[test]
    fn a_date_past_the_table_says_so() {
        let words = "5 working days from Fri 22 Dec 2028, skipping the bank holidays of 25 and 26 December: due Tue 2 Jan 2029 (bank holidays are known for 2012 to 2028 only)";
        explained(&[(date(2028, 12, 22), 5, words)], Unit::WorkingDays);
    }
}
