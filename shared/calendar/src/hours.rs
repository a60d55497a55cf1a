//! When a person may be reminded.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time, Weekday, time},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use crate::Calendar;

/// London time by the rule that has held since 1996, so that no machine needs a time zone database.
pub fn london() -> TimeZone {
    TimeZone::posix("GMT0BST,M3.5.0/1,M10.5.0").expect("a valid rule, checked by a test")
}

/// The authority's working hours, London time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkingHours {
    pub start: Time,
    pub end: Time,
}

impl Default for WorkingHours {
    fn default() -> Self {
        Self {
            start: time(9, 0, 0, 0),
            end: time(17, 0, 0, 0),
        }
    }
}

/// How far ahead a working morning is looked for: longer than any closure, and an end to the search.
const SEARCH_DAYS: usize = 400;

impl Calendar {
    /// The first start of working hours at or after `now` on a day that is open, in the person's pattern and not away;
    /// none within 400 days for somebody who does not come back.
    pub fn next_working_morning(
        &self,
        now: Timestamp,
        works_on: impl Fn(Weekday) -> bool,
        is_away: impl Fn(Date) -> bool,
    ) -> Option<Timestamp> {
        let zone = london();
        let today = now.to_zoned(zone.clone()).date();
        today
            .series(1.day())
            .take(SEARCH_DAYS)
            .filter(|day| self.is_open(*day) && works_on(day.weekday()) && !is_away(*day))
            .filter_map(|day| zone.to_timestamp(day.to_datetime(self.hours.start)).ok())
            .find(|morning| *morning >= now)
    }

    /// Is `now` within the working hours of a person who is at work that day?
    pub fn is_working_time(
        &self,
        now: Timestamp,
        works_on: impl Fn(Weekday) -> bool,
        is_away: impl Fn(Date) -> bool,
    ) -> bool {
        let local = now.to_zoned(london());
        let day = local.date();
        self.is_open(day)
            && works_on(day.weekday())
            && !is_away(day)
            && (self.hours.start..self.hours.end).contains(&local.time())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{DateTime, date};
    use proptest::prelude::*;

    use super::*;

    fn at(local: &str) -> Timestamp {
        let local: DateTime = local.parse().unwrap();
        london().to_timestamp(local).unwrap()
    }

    fn weekdays(day: Weekday) -> bool {
        day.to_monday_one_offset() <= 5
    }

    fn next(now: &str) -> Option<Timestamp> {
        Calendar::england_and_wales().next_working_morning(at(now), weekdays, |_| false)
    }

    #[test]
    fn the_next_working_morning_skips_what_is_closed() {
        for (now, morning) in [
            ("2025-06-03T08:59", "2025-06-03T09:00"),
            ("2025-06-03T09:00", "2025-06-03T09:00"),
            ("2025-06-03T09:01", "2025-06-04T09:00"),
            ("2025-06-06T18:00", "2025-06-09T09:00"),
            ("2025-04-17T17:00", "2025-04-22T09:00"),
        ] {
            assert_eq!(next(now), Some(at(morning)), "{now}");
        }
    }

    #[test]
    fn nine_o_clock_is_nine_o_clock_on_both_sides_of_a_clock_change() {
        assert_eq!(
            next("2026-03-27T12:00"),
            "2026-03-30T08:00:00Z".parse().ok()
        );
        assert_eq!(
            next("2026-10-23T12:00"),
            "2026-10-26T09:00:00Z".parse().ok()
        );
    }

    #[test]
    fn hours_that_a_clock_change_skips_still_have_a_morning() {
        let night = WorkingHours {
            start: time(1, 30, 0, 0),
            end: time(9, 0, 0, 0),
        };
        let all_week = Calendar {
            holidays: [].into(),
            ..Calendar::england_and_wales()
        }
        .with_hours(night);
        let monday = all_week.next_working_morning(at("2026-03-28T12:00"), |_| true, |_| false);
        assert_eq!(monday, Some(at("2026-03-30T01:30")));
    }

    #[test]
    fn a_person_s_own_pattern_absence_and_the_authority_s_closures_count() {
        let calendar = Calendar::england_and_wales()
            .with_closures([date(2025, 6, 4), date(2025, 6, 5)].into());
        let now = at("2025-06-03T12:00");
        let not_fridays = |day| weekdays(day) && day != Weekday::Friday;
        let away = |day| day == date(2025, 6, 9);
        let morning = calendar.next_working_morning(now, not_fridays, away);
        assert_eq!(morning, Some(at("2025-06-10T09:00")));
        assert_eq!(calendar.next_working_morning(now, |_| false, away), None);
        assert_eq!(calendar.next_working_morning(now, weekdays, |_| true), None);
    }

    #[test]
    fn working_time_ends_at_five() {
        let calendar = Calendar::england_and_wales();
        let working = |now: &str| calendar.is_working_time(at(now), weekdays, |_| false);
        assert!(working("2025-06-03T09:00"));
        assert!(working("2025-06-03T16:59"));
        assert!(!working("2025-06-03T17:00"));
        assert!(!working("2025-06-07T12:00"), "a Saturday");
        assert!(!working("2025-12-25T12:00"), "Christmas Day");
    }

    proptest! {
        #[test]
        fn a_working_morning_is_an_open_day_at_nine(seconds in 1_400_000_000i64..1_800_000_000) {
            let calendar = Calendar::england_and_wales();
            let now = Timestamp::from_second(seconds).unwrap();
            let morning = calendar.next_working_morning(now, weekdays, |_| false).unwrap();
            let local = morning.to_zoned(london());
            prop_assert!(morning >= now);
            prop_assert!(calendar.is_open(local.date()));
            prop_assert_eq!(local.time(), time(9, 0, 0, 0));
        }
    }
}
