//! One batch of children: their new lists, what is told about them, and when to look again.

use std::collections::BTreeMap;

use ::store::Tx;
use bus::{Failure, outbox};
use contracts::{
    Authority, Chronology, ClockSetting, Envelope, Obligation, StaffId,
    chronology::InvolvementRole,
    ids,
    obligation::{ChildObligations, DeadlineEvent, DeadlineSignal},
};
use tracing::info;
use uuid::Uuid;

use super::WorkOut;
use crate::{
    domain::{
        decide::{Circumstances, decide},
        running::Running,
    },
    engine::Place,
    store::{self, Claimed, Kept, Progress},
};

impl WorkOut {
    pub(super) async fn children(
        &self,
        tx: &mut Tx,
        place: &Place,
        held: &Progress,
        running: &Running<'_>,
        due: &[Claimed],
    ) -> Result<(), Failure> {
        let Place {
            authority, today, ..
        } = place;
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
        let mut reviewers = BTreeMap::new();
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
            reviewers.insert(claimed.child.clone(), turn.reviewer);
        }
        store::schedule(tx, code, &kept).await?;
        let touched = store::keep_reviewers(tx, code, &reviewers).await?;
        store::workers_at_once(tx, code, &touched).await?;
        if of_batch > 0 {
            store::add_signals(tx, code, authority.snapshot, of_batch).await?;
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
            reviewer: chronology
                .seated(InvolvementRole::Reviewer, at.today)
                .cloned(),
            chair: chronology
                .seated(InvolvementRole::ConferenceChair, at.today)
                .cloned(),
            holder: chronology.holder(at.today),
            died: chronology.died(at.today),
            family: chronology.family().map(str::to_owned),
            obligations: decision.list,
        };
        let reviewer = next.reviewer.clone().filter(|_| decision.is_looked_after);
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
            reviewer,
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
            .envelope(Uuid::nil(), &list.authority, &token, list);
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
}

/// What working out one child gives.
struct Turn {
    signals: usize,
    out: Vec<Envelope>,
    kept: Kept,
    /// The reviewing officer of a child who is looked after.
    reviewer: Option<StaffId>,
}

/// The batch a child's signals belong to: the last snapshot's, also of what comes late; what came after it are events,
/// told as they come. Days that pass because a snapshot moved a pinned clock are that snapshot's doing too, so that the
/// brake sees them.
fn batch_of(authority: &Authority, claimed: &Claimed) -> Option<u64> {
    let pinned = matches!(authority.clock, ClockSetting::Pinned(_));
    let is_of_snapshot = claimed.chronology && claimed.after_revision <= authority.snapshot;
    (is_of_snapshot || pinned).then_some(authority.snapshot)
}
