//! Supervision of the people who work for an authority: the days on which it was held, and nothing of what was said.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    AuthorityCode, Event, StaffId,
    streams::{FACTS, ORGANISATION, WORKFORCE},
};

/// Somebody had supervision, as others tell it (stream `FACTS`). Told again with the same key, this is now all that is
/// said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SupervisionHeld {
    pub authority: AuthorityCode,
    pub staff_id: StaffId,
    #[schemars(with = "String")]
    pub held_on: Date,
    /// The record's id, as the authority's files have it. Without one the supervision is known by its day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl Event for SupervisionHeld {
    const TYPE: &'static str = "supervision.held";
    const STREAM: &'static crate::Stream = &FACTS;
}

/// What the same source told of a supervision was never so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SupervisionRetracted {
    pub authority: AuthorityCode,
    pub staff_id: StaffId,
    /// As it was told; else its day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub held_on: Option<Date>,
}

impl Event for SupervisionRetracted {
    const TYPE: &'static str = "supervision.retracted";
    const STREAM: &'static crate::Stream = &FACTS;
}

/// All that events have told of one person's supervision (state stream `WORKFORCE`): intake passes it on to the
/// directory, which puts it beside what its files say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SupervisionTold {
    pub authority: AuthorityCode,
    pub staff_id: StaffId,
    pub revision: u64,
    /// By day, then key.
    pub held: Vec<HeldTold>,
}

impl Event for SupervisionTold {
    const TYPE: &'static str = "workforce.supervision";
    const STREAM: &'static crate::Stream = &WORKFORCE;
}

/// One supervision that an event told of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct HeldTold {
    #[schemars(with = "String")]
    pub held_on: Date,
    /// As in a file: the record's id, else the day.
    pub key: String,
    /// The authority's day when it was told: a file of a later day with the same key knows better.
    #[schemars(with = "String")]
    pub told_on: Date,
}

/// The days on which one person had supervision, whoever recorded them (state stream `ORGANISATION`): those of the last
/// 13 months, and always the latest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Supervision {
    pub authority: AuthorityCode,
    pub staff_id: StaffId,
    pub revision: u64,
    /// Each day once, in order.
    #[schemars(with = "Vec<String>")]
    pub held: Vec<Date>,
}

impl Event for Supervision {
    const TYPE: &'static str = "organisation.supervision";
    const STREAM: &'static crate::Stream = &ORGANISATION;
}

/// That an authority's supervision is recorded here, and for which days (state stream `ORGANISATION`): none is published
/// where there is no such record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SupervisionRecord {
    pub authority: AuthorityCode,
    pub revision: u64,
    /// The first day recorded for anybody: of earlier days nothing is known.
    #[schemars(with = "String")]
    pub since: Date,
    /// Nothing is recorded any more: all that was has been taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
    /// The day the record describes.
    #[schemars(with = "String")]
    pub as_at: Date,
}

impl Event for SupervisionRecord {
    const TYPE: &'static str = "organisation.supervision-record";
    const STREAM: &'static crate::Stream = &ORGANISATION;
}
