//! The clock of supervision: from the day it was last held to the next.

use calendar::Calendar;
use contracts::{
    Obligation, ObligationState, Person, WorkerObligation, ids,
    obligation::{Limit, Withdrawn},
    organisation::Absence,
};
use jiff::{ToSpan, civil::Date};

use super::{Circumstances, MONTHS, Worker};
use crate::domain::{
    clocks::Clock,
    rules::{Rule, Step},
};

/// The first weeks and months of a first year.
const FIRST_WEEKS: i64 = 6;
const FIRST_MONTHS: i64 = 6;

/// One clock, as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reckoned<'r> {
    pub rule: &'r Rule,
    pub step: Step,
    pub limit: Limit,
    /// The clock began on a day on which supervision was held, not with the work or the record.
    pub after_held: bool,
    pub day0: Date,
    /// They were away when it would have been due.
    pub away: Vec<Absence>,
    pub due: Date,
    pub met: Option<Date>,
    pub state: ObligationState,
    pub withdrawn: Option<Withdrawn>,
}

/// The clocks of one person on a day, by due date.
pub fn reckon<'r>(worker: &Worker<'_>, at: Circumstances<'r>) -> Vec<Reckoned<'r>> {
    let Worker { person, held, .. } = worker;
    // What was held before they came, in another post or an earlier time here, starts nothing.
    let counts = |day: &Date| *day <= at.today && person.start_date.is_none_or(|s| *day >= s);
    let held: Vec<Date> = held.iter().copied().filter(counts).collect();
    let first = first_day(person, at).filter(|day| held.first().is_none_or(|held| day < held));
    let starts = first.map(|day| (day, false)).into_iter();
    let starts: Vec<(Date, bool)> = starts.chain(held.into_iter().map(|d| (d, true))).collect();
    let mut clocks = Vec::new();
    for (n, (day0, after_held)) in starts.iter().enumerate() {
        let met = starts.get(n + 1).map(|(day, _)| *day);
        clocks.extend(clock(person, (*day0, *after_held), met, at));
    }
    // Days are known for so long only: what came before would look like nothing at all.
    let oldest = at.today.saturating_sub(MONTHS.months());
    clocks.retain(|c| c.state.is_running() || c.day0 >= oldest);
    clocks.sort_by_key(|c| (c.due, c.day0));
    clocks
}

/// From when to count where nothing is recorded before: the first day of work, or of the record if that is later.
fn first_day(person: &Person, at: Circumstances<'_>) -> Option<Date> {
    let since = at.record.map(|record| record.since);
    let day = person.start_date.into_iter().chain(since).max()?;
    (day <= at.today).then_some(day)
}

fn clock<'r>(
    person: &Person,
    (day0, after_held): (Date, bool),
    met: Option<Date>,
    at: Circumstances<'r>,
) -> Option<Reckoned<'r>> {
    let (clock, step) = which(person, day0)?;
    let rule = at.running.rules.iter().find(|rule| rule.clock == clock)?;
    let limit = rule.limit(step)?;
    let (due, away) = due(day0, limit, &person.absences, at.calendar);
    let has_left = person.removed || person.leave_date.is_some_and(|leave| leave < at.today);
    let (state, withdrawn) = match (met, due) {
        (Some(_), _) => (ObligationState::Met, None),
        (None, _) if has_left => (ObligationState::Withdrawn, Some(Withdrawn::Ended)),
        // Away for an unknown time, or away now: nothing is due until they are back.
        (None, None) => return None,
        (None, Some(due)) if at.today > due && person.is_absent(at.today) => return None,
        (None, Some(due)) if at.today > due => (ObligationState::Overdue, None),
        (None, Some(_)) => (ObligationState::Open, None),
    };
    Some(Reckoned {
        rule,
        step,
        limit,
        after_held,
        day0,
        away,
        // Met or over while away for an unknown time: the day by the rule alone.
        due: due.unwrap_or_else(|| by_rule(day0, limit, at.calendar)),
        met,
        state,
        withdrawn,
    })
}

/// By the day from which it is counted.
fn which(person: &Person, day0: Date) -> Option<(Clock, Step)> {
    let in_first_year = person.first_year_until.is_some_and(|until| day0 <= until);
    match person.start_date {
        Some(start) if in_first_year => {
            let step = if day0 < start.saturating_add(FIRST_WEEKS.weeks()) {
                Step::SixWeeks
            } else if day0 < start.saturating_add(FIRST_MONTHS.months()) {
                Step::SixMonths
            } else {
                Step::Usual
            };
            Some((Clock::WorkerFirstYear, step))
        }
        _ if person.manager_id.is_some() => Some((Clock::WorkerSupervision, Step::Usual)),
        _ => None,
    }
}

fn by_rule(from: Date, limit: Limit, calendar: &Calendar) -> Date {
    calendar.add(from, limit.n, limit.unit.into()).date
}

/// The day it is due, and the absences that moved it: none while one of them has no end yet. From the first day back it
/// is counted again.
fn due(
    day0: Date,
    limit: Limit,
    absences: &[Absence],
    calendar: &Calendar,
) -> (Option<Date>, Vec<Absence>) {
    let (mut from, mut away) = (day0, Vec::new());
    loop {
        let due = by_rule(from, limit, calendar);
        let covers = |a: &&Absence| a.from <= due && a.to.is_none_or(|to| due <= to);
        let covering = absences.iter().filter(covers);
        let Some(absence) = covering.max_by_key(|a| a.to.unwrap_or(Date::MAX)) else {
            return (Some(due), away);
        };
        away.push(*absence);
        let Some(to) = absence.to else {
            return (None, away);
        };
        from = to.saturating_add(1.day());
    }
}

impl Reckoned<'_> {
    /// The first day back, where the limit is counted again from it.
    pub fn again_from(&self) -> Option<Date> {
        let back = self.away.last()?.to?;
        Some(back.saturating_add(1.day()))
    }

    /// As an obligation told for the first time.
    pub fn obligation(&self, person: &Person) -> WorkerObligation {
        let started_by = if self.after_held {
            self.day0.to_string()
        } else {
            "start".to_owned()
        };
        let id = ids::worker_obligation(
            &person.authority,
            &self.rule.id,
            &person.staff_id,
            &started_by,
        );
        WorkerObligation {
            obligation: Obligation {
                id,
                rule: self.rule.reference(self.step, self.limit),
                started_by,
                trigger_date: self.day0,
                due_date: self.due,
                due_time: None,
                stated_due: None,
                attempted: None,
                found: None,
                state: self.state,
                met_date: self.met,
                met_by: self.met.map(|day| day.to_string()),
                withdrawn: self.withdrawn,
                opening: 1,
                revision: 1,
                baseline: false,
            },
            again_from: self.again_from(),
        }
    }
}
