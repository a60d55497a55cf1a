//! Young people who leave care.

use contracts::{
    Entry, Fact,
    chronology::{AgeBand, Eligibility},
};
use jiff::{ToSpan, civil::Date};

use super::desk::{Desk, Series, Unmet};
use crate::domain::{
    history::History,
    rules::{Rule, Step},
};

/// A young person who reaches 16 in care is eligible after this long.
const IN_CARE_WEEKS: i64 = 13;

/// From 16, or the 13th week of care after it; then from the last plan, also one made before.
pub(super) fn pathway_plans<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    let entitled = match eligibility(history) {
        Some(Eligibility::Eligible | Eligibility::Relevant) => true,
        Some(Eligibility::FormerRelevant) => false,
        _ => return,
    };
    let mut sixteen = history.ages.iter().copied();
    let sixteen = sixteen.find(|e| {
        e.fact
            == Fact::AgeBand {
                band: AgeBand::SixteenAndSeventeen,
            }
    });
    let first = sixteen.map(|e| (e, entitled_from(history, e.start)));
    desk.wakes.extend(first.map(|(_, day0)| day0));
    desk.series(
        rule,
        &Series {
            first: first.filter(|(_, day0)| *day0 <= history.today),
            held: &history.pathway_plans,
            planned: &[],
            step: &|_, _| Step::Usual,
            unmet: (!entitled).then_some(Unmet::NoLongerStarted),
        },
    );
}

fn entitled_from(history: &History<'_>, sixteen: Date) -> Date {
    let mut periods = history.periods.iter().rev();
    let in_care = periods.find(|p| p.entry.is_some() && p.end.is_none_or(|end| end > sixteen));
    let weeks = in_care.map(|p| p.start.saturating_add(IN_CARE_WEEKS.weeks()));
    weeks.map_or(sixteen, |day| day.max(sixteen))
}

/// From the last time a relevant or former relevant young person and their adviser were in touch.
pub(super) fn contacts<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    let in_touch = matches!(
        eligibility(history),
        Some(Eligibility::Relevant | Eligibility::FormerRelevant)
    );
    desk.series(
        rule,
        &Series {
            first: None,
            held: &history.leaver_contacts,
            planned: &[],
            step: &|_, _| Step::Usual,
            unmet: (!in_touch).then_some(Unmet::NoLongerStarted),
        },
    );
}

/// As last recorded.
fn eligibility(history: &History<'_>) -> Option<Eligibility> {
    let last: &Entry = history.leaver.last()?;
    match last.fact {
        Fact::CareLeaver { eligibility } => Some(eligibility),
        _ => None,
    }
}
