//! Due children worked out, a batch a transaction; and the word that a snapshot is complete.

use std::sync::{Arc, Mutex, PoisonError};

use ::store::Tx;
use async_trait::async_trait;
use bus::{Due, Failure, Worked, outbox};
use contracts::{
    Authority, Chronology, ClockSetting, Envelope, Obligation, ids,
    obligation::{BatchComputed, ChildObligations, DeadlineEvent, DeadlineSignal},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use tracing::{info, warn};

use crate::{
    domain::{
        decide::{Circumstances, Established, decide},
        running::Running,
    },
    engine::{Engine, Place},
    store::{self, Claimed, Kept, Progress},
};

pub(crate) struct WorkOut {
    engine: Arc<Engine>,
    /// The day on which the end of the bank holidays was last looked at.
    looked_on: Mutex<Option<Date>>,
}

#[async_trait]
impl Due for WorkOut {
    fn name(&self) -> &'static str {
        "deadlines.work-out"
    }

    async fn work(&self, tx: &mut Tx) -> Result<Worked, Failure> {
        self.look_at_the_calendar();
        let progress = store::progress(tx).await?;
        for place in self.engine.places() {
            let held = progress.get(&place.authority.authority);
            let done = self.authority(tx, &place, held).await?;
            if done > 0 {
                return Ok(Worked { done, next: None });
            }
        }
        Ok(Worked {
            done: 0,
            next: self.next_midnight(),
        })
    }
}

impl WorkOut {
    pub(crate) fn new(engine: Arc<Engine>) -> Self {
        Self {
            engine,
            looked_on: Mutex::new(None),
        }
    }

    /// One piece of one authority's work; nothing when it is up to date.
    async fn authority(
        &self,
        tx: &mut Tx,
        place: &Place,
        held: Option<&Progress>,
    ) -> Result<usize, Failure> {
        let Place { authority, today } = place;
        let code = &authority.authority;
        let running = Running::of(&self.engine.rules, authority, *today);
        let print = self.engine.print(&running);
        let Some(held) = held.filter(|p| p.reckoned_with == print) else {
            if held.is_some_and(|p| p.revision > authority.revision) {
                return Ok(0);
            }
            return self.begin(tx, authority, print).await;
        };
        if held.revision > authority.revision {
            return Ok(0);
        }
        let due = store::claim(tx, code, *today, authority.revision, self.engine.batch).await?;
        if due.is_empty() {
            return self.reconcile(tx, place, held, &running).await;
        }
        self.children(tx, place, held, &running, &due).await?;
        Ok(due.len())
    }

    /// With an authority's first sight, other rules or another calendar: every child is due at once.
    async fn begin(
        &self,
        tx: &mut Tx,
        authority: &Authority,
        print: String,
    ) -> Result<usize, Failure> {
        let children = store::at_once_all(tx, &authority.authority).await?;
        let progress = Progress {
            revision: authority.revision,
            reckoned_with: print,
            reconciled: 0,
        };
        store::record(tx, &authority.authority, &progress).await?;
        info!(authority = %authority.authority, children, "rules or calendar are new: every child is worked out");
        Ok(1)
    }

    async fn children(
        &self,
        tx: &mut Tx,
        place: &Place,
        held: &Progress,
        running: &Running<'_>,
        due: &[Claimed],
    ) -> Result<(), Failure> {
        let Place { authority, today } = place;
        let code = &authority.authority;
        let chronologies = store::chronologies(tx, code, due).await?;
        let lists = store::obligations(tx, code, due).await?;
        let established = store::established(tx, code).await?;
        let at = Circumstances {
            running,
            calendar: &self.engine.calendar,
            established: &established,
            today: *today,
        };
        let (mut out, mut kept) = (Vec::new(), Vec::new());
        let (mut signals, mut of_batch) = (0, 0);
        for claimed in due {
            let Some(chronology) = chronologies.get(&claimed.child) else {
                kept.push(Kept {
                    child: claimed.child.clone(),
                    next_on: None,
                    list: None,
                });
                continue;
            };
            let batch = batch_of(authority, claimed);
            let turn = self.child(chronology, lists.get(&claimed.child), at, batch, authority);
            signals += turn.signals;
            of_batch += if batch.is_some() { turn.signals } else { 0 };
            out.extend(turn.out);
            kept.push(turn.kept);
        }
        store::schedule(tx, code, &kept).await?;
        if of_batch > 0 {
            store::add_signals(tx, code, authority.revision, of_batch).await?;
        }
        if held.revision < authority.revision {
            let progress = Progress {
                revision: authority.revision,
                ..held.clone()
            };
            store::record(tx, code, &progress).await?;
        }
        outbox::put(tx, &out).await?;
        info!(authority = %code, children = due.len(), signals, "worked out");
        Ok(())
    }

    fn child(
        &self,
        chronology: &Chronology,
        list: Option<&ChildObligations>,
        at: Circumstances<'_>,
        batch: Option<u64>,
        authority: &Authority,
    ) -> Turn {
        let prior = list.map_or(&[][..], |l| &l.obligations);
        let decision = decide(prior, chronology, at);
        let mut next = ChildObligations {
            authority: chronology.authority.clone(),
            child: chronology.child.clone(),
            revision: list.map_or(0, |l| l.revision),
            day: list.map_or(at.today, |l| l.day),
            holder: chronology.holder(at.today),
            family: chronology.family().map(str::to_owned),
            obligations: decision.list,
        };
        let changed = list != Some(&next);
        let mut out = Vec::new();
        if changed {
            (next.revision, next.day) = (next.revision + 1, at.today);
            out.push(self.state(&next));
        }
        out.extend(
            decision
                .events
                .iter()
                .map(|(what, o)| self.signal(chronology, *what, o, batch, authority)),
        );
        Turn {
            signals: decision.events.len(),
            out,
            kept: Kept {
                child: chronology.child.clone(),
                next_on: decision.next_on,
                list: changed.then_some(next),
            },
        }
    }

    fn state(&self, list: &ChildObligations) -> Envelope {
        let token = self.engine.tokens.child(&list.authority, &list.child);
        let mut envelope = self
            .engine
            .envelope(uuid::Uuid::nil(), &list.authority, &token, list);
        envelope.id = ids::state(&envelope.subject, list.revision);
        envelope
    }

    fn signal(
        &self,
        chronology: &Chronology,
        what: DeadlineEvent,
        obligation: &Obligation,
        batch: Option<u64>,
        authority: &Authority,
    ) -> Envelope {
        let code = &chronology.authority;
        let as_at = Running::data_as_at(&obligation.rule.id, &self.engine.rules, authority);
        let signal = DeadlineSignal {
            authority: code.clone(),
            child: chronology.child.clone(),
            what,
            obligation: obligation.clone(),
            data_as_at: as_at.unwrap_or(obligation.trigger_date),
            batch,
        };
        let name = format!("{what:?}").to_lowercase();
        let id = ids::obligation_event(obligation.id, &name, obligation.revision);
        let token = self.engine.tokens.child(code, &chronology.child);
        self.engine.envelope(id, code, &token, &signal)
    }

    /// When every chronology of the authority's revision has been read and worked out: first sight is over, and the
    /// batches up to it are complete.
    async fn reconcile(
        &self,
        tx: &mut Tx,
        place: &Place,
        held: &Progress,
        running: &Running<'_>,
    ) -> Result<usize, Failure> {
        let Place { authority, today } = place;
        let code = &authority.authority;
        if held.reconciled >= authority.revision
            || store::waits(tx, code, *today).await?
            || store::sums(tx, code).await? != (authority.children, authority.revision_sum)
        {
            return Ok(0);
        }
        let Established(pairs) = running.pairs(authority);
        store::establish(tx, code, &pairs).await?;
        let batches = store::complete_batches(tx, code, authority.revision).await?;
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
        Ok(1)
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

    /// Machine time of the next midnight by real clocks; a pinned clock moves with the landscape.
    fn next_midnight(&self) -> Option<Timestamp> {
        let now = self.engine.clock.now();
        let zone = bus::landscape::time_zone();
        let tomorrow = now.to_zoned(zone).date().checked_add(1.day()).ok()?;
        let midnight = tomorrow
            .to_zoned(bus::landscape::time_zone())
            .ok()?
            .timestamp();
        let machine = self.engine.clock.machine_now();
        machine.checked_add(midnight.duration_since(now)).ok()
    }

    /// Once a day: do the bank holidays last?
    fn look_at_the_calendar(&self) {
        let today = self
            .engine
            .clock
            .now()
            .to_zoned(bus::landscape::time_zone())
            .date();
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

/// What working out one child gives.
struct Turn {
    signals: usize,
    out: Vec<Envelope>,
    kept: Kept,
}

/// The batch a child's signals belong to. Days that pass because a snapshot moved a pinned clock are that snapshot's
/// doing too, so that the brake sees them.
fn batch_of(authority: &Authority, claimed: &Claimed) -> Option<u64> {
    let pinned = matches!(authority.clock, ClockSetting::Pinned(_));
    (claimed.snapshot || pinned).then_some(authority.revision)
}
