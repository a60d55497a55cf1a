//! Commands and questions: NATS request-reply, answered after commit.

use std::path::PathBuf;

use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{AuthorityCode, ChildId, ObligationState, StaffId};

/// A request and its answer. Subject: `evenkeel.ask.<service>.<name>`.
pub trait Request: Serialize + DeserializeOwned + Send + Sync + 'static {
    const SERVICE: &'static str;
    const NAME: &'static str;
    type Reply: Serialize + DeserializeOwned + Send + 'static;

    fn subject() -> String {
        format!("evenkeel.ask.{}.{}", Self::SERVICE, Self::NAME)
    }
}

/// An answer on the wire: the outcome, or a refusal worded for the person who asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer<R> {
    Done(R),
    /// What, where, and what to do.
    Refused(String),
}

macro_rules! request {
    ($request:ty => $reply:ty, $service:literal, $name:literal) => {
        impl Request for $request {
            const SERVICE: &'static str = $service;
            const NAME: &'static str = $name;
            type Reply = $reply;
        }
    };
}

/// Read a source's files into an authority. `key` makes a repeated request the same request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportFiles {
    pub key: Uuid,
    pub authority: AuthorityCode,
    /// Shown on pages; the code when blank and not yet known.
    pub name: Option<String>,
    /// `ssd` or `ssda903` (a folder), `annexa` (a workbook or a CSV), or `allocations` (a CSV).
    pub source: String,
    /// On the machine of the running instance.
    pub path: PathBuf,
    /// The day the data describes; given, it pins the authority's clock. None: today, and the clock is real.
    pub as_at: Option<Date>,
    /// Domain time at which it arrives in a play: the authority's clock is set to it and goes on by steps.
    #[serde(default)]
    pub played_at: Option<Timestamp>,
    #[serde(default)]
    pub synthetic: bool,
    /// Subject for `ImportProgress`, when somebody watches.
    pub progress: Option<String>,
}
request!(ImportFiles => ImportSummary, "intake", "import");

/// Set an authority's stepped clock on. One that is as late already stays where it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StepClock {
    pub authority: AuthorityCode,
    pub to: Timestamp,
}
request!(StepClock => ClockStands, "intake", "step-clock");

/// Where an authority's stepped clock stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockStands {
    pub at: Timestamp,
}

/// When something that waits for a moment of an authority's own time comes up next.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AskNextMoment {
    pub authority: AuthorityCode,
}
request!(AskNextMoment => NextMoment, "dispatch", "next-moment");

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextMoment {
    /// None: nothing waits.
    pub at: Option<Timestamp>,
}

/// Read a directory CSV (people, teams or days of supervision) into an authority.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportDirectory {
    pub key: Uuid,
    pub authority: AuthorityCode,
    pub path: PathBuf,
    pub as_at: Option<Date>,
    pub progress: Option<String>,
}
request!(ImportDirectory => ImportSummary, "directory", "import");

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportProgress {
    /// `reading episodes.csv`, `recording`, ...
    pub stage: String,
    pub done: u64,
    pub total: u64,
}

/// What an import did. Printed by the command line, kept with the snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImportSummary {
    pub source: String,
    #[schemars(with = "Option<String>")]
    pub as_at: Option<Date>,
    /// The same content with the same as-at had been imported before: nothing changed.
    pub already_imported: bool,
    pub files: Vec<FileSummary>,
    pub children: u64,
    pub recorded: Vec<Counted>,
    pub changed: Vec<Counted>,
    /// Vanished once: still counted until a later snapshot confirms.
    pub missing: Vec<Counted>,
    pub retracted: Vec<Counted>,
    /// Rows not used, by reason: `no care episode for this child`.
    pub set_aside: Vec<Counted>,
    /// Facts dated after the as-at: stored, they take no part until then.
    pub after_as_at: Vec<Counted>,
    pub refused_rows: u64,
    /// The first refusals; all of them are in `refusals_file`.
    pub refused: Vec<RefusedRow>,
    pub refusals_file: Option<PathBuf>,
    /// Sentences a person should read.
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileSummary {
    pub file: String,
    pub rows_read: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counted {
    pub what: String,
    pub count: u64,
    /// Distinct children, where that says more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub children: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RefusedRow {
    pub file: String,
    /// As an editor counts: the header is line 1.
    pub line: u64,
    pub column: String,
    pub value: String,
    pub reason: String,
}

/// Obligations of one authority or all, evaluated on a day, a page at a time in order of authority and child.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListDeadlines {
    pub authority: Option<AuthorityCode>,
    /// None: each authority's own today.
    pub as_at: Option<Date>,
    pub after: Option<(AuthorityCode, ChildId)>,
}
request!(ListDeadlines => DeadlinePage, "deadlines", "list");

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeadlinePage {
    pub rows: Vec<DeadlineRow>,
    /// Ask again after this one; none: that was the last page.
    pub next: Option<(AuthorityCode, ChildId)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadlineRow {
    pub authority: AuthorityCode,
    pub child: ChildId,
    pub rule: String,
    pub trigger_date: Date,
    pub due_date: Date,
    pub state: ObligationState,
    pub met_date: Option<Date>,
    pub owner: Option<StaffId>,
}

/// What is due for the people of one authority or all, evaluated on a day, a page at a time in order of authority and
/// person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListWorkerDeadlines {
    pub authority: Option<AuthorityCode>,
    /// None: each authority's own today.
    pub as_at: Option<Date>,
    pub after: Option<(AuthorityCode, StaffId)>,
}
request!(ListWorkerDeadlines => WorkerDeadlinePage, "deadlines", "list-workers");

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WorkerDeadlinePage {
    pub rows: Vec<WorkerDeadlineRow>,
    /// Ask again after this one; none: that was the last page.
    pub next: Option<(AuthorityCode, StaffId)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerDeadlineRow {
    pub authority: AuthorityCode,
    pub staff_id: StaffId,
    pub rule: String,
    pub trigger_date: Date,
    pub due_date: Date,
    pub state: ObligationState,
    pub met_date: Option<Date>,
    pub manager: Option<StaffId>,
}

/// Why what is due for a person is what it is, in words.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExplainWorker {
    pub authority: Option<AuthorityCode>,
    pub staff_id: StaffId,
    pub as_at: Option<Date>,
}
request!(ExplainWorker => Explanation, "deadlines", "explain-worker");

/// Why a child's deadlines are what they are, in words.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExplainChild {
    pub authority: Option<AuthorityCode>,
    pub child: ChildId,
    pub as_at: Option<Date>,
}
request!(ExplainChild => Explanation, "deadlines", "explain");

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Explanation {
    pub lines: Vec<String>,
}

/// Which rules run for each authority, and why others do not.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListRules {
    pub authority: Option<AuthorityCode>,
}
request!(ListRules => RuleReport, "deadlines", "rules");

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RuleReport {
    pub rules: Vec<RuleStatus>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleStatus {
    /// None: no authority is loaded yet.
    pub authority: Option<AuthorityCode>,
    pub id: String,
    pub version: u32,
    pub title: String,
    /// No two rules are alike in it: `Visit to a child placed for adoption`.
    #[serde(default)]
    pub in_full: String,
    pub effective_from: Date,
    pub source: String,
    /// `20 working days`.
    pub limit: String,
    pub runs: bool,
    /// Why it does not, or on whose evidence it does.
    pub why: String,
}

/// Batches held by the brake.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListHeld {}
request!(ListHeld => HeldBatches, "dispatch", "held");

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HeldBatches {
    pub batches: Vec<HeldBatch>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldBatch {
    pub authority: AuthorityCode,
    pub batch: u64,
    /// How many people it would tell, and how many are usual.
    pub people: u64,
    pub usual: u64,
}

/// Let a held batch go.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReleaseBatch {
    pub authority: AuthorityCode,
    pub batch: u64,
}
request!(ReleaseBatch => Released, "dispatch", "release");

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Released {
    pub people: u64,
}

/// Why people were told about a child's deadlines, or were not: every verdict, oldest first, in words.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExplainTold {
    pub authority: AuthorityCode,
    pub child: ChildId,
}
request!(ExplainTold => Explanation, "dispatch", "why");

/// The conservation account: steps by state, and how many were created.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AskAccount {
    pub authority: Option<AuthorityCode>,
}
request!(AskAccount => Account, "dispatch", "account");

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub created: u64,
    pub pending: u64,
    pub sent: u64,
    pub suppressed: u64,
    pub stood_down: u64,
    pub failed: u64,
    /// Signals, and those that led to a notice or a recorded "nobody" (suppressed by policy counts as led).
    pub signals: u64,
    pub signals_answered: u64,
    pub nobody: u64,
}

/// The development mailbox, newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListMail {
    pub authority: Option<AuthorityCode>,
    /// Position to go on from (`MailPage::next`).
    pub after: Option<u64>,
    pub limit: u32,
}
request!(ListMail => MailPage, "delivery", "mailbox");

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MailPage {
    pub mails: Vec<MailHeader>,
    pub total: u64,
    pub next: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailHeader {
    pub message: Uuid,
    pub authority: AuthorityCode,
    pub to: String,
    pub subject: String,
    /// Domain time when it was gathered.
    pub gathered_at: Timestamp,
    /// Machine time when it was sent.
    pub at: Timestamp,
}

/// One mail, as sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowMail {
    pub message: Uuid,
}
request!(ShowMail => Mail, "delivery", "mail");

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    pub header: MailHeader,
    pub message_id: String,
    pub text: String,
    pub html: String,
}

/// How delivery stands, for the status page and the command line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AskDelivery {}
request!(AskDelivery => DeliveryStatus, "delivery", "status");

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryStatus {
    pub channel: String,
    pub waiting: u64,
    pub accepted: u64,
    pub failed: u64,
    pub stood_down: u64,
    /// Found unfinished after a crash, ever; and those that are not to be sent again.
    pub in_doubt: u64,
    /// What the channel last complained of, while it does.
    pub trouble: Option<String>,
    /// Messages in doubt or failed, newest first, 50 at most.
    pub shown: Vec<DeliveryTrouble>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryTrouble {
    pub message: Uuid,
    pub authority: AuthorityCode,
    pub to: String,
    pub what: String,
    pub at: Timestamp,
}

/// Messages a service could not handle. The subject's service part is the service's name, so build the subject with
/// `dead_letter_subject`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeadLetterAsk {
    List,
    Show(Uuid),
    Replay(Uuid),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeadLetterReply {
    List(Vec<DeadLetter>),
    /// With its body.
    Shown(DeadLetter, String),
    Replayed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    pub id: Uuid,
    pub service: String,
    pub consumer: String,
    pub subject: String,
    pub event_type: String,
    pub reason: String,
    pub at: Timestamp,
}

pub fn dead_letter_subject(service: &str) -> String {
    format!("evenkeel.ask.{service}.dead-letters")
}

/// Is a service at rest: nothing in its outbox, nothing unread, nothing due?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    pub outbox: u64,
    pub unread: u64,
    pub due: u64,
}

impl Rest {
    pub fn is_at_rest(self) -> bool {
        self == Self::default()
    }

    /// All that is still to be done, of whatever kind.
    pub fn left(self) -> u64 {
        self.outbox
            .saturating_add(self.unread)
            .saturating_add(self.due)
    }
}

impl std::ops::AddAssign for Rest {
    fn add_assign(&mut self, more: Self) {
        self.outbox += more.outbox;
        self.unread += more.unread;
        self.due += more.due;
    }
}

pub fn rest_subject(service: &str) -> String {
    format!("evenkeel.ask.{service}.rest")
}

/// How a service stands: what it has still to do, what it could not handle, and what is wrong now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub rest: Rest,
    pub dead_letters: u64,
    pub troubles: Vec<Trouble>,
    /// Rises with everything the service records: two looks with the same number saw nothing change.
    pub commits: u64,
}

/// A part of a service that does not work, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    pub part: String,
    /// Worded for the operator.
    pub what: String,
    pub since: Timestamp,
}

pub fn standing_subject(service: &str) -> String {
    format!("evenkeel.ask.{service}.standing")
}

/// A new one-time link into the dashboard. Links given before stay good until they are used or grow old.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewLink {}
request!(NewLink => Link, "dashboard", "link");

/// Works once: whoever opens it is the operator. Not for logs.
#[derive(Clone, Serialize, Deserialize)]
pub struct Link {
    pub url: String,
}
