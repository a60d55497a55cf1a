//! Claim, send, record: an attempt is on record before anything leaves, and no transaction is held across a send.

mod claim;
mod metrics;
mod pump;
mod record;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bus::{Context, Lease};
use contracts::{
    AuthorityCode, Envelope, TokenKey,
    message::{Outcome, Receipt, Receipts},
};
use jiff::Timestamp;
use store::Tx;

pub use self::{claim::Claimed, metrics::Metrics, pump::run};
use crate::{
    Config, SERVICE,
    channels::Channel,
    domain::{Came, Health, Limits, Live, State, Tries, Trouble, Verdict},
    render::{self, Mail},
    store::sending,
};

/// Everything a sender needs. Cheap to share; of all processes one sends through a channel, the others stand by.
pub struct Sender {
    pub(crate) context: Context,
    pub(crate) channel: Arc<dyn Channel>,
    limits: Limits,
    domain: String,
    lease: Lease,
    health: Mutex<Health>,
    metrics: Metrics,
}

/// A message whose attempt is on record, with what still holds of it.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub live: Live,
    pub tries: Tries,
}

/// What came of an attempt, not on record yet.
#[derive(Debug)]
pub struct Done {
    pub attempt: Attempt,
    /// None if it was never rendered.
    pub mail: Option<Mail>,
    pub came: Came,
}

/// Most messages that can be attempted and not recorded, and so in doubt after a crash.
const MOST_IN_DOUBT: usize = 64;

impl Sender {
    pub fn new(context: Context, channel: Arc<dyn Channel>, config: &Config) -> Self {
        let lasts = Duration::from_millis(config.takeover_ms);
        Self {
            context,
            lease: Lease::new(format!("sender of {}", channel.name()), lasts),
            channel,
            limits: config.limits(),
            domain: config.domain(),
            health: Mutex::default(),
            metrics: Metrics::new(&opentelemetry::global::meter("evenkeel.delivery")),
        }
    }

    /// How many may be attempted and not recorded: groups as large as the open connections overlap, so that none
    /// waits for the store.
    fn most_at_once(&self) -> usize {
        let usual = (4 * self.channel.lanes()).clamp(1, MOST_IN_DOUBT);
        self.health(|h| h.at_once(usual))
    }

    /// What the channel last complained of, while it does.
    pub fn trouble(&self) -> Option<String> {
        self.health(|h| h.trouble.clone())
    }

    /// At start: what was attempted and never recorded is in doubt.
    pub async fn recover(&self) -> anyhow::Result<usize> {
        let mut tx = self.context.db.begin().await?;
        let count = self.recover_in(&mut tx).await?;
        tx.commit().await?;
        Ok(count)
    }

    /// Becomes the one that sends, unless another is; what that one left attempted is in doubt.
    async fn take_over(&self) -> anyhow::Result<bool> {
        let mut tx = self.context.db.begin().await?;
        let Some(taken) = self.lease.hold(&mut tx, &self.context).await? else {
            return Ok(false);
        };
        self.recover_in(&mut tx).await?;
        tx.commit().await?;
        self.lease.committed(taken);
        Ok(true)
    }

    async fn recover_in(&self, tx: &mut Tx) -> anyhow::Result<usize> {
        // Over a store that is ours alone nobody else sends through any channel.
        let now = if self.context.db.is_ours_alone() {
            Timestamp::MAX
        } else {
            self.context.clock.machine_now()
        };
        let found = sending::interrupted(tx, self.channel.name(), now).await?;
        let count = found.len();
        let done = found.into_iter().map(|found| self.interrupted(found));
        self.record_in(tx, &done.collect::<Vec<_>>()).await?;
        if count > 0 {
            tracing::warn!(
                messages = count,
                "in doubt after a crash: attempted, and the answer not recorded"
            );
        }
        Ok(count)
    }

    fn interrupted(&self, found: sending::Interrupted) -> Done {
        let own = found.channel == self.channel.name() && self.channel.records();
        let message = found.held.message;
        let stood_down = found.stood_down;
        let told = crate::domain::lines::notices(&message)
            .map(|n| n.notice)
            .filter(|n| !stood_down.contains(n))
            .collect();
        Done {
            attempt: Attempt {
                tries: Tries {
                    message: message.id,
                    must_have: message.must_have,
                    attempt: found.held.attempt,
                    lost: found.held.lost,
                },
                live: Live {
                    message,
                    told,
                    stood_down,
                    fallen: 0,
                },
            },
            mail: None,
            came: if own { Came::Unsent } else { Came::Interrupted },
        }
    }

    /// Records the attempts of what is ready, `most` at most. They are to be sent, or put back as `NotBegun`.
    pub async fn claim(&self, most: usize) -> anyhow::Result<Claimed> {
        let mut tx = self.context.db.begin().await?;
        let claimed = self.claim_in(&mut tx, most).await?;
        self.context.crash.at("send.before-claim-commit")?;
        tx.commit().await?;
        self.context.crash.at("send.after-claim")?;
        Ok(claimed)
    }

    /// Sends one message. Nothing of it is on record yet.
    pub async fn send(&self, attempt: Attempt) -> Done {
        let now = self.context.clock.machine_now();
        let mail = render::mail(&attempt.live, &self.domain, now);
        let verdict = self.channel.send(&mail).await;
        self.hear(&verdict);
        Done {
            attempt,
            mail: Some(mail),
            came: Came::Answer(verdict),
        }
    }

    /// Records what came, with its receipts.
    pub async fn record(&self, done: &[Done]) -> anyhow::Result<()> {
        let mut tx = self.context.db.begin().await?;
        self.record_in(&mut tx, done).await?;
        self.context.crash.at("send.before-record-commit")?;
        tx.commit().await?;
        self.context.crash.at("send.after-record")?;
        Ok(())
    }

    /// One group from claim to record; true if there was something to do. What the simulated world drives.
    pub async fn send_once(&self) -> anyhow::Result<bool> {
        let now = self.context.clock.machine_now();
        if self.health(|h| h.rests_until(now)).is_some() {
            return Ok(false);
        }
        let times = sending::peek(&self.context.db, self.most_at_once()).await?;
        let ready = times.iter().filter(|at| **at <= now).count();
        if ready == 0 || !self.prepare(ready).await {
            return Ok(false);
        }
        let claimed = self
            .claim(self.most_at_once().min(self.channel.lanes()))
            .await?;
        let sends = claimed.attempts.into_iter().map(|a| self.send(a));
        let done = futures::future::join_all(sends).await;
        self.context.crash.at("send.after-send")?;
        self.record(&done).await?;
        Ok(claimed.stood_down + done.len() > 0)
    }

    /// Makes the channel ready before any attempt is recorded; false while it cannot be.
    async fn prepare(&self, ready: usize) -> bool {
        let want = self.health(|h| h.at_once(ready));
        match self.channel.prepare(want).await {
            Ok(()) => true,
            Err(words) => {
                self.complain(&words);
                false
            }
        }
    }

    fn hear(&self, verdict: &Verdict) {
        match verdict {
            Verdict::InDoubt { reason }
            | Verdict::Retry {
                reason,
                trouble: Trouble::Channel,
            } => self.complain(reason),
            Verdict::Sent | Verdict::Refused { .. } | Verdict::Retry { .. } => {
                self.health(Health::works);
            }
        }
    }

    fn complain(&self, words: &str) {
        let now = self.context.clock.machine_now();
        let chance = rand::random();
        let channel = self.channel.name();
        if self.health(|h| h.is_troubled(words, &self.limits, chance, now)) {
            tracing::warn!(
                channel,
                "{words}; nothing is lost, messages wait and are tried again"
            );
        }
    }

    fn health<T>(&self, f: impl FnOnce(&mut Health) -> T) -> T {
        f(&mut self.health.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn receipt(channel: &str, live: &Live, outcome: Outcome, attempt: u32, at: Timestamp) -> Receipt {
    Receipt {
        message: live.message.id,
        channel: channel.to_owned(),
        outcome,
        attempt,
        at,
        told: live.told.clone(),
        stood_down: live.stood_down.clone(),
    }
}

/// Receipts of one authority as one event; none when there are none. Its id comes from what it says: the same words
/// recorded again are the same event.
fn told(
    tokens: &TokenKey,
    authority: &AuthorityCode,
    receipts: Vec<Receipt>,
    at: Timestamp,
) -> Option<Envelope> {
    let first = receipts.first()?.message.to_string();
    let causes: Vec<String> = receipts
        .iter()
        .map(|r| {
            let what = match r.outcome {
                Outcome::Accepted => State::Accepted,
                Outcome::Failed { .. } => State::Failed,
                Outcome::InDoubt => State::InDoubt,
                Outcome::StoodDown => State::StoodDown,
            };
            format!("{} {} {}", r.message, what.as_str(), r.attempt)
        })
        .collect();
    let causes: Vec<&str> = causes.iter().map(String::as_str).collect();
    let id = contracts::ids::computed("receipts", &causes);
    let event = Receipts {
        authority: authority.clone(),
        receipts,
    };
    let token = tokens.token(authority, "receipts", &first);
    Some(Envelope::new(id, SERVICE, authority, &token, at, &event))
}

#[cfg(test)]
mod tests;
