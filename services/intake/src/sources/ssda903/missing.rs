//! `missing.csv`: times a child was missing or away without authorisation.

use contracts::{Fact, chronology::ReturnInterview};

use super::codes::AWAY;
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{
        Table, child,
        csv::{Cells, Fault},
        dates::{self, Format::DayMonthYear},
    },
};

pub(super) const TABLE: Table = Table {
    file: "missing.csv",
    kind: "missing_episode",
    guard: Guard::Free,
    columns: &["CHILD", "MISSING", "MIS_START", "MIS_END"],
    passed_over: &["DOB"],
    needs_first: Some("a missing episode without a care episode"),
    row,
};

fn row(cells: &Cells<'_>) -> Result<Said, Fault> {
    let child = child(cells, "CHILD")?;
    let start = dates::needed(cells, "MIS_START", DayMonthYear)?;
    Ok(Said {
        child,
        start,
        end: dates::end_after(cells, (start, "MIS_START"), "MIS_END", DayMonthYear)?,
        mark: String::new(),
        fact: Fact::MissingEpisode {
            code: AWAY.needed(cells)?,
            returned_at: None,
            interview: ReturnInterview::NotRecorded,
        },
    })
}
