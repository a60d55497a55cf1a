//! A child's deadlines in words: the arithmetic, and the evidence it stands on.

pub(in crate::domain) mod clock;

use calendar::{Calendar, day};
use contracts::{Authority, Chronology, Entry, Fact};
use jiff::civil::Date;

use super::{
    care::Period,
    clocks,
    history::{History, is_planned},
    overrides::{Override, Overrides},
    reckon::reckon_from,
    rules::{Rules, words},
    running::{self, Running},
};

/// Everything that bears on a child's deadlines on a day, a line each; what belongs to a deadline is indented.
pub fn explain(
    chronology: &Chronology,
    authority: &Authority,
    (rules, overrides): (&Rules, &Overrides),
    calendar: &Calendar,
    today: Date,
) -> Vec<String> {
    let running = Running::of(rules, authority, today).with(overrides);
    let history = History::of(chronology, today);
    let child = format!(
        "Child {} of {}, as at {}.",
        chronology.child,
        authority.name,
        day(today)
    );
    let mut lines = vec![child, sources(authority), holder(chronology, today)];
    if history.died {
        lines.push("The child has died: nothing is due.".to_owned());
    }
    lines.extend(history.periods.iter().map(period));
    if history.periods.is_empty() {
        lines.push("No period of care is recorded.".to_owned());
    }
    lines.extend(
        running
            .overrides_of(&chronology.child)
            .iter()
            .map(|o| said(o, today)),
    );
    lines.extend(no_part(&history, &running));
    for reckoned in reckon_from(&history, &running, calendar).0 {
        lines.extend(clock::words(&reckoned, calendar, today));
    }
    lines.extend(not_run(rules, authority, today));
    lines
}

/// That other dates may be due which nobody counts here.
fn not_run(rules: &Rules, authority: &Authority, today: Date) -> Option<String> {
    let of_child = |id: &str| {
        rules
            .all()
            .iter()
            .any(|r| r.id == id && !r.clock.is_of_worker())
    };
    let mut report = running::report(rules, authority, today);
    report.retain(|status| of_child(&status.id));
    let others = report.iter().filter(|status| !status.runs).count();
    (others > 0).then(|| {
        format!(
            "{others} of {} rules do not run here, and of them nothing is counted: \
             `evenkeel rules --authority {}` says which, and why.",
            report.len(),
            authority.authority
        )
    })
}

/// An override, in force or not.
fn said(o: &Override, today: Date) -> String {
    let stands = if o.holds_on(today) {
        "in force"
    } else if today < o.from {
        "not in force yet"
    } else {
        "expired"
    };
    let long = o
        .limit
        .map_or_else(String::new, |limit| format!(", {}", words(limit)));
    format!(
        "{} is {}{long} ({}), says {}, from {} to {}: {stands}.",
        o.rule,
        o.action,
        o.reason,
        o.owner,
        day(o.from),
        day(o.until)
    )
}

fn sources(authority: &Authority) -> String {
    let sources: Vec<String> = authority
        .sources
        .iter()
        .map(|s| format!("{} as at {}", s.source, day(s.as_at)))
        .collect();
    if sources.is_empty() {
        return "No source has been read yet.".to_owned();
    }
    format!("Read from {}.", sources.join("; "))
}

fn holder(chronology: &Chronology, today: Date) -> String {
    let holder = chronology.holder(today);
    match (holder.worker, holder.since) {
        (Some(worker), Some(since)) => format!("Held by {worker} since {}.", day(since)),
        (Some(worker), None) => format!("Held by {worker}."),
        (None, _) => "No case-holder is recorded.".to_owned(),
    }
}

fn period(period: &Period<'_>) -> String {
    let start = day(period.start);
    let span = match period.end {
        Some(end) => format!("In care from {start} to {}", day(end)),
        None => format!("In care since {start}"),
    };
    let entry = match period.entry {
        Some(_) => "became looked after that day",
        None => {
            "when the child became looked after is not recorded, so no first review is expected \
             and every review is counted from the one before"
        }
    };
    format!("{span}: {entry}.")
}

/// What is recorded and takes no part.
fn no_part(history: &History<'_>, running: &Running<'_>) -> Vec<String> {
    let counted = [
        (
            history.breaks.len(),
            "row of a short break",
            "rows of short breaks",
            "do not count here",
        ),
        (
            cancelled(history),
            "cancelled review",
            "cancelled reviews",
            "do not count",
        ),
        (
            outside(history),
            "review outside of a period of care",
            "reviews outside of a period of care",
            "do not count",
        ),
        (
            uncounted(history, running, Some(false)),
            "visit at which the child was not seen",
            "visits at which the child was not seen",
            "do not count",
        ),
        (
            uncounted(history, running, None),
            "visit that does not say whether the child was seen",
            "visits that do not say whether the child was seen",
            "do not count",
        ),
        (
            later(history),
            "fact dated after that day",
            "facts dated after that day",
            "do not count yet",
        ),
    ];
    counted.into_iter().filter_map(said_once).collect()
}

fn cancelled(history: &History<'_>) -> usize {
    let known = history
        .chronology
        .entries
        .iter()
        .filter(|e| e.start <= history.today);
    let cancelled = known.filter(|e| {
        matches!(
            e.fact,
            Fact::LookedAfterReview {
                cancelled: true,
                ..
            }
        )
    });
    cancelled.count()
}

fn outside(history: &History<'_>) -> usize {
    let within = |e: &Entry| {
        let mut periods = history.periods.iter();
        periods.any(|p| p.start <= e.start && p.end.is_none_or(|end| e.start <= end))
    };
    history.reviews.iter().filter(|e| !within(e)).count()
}

/// Visits that meet nothing, by what they say about whether the child was seen.
fn uncounted(history: &History<'_>, running: &Running<'_>, said: Option<bool>) -> usize {
    let visits = history
        .visits
        .iter()
        .filter(|v| !clocks::counts(history, running, v));
    visits
        .filter(|v| matches!(v.fact, Fact::Visit { seen, .. } if seen == said))
        .count()
}

fn later(history: &History<'_>) -> usize {
    let later = history
        .chronology
        .entries
        .iter()
        .filter(|e| e.start > history.today);
    later
        .filter(|e| !matches!(e.fact, Fact::AgeBand { .. }) && !is_planned(e))
        .count()
}

fn said_once((count, one, many, part): (usize, &str, &str, &str)) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {one} {}.", part.replacen("do", "does", 1))),
        _ => Some(format!("{count} {many} {part}.")),
    }
}

#[cfg(test)]
mod tests;
