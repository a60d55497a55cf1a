//! List 10: children placed for adoption.

use contracts::Fact;

use super::{
    cells::{columns, day, end},
    headers::{ADOPTION_ORDER, ADOPTION_PLACED, CHILD},
};
use crate::{
    domain::{
        gate::Guard,
        statements::{Key, Said},
    },
    sources::{Known, Table, Unused, child, csv::Cells},
};

pub(super) const TABLE: Table = Table {
    file: "list 10",
    kinds: &["placed_for_adoption"],
    latest: &[],
    guard: Guard::Free,
    columns: columns(&[CHILD, ADOPTION_PLACED], &[ADOPTION_ORDER]),
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, CHILD)?;
    let Some(start) = day(cells, ADOPTION_PLACED)? else {
        return Err(Unused::Aside(
            "a plan for adoption without a placement for adoption",
        ));
    };
    Ok(vec![Said {
        child,
        start,
        end: end(cells, (start, ADOPTION_PLACED), ADOPTION_ORDER)?,
        key: Key::Start(String::new()),
        fact: Fact::PlacedForAdoption,
    }])
}
