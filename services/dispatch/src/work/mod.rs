//! Waiting work of an authority, in this order, a batch a transaction: has the day or the directory changed, which matters
//! are to be routed, which snapshots are complete, and what may go to whom now.

mod gather;
mod reconcile;
mod release;
mod route;
mod sweep;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ::store::Tx;
use async_trait::async_trait;
use bus::{Due, Failure, Worked};
use contracts::AuthorityCode;
use jiff::Timestamp;

use crate::{
    desk::{Desk, Place},
    store,
};

pub(crate) use reconcile::Reconcile;

pub(crate) struct Rounds {
    desk: Arc<Desk>,
    memory: Mutex<Memory>,
}

/// What need not outlive the process.
#[derive(Default)]
struct Memory {
    /// The version of people and teams, and since when (machine time) it has been that.
    organisations: Option<(u64, Timestamp)>,
    /// Authorities of which chronologies are missing.
    missing: BTreeMap<AuthorityCode, Missing>,
}

struct Missing {
    /// How many are here, and the sum of their revisions: while it changes they are coming.
    here: (u64, u64),
    /// Machine time.
    since: Timestamp,
    /// They are waited for no longer, and that has been said.
    is_over: bool,
}

#[async_trait]
impl Due for Rounds {
    fn name(&self) -> &'static str {
        "dispatch.rounds"
    }

    async fn work(&self, _: &mut Tx) -> Result<Worked, Failure> {
        Ok(Worked {
            done: 0,
            next: self.quiet_at(),
        })
    }

    fn authorities(&self) -> Vec<AuthorityCode> {
        if self.quiet_at().is_some() {
            return Vec::new();
        }
        let places = self.desk.places().into_iter();
        places.map(|place| place.code().clone()).collect()
    }

    async fn work_for(&self, tx: &mut Tx, code: &AuthorityCode) -> Result<Worked, Failure> {
        match self.desk.place_of(code) {
            Some(place) => self.place(tx, &place).await,
            None => Ok(Worked::default()),
        }
    }

    fn is_waiting(&self) -> bool {
        self.quiet_at().is_some() || self.memory().missing.values().any(|m| !m.is_over)
    }
}

impl Rounds {
    pub(crate) fn new(desk: Arc<Desk>) -> Self {
        Self {
            desk,
            memory: Mutex::default(),
        }
    }

    async fn place(&self, tx: &mut Tx, place: &Place) -> Result<Worked, Failure> {
        let Some(watched) = store::watch::try_lock(tx, place.code()).await? else {
            let started = store::watch::start(tx, place.code()).await?;
            return Ok(Worked {
                done: usize::from(started),
                next: None,
            });
        };
        let mut done = sweep::sweep(&self.desk, tx, place, &watched).await?;
        if done == 0 {
            done = route::route(&self.desk, tx, place).await?;
        }
        if done == 0 {
            done = release::release(&self.desk, tx, place).await?;
        }
        if done > 0 {
            return Ok(Worked { done, next: None });
        }
        if let Some(until) = self.missing_until(tx, place).await? {
            return Ok(Worked {
                done: 0,
                next: Some(until),
            });
        }
        let done = gather::gather(&self.desk, tx, place).await?;
        let next = if done > 0 {
            None
        } else {
            self.next(tx, place).await?
        };
        Ok(Worked { done, next })
    }

    /// When people and teams have been quiet for long enough; none once they have. They come one by one: half a
    /// directory must reach nobody.
    fn quiet_at(&self) -> Option<Timestamp> {
        let version = self.desk.landscape.organisations_version();
        let now = self.desk.clock.machine_now();
        let mut memory = self.memory();
        let since = match memory.organisations {
            Some((seen, since)) if seen == version => since,
            _ => now,
        };
        memory.organisations = Some((version, since));
        let quiet = since.checked_add(self.desk.settle).ok()?;
        (quiet > now).then_some(quiet)
    }

    /// Until when to wait for chronologies of the authority's revision; none once they are all here, or none has
    /// come for a while.
    async fn missing_until(
        &self,
        tx: &mut Tx,
        place: &Place,
    ) -> Result<Option<Timestamp>, Failure> {
        let whole = (place.authority.children, place.authority.revision_sum);
        let here = store::children::sums(tx, place.code()).await?;
        let now = self.desk.clock.machine_now();
        let mut memory = self.memory();
        if here == whole {
            memory.missing.remove(place.code());
            return Ok(None);
        }
        let begun = || Missing {
            here,
            since: now,
            is_over: false,
        };
        let known = memory
            .missing
            .entry(place.code().clone())
            .or_insert_with(begun);
        if known.here != here {
            *known = begun();
        }
        let until = known.since.checked_add(self.desk.patience).unwrap_or(now);
        if until > now {
            return Ok(Some(until));
        }
        if !std::mem::replace(&mut known.is_over, true) {
            tracing::warn!(authority = %place.code(), "chronologies are missing; what is known goes out");
        }
        Ok(None)
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Machine time of the next hold that ends, or of the next day; a clock that stands still moves with the
    /// landscape.
    async fn next(&self, tx: &mut Tx, place: &Place) -> Result<Option<Timestamp>, Failure> {
        if place.authority.clock.stands_still() {
            return Ok(None);
        }
        let held = store::notices::next(tx, place.code())
            .await?
            .filter(|next| *next > place.now);
        let midnight = sweep::midnight_after(place.today);
        let next = held.into_iter().chain(midnight).min();
        Ok(next.and_then(|moment| self.desk.machine_time(place, moment)))
    }
}
