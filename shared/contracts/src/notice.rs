//! A matter addressed to one person, from first sight to closed.

use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{AuthorityCode, ChildId, Event, StaffId, streams::NOTICES};

/// One notice with what became of each of its steps (state stream `NOTICES`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Notice {
    /// `ids::notice`.
    pub id: Uuid,
    pub authority: AuthorityCode,
    pub person: StaffId,
    pub child: ChildId,
    pub obligation: Uuid,
    pub opening: u32,
    pub rule: String,
    pub title: String,
    #[schemars(with = "String")]
    pub due_date: Date,
    /// Nothing is due: `due_date` is the day from which what was found holds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub found: bool,
    pub revision: u64,
    pub open: bool,
    pub steps: Vec<NoticeStep>,
}

impl Event for Notice {
    const TYPE: &'static str = "notice.state";
    const STREAM: &'static crate::Stream = &NOTICES;
}

/// One thing to say about a notice: a rung of its ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoticeStep {
    /// Such as `baseline`, `approaching 15`, `overdue`.
    pub step: String,
    pub state: StepState,
    /// Why it is held, was suppressed or stood down; for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    #[schemars(with = "String")]
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Uuid>,
}

/// Exactly one of these per notice and step: their counts add up to the steps created.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Waiting, in dispatch or in delivery.
    Pending,
    Sent,
    Suppressed,
    StoodDown,
    Failed,
}

impl StepState {
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::Sent,
        Self::Suppressed,
        Self::StoodDown,
        Self::Failed,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::Suppressed => "suppressed",
            Self::StoodDown => "stood_down",
            Self::Failed => "failed",
        }
    }
}
