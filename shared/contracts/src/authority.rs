//! An authority as every service sees it: its clock, and what its sources have said so far.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Event, fact::is_told_by_events, streams::AUTHORITY};

/// A local authority's short code: it leads every subject and every table key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct AuthorityCode(String);

impl AuthorityCode {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What to tell a person who names an authority that is not here.
pub fn unknown<'a>(
    code: &AuthorityCode,
    known: impl IntoIterator<Item = &'a AuthorityCode>,
) -> String {
    let known: Vec<&str> = known.into_iter().map(AuthorityCode::as_str).collect();
    if known.is_empty() {
        format!("no authority {code} is loaded: import one of its returns first")
    } else {
        let known = known.join(", ");
        format!(
            "no authority {code} is loaded; here are: {known}. Name one of them, or import a return of {code} first"
        )
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "{0:?} is not an authority code: use 2 to 32 lower-case letters, digits or hyphens, starting with a letter, such as \"westshire\""
)]
pub struct BadAuthorityCode(String);

impl FromStr for AuthorityCode {
    type Err = BadAuthorityCode;
    fn from_str(text: &str) -> Result<Self, BadAuthorityCode> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let good = (2..=32).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.chars().all(plain);
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadAuthorityCode(text.to_owned()))
        }
    }
}

impl TryFrom<String> for AuthorityCode {
    type Error = BadAuthorityCode;
    fn try_from(text: String) -> Result<Self, BadAuthorityCode> {
        text.parse()
    }
}

impl From<AuthorityCode> for String {
    fn from(code: AuthorityCode) -> Self {
        code.0
    }
}

impl fmt::Display for AuthorityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AuthorityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthorityCode({:?})", self.0)
    }
}

/// Where an authority's domain time comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockSetting {
    #[default]
    Real,
    /// Set by an import's `--as-at`: time stands still here, and every page says so.
    Pinned(#[schemars(with = "String")] Timestamp),
    /// Set on from moment to moment by `play`: it stands still between them, and has a tomorrow. A `ClockStepped` may
    /// say a later moment than this one.
    Stepped(#[schemars(with = "String")] Timestamp),
}

impl ClockSetting {
    /// It does not go with the world, and every page and message says so.
    pub fn stands_still(self) -> bool {
        self != Self::Real
    }

    /// Nothing that waits for a later moment would ever come.
    pub fn has_no_tomorrow(self) -> bool {
        matches!(self, Self::Pinned(_))
    }
}

/// The moment to which a stepped clock was set last (state stream `AUTHORITY`): a later one is newer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClockStepped {
    pub authority: AuthorityCode,
    #[schemars(with = "String")]
    pub at: Timestamp,
}

impl Event for ClockStepped {
    const TYPE: &'static str = "authority.clock";
    const STREAM: &'static crate::Stream = &AUTHORITY;
}

/// What one source has supplied, as of its last accepted snapshot or the last events taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceState {
    /// `ssda903`, `allocations`, ...
    pub source: String,
    /// Day the data describes: shown on every page and in every message.
    #[schemars(with = "String")]
    pub as_at: jiff::civil::Date,
    #[schemars(with = "String")]
    pub accepted_at: Timestamp,
    /// Kinds of fact (`Fact::kind`) this source can evidence, with dates: a clock runs only where trigger and
    /// evidence are both among its authority's kinds.
    pub supplies: Vec<String>,
    /// So many recent visits leave open whether the child was seen that any visit counts.
    #[serde(default)]
    pub visits_seen_unreliable: bool,
}

/// One authority, published whole at every accepted snapshot and all events taken in (state stream `AUTHORITY`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Authority {
    pub authority: AuthorityCode,
    pub name: String,
    /// Rises by one with every accepted snapshot of any source, and with all events that are taken in together.
    pub revision: u64,
    /// The revision of the last accepted snapshot: what it leads to is told as a whole, what events lead to at once.
    #[serde(default)]
    pub snapshot: u64,
    pub clock: ClockSetting,
    pub sources: Vec<SourceState>,
    /// Children with a chronology, and the sum of their chronologies' revisions: a reader that has both has read
    /// everything up to this revision, whatever the order it came in.
    pub children: u64,
    pub revision_sum: u64,
    /// True for invented data: every page and message says so.
    #[serde(default)]
    pub synthetic: bool,
}

impl Authority {
    /// The sources whose day says how old the picture is: files. Events only add to it; they speak for its age where
    /// there is nothing else.
    pub fn dated_sources(&self) -> impl Iterator<Item = &SourceState> {
        let is_file = |s: &&SourceState| !is_told_by_events(&s.source);
        let only_events = !self.sources.iter().any(|s| is_file(&s));
        self.sources
            .iter()
            .filter(move |s| only_events || is_file(s))
    }
}

impl Event for Authority {
    const TYPE: &'static str = "authority.state";
    const STREAM: &'static crate::Stream = &AUTHORITY;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_checked() {
        for good in ["ab", "westshire", "la-301"] {
            assert!(good.parse::<AuthorityCode>().is_ok(), "{good}");
        }
        for bad in ["", "a", "West", "1ab", "a.b", "a b", "a>", "a*"] {
            assert!(bad.parse::<AuthorityCode>().is_err(), "{bad}");
        }
    }
}
