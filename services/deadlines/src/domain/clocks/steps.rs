//! Clocks that events alone start and meet.

use contracts::{Entry, chronology};
use jiff::ToSpan;

use super::{
    desk::{Desk, Series, Start, Unmet},
    protection::during,
};
use crate::domain::{
    care::within,
    history::History,
    overrides::Action,
    reckon::Met,
    rules::{Rule, Step},
};

/// Each emergency placement has its own notice.
pub(super) fn placement_notices<'c>(
    desk: &mut Desk<'_, 'c>,
    history: &History<'c>,
    rule: &'c Rule,
) {
    let sent = history.steps(chronology::Step::PlacementNotified);
    for placed in history.steps(chronology::Step::EmergencyPlacement) {
        let met = within(&sent, placed.start, history.today).first().copied();
        desk.put(rule, Start::of(placed, Step::Usual).met(met));
    }
}

/// The shorter limit holds in the first year of the arrangement.
pub(super) fn private_fostering<'c>(
    desk: &mut Desk<'_, 'c>,
    history: &History<'c>,
    rule: &'c Rule,
) {
    let visits = history.steps(chronology::Step::PrivateFosteringVisit);
    for arrangement in history.steps(chronology::Step::PrivateFostering) {
        let end = history.end(arrangement);
        let year = arrangement.start.saturating_add(1.year());
        desk.series(
            rule,
            &Series {
                first: Some((arrangement, arrangement.start)),
                held: during(&visits, arrangement.start, end, history.today),
                planned: &[],
                step: &|_, held: &Entry| {
                    if held.start < year {
                        Step::YearOne
                    } else {
                        Step::Usual
                    }
                },
                unmet: end.map(Unmet::Ended),
            },
        );
    }
}

/// Met by the final order, the end of the application. What the court has granted on top is counted from the first limit.
pub(super) fn care_applications<'c>(
    desk: &mut Desk<'_, 'c>,
    history: &History<'c>,
    rule: &'c Rule,
) {
    for application in history.steps(chronology::Step::CareApplication) {
        let end = history.end(application);
        let mut start = Start::of(application, Step::Usual);
        start.met = end.map(|end| Met {
            by: application,
            on: Some(end),
        });
        let granted: Vec<_> = desk
            .said(rule, Action::Extended)
            .into_iter()
            .filter(|o| o.from >= application.start && end.is_none_or(|end| o.from <= end))
            .collect();
        let usual = rule.limit(Step::Usual);
        start.limit = usual.map(|usual| desk.extended(application.start, usual, &granted));
        desk.put(rule, start);
    }
}
