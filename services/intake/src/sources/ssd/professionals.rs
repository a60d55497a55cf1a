//! `ssd_professionals`: which staff id the id of a professional stands for.

use super::cells::columns;
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{Known, Table, Unused, csv::Cells, id},
};

pub(super) const TABLE: Table = Table {
    file: "ssd_professionals.csv",
    kinds: &[],
    latest: &[],
    guard: Guard::Explains,
    columns: columns(
        "",
        &["prof_professional_id", "prof_staff_id"],
        &[],
        &["prof_"],
    ),
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, known: &mut Known) -> Result<Vec<Said>, Unused> {
    // Some systems leave the id of the row blank: then rows name workers by their staff id already.
    if let (Some(professional), Some(staff)) = (
        id(cells, "prof_professional_id")?,
        id(cells, "prof_staff_id")?,
    ) {
        known.workers.insert(professional, staff);
    }
    Ok(Vec::new())
}
