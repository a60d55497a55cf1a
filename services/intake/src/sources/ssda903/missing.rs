//! `missing.csv`: times a child was missing or away without authorisation.

use contracts::{Fact, chronology::ReturnInterview};

use super::codes::AWAY;
use crate::{
    domain::{
        gate::Guard,
        statements::{Key, Said},
    },
    sources::{
        Known, Table, Unused, child,
        csv::{Cells, Columns},
        dates::{self, Format::DayMonthYear},
    },
};

pub(super) const TABLE: Table = Table {
    file: "missing.csv",
    kinds: &["missing_episode"],
    latest: &[],
    guard: Guard::Free,
    columns: Columns {
        child: "CHILD",
        needed: &["CHILD", "MISSING", "MIS_START", "MIS_END"],
        optional: &[],
        passed_over: &["DOB"],
        null_is_blank: false,
    },
    needs_first: Some("a missing episode without a care episode"),
    row,
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, "CHILD")?;
    let start = dates::needed(cells, "MIS_START", DayMonthYear)?;
    Ok(vec![Said {
        child,
        start,
        end: dates::end_after(cells, (start, "MIS_START"), "MIS_END", DayMonthYear)?,
        key: Key::Start(String::new()),
        fact: Fact::MissingEpisode {
            code: AWAY.needed(cells)?,
            returned_at: None,
            interview: ReturnInterview::NotRecorded,
        },
    }])
}
