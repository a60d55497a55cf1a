//! Young people who leave care.

use contracts::{
    Entry, Fact,
    chronology::{AgeBand, Eligibility},
};
use jiff::{ToSpan, civil::Date};

use super::{
    counts,
    desk::{Desk, Series, Start, Unmet},
    protection::during,
};
use crate::domain::{
    history::History,
    overrides::Action,
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

/// In accommodation that the authority provides, as it has said: soon after moving in, again before the review at 28 days,
/// then at an interval. A first visit after that day has the interval follow at once.
pub(super) fn visits<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    let Some(leaver) = history.leaver.last().copied() else {
        return;
    };
    let entitled = matches!(
        eligibility(history),
        Some(Eligibility::Relevant | Eligibility::FormerRelevant)
    );
    let visits = history.visits.iter().copied();
    let mut seen: Vec<&Entry> = visits
        .filter(|v| counts(history, desk.running, v))
        .collect();
    seen.dedup_by_key(|v| v.start);
    for stay in desk.said(rule, Action::Accommodated) {
        let end = stay.ends(history.today);
        let unmet = end
            .map(Unmet::Ended)
            .or((!entitled).then_some(Unmet::NoLongerStarted));
        let held = during(&seen, stay.from, end, history.today);
        let second = rule.limit(Step::Second);
        let review = second.map(|limit| desk.due(stay.from, None, limit).0);
        let first = Start::on(leaver, stay.from, Step::First);
        let later = held.iter().enumerate().map(|(n, visit)| {
            if n == 0 && review.is_some_and(|review| visit.start < review) {
                Start::on(visit, stay.from, Step::Second)
            } else {
                Start::of(visit, Step::Usual)
            }
        });
        for (n, start) in std::iter::once(first).chain(later).enumerate() {
            let mut start = start.met(held.get(n).copied());
            start.unmet = unmet;
            desk.put(rule, start);
        }
    }
}

/// As last recorded.
fn eligibility(history: &History<'_>) -> Option<Eligibility> {
    let last: &Entry = history.leaver.last()?;
    match last.fact {
        Fact::CareLeaver { eligibility } => Some(eligibility),
        _ => None,
    }
}
