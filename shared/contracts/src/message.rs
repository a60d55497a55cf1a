//! What goes through one channel at one moment, what may still change in it, and what became of it.

use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    AuthorityCode, ChildId, Event, StaffId, TeamId,
    streams::{MESSAGES, RECEIPTS},
};

/// A message, channel-neutral (event stream `MESSAGES`): channels render it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// Computed from the recipient, the moment and the first notice.
    pub id: Uuid,
    pub authority: AuthorityCode,
    pub authority_name: String,
    pub recipient: Recipient,
    pub kind: MessageKind,
    /// Sent again when it is in doubt after a crash; other mail is not.
    pub must_have: bool,
    /// Subject line: no id and no name of a child.
    pub title: String,
    /// One or two sentences above the lines; the first 100 characters carry no id.
    pub intro: String,
    pub lines: Vec<MessageLine>,
    /// How many more matters wait on the page; their notices are in `unlisted`.
    #[serde(default)]
    pub unlisted: Vec<NoticeRevision>,
    /// Who is told next and when, how to say it is wrong, and the like: sentences below the lines.
    pub closing: Vec<String>,
    #[schemars(with = "String")]
    pub data_as_at: Date,
    /// Domain time when it was gathered.
    #[schemars(with = "String")]
    pub gathered_at: Timestamp,
    /// True for invented data, and said in the message.
    #[serde(default)]
    pub synthetic: bool,
    /// The authority's clock is pinned, and said in the message.
    #[serde(default)]
    pub pinned: bool,
}

impl Event for Message {
    const TYPE: &'static str = "message.gathered";
    const STREAM: &'static crate::Stream = &MESSAGES;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum Recipient {
    Person {
        staff_id: StaffId,
        name: String,
        email: String,
    },
    /// A team's shared mailbox: gets a count, never an id.
    TeamMailbox {
        team: TeamId,
        name: String,
        email: String,
    },
}

impl Recipient {
    pub fn email(&self) -> &str {
        match self {
            Self::Person { email, .. } | Self::TeamMailbox { email, .. } => email,
        }
    }
    pub fn name(&self) -> &str {
        match self {
            Self::Person { name, .. } | Self::TeamMailbox { name, .. } => name,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// The morning mail.
    Digest,
    /// The one summary of what was already due when a source or rule went live.
    Baseline,
    /// Clocks of hours or two days.
    Immediate,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MessageLine {
    /// The notices this line tells (several for siblings), each at the revision it was gathered from.
    pub notices: Vec<NoticeRevision>,
    pub children: Vec<ChildId>,
    /// `First review`.
    pub title: String,
    #[schemars(with = "String")]
    pub due_date: Date,
    /// `due Wed 7 May 2025`, `was due Mon 3 Mar 2025, not recorded`.
    pub text: String,
    /// The arithmetic, the rule and its version: "why am I seeing this".
    pub why: String,
    /// Into the case system, when the authority has set a pattern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Shown under late or upcoming.
    pub late: bool,
    /// Nothing is due: shown under what is to be looked at.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub found: bool,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct NoticeRevision {
    pub notice: Uuid,
    pub revision: u64,
}

/// A line no longer holds (event stream `MESSAGES`): delivery takes it out of messages it has not attempted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MessageChanged {
    pub authority: AuthorityCode,
    /// The notice as it now is: lines gathered from an older revision fall away.
    pub notice: NoticeRevision,
    pub change: LineChange,
}

impl Event for MessageChanged {
    const TYPE: &'static str = "message.changed";
    const STREAM: &'static crate::Stream = &MESSAGES;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineChange {
    /// Evidence arrived, or the clock stopped.
    StoodDown,
    /// Somebody else holds the child now and is told instead.
    Reallocated,
}

/// What became of messages (event stream `RECEIPTS`): those that came to something in one transaction are told together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Receipts {
    pub authority: AuthorityCode,
    pub receipts: Vec<Receipt>,
}

impl Event for Receipts {
    const TYPE: &'static str = "receipts.recorded";
    const STREAM: &'static crate::Stream = &RECEIPTS;
}

/// What became of one message. The last word is `Accepted`, `Failed` or `StoodDown`; `InDoubt` is followed by another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Receipt {
    pub message: Uuid,
    pub channel: String,
    pub outcome: Outcome,
    /// Attempts so far.
    pub attempt: u32,
    /// Machine time.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Notices the message still carried, and those that had stood down before the attempt.
    pub told: Vec<Uuid>,
    pub stood_down: Vec<Uuid>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The next server took responsibility.
    Accepted,
    /// Final: the address or the message was refused, or every attempt was used up.
    Failed { reason: String },
    /// A crash left it unknown whether the server took it; it is sent again.
    InDoubt,
    /// Every line fell away before an attempt.
    StoodDown,
}
