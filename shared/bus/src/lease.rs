//! What one process at a time does: it holds a row, renews it, and whoever waits takes over when it is not renewed.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::SignedDuration;
use store::{Prepared, Statement, Tx, values};
use uuid::Uuid;

use crate::Context;

/// A lease taken or renewed in a transaction that is not committed yet: until it is, nothing is held by it.
#[must_use = "it is held once the transaction is committed: say so to the lease then"]
pub struct Taken {
    until: Instant,
}

/// One process's side of a lease.
pub struct Lease {
    name: String,
    holder: Uuid,
    lasts: Duration,
    /// Until when nobody else can have it.
    ours_until: Mutex<Option<Instant>>,
}

impl Lease {
    /// `lasts`: how long after the last renewal somebody else may take over.
    pub fn new(name: impl Into<String>, lasts: Duration) -> Self {
        Self {
            name: name.into(),
            holder: Uuid::now_v7(),
            lasts,
            ours_until: Mutex::new(None),
        }
    }

    /// How often to renew it at least.
    pub fn renew_every(&self) -> Duration {
        self.lasts / 3
    }

    /// Takes or renews it; none while another process has it. What else the transaction writes is then written by its
    /// holder only: the row is ours until the commit, and `committed` is told after it. Over a store that is ours alone
    /// whoever had it is gone.
    pub async fn hold(&self, tx: &mut Tx, context: &Context) -> store::Result<Option<Taken>> {
        let began = Instant::now();
        let now = context.clock.machine_now();
        let lasts = SignedDuration::try_from(self.lasts).unwrap_or(SignedDuration::MAX);
        let until = now.checked_add(lasts).unwrap_or(now);
        let expired = if context.db.is_ours_alone() {
            jiff::Timestamp::MAX
        } else {
            now
        };
        let args = values![&self.name, self.holder, until, expired];
        let held = tx.everywhere().row(&HOLD, args).await?.is_some();
        if !held {
            self.set(None);
        }
        Ok(held.then(|| Taken {
            until: began + self.lasts,
        }))
    }

    /// The transaction in which it was taken is committed: it is held.
    pub fn committed(&self, Taken { until }: Taken) {
        self.set(Some(until));
    }

    /// `hold` in a transaction of its own.
    pub async fn take(&self, context: &Context) -> store::Result<bool> {
        let mut tx = context.db.begin().await?;
        let Some(taken) = self.hold(&mut tx, context).await? else {
            return Ok(false);
        };
        tx.commit().await?;
        self.committed(taken);
        Ok(true)
    }

    /// Nobody else can have it now. It errs on the side of no.
    pub fn is_held(&self) -> bool {
        let until = self
            .ours_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    /// Lets it go, so that whoever waits need not wait any longer.
    pub async fn release(&self, context: &Context) -> store::Result<()> {
        self.set(None);
        let mut tx = context.db.begin().await?;
        let args = values![&self.name, self.holder];
        tx.everywhere().run(&RELEASE, args).await?;
        tx.commit().await
    }

    fn set(&self, until: Option<Instant>) {
        *self
            .ours_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = until;
    }
}

const HOLD: Statement = Statement::new(
    "lease.hold",
    "INSERT INTO lease (name, holder, held_until) VALUES ($1, $2, $3) \
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until \
     WHERE lease.holder = excluded.holder OR lease.held_until <= $4 RETURNING name",
);
const RELEASE: Statement = Statement::new(
    "lease.release",
    "DELETE FROM lease WHERE name = $1 AND holder = $2",
);

pub(crate) const STATEMENTS: [&dyn Prepared; 2] = [&HOLD, &RELEASE];
