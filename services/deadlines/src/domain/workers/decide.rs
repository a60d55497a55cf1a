//! What changed since a person's list was last worked out.

use std::collections::BTreeMap;

use contracts::{
    Obligation, WorkerObligation, WorkerObligations, obligation::Withdrawn, worker::ReviewsTooMany,
};
use jiff::{ToSpan, civil::Date};
use uuid::Uuid;

use super::{Circumstances, MONTHS, Worker, supervision::reckon};
use crate::domain::{
    clocks::Clock,
    decide::{gone, turn},
};

/// A person's whole list as it now is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// With the revision and day of what it replaces.
    pub list: WorkerObligations,
    /// The next day on which anything may change without a new fact.
    pub next_on: Option<Date>,
}

/// Works out the list again and compares it with `prior`. Deciding twice is deciding once.
pub fn decide(
    prior: Option<&WorkerObligations>,
    worker: &Worker<'_>,
    at: Circumstances<'_>,
) -> Decision {
    let known = prior.map_or(&[][..], |list| &list.obligations);
    let mut before: BTreeMap<Uuid, &WorkerObligation> =
        known.iter().map(|o| (o.obligation.id, o)).collect();
    let mut obligations = Vec::new();
    for clock in reckon(worker, at) {
        let fresh = clock.obligation(worker.person);
        let old = before.remove(&fresh.obligation.id);
        let (obligation, _) = turn(old.map(|o| &o.obligation), fresh.obligation, || false);
        obligations.push(WorkerObligation {
            obligation,
            again_from: fresh.again_from,
        });
    }
    for old in before.into_values() {
        let (obligation, _) = gone(&old.obligation, at.running);
        obligations.push(WorkerObligation {
            obligation,
            ..old.clone()
        });
    }
    let oldest = at.today.saturating_sub(MONTHS.months());
    obligations.retain(|o| stays(&o.obligation, oldest));
    obligations.sort_by(|a, b| order(&a.obligation).cmp(&order(&b.obligation)));
    Decision {
        next_on: next_on(&obligations, worker, at),
        list: WorkerObligations {
            authority: worker.person.authority.clone(),
            staff_id: worker.person.staff_id.clone(),
            revision: prior.map_or(0, |list| list.revision),
            day: prior.map_or(at.today, |list| list.day),
            obligations,
            reviews: reviews(prior, worker, at),
        },
    }
}

/// What runs, and what was closed lately; a clock that no longer is, because a day was recorded wrongly or somebody is
/// away, leaves nothing behind.
fn stays(o: &Obligation, oldest: Date) -> bool {
    let passing = o.withdrawn == Some(Withdrawn::NoLongerStarted);
    o.state.is_running() || (o.trigger_date >= oldest && !passing)
}

fn order(o: &Obligation) -> (Date, &str, Date) {
    (o.due_date, &o.rule.id, o.trigger_date)
}

fn reviews(
    prior: Option<&WorkerObligations>,
    worker: &Worker<'_>,
    at: Circumstances<'_>,
) -> Option<ReviewsTooMany> {
    let mut rules = at.running.rules.iter();
    let rule = rules.find(|rule| rule.clock == Clock::WorkerReviews)?;
    let at_most = rule.at_most?;
    let is_here = worker.person.is_employed(at.today);
    (is_here && worker.reviews > u64::from(at_most)).then(|| {
        let before = prior.and_then(|list| list.reviews.as_ref());
        ReviewsTooMany {
            rule: rule.id.clone(),
            version: rule.version,
            source: rule.source.clone(),
            at_most,
            children: worker.reviews,
            since: before.map_or(at.today, |before| before.since),
        }
    })
}

fn next_on(list: &[WorkerObligation], worker: &Worker<'_>, at: Circumstances<'_>) -> Option<Date> {
    let after = |day: Date| day.saturating_add(1.day());
    let person = worker.person;
    let running = list.iter().filter(|o| o.obligation.state.is_running());
    let clocks = running.map(|o| after(o.obligation.due_date));
    let absences = person.absences.iter();
    let absences = absences.flat_map(|a| [Some(a.from), a.to.map(after)]);
    let own = [person.start_date, person.leave_date.map(after)];
    clocks
        .chain(absences.chain(own).flatten())
        .chain(at.record.map(|record| record.since))
        .chain(worker.held.iter().copied())
        .chain(at.running.changes_on)
        .filter(|day| *day > at.today)
        .min()
}
