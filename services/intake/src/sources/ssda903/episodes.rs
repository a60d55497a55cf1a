//! `episodes.csv`: looked-after history, a row for each change of legal status, placement or carer.

use contracts::Fact;

use super::codes::{END_REASON, LEGAL_STATUS, PLACEMENT, START_REASON};
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
    file: "episodes.csv",
    kinds: &["care_episode"],
    latest: &[],
    guard: Guard::Core,
    columns: Columns {
        child: "CHILD",
        needed: &["CHILD", "DECOM", "RNE", "LS", "PLACE", "DEC", "REC"],
        optional: &[],
        passed_over: &[
            "CIN",
            "PLACE_PROVIDER",
            "REASON_PLACE_CHANGE",
            "HOME_POST",
            "PL_POST",
            "URN",
        ],
        null_is_blank: false,
    },
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, "CHILD")?;
    let start = dates::needed(cells, "DECOM", DayMonthYear)?;
    let end = dates::end_after(cells, (start, "DECOM"), "DEC", DayMonthYear)?;
    Ok(vec![Said {
        child,
        start,
        end,
        key: Key::Start(String::new()),
        fact: Fact::CareEpisode {
            start_reason: START_REASON.needed(cells)?,
            legal_status: LEGAL_STATUS.needed(cells)?,
            placement: PLACEMENT.needed(cells)?,
            end_reason: END_REASON
                .optional(cells)?
                // Some systems fill the reason in before the end: without a date nothing has ended. A death is believed
                // at once, because the mistake of going on would hurt.
                .filter(|reason| end.is_some() || reason == "E2"),
            entered_care: None,
        },
    }])
}
