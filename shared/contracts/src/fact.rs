//! A fact about one child as others tell it, near-live: recorded, corrected or retracted.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AuthorityCode, ChildId, Event, Fact, StaffId, streams::FACTS};

/// What the name of every source of events begins with: those are beside what files say, not instead of it.
const SOURCES: &str = "events/";

/// The source that entries told by events have, by the name it has in the settings.
pub fn source(name: &str) -> String {
    format!("{SOURCES}{name}")
}

/// Whether a source tells by events: it is never late, because it only speaks when there is something to say.
pub fn is_told_by_events(source: &str) -> bool {
    source.starts_with(SOURCES)
}

/// A fact was recorded, or what was recorded of it was corrected: either way this is now all that is said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FactTold {
    pub authority: AuthorityCode,
    pub child: ChildId,
    /// The row's id in the case system, as the authority's files have it. Without one the fact is known by its start
    /// (and the worker of an involvement), as in files whose rows have no id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// When it happened or began.
    #[schemars(with = "String")]
    pub start: Date,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub end: Option<Date>,
    #[serde(flatten)]
    pub fact: Fact,
}

impl FactTold {
    pub const RECORDED: &'static str = "fact.recorded";
    pub const CORRECTED: &'static str = "fact.corrected";
}

impl Event for FactTold {
    const TYPE: &'static str = Self::RECORDED;
    const TYPES: &'static [&'static str] = &[Self::RECORDED, Self::CORRECTED];
    const STREAM: &'static crate::Stream = &FACTS;
}

/// What the same source told before was never so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FactRetracted {
    pub authority: AuthorityCode,
    pub child: ChildId,
    /// A kind of fact, such as `visit` (`Fact::KINDS`).
    pub kind: String,
    /// As it was told; else `start`, and the worker of an involvement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub start: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<StaffId>,
}

impl Event for FactRetracted {
    const TYPE: &'static str = "fact.retracted";
    const STREAM: &'static crate::Stream = &FACTS;
}
