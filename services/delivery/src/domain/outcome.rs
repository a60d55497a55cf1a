//! What an answer means for a message.

use contracts::message::Outcome;
use jiff::Timestamp;
use uuid::Uuid;

use super::backoff::{self, Limits};

/// What a channel answers: did it work, and is it worth retrying?
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The next server took responsibility.
    Sent,
    /// Not now. Reasons are for people: no address in them.
    Retry { reason: String, trouble: Trouble },
    /// Never: this message or its address was refused.
    Refused { reason: String },
    /// It was handed over and no answer came: nobody knows.
    InDoubt { reason: String },
}

/// Whose trouble it is: what ails the channel is never held against a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    Channel,
    Message,
}

/// Where a message is. It leaves `Waiting` only in the transaction that records an attempt, and `Attempting` only in
/// the one that records what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Waiting,
    Attempting,
    Accepted,
    Failed,
    InDoubt,
    StoodDown,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Attempting => "attempting",
            Self::Accepted => "accepted",
            Self::Failed => "failed",
            Self::InDoubt => "in_doubt",
            Self::StoodDown => "stood_down",
        }
    }
}

/// How often a message has been tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    pub message: Uuid,
    pub must_have: bool,
    /// Tries that count, the present one included.
    pub attempt: u32,
    /// Tries in a row that came to nothing through the channel's fault.
    pub lost: u32,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// The channel answered.
    Answer(Verdict),
    /// It was put back before it was begun.
    NotBegun,
    /// Found at start: whoever attempted it is no more.
    Interrupted,
    /// The same, on a channel whose effect is recorded with the receipt: so nothing was sent.
    Unsent,
}

/// What is to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub state: State,
    pub attempt: u32,
    pub lost: u32,
    /// When to try again, if waiting.
    pub next_at: Timestamp,
    /// What to tell, if anything.
    pub receipt: Option<Outcome>,
    /// Shown to people: what was in doubt or failed.
    pub shown: Option<String>,
}

/// Decides, at a moment of machine time.
pub fn after(came: Came, tries: Tries, limits: &Limits, now: Timestamp) -> Decision {
    match came {
        Came::Answer(Verdict::Sent) => closed(State::Accepted, tries, now, Outcome::Accepted, None),
        Came::Answer(Verdict::Refused { reason }) => failed(reason, tries, now),
        Came::Answer(Verdict::Retry {
            reason,
            trouble: Trouble::Message,
        }) => {
            if tries.attempt >= limits.attempts {
                failed(
                    format!("tried {} times, the last time: {reason}", tries.attempt),
                    tries,
                    now,
                )
            } else {
                again(tries, limits, now)
            }
        }
        Came::Answer(Verdict::Retry {
            trouble: Trouble::Channel,
            ..
        }) => {
            let lost = tries.lost.saturating_add(1);
            let wait = backoff::delay(limits.channel, lost, backoff::chance(tries.message, lost));
            uncounted(tries, lost, later(now, wait))
        }
        Came::NotBegun | Came::Unsent => uncounted(tries, tries.lost, now),
        Came::Answer(Verdict::InDoubt { reason }) => doubt(&reason, tries, limits, now),
        Came::Interrupted => doubt(
            "Evenkeel stopped while it was being sent",
            tries,
            limits,
            now,
        ),
    }
}

fn failed(reason: String, tries: Tries, now: Timestamp) -> Decision {
    let shown = Some(format!("Not delivered: {reason}."));
    closed(State::Failed, tries, now, Outcome::Failed { reason }, shown)
}

/// Must-have mail is worth arriving twice, a limited number of times; other mail is not.
fn doubt(reason: &str, tries: Tries, limits: &Limits, now: Timestamp) -> Decision {
    let again_ = tries.must_have && tries.attempt < limits.attempts;
    let then = if again_ {
        "It is sent again and may arrive twice"
    } else {
        "It is not sent again"
    };
    let shown = Some(format!("In doubt: {reason}. {then}."));
    if again_ {
        let receipt = Some(Outcome::InDoubt);
        return Decision {
            receipt,
            shown,
            ..again(tries, limits, now)
        };
    }
    // The last word on it: whoever waits for a receipt waits no longer.
    let reason = format!("{reason}; nobody knows whether it arrived");
    closed(
        State::InDoubt,
        tries,
        now,
        Outcome::Failed { reason },
        shown,
    )
}

fn again(tries: Tries, limits: &Limits, now: Timestamp) -> Decision {
    let chance = backoff::chance(tries.message, tries.attempt);
    let wait = backoff::delay(limits.message, tries.attempt, chance);
    Decision {
        state: State::Waiting,
        attempt: tries.attempt,
        lost: 0,
        next_at: later(now, wait),
        receipt: None,
        shown: None,
    }
}

fn uncounted(tries: Tries, lost: u32, next_at: Timestamp) -> Decision {
    Decision {
        state: State::Waiting,
        attempt: tries.attempt.saturating_sub(1),
        lost,
        next_at,
        receipt: None,
        shown: None,
    }
}

fn closed(
    state: State,
    tries: Tries,
    now: Timestamp,
    receipt: Outcome,
    shown: Option<String>,
) -> Decision {
    Decision {
        state,
        attempt: tries.attempt,
        lost: 0,
        next_at: now,
        receipt: Some(receipt),
        shown,
    }
}

fn later(now: Timestamp, wait: std::time::Duration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}
