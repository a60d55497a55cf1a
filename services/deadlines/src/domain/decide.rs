//! What changed since a child's list was last worked out, and what to say about it.

use std::collections::{BTreeMap, BTreeSet};

use calendar::Calendar;
use contracts::{
    Chronology, Obligation, ObligationState,
    obligation::{DeadlineEvent, Withdrawn},
};
use jiff::{ToSpan, civil::Date};
use uuid::Uuid;

use super::{
    reckon::{Reckoned, reckon},
    running::Running,
};

/// Pairs of source and rule whose first sight is over. What is first seen outside of them is a baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Established(pub BTreeSet<(String, String)>);

/// What a decision depends on besides the child.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    pub running: &'a Running<'a>,
    pub calendar: &'a Calendar,
    pub established: &'a Established,
    pub today: Date,
}

/// A child's whole list as it now is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// By due date, then rule.
    pub list: Vec<Obligation>,
    /// What to tell, each with the obligation as it now is.
    pub events: Vec<(DeadlineEvent, Obligation)>,
    /// The next day on which anything may change without a new fact.
    pub next_on: Option<Date>,
}

/// Works out the list again and compares it with `prior`. Deciding twice is deciding once.
pub fn decide(prior: &[Obligation], chronology: &Chronology, at: Circumstances<'_>) -> Decision {
    let mut before: BTreeMap<Uuid, &Obligation> = prior.iter().map(|o| (o.id, o)).collect();
    let mut decision = Decision {
        list: Vec::new(),
        events: Vec::new(),
        next_on: None,
    };
    for clock in reckon(chronology, at.running, at.calendar, at.today) {
        let fresh = clock.obligation(chronology, at.calendar);
        let old = before.remove(&fresh.id);
        let first_sight = !at.established.has(&clock);
        decision.take(turn(old, fresh, first_sight, at.today));
    }
    for old in before.into_values() {
        decision.take(gone(old, at.running));
    }
    decision.list.sort_by(|a, b| order(a).cmp(&order(b)));
    decision
        .events
        .sort_by(|a, b| order(&a.1).cmp(&order(&b.1)));
    decision.next_on = next_on(&decision.list, chronology, at);
    decision
}

fn order(o: &Obligation) -> (Date, &str, Date, &str) {
    (o.due_date, &o.rule.id, o.trigger_date, &o.started_by)
}

impl Established {
    fn has(&self, clock: &Reckoned<'_>) -> bool {
        let pair = (clock.trigger.source.clone(), clock.rule.id.clone());
        self.0.contains(&pair)
    }
}

impl Decision {
    fn take(&mut self, (obligation, events): (Obligation, Vec<DeadlineEvent>)) {
        let told = events.into_iter().map(|e| (e, obligation.clone()));
        self.events.extend(told);
        self.list.push(obligation);
    }
}

/// One obligation's step from what it was to what it is.
fn turn(
    old: Option<&Obligation>,
    fresh: Obligation,
    first_sight: bool,
    today: Date,
) -> (Obligation, Vec<DeadlineEvent>) {
    let was_running = old.is_some_and(|o| o.state.is_running());
    let mut now = fresh;
    if let Some(old) = old {
        now.opening = old.opening;
        now.revision = old.revision;
        now.baseline = old.baseline;
    }
    let raised = now.state.is_running() && !was_running;
    if raised || old.is_none() {
        now.opening = old.map_or(1, |o| o.opening + 1);
        now.baseline = first_sight;
    }
    let nearer = nearer(old.filter(|_| was_running), &mut now, today);
    let mut events = Vec::new();
    if raised {
        events.push(DeadlineEvent::Raised);
    }
    let silent = raised && now.baseline;
    match now.state {
        ObligationState::Open | ObligationState::Overdue => {
            if was_running && old.is_some_and(|o| o.due_date != now.due_date) {
                events.push(DeadlineEvent::Moved);
            }
            let late = now.state == ObligationState::Overdue;
            let was_late = was_running && old.is_some_and(|o| o.state == now.state);
            if late && !was_late && !silent {
                events.push(DeadlineEvent::Overdue);
            } else if !late && nearer && !silent {
                events.push(DeadlineEvent::Approaching);
            }
        }
        ObligationState::Met if was_running => events.push(DeadlineEvent::Met),
        ObligationState::Withdrawn if was_running => events.push(DeadlineEvent::Withdrawn),
        ObligationState::Met | ObligationState::Withdrawn => {}
    }
    if old.is_some_and(|o| *o != now) {
        now.revision += 1;
    }
    (now, events)
}

/// Notes the latest approach day reached; true when it is a nearer one than was told in this opening. Steps are counted
/// from the due date, so a moved date tells again only what is nearer than before.
fn nearer(running: Option<&Obligation>, now: &mut Obligation, today: Date) -> bool {
    let reached = now
        .approach
        .iter()
        .rev()
        .find(|day| **day <= today)
        .copied();
    now.approached = reached.filter(|_| now.state.is_running());
    let Some(reached) = now.approached else {
        return false;
    };
    let left = |o: &Obligation, day: Date| o.approach.iter().filter(|d| **d > day).count();
    let told = running.and_then(|old| old.approached.map(|day| left(old, day)));
    told.is_none_or(|told| left(now, reached) < told)
}

/// An obligation that is no longer worked out.
fn gone(old: &Obligation, running: &Running<'_>) -> (Obligation, Vec<DeadlineEvent>) {
    let rule_runs = running.rules.iter().any(|r| r.id == old.rule.id);
    let was_running = old.state.is_running();
    let mut now = old.clone();
    // What a rule concluded before it was switched off stays as history.
    if !was_running && !rule_runs {
        return (now, Vec::new());
    }
    now.state = ObligationState::Withdrawn;
    now.withdrawn = Some(if rule_runs {
        Withdrawn::NoLongerStarted
    } else {
        Withdrawn::RuleOff
    });
    (now.met_date, now.met_by, now.approached) = (None, None, None);
    if now != *old {
        now.revision += 1;
    }
    let events = was_running.then_some(DeadlineEvent::Withdrawn);
    (now, events.into_iter().collect())
}

fn next_on(list: &[Obligation], chronology: &Chronology, at: Circumstances<'_>) -> Option<Date> {
    let clocks = list
        .iter()
        .filter(|o| o.state == ObligationState::Open)
        .flat_map(|o| {
            let late = o.due_date.saturating_add(1.day());
            o.approach.iter().copied().chain([late])
        });
    let facts = chronology
        .entries
        .iter()
        .flat_map(|e| [Some(e.start), e.end])
        .flatten();
    clocks
        .chain(facts)
        .chain(at.running.changes_on)
        .filter(|day| *day > at.today)
        .min()
}
