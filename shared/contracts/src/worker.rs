//! What is due for a person who works for the authority, and what a rule found of their work.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AuthorityCode, Event, Obligation, StaffId, streams::OBLIGATIONS};

/// All obligations of one person, those closed in the last 13 months included (state stream `OBLIGATIONS`). Nothing is
/// sent about them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkerObligations {
    pub authority: AuthorityCode,
    pub staff_id: StaffId,
    pub revision: u64,
    /// The domain day they were worked out for.
    #[schemars(with = "String")]
    pub day: Date,
    /// Sorted by due date, then rule.
    pub obligations: Vec<WorkerObligation>,
    /// They review more children than guidance has in mind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviews: Option<ReviewsTooMany>,
}

impl Event for WorkerObligations {
    const TYPE: &'static str = "obligations.worker";
    const STREAM: &'static crate::Stream = &OBLIGATIONS;
}

/// One thing that is due for a person, or was. The id is `ids::worker_obligation`; what started it is `start`, or the
/// day of the supervision before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkerObligation {
    #[serde(flatten)]
    pub obligation: Obligation,
    /// They were away on the day it would have been due, so the limit is counted again from this day, the first one
    /// back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub again_from: Option<Date>,
}

/// A reviewing officer has more children than a rule has in mind. Nothing is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewsTooMany {
    /// Such as `en.worker.reviewing-officer`.
    pub rule: String,
    pub version: u32,
    /// The guidance it comes from.
    pub source: String,
    pub at_most: u32,
    /// Looked after, of whom this person is the reviewing officer on `WorkerObligations::day`.
    pub children: u64,
    /// The first day on which it was found.
    #[schemars(with = "String")]
    pub since: Date,
}
