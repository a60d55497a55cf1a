//! Days as numbers, so that a life of many dates is quick to invent.

use calendar::Calendar;
use jiff::{
    ToSpan, Unit,
    civil::{Date, date},
};

/// Days since 1 January 1970.
pub(super) type Day = i64;

const EPOCH: Date = date(1970, 1, 1);

pub(super) fn number(date: Date) -> Day {
    EPOCH
        .until((Unit::Day, date))
        .map_or(0, |span| i64::from(span.get_days()))
}

pub(super) fn date_of(day: Day) -> Date {
    EPOCH.saturating_add(day.days())
}

/// Every day from long before the first life to long after the last night.
pub(super) struct Diary {
    first: Day,
    /// Each day as it is written.
    written: Vec<String>,
    /// How many working days there are up to and with each day.
    worked: Vec<usize>,
    /// All working days.
    working: Vec<Day>,
}

impl Diary {
    pub(super) fn new(from: Date, to: Date) -> Self {
        let calendar = Calendar::england_and_wales();
        let (first, last) = (
            number(from.saturating_sub(30.years())),
            number(to.saturating_add(15.years())),
        );
        let mut diary = Self {
            first,
            written: Vec::new(),
            worked: Vec::new(),
            working: Vec::new(),
        };
        for day in first..=last {
            let date = date_of(day);
            if calendar.is_working_day(date) {
                diary.working.push(day);
            }
            diary.written.push(date.to_string());
            diary.worked.push(diary.working.len());
        }
        diary
    }

    fn place(&self, day: Day) -> usize {
        usize::try_from(day - self.first)
            .unwrap_or(0)
            .min(self.written.len() - 1)
    }

    pub(super) fn written(&self, day: Day) -> &str {
        &self.written[self.place(day)]
    }

    /// The `n`th working day after `day`; from a day off, the next one is the first.
    pub(super) fn plus(&self, day: Day, n: i64) -> Day {
        let worked = self.worked[self.place(day)];
        let place = worked + usize::try_from(n).unwrap_or(0);
        if n == 0 && self.is_working(day) {
            return day;
        }
        let place = if n == 0 { place } else { place - 1 };
        self.working[place.min(self.working.len() - 1)]
    }

    fn is_working(&self, day: Day) -> bool {
        let worked = self.worked[self.place(day)];
        worked > 0 && self.working[worked - 1] == day
    }

    /// The day itself, or the next working day.
    pub(super) fn on_or_after(&self, day: Day) -> Day {
        self.plus(day, 0)
    }

    /// The day itself, or the last working day before.
    pub(super) fn on_or_before(&self, day: Day) -> Day {
        let worked = self.worked[self.place(day)];
        self.working[worked.saturating_sub(1)]
    }
}

pub(super) fn months_later(day: Day, months: i64) -> Day {
    number(date_of(day).saturating_add(months.months()))
}

pub(super) fn years_later(day: Day, years: i64) -> Day {
    months_later(day, years * 12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn working_days_are_counted_as_the_calendar_counts_them() {
        let calendar = Calendar::england_and_wales();
        let diary = Diary::new(date(2024, 1, 1), date(2025, 1, 1));
        for start in number(date(2023, 12, 20))..number(date(2025, 1, 10)) {
            for n in [1, 2, 15, 45] {
                let expected = calendar.add_working_days(date_of(start), n);
                assert_eq!(date_of(diary.plus(start, i64::from(n))), expected);
            }
            let on = date_of(diary.on_or_after(start));
            assert!(calendar.is_working_day(on) && on >= date_of(start));
            let before = date_of(diary.on_or_before(start));
            assert!(calendar.is_working_day(before) && before <= date_of(start));
            assert_eq!(diary.written(start), date_of(start).to_string());
        }
    }
}
