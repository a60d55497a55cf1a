//! What a source carries and leaves blank: for the worker alone, to complete.

use calendar::day;
use contracts::{Entry, Fact};
use jiff::{ToSpan, civil::Date};

use super::desk::{Desk, Found};
use crate::domain::{
    history::{History, is_open_on},
    rules::{Rule, Step},
};

/// What is older than this is history and nobody is asked to complete it.
const ASKED_FOR_DAYS: i64 = 90;

/// Whether the child was seen at the last visit, while something is open for the child.
pub(super) fn seen<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    let blank = |v: &&Entry| matches!(v.fact, Fact::Visit { seen: None, .. });
    let Some(visit) = history.visits.last().copied() else {
        return;
    };
    // Of several rows of a day one that says it is enough.
    let mut of_the_day = history.visits.iter().rev().copied();
    if !of_the_day
        .by_ref()
        .take_while(|v| v.start == visit.start)
        .all(|v| blank(&v))
    {
        return;
    }
    let not_asked = desk.running.any_visit_counts(&visit.source) || history.unborn_on(visit.start);
    let plans = history.protection_plans.iter().chain(&history.need_plans);
    let open = plans.copied().any(|p| is_open_on(p, history.today))
        || history.period_on(history.today).is_some();
    if open && !not_asked {
        let what = "whether the child was seen at the visit on";
        ask(desk, rule, visit, visit.start, what, None);
    }
}

/// The type of the placement a child now lives in.
pub(super) fn placement<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    let Some(period) = history.period_on(history.today) else {
        return;
    };
    let stays = history.stays.iter().rev();
    let mut now = stays.take_while(|s| s.start >= period.start);
    if let Some(stay) = now.next().filter(|s| s.code.is_empty()) {
        let what = "the type of the placement that began on";
        ask(desk, rule, stay.entry, stay.start, what, period.end);
    }
}

/// The legal status of a child now looked after.
pub(super) fn legal_status<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    let Some(period) = history.period_on(history.today) else {
        return;
    };
    let rows = history.care_rows.iter().rev().copied();
    let mut now = rows.filter(|row| is_open_on(row, history.today));
    if let Some(row) = now.next()
        && history.status_on(history.today).is_none()
    {
        let what = "the legal status of the care that began on";
        ask(desk, rule, row, row.start, what, period.end);
    }
}

/// Once the source has had time to be completed, and for as long as it is of use.
fn ask<'c>(
    desk: &mut Desk<'_, 'c>,
    rule: &'c Rule,
    blank: &'c Entry,
    since: Date,
    what: &str,
    until: Option<Date>,
) {
    let Some(limit) = rule.limit(Step::Usual) else {
        return;
    };
    let patience = desk.due(since, None, limit).0;
    let old = since.saturating_add(ASKED_FOR_DAYS.days());
    desk.put_found(
        rule,
        Found {
            trigger: blank,
            counted_from: since,
            from: patience.saturating_add(1.day()),
            until: until.into_iter().chain([old]).min(),
            says: format!("{what} {} is not recorded", day(since)),
        },
    );
}
