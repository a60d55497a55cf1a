//! Where clocks are put, with the arithmetic that is the same for all.

use calendar::Calendar;
use contracts::{
    Entry, ObligationState,
    obligation::{Limit, LimitUnit, Withdrawn},
};
use jiff::{
    SignedDuration,
    civil::{Date, Time},
};

use super::need::Days;
use crate::domain::{
    history::History,
    overrides::{Action, Override},
    reckon::{Met, Reckoned},
    rules::{Rule, Step},
    running::Running,
};

pub struct Desk<'a, 'c> {
    pub calendar: &'a Calendar,
    pub running: &'a Running<'c>,
    /// Those of this child.
    pub overrides: &'c [Override],
    /// When visits are as in a long-term placement.
    pub(super) long_term: Vec<Days>,
    pub today: Date,
    pub died: bool,
    pub clocks: Vec<Reckoned<'c>>,
    /// Days on which a clock changes that are no day of a fact.
    pub wakes: Vec<Date>,
}

/// What starts a clock, and what became of it.
#[derive(Clone, Copy, Debug)]
pub struct Start<'c> {
    pub trigger: &'c Entry,
    pub day0: Date,
    /// The time of day 0, for a limit in hours.
    pub at: Option<Time>,
    pub step: Step,
    /// In place of the rule's own limit: what was agreed or granted for this child.
    pub limit: Option<Limit>,
    pub met: Option<Met<'c>>,
    /// Why it stands down where nothing met it.
    pub unmet: Option<Unmet>,
    pub stated_due: Option<Date>,
    pub attempted: Option<Date>,
}

/// Why a clock stands down without evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmet {
    /// What it belongs to ended that day.
    Ended(Date),
    NoLongerStarted,
    Superseded,
    Overridden,
}

impl Unmet {
    pub fn withdrawn(self) -> Withdrawn {
        match self {
            Self::Ended(_) => Withdrawn::Ended,
            Self::NoLongerStarted => Withdrawn::NoLongerStarted,
            Self::Superseded => Withdrawn::Superseded,
            Self::Overridden => Withdrawn::Overridden,
        }
    }
}

impl<'c> Start<'c> {
    /// Of an entry, on its first day.
    pub fn of(trigger: &'c Entry, step: Step) -> Self {
        Self::on(trigger, trigger.start, step)
    }

    pub fn on(trigger: &'c Entry, day0: Date, step: Step) -> Self {
        Self {
            trigger,
            day0,
            at: None,
            step,
            limit: None,
            met: None,
            unmet: None,
            stated_due: None,
            attempted: None,
        }
    }

    /// Met by an entry on its first day.
    #[must_use]
    pub fn met(self, by: Option<&'c Entry>) -> Self {
        Self {
            met: by.map(Met::by),
            ..self
        }
    }

    #[must_use]
    pub fn ended(self, on: Option<Date>) -> Self {
        Self {
            unmet: on.map(Unmet::Ended),
            ..self
        }
    }
}

impl<'a, 'c> Desk<'a, 'c> {
    pub fn new(history: &History<'c>, running: &'a Running<'c>, calendar: &'a Calendar) -> Self {
        Self {
            calendar,
            running,
            overrides: running.overrides_of(&history.chronology.child),
            long_term: Vec::new(),
            today: history.today,
            died: history.died,
            clocks: Vec::new(),
            wakes: Vec::new(),
        }
    }

    /// The last day of a limit, and the time of it where there is one.
    pub fn due(&self, day0: Date, at: Option<Time>, limit: Limit) -> (Date, Option<Time>) {
        if let (LimitUnit::Hours, Some(at)) = (limit.unit, at)
            && let Some(due) = hours_later(day0, at, limit.n)
        {
            return (due.date(), Some(due.time()));
        }
        (
            self.calendar.add(day0, limit.n, limit.unit.into()).date,
            None,
        )
    }

    /// A limit with the weeks granted on top of it.
    pub fn extended(&self, day0: Date, limit: Limit, granted: &[&Override]) -> Limit {
        let weeks: u32 = granted.iter().filter_map(|o| Some(o.limit?.n)).sum();
        match limit.unit {
            _ if weeks == 0 => limit,
            LimitUnit::Weeks => Limit {
                n: limit.n + weeks,
                ..limit
            },
            _ => {
                let length = (self.due(day0, None, limit).0 - day0).get_days();
                Limit {
                    n: u32::try_from(length).unwrap_or_default() + 7 * weeks,
                    unit: LimitUnit::Days,
                }
            }
        }
    }

    /// What the authority has said of a rule for the child by today, by its first day.
    pub fn said(&self, rule: &Rule, action: Action) -> Vec<&'c Override> {
        let said = self.overrides.iter();
        said.filter(|o| o.action == action && o.rule == rule.id && o.from <= self.today)
            .collect()
    }

    /// Has the authority set this rule aside for the child on a day?
    pub fn set_aside(&self, rule: &Rule, day: Date) -> bool {
        let aside = |o: &&Override| o.action == Action::SetAside && o.rule == rule.id;
        self.overrides.iter().filter(aside).any(|o| o.holds_on(day))
    }

    /// Puts down a clock, if the step has a limit here and the rule trusts what started it.
    pub fn put(&mut self, rule: &'c Rule, start: Start<'c>) {
        let Some(limit) = start
            .limit
            .or_else(|| rule.limit(start.step))
            .filter(|_| rule.trusts(start.trigger))
        else {
            return;
        };
        let (due, due_time) = self.due(start.day0, start.at, limit);
        let aside = || {
            self.set_aside(rule, self.today)
                .then_some(Unmet::Overridden)
        };
        let unmet = start.unmet.or_else(aside);
        let (state, withdrawn) = match (&start.met, unmet) {
            (Some(_), _) => (ObligationState::Met, None),
            (None, Some(Unmet::Superseded)) => {
                (ObligationState::Withdrawn, Some(Withdrawn::Superseded))
            }
            (None, _) if self.died => (ObligationState::Withdrawn, Some(Withdrawn::Died)),
            (None, Some(why)) => (ObligationState::Withdrawn, Some(why.withdrawn())),
            (None, None) if self.today > due => (ObligationState::Overdue, None),
            (None, None) => (ObligationState::Open, None),
        };
        let ended = match unmet {
            Some(Unmet::Ended(on)) => Some(on),
            _ => None,
        };
        self.clocks.push(Reckoned {
            rule,
            step: start.step,
            limit,
            trigger: start.trigger,
            day0: start.day0,
            at: start.at,
            due,
            due_time,
            stated_due: start.stated_due.filter(|stated| *stated != due),
            attempted: start.attempted,
            found: None,
            met: start.met,
            state,
            withdrawn,
            ended,
        });
    }

    /// Puts down what a rule found: it runs while it holds and is never late.
    pub fn put_found(&mut self, rule: &'c Rule, found: Found<'c>) {
        let Some(limit) = rule
            .limit(Step::Usual)
            .filter(|_| rule.trusts(found.trigger))
        else {
            return;
        };
        self.wakes
            .extend([found.from].into_iter().chain(found.until));
        if found.from > self.today || found.until.is_some_and(|until| until <= found.from) {
            return;
        }
        let over = found.until.filter(|until| *until <= self.today);
        let (state, withdrawn) = if over.is_none() && self.died {
            (ObligationState::Withdrawn, Some(Withdrawn::Died))
        } else if over.is_some() {
            (ObligationState::Withdrawn, Some(Withdrawn::Ended))
        } else if self.set_aside(rule, self.today) {
            (ObligationState::Withdrawn, Some(Withdrawn::Overridden))
        } else {
            (ObligationState::Open, None)
        };
        self.clocks.push(Reckoned {
            rule,
            step: Step::Usual,
            limit,
            trigger: found.trigger,
            day0: found.counted_from,
            at: None,
            due: found.from,
            due_time: None,
            stated_due: None,
            attempted: None,
            found: Some(found.says),
            met: None,
            state,
            withdrawn,
            ended: over,
        });
    }

    /// One clock after the other: `first` is met by the first held, and each held starts the next. What is unmet ends with
    /// `until`; `planned` are what is meant to be held, by the source's own due date.
    pub fn series(&mut self, rule: &'c Rule, series: &Series<'_, 'c>) {
        let Series { first, held, .. } = series;
        let starts = first
            .iter()
            .map(|(entry, day0)| (*entry, *day0, Step::First));
        let next = held
            .iter()
            .enumerate()
            .map(|(n, e)| (*e, e.start, (series.step)(n, e)));
        let lead = usize::from(first.is_some());
        for (n, (trigger, day0, step)) in starts.chain(next).enumerate() {
            let met = held.get(n + 1 - lead).copied();
            let stated = match (met, series.unmet) {
                (Some(by), _) => stated_due(by),
                (None, None) => planned_after(series.planned, day0),
                (None, Some(_)) => None,
            };
            let mut start = Start::on(trigger, day0, step).met(met);
            start.unmet = series.unmet;
            start.stated_due = stated;
            self.put(rule, start);
        }
    }
}

/// What a rule found about a child, without anything being due.
pub struct Found<'c> {
    pub trigger: &'c Entry,
    /// The first day that was counted.
    pub counted_from: Date,
    /// It holds from this day up to that one, without it.
    pub from: Date,
    pub until: Option<Date>,
    /// In words that a person reads: dates and counts, nothing that names anybody.
    pub says: String,
}

/// What a series of clocks goes on.
pub struct Series<'s, 'c> {
    /// What starts the first, if that is known, and day 0.
    pub first: Option<(&'c Entry, Date)>,
    /// Held, by day.
    pub held: &'s [&'c Entry],
    /// Not held yet, by day.
    pub planned: &'s [&'c Entry],
    /// The step of the clock that the `n`th held starts.
    pub step: &'s dyn Fn(usize, &Entry) -> Step,
    /// Why the last stands down.
    pub unmet: Option<Unmet>,
}

/// The source's own due date of the next review after a day.
fn planned_after(planned: &[&Entry], day: Date) -> Option<Date> {
    let due = planned
        .iter()
        .filter_map(|e| stated_due(e).or(Some(e.start)));
    due.filter(|due| *due > day).min()
}

fn stated_due(entry: &Entry) -> Option<Date> {
    match entry.fact {
        contracts::Fact::ProtectionReview { stated_due, .. }
        | contracts::Fact::LookedAfterReview { stated_due, .. } => stated_due,
        _ => None,
    }
}

/// Elapsed hours, so over a change of the clocks too.
fn hours_later(day: Date, at: Time, hours: u32) -> Option<jiff::civil::DateTime> {
    let zone = calendar::london();
    let from = zone.to_timestamp(day.to_datetime(at)).ok()?;
    let until = from
        .checked_add(SignedDuration::from_hours(i64::from(hours)))
        .ok()?;
    Some(until.to_zoned(zone).datetime())
}
