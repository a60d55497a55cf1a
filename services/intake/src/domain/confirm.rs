//! Whether one snapshot may confirm what an earlier one no longer said. Two are two only when half a day lies between
//! them: of two made around midnight the second may still be reading tables that are being refilled.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};

/// How far apart they must be.
pub const APART: SignedDuration = SignedDuration::from_hours(12);

/// The days whose snapshots are too near to be confirmed by one as at `as_at` that comes `now`. `recent` are days and
/// arrivals of the source's snapshots of the last half day.
pub fn too_near(as_at: Date, now: Timestamp, recent: &[(Date, Timestamp)]) -> BTreeSet<Date> {
    let own = moment(as_at, now);
    recent
        .iter()
        .filter(|(day, came)| own.duration_since(moment(*day, *came)) < APART)
        .map(|(day, _)| *day)
        .collect()
}

/// The last moment a snapshot can tell of: when it came, or the end of its day if it was loaded later.
fn moment(as_at: Date, came: Timestamp) -> Timestamp {
    let midnight = as_at
        .checked_add(1.day())
        .and_then(|day| day.to_zoned(calendar::london()));
    midnight.map_or(came, |midnight| came.min(midnight.timestamp()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_snapshot_made_just_after_midnight_confirms_nothing_of_the_evening() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (monday, tuesday) = (date(2026, 11, 23), date(2026, 11, 24));
        for (what, first, second, near) in [
            (
                "around midnight",
                "2026-11-23T23:55:00Z",
                "2026-11-24T00:05:00Z",
                true,
            ),
            (
                "half a day",
                "2026-11-23T13:00:00Z",
                "2026-11-24T01:00:00Z",
                false,
            ),
            (
                "a night",
                "2026-11-23T02:00:00Z",
                "2026-11-24T02:00:00Z",
                false,
            ),
            (
                "loaded one after the other later",
                "2026-12-01T09:00:00Z",
                "2026-12-01T09:01:00Z",
                false,
            ),
            (
                "the first loaded late",
                "2026-11-24T00:01:00Z",
                "2026-11-24T00:05:00Z",
                true,
            ),
        ] {
            let found = too_near(tuesday, at(second), &[(monday, at(first))]);
            assert_eq!(!found.is_empty(), near, "{what}");
        }
    }
}
