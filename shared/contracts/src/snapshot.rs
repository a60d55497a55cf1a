//! What became of a source's snapshot.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AuthorityCode, Event, streams::SNAPSHOTS};

/// A snapshot was taken in: what it changed, in entries (event stream `SNAPSHOTS`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotAccepted {
    pub authority: AuthorityCode,
    pub source: String,
    #[schemars(with = "String")]
    pub as_at: Date,
    /// The authority's revision from this snapshot on.
    pub revision: u64,
    /// Children whose chronology changed.
    pub children_changed: u64,
    pub recorded: u64,
    pub changed: u64,
    pub missing: u64,
    pub retracted: u64,
    pub refused_rows: u64,
}

impl Event for SnapshotAccepted {
    const TYPE: &'static str = "snapshot.accepted";
    const STREAM: &'static crate::Stream = &SNAPSHOTS;
}

/// A snapshot was refused whole: nothing accepted before it has changed (event stream `SNAPSHOTS`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotRefused {
    pub authority: AuthorityCode,
    pub source: String,
    #[schemars(with = "String")]
    pub as_at: Date,
    /// What, where and what to do, in words; no child is named.
    pub reason: String,
}

impl Event for SnapshotRefused {
    const TYPE: &'static str = "snapshot.refused";
    const STREAM: &'static crate::Stream = &SNAPSHOTS;
}
