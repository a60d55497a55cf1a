//! An obligation as dispatch knows it: what was said about it last, and from which signals.

use calendar::Calendar;
use contracts::{
    Obligation, StaffId,
    chronology::Holder,
    obligation::{DeadlineEvent, DeadlineSignal},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    policy::{self, Policy},
    step::{Step, StepKey},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matter {
    pub obligation: Obligation,
    pub in_force: Step,
    /// How near it was when that was said.
    pub reached: Step,
    /// The due date its first steps were about, and the one its steps are about now.
    pub first_due: Date,
    pub told_due: Date,
    /// The snapshot that put the step in force; none: the passing of time.
    pub batch: Option<u64>,
    pub data_as_at: Date,
    /// Open, and nobody can be told.
    #[serde(default)]
    pub nobody: bool,
    /// The day it was first heard of, when it was there before its source or rule went live.
    #[serde(default)]
    pub first_seen: Option<Date>,
    /// Who held the child when it was last routed, or the last one who did.
    #[serde(default)]
    pub held_by: Option<StaffId>,
    /// What is said because somebody else holds the child, or nobody does.
    #[serde(default)]
    pub moved: Option<Moved>,
}

/// A change of allocation, told in place of what was in force when it came; the next rung is told as ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub step: Step,
    pub instead_of: StepKey,
}

/// For so many working days after a source or a rule went live nothing that was there before climbs.
const SETTLING_IN: u32 = 10;

/// What a signal came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A newer one of the same obligation was known.
    Superseded,
    /// The matter is closed.
    Closed,
    /// A step is in force because of it.
    InForce,
    /// It said nothing that had not been said.
    Already,
}

impl Matter {
    /// Takes a signal in. Order does not matter: an older revision changes nothing.
    pub fn hear(
        known: Option<Self>,
        signal: &DeadlineSignal,
        policy: Option<&Policy>,
        calendar: &Calendar,
        today: Date,
    ) -> (Self, Heard) {
        let new = &signal.obligation;
        // A pinned clock may have been set on for the sender before it is for us.
        let day = today.max(signal.data_as_at);
        let place = |at: &Obligation| nearest(at, policy, calendar, day);
        match known {
            Some(known) if new.revision < known.obligation.revision => (known, Heard::Superseded),
            Some(known)
                if new.opening == known.obligation.opening
                    && known.runs() == new.state.is_running() =>
            {
                known.go_on(signal, place)
            }
            _ => Self::open(signal, day, place),
        }
    }

    fn open(
        signal: &DeadlineSignal,
        day: Date,
        place: impl Fn(&Obligation) -> Step,
    ) -> (Self, Heard) {
        let obligation = signal.obligation.clone();
        let (in_force, reached) = step_of(signal, &place);
        let heard = if obligation.state.is_running() {
            Heard::InForce
        } else {
            Heard::Closed
        };
        let matter = Self {
            in_force,
            reached,
            first_due: obligation.due_date,
            told_due: obligation.due_date,
            batch: signal.batch,
            data_as_at: signal.data_as_at,
            nobody: false,
            held_by: None,
            moved: None,
            first_seen: obligation.baseline.then_some(day),
            obligation,
        };
        (matter, heard)
    }

    fn go_on(
        mut self,
        signal: &DeadlineSignal,
        place: impl Fn(&Obligation) -> Step,
    ) -> (Self, Heard) {
        self.obligation = signal.obligation.clone();
        self.data_as_at = self.data_as_at.max(signal.data_as_at);
        if !self.runs() {
            return (self, Heard::Closed);
        }
        let (step, reached) = step_of(signal, &place);
        let due = self.obligation.due_date;
        let here = [place(&self.obligation), reached]
            .into_iter()
            .max_by_key(|s| s.nearness());
        let here = here.unwrap_or(reached);
        if due < self.told_due || (due > self.told_due && here.nearness() < self.reached.nearness())
        {
            self.move_to(due);
            (self.in_force, self.reached) = (here, here);
        } else if reached.nearness() > self.reached.nearness() {
            (self.in_force, self.reached) = (step, reached);
        } else {
            return (self, Heard::Already);
        }
        self.batch = signal.batch;
        (self, Heard::InForce)
    }

    /// Takes the new date as the one its steps are about.
    fn move_to(&mut self, due: Date) {
        let nothing_told = self.in_force == Step::Raised && self.told_due == self.first_due;
        if nothing_told {
            self.first_due = due;
        }
        self.told_due = due;
    }

    /// What the passing of days alone puts in force.
    pub fn wake(&mut self, policy: Option<&Policy>, calendar: &Calendar, today: Date) {
        if !self.runs() {
            return;
        }
        if self.in_force == Step::Baseline && self.reached.is_late() {
            if self.settled_on(calendar).is_some_and(|day| day <= today) {
                (self.in_force, self.reached) = (Step::StillLate, Step::StillLate);
            }
            return;
        }
        let here = nearest(&self.obligation, policy, calendar, today);
        if here.nearness() > self.reached.nearness() {
            (self.in_force, self.reached) = (here, here);
        }
    }

    /// Notes who holds the child. A change from one case-holder to another is a handover; the first to hold it is not.
    pub fn allocate(&mut self, holder: &Holder, today: Date) {
        if !self.runs() {
            return;
        }
        let moved = match (&self.held_by, &holder.worker) {
            (Some(before), Some(now)) if before != now => Some(Step::Handover(today)),
            (Some(_), Some(_)) => {
                // Back with whom it was.
                self.moved.take_if(|m| matches!(m.step, Step::Unheld(_)));
                None
            }
            (Some(_), None) => {
                let known = |m: &Moved| matches!(m.step, Step::Unheld(_));
                (!self.moved.as_ref().is_some_and(known)).then_some(Step::Unheld(today))
            }
            (None, _) => None,
        };
        if let Some(step) = moved {
            let instead_of = self.rung();
            self.moved = Some(Moved { step, instead_of });
        }
        if holder.worker.is_some() {
            self.held_by.clone_from(&holder.worker);
        }
    }

    /// From when on it may climb; none: there was never anything to wait for.
    pub fn settled_on(&self, calendar: &Calendar) -> Option<Date> {
        let seen = self.first_seen?;
        Some(calendar.add_working_days(seen, SETTLING_IN))
    }

    pub fn runs(&self) -> bool {
        self.obligation.state.is_running()
    }

    /// What is to be said now.
    pub fn key(&self) -> StepKey {
        let rung = self.rung();
        match &self.moved {
            Some(moved) if moved.instead_of == rung => StepKey {
                step: moved.step,
                due: None,
            },
            _ => rung,
        }
    }

    /// The rung in force, whoever holds the child.
    fn rung(&self) -> StepKey {
        StepKey {
            step: self.in_force,
            due: (self.told_due != self.first_due).then_some(self.told_due),
        }
    }
}

/// The step a signal asks for, and how near the matter is with it.
fn step_of(signal: &DeadlineSignal, place: impl Fn(&Obligation) -> Step) -> (Step, Step) {
    let here = place(&signal.obligation);
    match signal.what {
        DeadlineEvent::Raised if signal.obligation.baseline => (Step::Baseline, here),
        DeadlineEvent::Raised => (Step::Raised, Step::Raised),
        DeadlineEvent::Overdue => (Step::Overdue, Step::Overdue),
        DeadlineEvent::Moved | DeadlineEvent::Met | DeadlineEvent::Withdrawn => (here, here),
    }
}

/// How near an obligation is on `day`; of a rule without a policy only whether it is late.
fn nearest(
    obligation: &Obligation,
    policy: Option<&Policy>,
    calendar: &Calendar,
    day: Date,
) -> Step {
    match policy {
        Some(policy) => policy.nearest(obligation, calendar, day),
        None if policy::is_late(obligation, day) => Step::Overdue,
        None => Step::Raised,
    }
}
