//! An authority's state after an accepted snapshot.

use contracts::{Authority, AuthorityCode, ClockSetting, SourceState};
use jiff::{Timestamp, civil::Date};

/// What an import does to the authority's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockWish {
    /// Stand still on the morning of the snapshot's day.
    Pin,
    /// Go with the world.
    Real,
    /// Stay as it is.
    Leave,
    /// Stand at this moment until it is set on.
    Step(Timestamp),
}

/// An accepted snapshot, as far as the authority's state depends on it.
pub struct Accepted<'s> {
    pub name: Option<&'s str>,
    pub source: &'s str,
    pub as_at: Date,
    pub at: Timestamp,
    pub supplies: &'s [&'static str],
    pub visits_seen_unreliable: bool,
    pub synthetic: bool,
    pub clock: ClockWish,
    /// Children whose chronology is new, and children whose chronology changed (the new ones too).
    pub children_new: u64,
    pub children_changed: u64,
}

/// The state before an authority's first snapshot.
pub fn unknown(code: &AuthorityCode) -> Authority {
    Authority {
        authority: code.clone(),
        name: code.to_string(),
        revision: 0,
        snapshot: 0,
        clock: ClockSetting::Real,
        sources: Vec::new(),
        children: 0,
        revision_sum: 0,
        synthetic: false,
    }
}

pub fn after(mut state: Authority, accepted: &Accepted<'_>) -> Authority {
    if let Some(name) = accepted.name.map(str::trim).filter(|n| !n.is_empty()) {
        name.clone_into(&mut state.name);
    }
    state.revision += 1;
    state.snapshot = state.revision;
    state.clock = clock(state.clock, accepted.clock, accepted.as_at);
    state.sources.retain(|s| s.source != accepted.source);
    state.sources.push(SourceState {
        source: accepted.source.to_owned(),
        as_at: accepted.as_at,
        accepted_at: accepted.at,
        supplies: accepted
            .supplies
            .iter()
            .map(|&kind| kind.to_owned())
            .collect(),
        visits_seen_unreliable: accepted.visits_seen_unreliable,
    });
    state.sources.sort_by(|a, b| a.source.cmp(&b.source));
    state.children += accepted.children_new;
    state.revision_sum += accepted.children_changed;
    state.synthetic |= accepted.synthetic;
    state
}

/// Events that were taken in, as far as the authority's state depends on them.
pub struct Told<'s> {
    pub source: &'s str,
    pub as_at: Date,
    pub at: Timestamp,
    pub supplies: &'s [String],
    pub children_new: u64,
    pub children_changed: u64,
}

pub fn after_told(mut state: Authority, told: &Told<'_>) -> Authority {
    state.revision += 1;
    state.children += told.children_new;
    state.revision_sum += told.children_changed;
    state.sources.retain(|s| s.source != told.source);
    state.sources.push(SourceState {
        source: told.source.to_owned(),
        as_at: told.as_at,
        accepted_at: told.at,
        supplies: told.supplies.to_vec(),
        visits_seen_unreliable: false,
    });
    state.sources.sort_by(|a, b| a.source.cmp(&b.source));
    state
}

/// A clock that stands still never goes back: an older as-at of another source describes that source only.
pub fn clock(before: ClockSetting, wish: ClockWish, as_at: Date) -> ClockSetting {
    let stood = match before {
        ClockSetting::Real => Timestamp::MIN,
        ClockSetting::Pinned(at) | ClockSetting::Stepped(at) => at,
    };
    match wish {
        ClockWish::Leave => before,
        ClockWish::Real => ClockSetting::Real,
        ClockWish::Pin => ClockSetting::Pinned(morning(as_at).max(stood)),
        ClockWish::Step(to) => ClockSetting::Stepped(to.max(stood)),
    }
}

/// Only what is new or was begun as a play is played: other data may be real.
pub fn may_step(state: &Authority, wish: ClockWish) -> bool {
    let played = state.revision == 0 || matches!(state.clock, ClockSetting::Stepped(_));
    played || !matches!(wish, ClockWish::Step(_))
}

/// The state with its stepped clock set on, and where that stands now; none of a clock that is not stepped.
pub fn stepped(mut state: Authority, to: Timestamp) -> Option<(Authority, Timestamp)> {
    let ClockSetting::Stepped(stood) = state.clock else {
        return None;
    };
    let at = to.max(stood);
    state.clock = ClockSetting::Stepped(at);
    Some((state, at))
}

/// Nine o'clock, local time.
pub fn morning(day: Date) -> Timestamp {
    calendar::london()
        .to_timestamp(day.at(9, 0, 0, 0))
        .expect("nine in the morning exists on every day of the calendar")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn accepted(source: &str, as_at: Date, clock: ClockWish) -> Accepted<'_> {
        Accepted {
            name: None,
            source,
            as_at,
            at: Timestamp::UNIX_EPOCH,
            supplies: &["care_episode"],
            visits_seen_unreliable: false,
            synthetic: false,
            clock,
            children_new: 2,
            children_changed: 3,
        }
    }

    fn state() -> Authority {
        unknown(&"westshire".parse().unwrap())
    }

    #[test]
    fn nine_in_the_morning_is_local_time() {
        assert_eq!(
            morning(date(2018, 3, 31)).to_string(),
            "2018-03-31T08:00:00Z"
        );
        assert_eq!(
            morning(date(2018, 1, 31)).to_string(),
            "2018-01-31T09:00:00Z"
        );
    }

    #[test]
    fn each_snapshot_counts_up_and_replaces_its_own_source_only() {
        let one = after(
            state(),
            &accepted("ssda903", date(2018, 3, 31), ClockWish::Real),
        );
        let two = after(
            one,
            &accepted("allocations", date(2018, 3, 31), ClockWish::Real),
        );
        let three = after(two, &accepted("ssda903", date(2018, 4, 1), ClockWish::Real));
        assert_eq!(
            (three.revision, three.children, three.revision_sum),
            (3, 6, 9)
        );
        let told = Told {
            source: "events/case-system",
            as_at: date(2018, 4, 1),
            at: Timestamp::UNIX_EPOCH,
            supplies: &[],
            children_new: 0,
            children_changed: 1,
        };
        let four = after_told(three.clone(), &told);
        assert_eq!((three.snapshot, four.snapshot, four.revision), (3, 3, 4));
        let sources: Vec<_> = three
            .sources
            .iter()
            .map(|s| (s.source.as_str(), s.as_at))
            .collect();
        assert_eq!(
            sources,
            [
                ("allocations", date(2018, 3, 31)),
                ("ssda903", date(2018, 4, 1))
            ]
        );
    }

    #[test]
    fn only_what_is_new_or_was_begun_as_a_play_is_played() {
        let at = Timestamp::UNIX_EPOCH;
        for (revision, clock, may) in [
            (0, ClockSetting::Real, true),
            (1, ClockSetting::Real, false),
            (1, ClockSetting::Pinned(at), false),
            (1, ClockSetting::Stepped(at), true),
        ] {
            let known = Authority {
                revision,
                clock,
                ..state()
            };
            assert_eq!(may_step(&known, ClockWish::Step(at)), may, "{clock:?}");
            assert!(may_step(&known, ClockWish::Leave));
        }
    }

    #[test]
    fn the_clock_is_pinned_left_or_real_and_never_goes_back() {
        use ClockWish::{Leave, Pin, Real, Step};
        let day = |d| date(2018, 3, d);
        let pinned = |d| ClockSetting::Pinned(morning(day(d)));
        let noon = day(31)
            .at(12, 0, 0, 0)
            .to_zoned(jiff::tz::TimeZone::UTC)
            .unwrap()
            .timestamp();
        for (before, wish, d, want) in [
            (ClockSetting::Real, Pin, 31, pinned(31)),
            (ClockSetting::Real, Leave, 31, ClockSetting::Real),
            (
                ClockSetting::Real,
                Step(noon),
                31,
                ClockSetting::Stepped(noon),
            ),
            (
                ClockSetting::Stepped(noon),
                Step(morning(day(30))),
                31,
                ClockSetting::Stepped(noon),
            ),
            (
                ClockSetting::Stepped(noon),
                Pin,
                31,
                ClockSetting::Pinned(noon),
            ),
            (ClockSetting::Stepped(noon), Real, 31, ClockSetting::Real),
            (pinned(30), Pin, 31, pinned(31)),
            (pinned(30), Pin, 29, pinned(30)),
            (pinned(30), Leave, 31, pinned(30)),
            (pinned(30), Real, 31, ClockSetting::Real),
        ] {
            let state = Authority {
                clock: before,
                ..state()
            };
            assert_eq!(
                after(state, &accepted("ssda903", day(d), wish)).clock,
                want,
                "{before:?} {wish:?} {d}"
            );
        }
    }

    #[test]
    fn invented_data_stays_known_as_invented_and_a_name_stays_until_another_is_given() {
        let invented = Accepted {
            synthetic: true,
            name: Some("Westshire"),
            ..accepted("ssda903", date(2018, 3, 31), ClockWish::Real)
        };
        let state = after(
            after(state(), &invented),
            &accepted("ssda903", date(2018, 4, 1), ClockWish::Real),
        );
        assert!(state.synthetic);
        assert_eq!(state.name, "Westshire");
    }
}
