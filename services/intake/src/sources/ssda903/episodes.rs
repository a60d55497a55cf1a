//! `episodes.csv`: looked-after history, a row for each change of legal status, placement or carer.

use contracts::Fact;

use super::codes::{END_REASON, LEGAL_STATUS, PLACEMENT, START_REASON};
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{
        Table, child,
        csv::{Cells, Fault},
        dates::{self, Format::DayMonthYear},
    },
};

pub(super) const TABLE: Table = Table {
    file: "episodes.csv",
    kind: "care_episode",
    guard: Guard::Core,
    columns: &["CHILD", "DECOM", "RNE", "LS", "PLACE", "DEC", "REC"],
    passed_over: &[
        "CIN",
        "PLACE_PROVIDER",
        "REASON_PLACE_CHANGE",
        "HOME_POST",
        "PL_POST",
        "URN",
    ],
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>) -> Result<Said, Fault> {
    let child = child(cells, "CHILD")?;
    let start = dates::needed(cells, "DECOM", DayMonthYear)?;
    let end = dates::end_after(cells, (start, "DECOM"), "DEC", DayMonthYear)?;
    Ok(Said {
        child,
        start,
        end,
        mark: String::new(),
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
    })
}
