//! Health assessments and education plans of a child looked after.

use contracts::{
    Entry,
    chronology::{self, AgeBand},
};

use super::{
    desk::{Desk, Series, Unmet},
    protection::during,
};
use crate::domain::{
    history::History,
    rules::{Rule, Step},
};

/// The child's age on the day of an assessment says when the next one is due.
pub(super) fn assessments<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    let by_age = |_, held: &Entry| match history.age_on(held.start) {
        Some(AgeBand::UnderFive) => Step::UnderFive,
        _ => Step::Usual,
    };
    of_periods(desk, history, rule, &history.health, &by_age);
}

pub(super) fn education_plans<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    let plans = history.steps(chronology::Step::EducationPlan);
    of_periods(desk, history, rule, &plans, &|_, _| Step::Usual);
}

fn of_periods<'c>(
    desk: &mut Desk<'_, 'c>,
    history: &History<'c>,
    rule: &'c Rule,
    held: &[&'c Entry],
    step: &dyn Fn(usize, &Entry) -> Step,
) {
    for period in &history.periods {
        desk.series(
            rule,
            &Series {
                first: period.entry.map(|entry| (entry, period.start)),
                held: during(held, period.start, period.end, history.today),
                planned: &[],
                step,
                unmet: period.end.map(Unmet::Ended),
            },
        );
    }
}
