//! The word that a snapshot is complete.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use ::store::Tx;
use bus::{Failure, Worked, dead_letter, outbox};
use contracts::{Authority, AuthorityCode, Envelope, ids, obligation::BatchComputed};
use jiff::{SignedDuration, Timestamp};
use tracing::{error, info};

use super::WorkOut;
use crate::{
    domain::{decide::Established, running::Running},
    engine::Place,
    store::{self, Progress},
};

impl WorkOut {
    /// When every chronology of the authority's revision has been read and worked out: first sight is over, and the
    /// batches up to it are complete. What has not come after a while, such as a dead letter, is no longer waited for,
    /// so that the others are told.
    pub(super) async fn reconcile(
        &self,
        tx: &mut Tx,
        place: &Place,
        held: &Progress,
        running: &Running<'_>,
    ) -> Result<Worked, Failure> {
        let Place {
            authority, today, ..
        } = place;
        let code = &authority.authority;
        if held.reconciled >= authority.revision || store::waits(tx, code, *today).await? {
            return Ok(Worked::default());
        }
        if let Some(next) = self.waited_for(tx, authority).await? {
            return Ok(Worked {
                done: 0,
                next: Some(next),
            });
        }
        let Established(pairs) = running.pairs(authority);
        store::establish(tx, code, &pairs).await?;
        let batches = store::complete_batches(tx, code, authority.snapshot).await?;
        let complete: Vec<Envelope> = batches
            .iter()
            .map(|(batch, signals)| self.complete(authority, *batch, *signals))
            .collect();
        outbox::put(tx, &complete).await?;
        let progress = Progress {
            revision: authority.revision,
            reconciled: authority.revision,
            ..held.clone()
        };
        store::record(tx, code, &progress).await?;
        info!(authority = %code, revision = authority.revision, batches = batches.len(), "every child is worked out");
        Ok(Worked {
            done: 1,
            next: None,
        })
    }

    /// Until when to wait for chronologies that have not come.
    async fn waited_for(
        &self,
        tx: &mut Tx,
        authority: &Authority,
    ) -> Result<Option<Timestamp>, Failure> {
        let here = store::sums(tx, &authority.authority).await?;
        if here == (authority.children, authority.revision_sum) {
            self.incomplete.is_whole(&authority.authority);
            return Ok(None);
        }
        let now = self.engine.clock.machine_now();
        match self.incomplete.look(authority, here, now) {
            Patience::Until(until) => return Ok(Some(until)),
            Patience::JustOver => {
                let dead = dead_letter::count_of(tx, &authority.authority, CHRONOLOGIES).await?;
                error!(
                    authority = %authority.authority,
                    revision = authority.revision,
                    children = here.0,
                    of = authority.children,
                    dead_letters = dead,
                    "chronologies of a snapshot have not come: what is known is told without them; see `evenkeel dead-letters list`"
                );
            }
            Patience::Over => {}
        }
        Ok(None)
    }

    /// A chronology has come after its snapshot was said to be complete: its batch is said again, with the new number.
    pub(super) async fn reopen(
        &self,
        tx: &mut Tx,
        authority: &Authority,
        held: &Progress,
    ) -> Result<(), Failure> {
        let progress = Progress {
            revision: authority.revision,
            reconciled: 0,
            ..held.clone()
        };
        Ok(store::record(tx, &authority.authority, &progress).await?)
    }

    fn complete(&self, authority: &Authority, batch: u64, signals: u64) -> Envelope {
        let code = &authority.authority;
        let (number, count) = (batch.to_string(), signals.to_string());
        let id = ids::computed("batch", &[code.as_str(), &number, &count]);
        let token = self.engine.tokens.token(code, "batch", &number);
        let event = BatchComputed {
            authority: code.clone(),
            batch,
            signals,
        };
        self.engine.envelope(id, code, &token, &event)
    }
}

/// The consumer that reads chronologies.
const CHRONOLOGIES: &str = "deadlines-chronology";

/// How long a snapshot is waited for after its last chronology came, in machine time.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// Authorities of whose revision not every chronology has come, and since when.
#[derive(Default)]
pub(super) struct Incomplete(Mutex<BTreeMap<AuthorityCode, Since>>);

struct Since {
    revision: u64,
    /// How many chronologies are here, and the sum of their revisions.
    here: (u64, u64),
    at: Timestamp,
    /// It has been said that it is waited for no longer.
    is_over: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Patience {
    Until(Timestamp),
    JustOver,
    Over,
}

impl Incomplete {
    pub(super) fn is_any_waited_for(&self) -> bool {
        self.lock().values().any(|since| !since.is_over)
    }

    fn is_whole(&self, code: &AuthorityCode) {
        self.lock().remove(code);
    }

    fn look(&self, authority: &Authority, here: (u64, u64), now: Timestamp) -> Patience {
        let begun = || Since {
            revision: authority.revision,
            here,
            at: now,
            is_over: false,
        };
        let mut all = self.lock();
        let since = all.entry(authority.authority.clone()).or_insert_with(begun);
        if since.revision != authority.revision || since.here != here {
            *since = begun();
        }
        let until = since.at.checked_add(PATIENCE).unwrap_or(now);
        if until > now {
            return Patience::Until(until);
        }
        if std::mem::replace(&mut since.is_over, true) {
            Patience::Over
        } else {
            Patience::JustOver
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<AuthorityCode, Since>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
