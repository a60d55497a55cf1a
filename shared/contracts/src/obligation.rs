//! What is due for a child, and the signals a rule gives about it.

use jiff::civil::{Date, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    AuthorityCode, ChildId, Event, StaffId,
    chronology::Holder,
    streams::{OBLIGATIONS, SIGNALS},
};

/// All obligations of one child, closed ones included (state stream `OBLIGATIONS`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChildObligations {
    pub authority: AuthorityCode,
    pub child: ChildId,
    pub revision: u64,
    /// The domain day they were worked out for.
    #[schemars(with = "String")]
    pub day: Date,
    pub holder: Holder,
    /// The reviewing officer, and the chair of conferences, recorded on that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewer: Option<StaffId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chair: Option<StaffId>,
    /// Nothing about the child is shown any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub died: bool,
    /// Siblings share it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// Sorted by due date, then rule.
    pub obligations: Vec<Obligation>,
}

impl Event for ChildObligations {
    const TYPE: &'static str = "obligations.state";
    const STREAM: &'static crate::Stream = &OBLIGATIONS;
}

/// One thing that is due, or was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Obligation {
    /// `ids::obligation`.
    pub id: Uuid,
    pub rule: RuleRef,
    /// Key of the entry that started the clock.
    pub started_by: String,
    /// Day 0.
    #[schemars(with = "String")]
    pub trigger_date: Date,
    #[schemars(with = "String")]
    pub due_date: Date,
    /// The time of day it is due, for a limit in hours; none: by the end of the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub due_time: Option<Time>,
    /// The source's own due date, where it gives another: the earlier of the two warns, and both are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub stated_due: Option<Date>,
    /// The last visit after day 0 that counts for nothing because the child was not seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub attempted: Option<Date>,
    /// A matter without a due date: what a rule found, in words that name nobody. Then `trigger_date` is the first day
    /// that was counted, `due_date` the day from which it holds, and it is never overdue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    pub state: ObligationState,
    /// The day of the evidence, when met: late evidence still meets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub met_date: Option<Date>,
    /// Key of the entry that met it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub met_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Withdrawn>,
    /// Rises each time a closed obligation opens again: then it is told again.
    pub opening: u32,
    /// Rises with every change of this obligation.
    pub revision: u64,
    /// First seen with a new source or a newly switched on rule: told in one summary, not climbed for 10 working days.
    #[serde(default)]
    pub baseline: bool,
}

/// The rule behind an obligation: enough to show its arithmetic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleRef {
    /// Such as `en.cla.first-review`.
    pub id: String,
    pub version: u32,
    /// For people: `First review`.
    pub title: String,
    /// The law or guidance it comes from.
    pub source: String,
    pub kind: RuleKind,
    pub limit: Limit,
}

/// Who sets a limit. National limits can be tightened locally, never loosened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleKind {
    National,
    Guidance,
    Local,
}

/// How long a rule gives, from day 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Limit {
    pub n: u32,
    pub unit: LimitUnit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitUnit {
    WorkingDays,
    Days,
    /// Seven days each.
    Weeks,
    /// Elapsed hours from the time of the trigger; where only its day is known, to the end of the last day.
    Hours,
    /// Calendar months, clamped to the month's end.
    Months,
}

impl From<LimitUnit> for calendar::Unit {
    fn from(unit: LimitUnit) -> Self {
        match unit {
            LimitUnit::WorkingDays => Self::WorkingDays,
            LimitUnit::Days => Self::Days,
            LimitUnit::Weeks => Self::Weeks,
            LimitUnit::Hours => Self::Hours,
            LimitUnit::Months => Self::Months,
        }
    }
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ObligationState {
    Open,
    /// Open after its due date.
    Overdue,
    Met,
    Withdrawn,
}

impl ObligationState {
    pub fn is_running(self) -> bool {
        matches!(self, Self::Open | Self::Overdue)
    }
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Overdue => "overdue",
            Self::Met => "met",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Why a clock stood down without evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Withdrawn {
    /// The period of care, plan or referral ended.
    Ended,
    /// The child died: said to nobody.
    Died,
    /// The entry that started the clock is no longer recorded, or no longer starts it.
    NoLongerStarted,
    /// The rule was switched off.
    RuleOff,
    /// Another clock of the same thing is stricter now: a child has one visit clock at a time.
    Superseded,
    /// Somebody entitled set it aside for this child.
    Overridden,
}

/// What happened to an obligation.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DeadlineEvent {
    Raised,
    Overdue,
    Met,
    /// Still running, and due on another day, or with something else to be said of it (an attempt, another date of the
    /// source): it carries the obligation as it now is.
    Moved,
    Withdrawn,
}

/// A signal of the deadlines service (event stream `SIGNALS`, types `deadline.raised`, `deadline.overdue`, ...). It
/// carries the obligation as it now is, so that readers need no order: an older revision is simply old.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeadlineSignal {
    pub authority: AuthorityCode,
    pub child: ChildId,
    pub what: DeadlineEvent,
    pub obligation: Obligation,
    /// The day the data describes.
    #[schemars(with = "String")]
    pub data_as_at: Date,
    /// The revision of the snapshot that caused it; none for events and the passing of time. Signals of one batch are
    /// told together, once the batch is complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<u64>,
}

impl Event for DeadlineSignal {
    const TYPE: &'static str = "deadline";
    const TYPES: &'static [&'static str] = &[
        "deadline.raised",
        "deadline.overdue",
        "deadline.met",
        "deadline.moved",
        "deadline.withdrawn",
    ];
    const STREAM: &'static crate::Stream = &SIGNALS;

    fn event_type(&self) -> &'static str {
        match self.what {
            DeadlineEvent::Raised => "deadline.raised",
            DeadlineEvent::Overdue => "deadline.overdue",
            DeadlineEvent::Met => "deadline.met",
            DeadlineEvent::Moved => "deadline.moved",
            DeadlineEvent::Withdrawn => "deadline.withdrawn",
        }
    }
}

/// Every chronology up to `revision` has been worked out and gave this many signals with that `batch` (event stream
/// `SIGNALS`). One is published for every snapshot that gave signals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BatchComputed {
    pub authority: AuthorityCode,
    pub batch: u64,
    pub signals: u64,
}

impl Event for BatchComputed {
    const TYPE: &'static str = "batch.computed";
    const STREAM: &'static crate::Stream = &SIGNALS;
}
