//! Where a child looked after lived: placements within periods of care.
//!
//! A row of care begins a placement unless only the legal status changed (reason L); a placement recorded of its own
//! begins one on a day on which no row of care does. Of several on one day one counts. Hospital (T1) and holiday (T2) are
//! no placements, and coming back from them to the type before is none either: the placement before goes on.

use contracts::{Entry, Fact};
use jiff::civil::Date;

use super::history::{History, code_on};

/// A child's stay in one place, until the next begins or care ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay<'c> {
    pub start: Date,
    pub entry: &'c Entry,
    /// Such as `U1`; blank when not recorded.
    pub code: &'c str,
    /// When the placement it goes on with began.
    pub since: Date,
}

impl Stay<'_> {
    /// A placement begins.
    pub fn begins(&self) -> bool {
        self.since == self.start && !is_temporary(self.code)
    }
}

fn is_temporary(code: &str) -> bool {
    ["T1", "T2"].contains(&code)
}

/// All stays, by start.
pub fn stays<'c>(history: &History<'c>) -> Vec<Stay<'c>> {
    let mut rows: Vec<(&'c Entry, bool)> = Vec::new();
    let of_care = history.care_rows.iter().filter(|e| !is_legal_only(e));
    rows.extend(of_care.map(|e| (*e, false)));
    let own = history
        .placements
        .iter()
        .filter(|e| history.period_on(e.start).is_some());
    rows.extend(own.map(|e| (*e, true)));
    // Of one day: a row of care first, then one that did not end the same day.
    rows.sort_by(|(a, a_own), (b, b_own)| {
        let order = |e: &Entry| e.end == Some(e.start);
        (a.start, a_own, order(a), &a.key).cmp(&(b.start, b_own, order(b), &b.key))
    });
    rows.dedup_by_key(|(e, _)| e.start);
    let mut stays: Vec<Stay<'c>> = Vec::new();
    // The placement a temporary move left.
    let mut left: Option<Stay<'c>> = None;
    for (entry, _) in rows {
        let code = code(entry, history);
        let before = stays
            .last()
            .copied()
            .filter(|s| together(history, s.start, entry.start));
        let since = if is_temporary(code) {
            left = before.and_then(|b| if is_temporary(b.code) { left } else { Some(b) });
            left.map_or(entry.start, |l| l.since)
        } else {
            let back = before.filter(|b| is_temporary(b.code)).and(left);
            left = None;
            back.filter(|l| l.code == code)
                .map_or(entry.start, |l| l.since)
        };
        stays.push(Stay {
            start: entry.start,
            entry,
            code,
            since,
        });
    }
    stays
}

/// Are two days in one period of care?
fn together(history: &History<'_>, a: Date, b: Date) -> bool {
    let begun = |day| history.periods.partition_point(|p| p.start <= day);
    begun(a) == begun(b)
}

fn is_legal_only(row: &Entry) -> bool {
    matches!(&row.fact, Fact::CareEpisode { start_reason, .. } if start_reason == "L")
}

fn code<'c>(entry: &'c Entry, history: &History<'c>) -> &'c str {
    match &entry.fact {
        Fact::CareEpisode { placement, .. } if !placement.is_empty() => placement,
        Fact::Placement { code, .. } => code,
        _ => code_on(&history.placements, entry.start).unwrap_or_default(),
    }
}

/// The stay of a day.
pub fn stay_on<'c>(stays: &[Stay<'c>], day: Date) -> Option<Stay<'c>> {
    let begun = stays.partition_point(|s| s.start <= day);
    stays.get(begun.checked_sub(1)?).copied()
}
