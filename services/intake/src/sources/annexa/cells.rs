//! What the lists' columns hold.

use contracts::{Fact, StaffId, TeamId, chronology::InvolvementRole};
use jiff::civil::Date;

use super::headers::{CHILD, TEAM, WORKER};
use crate::{
    domain::statements::{Key, Said},
    sources::{
        csv::{Cells, Columns, Fault},
        dates::{self, Format::WithTime},
        id,
    },
};

pub(super) const fn columns(
    needed: &'static [&'static str],
    optional: &'static [&'static str],
) -> Columns {
    Columns {
        child: CHILD,
        needed,
        optional,
        passed_over: &[],
        null_is_blank: true,
    }
}

pub(super) fn day(cells: &Cells<'_>, column: &'static str) -> Result<Option<Date>, Fault> {
    dates::optional(cells, column, WithTime)
}

pub(super) fn needed(cells: &Cells<'_>, column: &'static str) -> Result<Date, Fault> {
    dates::needed(cells, column, WithTime)
}

pub(super) fn end(
    cells: &Cells<'_>,
    start: (Date, &'static str),
    column: &'static str,
) -> Result<Option<Date>, Fault> {
    dates::end_after(cells, start, column, WithTime)
}

/// `a) Yes`, `Y`, `1 - Yes`; what is none of these says nothing.
pub(super) fn truth(cells: &Cells<'_>, column: &str) -> Option<bool> {
    let value = cells.get(column).to_lowercase();
    let last = value.split([' ', ')', '-']).rfind(|part| !part.is_empty());
    match last {
        Some("y" | "yes" | "true" | "1") => Some(true),
        Some("n" | "no" | "false" | "0") => Some(false),
        _ => None,
    }
}

/// The code or word after `a)`.
pub(super) fn word<'c>(cells: &'c Cells<'_>, column: &str) -> &'c str {
    let value = cells.get(column);
    match value.split_once(')') {
        Some((letter, word)) if letter.len() == 1 => word.trim(),
        _ => value,
    }
}

/// The last of something: what the list says next overtakes it.
pub(super) fn last(child: &str, list: &str, on: Date, fact: Fact) -> Said {
    Said {
        child: child.to_owned(),
        start: on,
        end: None,
        key: Key::Row(format!("{list} {on}")),
        fact,
    }
}

/// Who the list says it is allocated to; it does not say since when.
pub(super) fn allocated(
    cells: &Cells<'_>,
    child: &str,
    list: &str,
    since: Date,
) -> Result<Option<Said>, Fault> {
    let (worker, team) = (id(cells, WORKER)?, id(cells, TEAM)?);
    if worker.is_none() && team.is_none() {
        return Ok(None);
    }
    Ok(Some(Said {
        child: child.to_owned(),
        start: since,
        end: None,
        key: Key::Row(list.to_owned()),
        fact: Fact::Involvement {
            worker: worker.map(StaffId::new),
            team: team.map(TeamId::new),
            role: InvolvementRole::CaseHolder,
            change_reason: None,
        },
    }))
}
