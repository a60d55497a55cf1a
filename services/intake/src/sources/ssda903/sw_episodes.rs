//! `sw_episodes.csv` (returns from 2024 on): who was the child's social worker, and why that changed.

use contracts::{Fact, StaffId, chronology::InvolvementRole};

use super::codes::WORKER_CHANGE;
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{
        Table, child,
        csv::{Cells, Fault},
        dates::{self, Format::DayMonthYear},
        id,
    },
};

pub(super) const TABLE: Table = Table {
    file: "sw_episodes.csv",
    kind: "involvement",
    // Were it to vanish, every child would seem to have lost their worker.
    guard: Guard::MustNotFall,
    columns: &["CHILD", "SW_ID", "SW_DECOM", "SW_DEC", "SW_REASON"],
    passed_over: &["DOB"],
    needs_first: Some("a social worker without a care episode"),
    row,
};

fn row(cells: &Cells<'_>) -> Result<Said, Fault> {
    let child = child(cells, "CHILD")?;
    let worker = id(cells, "SW_ID")?
        .ok_or_else(|| Fault::new("SW_ID", "", "it is blank: the worker's id is needed"))?;
    let start = dates::needed(cells, "SW_DECOM", DayMonthYear)?;
    Ok(Said {
        child,
        start,
        end: dates::end_after(cells, (start, "SW_DECOM"), "SW_DEC", DayMonthYear)?,
        mark: worker.clone(),
        fact: Fact::Involvement {
            worker: Some(StaffId::new(worker)),
            team: None,
            role: InvolvementRole::CaseHolder,
            change_reason: WORKER_CHANGE.optional(cells)?,
        },
    })
}
