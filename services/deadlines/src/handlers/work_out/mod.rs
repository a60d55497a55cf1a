//! Due children worked out, a batch a transaction; and the word that a snapshot is complete.

mod children;
mod complete;

use std::sync::{Arc, Mutex, PoisonError};

use ::store::Tx;
use async_trait::async_trait;
use bus::{Due, Failure, Worked};
use contracts::{Authority, AuthorityCode};
use jiff::{SignedDuration, Timestamp, civil::Date};
use tracing::{info, warn};

use self::complete::Incomplete;
use crate::{
    engine::{Engine, Place},
    store::{self, Progress},
};

/// How often files of overrides are looked at.
const LOOK_EVERY: SignedDuration = SignedDuration::from_secs(30);

pub(crate) struct WorkOut {
    engine: Arc<Engine>,
    /// The day on which the end of the bank holidays was last looked at.
    looked_on: Mutex<Option<Date>>,
    /// When (machine time) the files of overrides are to be looked at.
    look_at: Mutex<Timestamp>,
    incomplete: Incomplete,
}

#[async_trait]
impl Due for WorkOut {
    fn name(&self) -> &'static str {
        "deadlines.work-out"
    }

    async fn work(&self, _: &mut Tx) -> Result<Worked, Failure> {
        self.look_at_the_calendar();
        let look = self.look_at_overrides();
        Ok(Worked {
            done: 0,
            next: [self.engine.next_midnight(), look]
                .into_iter()
                .flatten()
                .min(),
        })
    }

    fn authorities(&self) -> Vec<AuthorityCode> {
        let places = self.engine.places().into_iter();
        places.map(|p| p.authority.authority.clone()).collect()
    }

    async fn work_for(&self, tx: &mut Tx, code: &AuthorityCode) -> Result<Worked, Failure> {
        let Some(place) = self.engine.places_of(Some(code)).pop() else {
            return Ok(Worked::default());
        };
        let progress = store::progress(tx, code).await?;
        self.authority(tx, &place, progress.as_ref()).await
    }

    fn is_waiting(&self) -> bool {
        self.incomplete.is_any_waited_for()
    }
}

impl WorkOut {
    pub(crate) fn new(engine: Arc<Engine>) -> Self {
        Self {
            engine,
            looked_on: Mutex::new(None),
            look_at: Mutex::new(Timestamp::MIN),
            incomplete: Incomplete::default(),
        }
    }

    /// One piece of one authority's work; nothing when it is up to date.
    async fn authority(
        &self,
        tx: &mut Tx,
        place: &Place,
        held: Option<&Progress>,
    ) -> Result<Worked, Failure> {
        let Place {
            authority, today, ..
        } = place;
        let code = &authority.authority;
        let running = self.engine.running(place, *today);
        let print = self.engine.print(&running);
        let Some(held) = held.filter(|p| p.reckoned_with == print) else {
            if held.is_some_and(|p| p.revision > authority.revision) {
                return Ok(Worked::default());
            }
            return self.begin(tx, authority, print).await;
        };
        if held.revision > authority.revision {
            return Ok(Worked::default());
        }
        let due = store::claim(tx, code, *today, authority.revision, self.engine.batch).await?;
        if due.is_empty() {
            return self.reconcile(tx, place, held, &running).await;
        }
        self.children(tx, place, held, &running, &due).await?;
        if held.reconciled >= authority.revision && due.iter().any(|d| d.chronology) {
            self.reopen(tx, authority, held).await?;
        }
        Ok(Worked {
            done: due.len(),
            next: None,
        })
    }

    /// With an authority's first sight, other rules or another calendar: every child is due at once.
    async fn begin(
        &self,
        tx: &mut Tx,
        authority: &Authority,
        print: String,
    ) -> Result<Worked, Failure> {
        let children = store::at_once_all(tx, &authority.authority).await?;
        let progress = Progress {
            revision: authority.revision,
            reckoned_with: print,
            reconciled: 0,
        };
        store::record(tx, &authority.authority, &progress).await?;
        info!(authority = %authority.authority, children, "rules or calendar are new: every child is worked out");
        Ok(Worked {
            done: 1,
            next: None,
        })
    }

    /// Looks at the files of overrides where their time has come, and gives when it comes again: this runs after every
    /// commit, and the files hardly ever change.
    fn look_at_overrides(&self) -> Option<Timestamp> {
        let now = self.engine.clock.machine_now();
        let mut look_at = self.look_at.lock().unwrap_or_else(PoisonError::into_inner);
        if *look_at <= now {
            if !self.engine.look_at_overrides() {
                return None;
            }
            *look_at = now.saturating_add(LOOK_EVERY).unwrap_or(Timestamp::MAX);
        }
        Some(*look_at)
    }

    /// Once a day: do the bank holidays last?
    fn look_at_the_calendar(&self) {
        let today = self.engine.clock.now().to_zoned(calendar::london()).date();
        let before = self
            .looked_on
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .replace(today);
        if before != Some(today)
            && let Some(alarm) = self.engine.calendar.horizon_alarm(today)
        {
            warn!(alarm, "the calendar ends soon");
        }
    }
}
