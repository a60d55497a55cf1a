//! A connected person approved as a carer for the time being, until the approval proper.

use contracts::Entry;
use jiff::{ToSpan, civil::Date};

use super::desk::{Desk, Start};
use crate::domain::{
    history::History,
    overrides::{Action, Override},
    placements::stay_on,
    reckon::Met,
    rules::{Rule, Step},
};

/// What the authority says of one approval for the time being.
struct Approved<'c> {
    stay: &'c Entry,
    from: Date,
    /// The last day of what was said, prolonged by what follows without a gap.
    last: Date,
    /// The placement or the period of care ended.
    ended: Option<Date>,
}

/// From the first day of the approval for the time being. One that the authority ended before its limit stands down; one
/// that it did not is due until the approval proper is said, or the placement ends.
pub(super) fn carers<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    let Some(usual) = rule.limit(Step::Usual) else {
        return;
    };
    let (extended, proper) = (
        desk.said(rule, Action::Extended),
        desk.said(rule, Action::CarerApproved),
    );
    for approved in all(desk.overrides, history) {
        let within = |o: &&&Override| {
            o.from >= approved.from && approved.ended.is_none_or(|end| o.from <= end)
        };
        // One extension, and no more.
        let granted: Vec<&Override> = extended.iter().filter(within).take(1).copied().collect();
        let limit = desk.extended(approved.from, usual, &granted);
        // What ends with the limit itself has only run out; silence, or an extension, must not end a limit of law.
        let unextended = desk.due(approved.from, None, usual).0;
        let over = approved.last.saturating_add(1.day());
        let given_up = (over < unextended && over <= history.today).then_some(over);
        let ended = approved.ended.into_iter().chain(given_up).min();
        let mut start = Start::on(approved.stay, approved.from, Step::Usual).ended(ended);
        start.limit = Some(limit);
        start.met = proper.iter().find(within).map(|o| Met {
            by: approved.stay,
            on: Some(o.from),
        });
        desk.put(rule, start);
    }
}

fn all<'c>(said: &[Override], history: &History<'c>) -> Vec<Approved<'c>> {
    let mut all: Vec<Approved<'c>> = Vec::new();
    let said = said.iter();
    for o in said.filter(|o| o.action == Action::TemporaryCarer && o.from <= history.today) {
        if let Some(before) = all.last_mut()
            && o.from <= before.last.saturating_add(1.day())
            && before.ended.is_none_or(|ended| o.from < ended)
        {
            before.last = before.last.max(o.until);
            continue;
        }
        let (Some(period), Some(stay)) =
            (history.period_on(o.from), stay_on(&history.stays, o.from))
        else {
            continue;
        };
        let mut later = history.stays.iter();
        let moved = later.find(|s| s.start > o.from && s.begins());
        all.push(Approved {
            stay: stay.entry,
            from: o.from,
            last: o.until,
            ended: moved.map(|s| s.start).into_iter().chain(period.end).min(),
        });
    }
    all
}
