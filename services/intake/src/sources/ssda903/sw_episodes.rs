//! `sw_episodes.csv` (returns from 2024 on): who was the child's social worker, and why that changed.

use contracts::{Fact, StaffId, chronology::InvolvementRole};

use super::codes::WORKER_CHANGE;
use crate::{
    domain::{
        gate::Guard,
        statements::{Key, Said},
    },
    sources::{
        Known, Table, Unused, child,
        csv::{Cells, Columns, Fault},
        dates::{self, Format::DayMonthYear},
        id,
    },
};

pub(super) const TABLE: Table = Table {
    file: "sw_episodes.csv",
    kinds: &["involvement"],
    latest: &[],
    // Were it to vanish, every child would seem to have lost their worker.
    guard: Guard::MustNotFall,
    columns: Columns {
        child: "CHILD",
        needed: &["CHILD", "SW_ID", "SW_DECOM", "SW_DEC", "SW_REASON"],
        optional: &[],
        passed_over: &["DOB"],
        null_is_blank: false,
    },
    needs_first: Some("a social worker without a care episode"),
    row,
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, "CHILD")?;
    let worker = id(cells, "SW_ID")?
        .ok_or_else(|| Fault::new("SW_ID", "", "it is blank: the worker's id is needed"))?;
    let start = dates::needed(cells, "SW_DECOM", DayMonthYear)?;
    Ok(vec![Said {
        child,
        start,
        end: dates::end_after(cells, (start, "SW_DECOM"), "SW_DEC", DayMonthYear)?,
        key: Key::Start(worker.clone()),
        fact: Fact::Involvement {
            worker: Some(StaffId::new(worker)),
            team: None,
            role: InvolvementRole::CaseHolder,
            change_reason: WORKER_CHANGE.optional(cells)?,
        },
    }])
}
