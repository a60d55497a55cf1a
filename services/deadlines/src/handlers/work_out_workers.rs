//! Due people worked out, a batch a transaction. Nothing is told of them: their lists are published, and no signal.

use std::sync::Arc;

use ::store::Tx;
use async_trait::async_trait;
use bus::{Due, Failure, Worked, outbox};
use contracts::{AuthorityCode, StaffId, WorkerObligations, ids};
use tracing::info;
use uuid::Uuid;

use crate::{
    domain::{
        running::Running,
        workers::{Circumstances, Worker, decide, with_directory},
    },
    engine::Engine,
    store,
};

pub(crate) struct WorkOutWorkers {
    engine: Arc<Engine>,
}

#[async_trait]
impl Due for WorkOutWorkers {
    fn name(&self) -> &'static str {
        "deadlines.work-out-workers"
    }

    async fn work(&self, _: &mut Tx) -> Result<Worked, Failure> {
        Ok(Worked {
            done: 0,
            next: self.engine.next_midnight(),
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
        let record = store::record_held(tx, code).await?;
        let authority = with_directory(&place.authority, record.as_ref());
        let rules = self.engine.rules_of(code);
        let running = Running::of_workers(rules, &authority, place.today);
        let print = self.engine.print_of_workers(&running, record.as_ref());
        let mut done = usize::from(store::begin_workers(tx, code, &print).await?);
        let due = store::claim_workers(tx, code, place.today, self.engine.batch).await?;
        if !due.is_empty() {
            let at = Circumstances {
                running: &running,
                record: record.as_ref(),
                calendar: &self.engine.calendar,
                today: place.today,
            };
            self.people(tx, code, &due, at).await?;
            info!(authority = %code, people = due.len(), "worked out");
            done += due.len();
        }
        Ok(Worked { done, next: None })
    }
}

impl WorkOutWorkers {
    pub(crate) fn new(engine: Arc<Engine>) -> Self {
        Self { engine }
    }

    async fn people(
        &self,
        tx: &mut Tx,
        code: &AuthorityCode,
        due: &[StaffId],
        at: Circumstances<'_>,
    ) -> Result<(), Failure> {
        let known = store::workers(tx, code, due).await?;
        let (mut lists, mut days) = (Vec::new(), Vec::new());
        for staff in due {
            // Supervised and not in the directory yet.
            let Some(person) = known.people.get(staff) else {
                days.push((staff.clone(), None));
                continue;
            };
            let held = known.supervision.get(staff);
            let worker = Worker {
                person,
                held: held.map_or(&[], |s| &s.held),
                reviews: known.reviews.get(staff).copied().unwrap_or_default(),
            };
            let prior = known.lists.get(staff);
            let mut decision = decide(prior, &worker, at);
            days.push((staff.clone(), decision.next_on));
            let is_news = match prior {
                Some(prior) => *prior != decision.list,
                None => !decision.list.obligations.is_empty() || decision.list.reviews.is_some(),
            };
            if is_news {
                decision.list.revision += 1;
                decision.list.day = at.today;
                lists.push(decision.list);
            }
        }
        store::schedule_workers(tx, code, &lists, &days).await?;
        let out: Vec<_> = lists.iter().map(|list| self.state(list)).collect();
        Ok(outbox::put(tx, &out).await?)
    }

    fn state(&self, list: &WorkerObligations) -> contracts::Envelope {
        let code = &list.authority;
        let token = self.engine.tokens.person(code, &list.staff_id);
        let mut envelope = self.engine.envelope(Uuid::nil(), code, &token, list);
        envelope.id = ids::state(&envelope.subject, list.revision);
        envelope
    }
}
