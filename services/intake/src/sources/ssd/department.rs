//! `ssd_department`: the id of a team whose name stands in an involvement.

use super::cells::columns;
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{Known, Table, Unused, csv::Cells, id},
};

pub(super) const TABLE: Table = Table {
    file: "ssd_department.csv",
    kinds: &[],
    latest: &[],
    guard: Guard::Explains,
    columns: columns("", &["dept_team_id", "dept_team_name"], &[], &["dept_"]),
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, known: &mut Known) -> Result<Vec<Said>, Unused> {
    let name = cells.get("dept_team_name").to_lowercase();
    if let Some(team) = id(cells, "dept_team_id")?.filter(|_| !name.is_empty()) {
        known.teams.entry(name).or_insert(team);
    }
    Ok(Vec::new())
}
