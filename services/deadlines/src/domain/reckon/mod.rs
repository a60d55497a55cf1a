//! The clocks of one child on one day, from the chronology alone.

use std::collections::HashMap;

use calendar::Calendar;
use contracts::{
    Chronology, Entry, Obligation, ObligationState, ids,
    obligation::{Limit, Withdrawn},
};
use jiff::civil::{Date, Time};

use super::{
    clocks::{self, Desk},
    history::History,
    rules::{Rule, Step},
    running::Running,
};

/// What met a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Met<'c> {
    pub by: &'c Entry,
    /// None: no source says when.
    pub on: Option<Date>,
}

impl<'c> Met<'c> {
    /// On the entry's first day.
    pub fn by(by: &'c Entry) -> Self {
        Self {
            by,
            on: Some(by.start),
        }
    }

    pub fn undated(by: &'c Entry) -> Self {
        Self { by, on: None }
    }
}

/// One clock, as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reckoned<'c> {
    pub rule: &'c Rule,
    pub step: Step,
    pub limit: Limit,
    pub trigger: &'c Entry,
    pub day0: Date,
    /// The time of day 0, for a limit in hours.
    pub at: Option<Time>,
    pub due: Date,
    pub due_time: Option<Time>,
    /// The source's own due date, where it is another.
    pub stated_due: Option<Date>,
    pub attempted: Option<Date>,
    /// What a rule found, where nothing is due.
    pub found: Option<String>,
    pub met: Option<Met<'c>>,
    pub state: ObligationState,
    pub withdrawn: Option<Withdrawn>,
    /// The day on which what it belongs to ended, where that is why it stood down.
    pub ended: Option<Date>,
}

/// All clocks of a child, by due date, rule and trigger.
pub fn reckon<'c>(
    chronology: &'c Chronology,
    running: &Running<'c>,
    calendar: &Calendar,
    today: Date,
) -> Vec<Reckoned<'c>> {
    reckon_from(&History::of(chronology, today), running, calendar).0
}

/// The clocks, and the days on which one changes that are no day of a fact.
pub fn reckon_from<'c>(
    history: &History<'c>,
    running: &Running<'c>,
    calendar: &Calendar,
) -> (Vec<Reckoned<'c>>, Vec<Date>) {
    let mut desk = Desk::new(history, running, calendar);
    clocks::all(&mut desk, history, &running.rules);
    let (clocks, wakes) = (desk.clocks, desk.wakes);
    let mut clocks = one_each(clocks);
    clocks.sort_by(|a, b| a.order().cmp(&b.order()));
    (clocks, wakes)
}

/// Where one entry would start two clocks of a rule, as a review on the day one plan follows another, the running one stays.
fn one_each(clocks: Vec<Reckoned<'_>>) -> Vec<Reckoned<'_>> {
    let mut kept: Vec<Reckoned<'_>> = Vec::with_capacity(clocks.len());
    let mut places: HashMap<(&str, &str, &str), usize> = HashMap::with_capacity(clocks.len());
    for clock in clocks {
        let place = *places.entry(clock.cause()).or_insert(kept.len());
        match kept.get_mut(place) {
            None => kept.push(clock),
            Some(held) if held.state > clock.state => *held = clock,
            Some(_) => {}
        }
    }
    kept
}

impl<'c> Reckoned<'c> {
    fn order(&self) -> (Date, &str, Date, &str) {
        (self.due, &self.rule.id, self.day0, &self.trigger.key)
    }

    fn cause(&self) -> (&'c str, &'c str, &'c str) {
        (&self.rule.id, self.trigger.fact.kind(), &self.trigger.key)
    }

    /// As an obligation told for the first time.
    pub fn obligation(&self, chronology: &Chronology) -> Obligation {
        Obligation {
            id: self.id(chronology),
            rule: self.rule.reference(self.step, self.limit),
            started_by: self.trigger.key.clone(),
            trigger_date: self.day0,
            due_date: self.due,
            due_time: self.due_time,
            stated_due: self.stated_due,
            attempted: self.attempted,
            found: self.found.clone(),
            state: self.state,
            met_date: self.met.and_then(|met| met.on),
            met_by: self.met.map(|met| met.by.key.clone()),
            withdrawn: self.withdrawn,
            opening: 1,
            revision: 1,
            baseline: false,
        }
    }

    /// From the key of what started it; keys are unique within a kind only, so another kind than the rule's first is named.
    fn id(&self, chronology: &Chronology) -> uuid::Uuid {
        let (kind, key) = (self.trigger.fact.kind(), &self.trigger.key);
        let usual = self.rule.trigger.first().is_some_and(|first| first == kind);
        let named = (!usual).then(|| format!("{kind}/{key}"));
        let key = named.as_ref().unwrap_or(key);
        ids::obligation(&chronology.authority, &self.rule.id, &chronology.child, key)
    }
}

#[cfg(test)]
mod tests;
