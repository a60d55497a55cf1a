//! Days that count and days that are open.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use jiff::{
    ToSpan,
    civil::{Date, Weekday, date},
};

use crate::{hours::WorkingHours, table};

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    WorkingDays,
    Days,
    /// Seven days each.
    Weeks,
    /// Elapsed hours; of days alone, as many whole days as they fill.
    Hours,
    /// Calendar months, clamped to the month's end.
    Months,
}

/// The last day of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub date: Date,
    /// False when working days were counted in a year whose bank holidays are not in the table.
    pub certain: bool,
}

/// The working days of England and Wales, with one authority's closures and hours.
#[derive(Clone, Debug)]
pub struct Calendar {
    pub(crate) holidays: BTreeMap<Date, &'static str>,
    pub(crate) closures: BTreeSet<Date>,
    pub(crate) hours: WorkingHours,
}

impl Calendar {
    pub fn england_and_wales() -> Self {
        Self {
            holidays: table::bank_holidays(),
            closures: BTreeSet::new(),
            hours: WorkingHours::default(),
        }
    }

    /// Days on which this authority is closed beyond the bank holidays.
    #[must_use]
    pub fn with_closures(self, closures: BTreeSet<Date>) -> Self {
        Self { closures, ..self }
    }

    #[must_use]
    pub fn with_hours(self, hours: WorkingHours) -> Self {
        Self { hours, ..self }
    }

    /// Counts towards a limit: Monday to Friday, no bank holiday. Closures do not matter here.
    pub fn is_working_day(&self, day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
            && !self.holidays.contains_key(&day)
    }

    /// The authority is at work: a working day, and no closure. For reminders, never for limits.
    pub fn is_open(&self, day: Date) -> bool {
        self.is_working_day(day) && !self.closures.contains(&day)
    }

    /// The bank holiday's name.
    pub fn holiday(&self, day: Date) -> Option<&'static str> {
        self.holidays.get(&day).copied()
    }

    /// The `n`th working day after `day`; `day` itself is day 0, whatever day it is.
    pub fn add_working_days(&self, day: Date, n: u32) -> Date {
        self.step(day, n, |day| day.tomorrow().ok())
    }

    /// The `n`th working day before `day`; `day` itself is day 0, whatever day it is.
    pub fn subtract_working_days(&self, day: Date, n: u32) -> Date {
        self.step(day, n, |day| day.yesterday().ok())
    }

    fn step(&self, mut day: Date, n: u32, next: impl Fn(Date) -> Option<Date>) -> Date {
        let mut left = n;
        while left > 0
            && let Some(then) = next(day)
        {
            day = then;
            left -= u32::from(self.is_working_day(day));
        }
        day
    }

    /// Working days after `from`, up to and including `to`; none if `to` is not later.
    pub fn working_days_between(&self, from: Date, to: Date) -> u32 {
        let mut count = 0;
        let mut day = from;
        while day < to {
            day = day.saturating_add(1.days());
            count += u32::from(self.is_working_day(day));
        }
        count
    }

    /// The same day `n` months later, or that month's last day when it has no such day.
    pub fn add_months(&self, day: Date, n: u32) -> Date {
        day.saturating_add(i64::from(n).months())
    }

    /// The last day of a limit of `n` units, `trigger` being day 0.
    pub fn add(&self, trigger: Date, n: u32, unit: Unit) -> Due {
        let date = match unit {
            Unit::WorkingDays => self.add_working_days(trigger, n),
            Unit::Days => trigger.saturating_add(i64::from(n).days()),
            Unit::Weeks => trigger.saturating_add(i64::from(n).weeks()),
            Unit::Hours => trigger.saturating_add(i64::from(n.div_ceil(24)).days()),
            Unit::Months => self.add_months(trigger, n),
        };
        let known = self.known_years();
        let certain = unit != Unit::WorkingDays
            || (known.contains(&trigger.year()) && known.contains(&date.year()));
        Due { date, certain }
    }

    /// The years whose bank holidays are in the table.
    pub fn known_years(&self) -> RangeInclusive<i16> {
        let year = |day: Option<&Date>| day.map_or(0, |d| d.year());
        year(self.holidays.keys().next())..=year(self.holidays.keys().next_back())
    }

    /// What to do when the bank holidays run out less than nine months after `today`.
    pub fn horizon_alarm(&self, today: Date) -> Option<String> {
        let end = date(*self.known_years().end(), 12, 31);
        (end < self.add_months(today, 9)).then(|| {
            format!(
                "bank holidays are known to {} only: run shared/calendar/scripts/refresh-bank-holidays.py and build again",
                crate::day(end)
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn calendar() -> Calendar {
        Calendar::england_and_wales()
    }

    #[test]
    fn the_worked_dates_of_the_domain_hold() {
        let working = [
            (1, date(2025, 4, 17), date(2025, 4, 22)),
            (15, date(2025, 4, 11), date(2025, 5, 7)),
            (15, date(2020, 4, 27), date(2020, 5, 19)),
            (45, date(2024, 11, 4), date(2025, 1, 9)),
            (20, date(2025, 5, 3), date(2025, 6, 3)),
            (10, date(2025, 12, 18), date(2026, 1, 6)),
        ];
        for (n, from, due) in working {
            let certain = Due {
                date: due,
                certain: true,
            };
            assert_eq!(
                calendar().add(from, n, Unit::WorkingDays),
                certain,
                "{from}"
            );
        }
        let six_months = calendar().add(date(2025, 8, 31), 6, Unit::Months);
        assert_eq!(six_months.date, date(2026, 2, 28));
    }

    #[test]
    fn a_month_is_clamped_to_its_end() {
        let c = calendar();
        assert_eq!(c.add_months(date(2024, 1, 31), 1), date(2024, 2, 29));
        assert_eq!(c.add_months(date(2025, 1, 31), 1), date(2025, 2, 28));
        assert_eq!(c.add_months(date(2025, 11, 30), 3), date(2026, 2, 28));
        assert_eq!(c.add_months(date(2025, 5, 15), 3), date(2025, 8, 15));
    }

    #[test]
    fn a_closure_shuts_the_authority_and_moves_no_limit() {
        let monday = date(2025, 6, 2);
        let closed = calendar().with_closures([date(2025, 6, 3)].into());
        assert!(!closed.is_open(date(2025, 6, 3)));
        assert!(closed.is_working_day(date(2025, 6, 3)));
        assert_eq!(closed.add_working_days(monday, 2), date(2025, 6, 4));
        assert!(!closed.is_open(date(2025, 12, 25)), "nor on a bank holiday");
    }

    #[test]
    fn a_limit_outside_the_table_is_computed_and_marked() {
        let c = calendar();
        assert!(!c.add(date(2028, 12, 20), 10, Unit::WorkingDays).certain);
        assert!(!c.add(date(2011, 12, 20), 10, Unit::WorkingDays).certain);
        assert!(c.add(date(2028, 11, 20), 10, Unit::WorkingDays).certain);
        assert!(c.add(date(2031, 1, 1), 6, Unit::Months).certain);
    }

    #[test]
    fn the_alarm_is_silent_until_nine_months_before_the_end() {
        let c = calendar();
        assert_eq!(c.horizon_alarm(date(2028, 3, 31)), None);
        let alarm = c.horizon_alarm(date(2028, 4, 1)).unwrap();
        assert!(alarm.contains("Sun 31 Dec 2028"), "{alarm}");
    }

    fn any_day() -> impl Strategy<Value = Date> {
        (0i64..6200).prop_map(|n| date(2012, 1, 1).saturating_add(n.days()))
    }

    proptest! {
        #[test]
        fn a_working_day_limit_never_ends_on_a_non_working_day(day in any_day(), n in 1u32..80) {
            let c = calendar();
            prop_assert!(c.is_working_day(c.add_working_days(day, n)));
            prop_assert!(c.is_working_day(c.subtract_working_days(day, n)));
        }

        #[test]
        fn limits_add_up(day in any_day(), a in 0u32..60, b in 0u32..60) {
            let c = calendar();
            prop_assert_eq!(c.add_working_days(c.add_working_days(day, a), b), c.add_working_days(day, a + b));
        }

        #[test]
        fn a_longer_limit_ends_later(day in any_day(), n in 0u32..60) {
            let c = calendar();
            prop_assert!(c.add_working_days(day, n) < c.add_working_days(day, n + 1));
        }

        #[test]
        fn a_later_start_never_ends_earlier(day in any_day(), later in 0i64..40, n in 0u32..60) {
            let c = calendar();
            prop_assert!(c.add_working_days(day, n) <= c.add_working_days(day.saturating_add(later.days()), n));
        }

        #[test]
        fn counting_undoes_adding(day in any_day(), n in 0u32..80) {
            let c = calendar();
            prop_assert_eq!(c.working_days_between(day, c.add_working_days(day, n)), n);
        }

        #[test]
        fn subtracting_undoes_adding_from_a_working_day(day in any_day(), n in 0u32..80) {
            let c = calendar();
            let start = c.add_working_days(day, 1);
            prop_assert_eq!(c.subtract_working_days(c.add_working_days(start, n), n), start);
        }

        #[test]
        fn a_month_keeps_the_day_or_takes_the_last(day in any_day(), n in 0u32..40) {
            let due = calendar().add_months(day, n);
            prop_assert!(due.day() == day.day() || (due.day() < day.day() && due == due.last_of_month()));
            let months = i32::from(due.year() - day.year()) * 12 + i32::from(due.month()) - i32::from(day.month());
            prop_assert_eq!(months, i32::try_from(n).unwrap());
        }
    }
}
