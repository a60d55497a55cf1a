//! Plans of children in need: they rest while a protection plan or a period of care is open.

use contracts::chronology;
use jiff::civil::Date;

use super::{
    desk::{Desk, Series, Unmet},
    protection::during,
};
use crate::domain::{
    history::History,
    rules::{Rule, Step},
};

pub(super) fn reviews<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    let held = history.steps(chronology::Step::ChildInNeedReview);
    let resting = rests(history).iter().any(|rest| rest.is_on(history.today));
    for plan in &history.need_plans {
        let end = history.end(plan);
        desk.series(
            rule,
            &Series {
                first: Some((plan, plan.start)),
                held: during(&held, plan.start, end, history.today),
                planned: &[],
                step: &|_, _| Step::Usual,
                unmet: end
                    .map(Unmet::Ended)
                    .or(resting.then_some(Unmet::Superseded)),
            },
        );
    }
}

/// Days from one up to another, without that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) from: Date,
    pub(super) to: Option<Date>,
}

impl Days {
    pub(super) fn is_on(self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| to > day)
    }
}

/// When the clocks of a child in need rest.
pub(super) fn rests(history: &History<'_>) -> Vec<Days> {
    let plans = history.protection_plans.iter();
    let plans = plans.map(|p| Days {
        from: p.start,
        to: history.end(p),
    });
    let care = history.periods.iter().map(|p| Days {
        from: p.start,
        to: p.end,
    });
    plans.chain(care).collect()
}
