//! Every stream on the bus, declared in one table.

use std::time::Duration;

use crate::{AuthorityCode, Token};

/// What a stream holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamKind {
    /// The latest message per subject, for ever: any service can be rebuilt from it.
    State,
    /// What happened, for days.
    Events,
}

/// A stream as created on the broker. All discard the new when full, so that a relay backs off and nothing is lost.
#[derive(Debug, PartialEq, Eq)]
pub struct Stream {
    pub name: &'static str,
    /// Third part of its subjects: `evenkeel.<authority>.<area>.<event>.<token>`.
    pub area: &'static str,
    pub kind: StreamKind,
    /// Zero: no limit.
    pub max_age: Duration,
    pub max_bytes: i64,
}

const DAY: u64 = 24 * 60 * 60;
const MIB: i64 = 1024 * 1024;

const fn state(name: &'static str, area: &'static str, max_bytes: i64) -> Stream {
    Stream {
        name,
        area,
        kind: StreamKind::State,
        max_age: Duration::ZERO,
        max_bytes,
    }
}

const fn events(name: &'static str, area: &'static str, days: u64, max_bytes: i64) -> Stream {
    Stream {
        name,
        area,
        kind: StreamKind::Events,
        max_age: Duration::from_secs(days * DAY),
        max_bytes,
    }
}

pub static AUTHORITY: Stream = state("AUTHORITY", "authority", 64 * MIB);
pub static CHRONOLOGY: Stream = state("CHRONOLOGY", "chronology", 8192 * MIB);
/// What intake hears of the people who work there, for the directory.
pub static WORKFORCE: Stream = state("WORKFORCE", "workforce", 256 * MIB);
pub static ORGANISATION: Stream = state("ORGANISATION", "organisation", 256 * MIB);
pub static OBLIGATIONS: Stream = state("OBLIGATIONS", "obligations", 8192 * MIB);
pub static NOTICES: Stream = state("NOTICES", "notice", 4096 * MIB);
/// Facts told by others: the one stream that is written to from outside.
pub static FACTS: Stream = events("FACTS", "fact", 7, 256 * MIB);
pub static SNAPSHOTS: Stream = events("SNAPSHOTS", "snapshot", 14, 256 * MIB);
pub static SIGNALS: Stream = events("SIGNALS", "deadline", 7, 4096 * MIB);
pub static MESSAGES: Stream = events("MESSAGES", "message", 7, 4096 * MIB);
pub static RECEIPTS: Stream = events("RECEIPTS", "receipt", 7, 1024 * MIB);

pub static STREAMS: [&Stream; 11] = [
    &AUTHORITY,
    &CHRONOLOGY,
    &WORKFORCE,
    &ORGANISATION,
    &OBLIGATIONS,
    &NOTICES,
    &FACTS,
    &SNAPSHOTS,
    &SIGNALS,
    &MESSAGES,
    &RECEIPTS,
];

impl Stream {
    /// The subjects this stream stores.
    pub fn subjects(&self) -> String {
        format!("evenkeel.*.{}.>", self.area)
    }

    /// The subject of one message; `event` is the part of the event's type after the dot.
    pub fn subject(&self, authority: &AuthorityCode, event: &str, token: &Token) -> String {
        format!("evenkeel.{authority}.{}.{event}.{token}", self.area)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_streams_share_a_name_or_a_subject() {
        for (i, a) in STREAMS.iter().enumerate() {
            for b in &STREAMS[i + 1..] {
                assert_ne!(a.name, b.name);
                assert_ne!(a.area, b.area);
            }
        }
    }
}
