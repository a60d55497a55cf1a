//! List 6: children in need, and when they were last seen.

use contracts::{Fact, chronology::VisitPurpose};

use super::{
    cells::{allocated, columns, day, last, needed},
    headers::{CHILD, LAST_SEEN, NEED_STARTED, TEAM, WORKER},
};
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{Known, Table, Unused, child, csv::Cells},
};

pub(super) const TABLE: Table = Table {
    file: "list 6",
    kinds: &["visit", "involvement"],
    latest: &["visit"],
    guard: Guard::MustNotFall,
    columns: columns(&[CHILD, NEED_STARTED, LAST_SEEN], &[TEAM, WORKER]),
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, CHILD)?;
    let start = needed(cells, NEED_STARTED)?;
    let seen = Fact::Visit {
        purpose: VisitPurpose::ChildInNeed,
        seen: Some(true),
        seen_alone: None,
    };
    let mut all = Vec::new();
    all.extend(day(cells, LAST_SEEN)?.map(|on| last(&child, "list 6", on, seen)));
    all.extend(allocated(cells, &child, "list 6", start)?);
    Ok(all)
}
