//! A matter addressed to one person or mailbox, with its steps.

use contracts::{
    AuthorityCode, ChildId, StaffId, TeamId, ids,
    message::{LineChange, NoticeRevision, Outcome, Receipt},
    notice::{NoticeStep, StepState},
};
use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use super::{matter::Matter, step::StepKey};

/// To whom a notice is addressed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Who {
    Person(StaffId),
    /// A team's shared mailbox: counts only.
    Mailbox(TeamId),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub id: Uuid,
    pub who: Who,
    pub child: ChildId,
    pub obligation: Uuid,
    pub opening: u32,
    pub revision: u64,
    pub open: bool,
    pub due_date: Date,
    pub steps: Vec<StepRow>,
    /// Differs from what is stored.
    pub changed: bool,
}

/// One step of a notice: told, or not, exactly once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRow {
    pub key: StepKey,
    pub state: StepState,
    /// Set once gathered; pending with a message is in delivery's hands.
    pub message: Option<Uuid>,
    /// Delivery has been asked to take it out; its receipt decides.
    pub leaving: bool,
    /// Pending: not before this moment. None: until its batch is released.
    pub not_before: Option<Timestamp>,
    pub why: Option<String>,
    pub at: Timestamp,
    pub batch: Option<u64>,
    /// The due date its line said.
    pub said_due: Option<Date>,
    /// Made in this decision: counted as created when stored.
    pub fresh: bool,
}

impl StepRow {
    /// Still here: neither told nor in a message.
    pub fn is_waiting(&self) -> bool {
        self.state == StepState::Pending && self.message.is_none()
    }

    pub fn is_travelling(&self) -> bool {
        self.state == StepState::Pending && self.message.is_some()
    }
}

impl Who {
    pub fn notice(&self, obligation: Uuid, opening: u32) -> Uuid {
        match self {
            Self::Person(person) => ids::notice(obligation, opening, person),
            Self::Mailbox(team) => ids::computed(
                "notice of a mailbox",
                &[&obligation.to_string(), &opening.to_string(), team.as_str()],
            ),
        }
    }
}

impl Notice {
    pub fn new(who: Who, child: &ChildId, matter: &Matter) -> Self {
        let (obligation, opening) = (matter.obligation.id, matter.obligation.opening);
        Self {
            id: who.notice(obligation, opening),
            who,
            child: child.clone(),
            obligation,
            opening,
            revision: 0,
            open: false,
            due_date: matter.obligation.due_date,
            steps: Vec::new(),
            changed: true,
        }
    }

    pub fn step(&self, key: &StepKey) -> Option<&StepRow> {
        self.steps.iter().find(|s| &s.key == key)
    }

    pub fn at_revision(&self) -> NoticeRevision {
        NoticeRevision {
            notice: self.id,
            revision: self.revision,
        }
    }

    /// Takes a waiting step back, or asks delivery for a travelling one; says what delivery must be told.
    pub fn withdraw(
        &mut self,
        index: usize,
        why: &str,
        change: LineChange,
        now: Timestamp,
    ) -> Option<LineChange> {
        let step = &mut self.steps[index];
        if step.is_waiting() {
            step.state = StepState::StoodDown;
            step.at = now;
        } else if step.is_travelling() && !step.leaving {
            step.leaving = true;
        } else {
            return None;
        }
        step.why = Some(why.to_owned());
        self.changed = true;
        self.steps[index].leaving.then_some(change)
    }

    /// Puts a receipt on the step that its message carried. The last word on a message is final.
    pub fn settle(&mut self, index: usize, receipt: &Receipt, now: Timestamp) {
        let stood_down = receipt.stood_down.contains(&self.id);
        let step = &mut self.steps[index];
        if !step.is_travelling() || step.message != Some(receipt.message) {
            return;
        }
        let (state, why) = match &receipt.outcome {
            Outcome::InDoubt => (
                StepState::Pending,
                Some("a crash left it unknown whether the mail server took it".to_owned()),
            ),
            Outcome::Accepted | Outcome::Failed { .. } if stood_down => {
                (StepState::StoodDown, step.why.take())
            }
            Outcome::StoodDown => (StepState::StoodDown, step.why.take()),
            Outcome::Accepted => (StepState::Sent, None),
            Outcome::Failed { reason } => (StepState::Failed, Some(reason.clone())),
        };
        step.leaving = step.leaving && state == StepState::Pending;
        step.state = state;
        step.why = why;
        step.at = now;
        self.changed = true;
    }

    /// The notice as others see it. Mailboxes have none.
    pub fn published(
        &self,
        authority: &AuthorityCode,
        matter: &Matter,
    ) -> Option<contracts::notice::Notice> {
        let Who::Person(person) = &self.who else {
            return None;
        };
        let rule = &matter.obligation.rule;
        Some(contracts::notice::Notice {
            id: self.id,
            authority: authority.clone(),
            person: person.clone(),
            child: self.child.clone(),
            obligation: self.obligation,
            opening: self.opening,
            rule: rule.id.clone(),
            title: rule.title.clone(),
            due_date: self.due_date,
            found: matter.obligation.found.is_some(),
            revision: self.revision,
            open: self.open,
            steps: self.steps.iter().map(StepRow::published).collect(),
        })
    }
}

impl StepRow {
    fn published(&self) -> NoticeStep {
        NoticeStep {
            step: self.key.to_string(),
            state: self.state,
            why: self.why.clone(),
            at: self.at,
            message: self.message,
        }
    }
}
