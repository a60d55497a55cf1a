//! What the dataset's columns hold.

use jiff::civil::Date;

use crate::{
    domain::statements::Key,
    sources::{
        Known, Unused,
        csv::{Cells, Columns, Fault},
        dates::{self, Format::WithTime},
        id,
    },
};

/// All of a table's columns begin alike, so none of the others is a needed one under a wrong name.
pub(super) const fn columns(
    child: &'static str,
    needed: &'static [&'static str],
    optional: &'static [&'static str],
    passed_over: &'static [&'static str],
) -> Columns {
    Columns {
        child,
        needed,
        optional,
        passed_over,
        null_is_blank: true,
    }
}

/// The source's own id of the row; where it has none, its day.
pub(super) fn key(cells: &Cells<'_>, column: &'static str) -> Result<Key, Fault> {
    let id = id(cells, column)?;
    Ok(id.map_or_else(|| Key::Start(String::new()), Key::Row))
}

pub(super) fn needed(cells: &Cells<'_>, column: &'static str) -> Result<Date, Fault> {
    dates::needed(cells, column, WithTime)
}

pub(super) fn day(cells: &Cells<'_>, column: &'static str) -> Result<Option<Date>, Fault> {
    dates::optional(cells, column, WithTime)
}

/// From its beginning to its end, if it has ended.
pub(super) fn span(
    cells: &Cells<'_>,
    from: &'static str,
    to: &'static str,
) -> Result<(Date, Option<Date>), Fault> {
    let start = needed(cells, from)?;
    Ok((start, dates::end_after(cells, (start, from), to, WithTime)?))
}

/// Yes or no; not recorded is neither.
pub(in crate::sources) fn truth(
    cells: &Cells<'_>,
    column: &'static str,
) -> Result<Option<bool>, Fault> {
    const WORDS: [(&str, Option<bool>); 13] = [
        ("", None),
        ("Y", Some(true)),
        ("N", Some(false)),
        ("1", Some(true)),
        ("0", Some(false)),
        ("YES", Some(true)),
        ("NO", Some(false)),
        ("TRUE", Some(true)),
        ("FALSE", Some(false)),
        ("NA", None),
        ("N/A", None),
        ("U", None),
        ("UNKNOWN", None),
    ];
    let value = cells.get(column);
    let known = WORDS
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(value));
    known.map(|(_, truth)| *truth).ok_or_else(|| {
        Fault::new(
            column,
            value,
            "it is neither Y nor N: write one, or leave it blank",
        )
    })
}

/// Whose row it is; where it does not say, the child whose period of care it names.
pub(super) fn child_in_care(
    cells: &Cells<'_>,
    known: &mut Known,
    period: &'static str,
) -> Result<String, Unused> {
    if !cells.child().is_empty() {
        return Ok(cells.child().to_owned());
    }
    let period = id(cells, period)?;
    known.whose = period.and_then(|period| known.care.get(&period).cloned());
    known.whose.clone().ok_or(Unused::Unresolved {
        reason: "a row without the child's id, of a period of care that is not in ssd_cla_episodes.csv",
        table: super::cla_episodes::TABLE.file,
    })
}
