//! Becoming looked after, reviews, and what follows a review.

use contracts::{Entry, Fact, chronology};
use jiff::{ToSpan, civil::Date};

use super::desk::{Desk, Series, Start, Unmet};
use crate::domain::{
    care::{Period, within},
    clocks::Clock,
    history::History,
    reckon::Met,
    rules::{Rule, Step},
};

/// How long a series of short breaks goes on without one.
const BETWEEN_BREAKS_MONTHS: i64 = 6;

pub(super) fn first_review<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    for period in &history.periods {
        let Some(entry) = period.entry else { continue };
        let first = period.reviews.first().copied();
        let mut start = Start::on(entry, period.start, Step::Usual)
            .met(first)
            .ended(period.end);
        start.stated_due = stated_due(history, first, period.start, period);
        desk.put(rule, start);
    }
}

/// The first review of a period whose start is known gives the shorter limit.
pub(super) fn next_reviews<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    for period in &history.periods {
        let known = period.entry.is_some();
        for (n, review) in period.reviews.iter().enumerate() {
            let step = if n == 0 && known {
                Step::First
            } else {
                Step::Usual
            };
            let next = period.reviews.get(n + 1).copied();
            let mut start = Start::of(review, step).met(next).ended(period.end);
            start.stated_due = stated_due(history, next, review.start, period);
            desk.put(rule, start);
        }
    }
}

/// The source's own due date: of the review that met it, else of the next one planned.
fn stated_due(
    history: &History<'_>,
    met: Option<&Entry>,
    day0: Date,
    period: &Period<'_>,
) -> Option<Date> {
    let stated = |e: &Entry| match e.fact {
        Fact::LookedAfterReview {
            stated_due,
            planned,
            ..
        } => stated_due.or(planned.then_some(e.start)),
        _ => None,
    };
    match (met, period.end) {
        (Some(met), _) => stated(met),
        (None, Some(_)) => None,
        (None, None) => {
            let planned = history.planned_reviews.iter().filter_map(|e| stated(e));
            planned.filter(|due| *due > day0).min()
        }
    }
}

/// Breaks that are not too far apart are one series: its first, and the day from which it is over.
pub(super) fn series_of_breaks<'c>(history: &History<'c>) -> Vec<(&'c Entry, Option<Date>)> {
    let breaks: Vec<&Entry> = of_status(history, &["V3", "V4"]);
    let mut series: Vec<(&'c Entry, Option<Date>)> = Vec::new();
    for one in breaks {
        let over = history.end(one).map(lasts);
        match series.last_mut() {
            Some((_, until)) if until.is_none_or(|until| one.start <= until) => {
                *until = until.zip(over).map(|(a, b)| a.max(b));
            }
            _ => series.push((one, over)),
        }
    }
    series
}

pub(super) fn short_breaks<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    for (first, until) in series_of_breaks(history) {
        desk.wakes.extend(until);
        let ended = until.filter(|until| *until <= history.today);
        desk.series(
            rule,
            &Series {
                first: Some((first, first.start)),
                held: within(
                    &history.reviews,
                    first.start,
                    ended.unwrap_or(history.today),
                ),
                planned: &[],
                step: &|_, _| Step::Usual,
                unmet: ended.map(Unmet::Ended),
            },
        );
    }
}

fn lasts(end: Date) -> Date {
    end.saturating_add(BETWEEN_BREAKS_MONTHS.months())
}

/// Rows of short breaks with one of these legal statuses, by start.
fn of_status<'c>(history: &History<'c>, statuses: &[&str]) -> Vec<&'c Entry> {
    let breaks = history.breaks.iter().copied();
    breaks
        .filter(|row| {
            history
                .status_of(row)
                .is_some_and(|s| statuses.contains(&s))
        })
        .collect()
}

/// Becoming looked after, and the start of a short-break agreement; with the day it ended.
fn beginnings<'c>(history: &History<'c>) -> Vec<(&'c Entry, Date, Option<Date>)> {
    let periods = history.periods.iter();
    let mut begun: Vec<_> = periods
        .filter_map(|p| Some((p.entry?, p.start, p.end)))
        .collect();
    let mut open_until = Some(Date::MIN);
    for row in of_status(history, &["V4"]) {
        let end = history.end(row);
        if open_until.is_some_and(|until| row.start > until) {
            begun.push((row, row.start, end));
            open_until = end;
        } else {
            open_until = open_until.zip(end).map(|(a, b)| a.max(b));
            if let Some(last) = begun.last_mut() {
                last.2 = open_until;
            }
        }
    }
    begun
}

/// Met by an involvement of a reviewing officer that was open on day 0 or began later.
pub(super) fn reviewer_named<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    for (entry, day0, end) in beginnings(history) {
        let mut reviewers = history.reviewers.iter().copied().filter(|e| rule.trusts(e));
        let named = reviewers.find(|e| {
            history.end(e).is_none_or(|end| end > day0) && end.is_none_or(|end| e.start <= end)
        });
        let mut start = Start::on(entry, day0, Step::Usual).ended(end);
        start.met = named.map(|by| Met {
            by,
            on: Some(by.start.max(day0)),
        });
        desk.put(rule, start);
    }
}

pub(super) fn reviewer_told<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    let told = history.steps(chronology::Step::ReviewerTold);
    for (entry, day0, end) in beginnings(history) {
        let met = within(&told, day0, end.unwrap_or(history.today))
            .first()
            .copied();
        desk.put(
            rule,
            Start::on(entry, day0, Step::Usual).met(met).ended(end),
        );
    }
}

/// Each review has its own decisions and its own record: the first from its day on.
pub(super) fn after_reviews<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    let step = if rule.clock == Clock::ReviewDecisions {
        chronology::Step::ReviewDecisions
    } else {
        chronology::Step::ReviewRecord
    };
    let done = history.steps(step);
    for period in &history.periods {
        for review in &period.reviews {
            let met = within(&done, review.start, history.today).first().copied();
            desk.put(
                rule,
                Start::of(review, Step::Usual).met(met).ended(period.end),
            );
        }
    }
}
