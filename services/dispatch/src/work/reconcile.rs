use std::sync::{Arc, Mutex, PoisonError};

use ::store::Tx;
use async_trait::async_trait;
use bus::{Due, Failure, Worked};
use jiff::{SignedDuration, Timestamp};

use crate::{desk::Desk, store};

/// Adds the books up again and again, and raises an alarm when they do not balance.
pub(crate) struct Reconcile {
    desk: Arc<Desk>,
    /// Machine time.
    next: Mutex<Option<Timestamp>>,
}

const EVERY: SignedDuration = SignedDuration::from_secs(30);

impl Reconcile {
    pub(crate) fn new(desk: Arc<Desk>) -> Self {
        Self {
            desk,
            next: Mutex::new(None),
        }
    }
}

#[async_trait]
impl Due for Reconcile {
    fn name(&self) -> &'static str {
        "dispatch.reconcile"
    }

    async fn work(&self, tx: &mut Tx) -> Result<Worked, Failure> {
        let now = self.desk.clock.machine_now();
        let next = *self.next.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(next) = next.filter(|next| *next > now) {
            return Ok(Worked {
                done: 0,
                next: Some(next),
            });
        }
        let account = store::account::account_within(tx).await?;
        if !store::account::is_balanced(&account) {
            tracing::error!(
                ?account,
                "steps by state do not add up to the steps that were made"
            );
        }
        let held = store::batches::held_within(tx).await?;
        self.desk.metrics.account(&account, held);
        let next = now.checked_add(EVERY).ok();
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(Worked { done: 0, next })
    }
}
