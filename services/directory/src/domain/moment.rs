//! When a file was made, as far as can be known: it says its day only.

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};

/// Between the file that first lacked somebody and the one that confirms it.
const CONFIRMED_AFTER: SignedDuration = SignedDuration::from_hours(12);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub as_at: Date,
    pub at: Timestamp,
}

impl Moment {
    /// It was made before it came in, and one of an earlier day by noon of the day after.
    pub fn new(as_at: Date, now: Timestamp) -> Self {
        let noon_after = as_at.saturating_add(1.day()).at(12, 0, 0, 0);
        let latest = calendar::london().to_timestamp(noon_after).unwrap_or(now);
        Self {
            as_at,
            at: now.min(latest),
        }
    }

    /// May a file of this moment confirm what one of `first` lacked?
    pub fn confirms(self, first: Self) -> bool {
        self.as_at > first.as_at && self.at.duration_since(first.at) >= CONFIRMED_AFTER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_day_confirms_only_when_twelve_hours_lie_between() {
        // Each file: its day in March 2025, and when it came in.
        for (first, second, want) in [
            ((1, "01T23:55"), (2, "02T00:05"), false),
            ((1, "02T00:01"), (2, "02T00:05"), false),
            ((1, "02T00:05"), (2, "02T12:04"), false),
            ((1, "02T00:05"), (2, "02T12:05"), true),
            ((1, "01T02:00"), (2, "02T02:00"), true),
            ((1, "01T02:00"), (1, "01T23:00"), false),
            ((2, "20T09:00"), (1, "20T23:00"), false),
            // What was kept is brought in all at once.
            ((1, "20T09:00"), (2, "20T09:01"), true),
            ((19, "20T09:00"), (20, "20T09:01"), false),
        ] {
            let moment = |(day, came): (i8, &str)| {
                let now = format!("2025-03-{came}:00Z").parse().unwrap();
                Moment::new(Date::constant(2025, 3, day), now)
            };
            assert_eq!(
                moment(second).confirms(moment(first)),
                want,
                "{first:?} {second:?}"
            );
        }
    }
}
