//! `ssd_missing`: times a child was missing, and whether a return interview was offered.

use contracts::{Fact, chronology::ReturnInterview};

use super::cells::{columns, key, span, truth};
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{Known, Table, Unused, child, csv::Cells, dates},
};

pub(super) const TABLE: Table = Table {
    file: "ssd_missing.csv",
    kinds: &["missing_episode"],
    latest: &[],
    guard: Guard::Free,
    columns: columns(
        "miss_person_id",
        &[
            "miss_person_id",
            "miss_table_id",
            "miss_missing_episode_start_date",
            "miss_missing_episode_end_date",
            "miss_missing_rhi_offered",
            "miss_missing_rhi_accepted",
        ],
        &[],
        &["miss_"],
    ),
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, "miss_person_id")?;
    let (start, end) = span(
        cells,
        "miss_missing_episode_start_date",
        "miss_missing_episode_end_date",
    )?;
    Ok(vec![Said {
        child,
        start,
        end,
        key: key(cells, "miss_table_id")?,
        fact: Fact::MissingEpisode {
            // The type is not among the columns that may be read.
            code: "M".to_owned(),
            returned_at: end.and_then(|_| dates::time(cells, "miss_missing_episode_end_date")),
            interview: interview(cells)?,
        },
    }])
}

fn interview(cells: &Cells<'_>) -> Result<ReturnInterview, Unused> {
    const OFFERED: &str = "miss_missing_rhi_offered";
    const ACCEPTED: &str = "miss_missing_rhi_accepted";
    let not_needed = |column| ["na", "n/a"].contains(&cells.get(column).to_lowercase().as_str());
    Ok(match (truth(cells, OFFERED)?, truth(cells, ACCEPTED)?) {
        (Some(false), _) => ReturnInterview::NotOffered,
        // Accepted or refused, so it was offered.
        (Some(true), _) | (None, Some(_)) => ReturnInterview::Offered,
        (None, None) if not_needed(OFFERED) || not_needed(ACCEPTED) => ReturnInterview::NotNeeded,
        (None, None) => ReturnInterview::NotRecorded,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::ssd::testing::check;

    #[test]
    fn a_return_has_a_time_unless_it_is_midnight() {
        check(
            &TABLE,
            &[
                (
                    "C1,M1,2025-04-11,,,",
                    "C1 missing_episode M1 2025-04-11 code=M interview=not_recorded",
                ),
                (
                    "C1,M1,2025-04-11T22:00:00,2025-04-12T14:05:00,Y,N",
                    "C1 missing_episode M1 2025-04-11..2025-04-12 code=M interview=offered returned_at=14:05:00",
                ),
                (
                    "C1,M1,2025-04-11,2025-04-12 00:00:00.000,N,NULL",
                    "C1 missing_episode M1 2025-04-11..2025-04-12 code=M interview=not_offered",
                ),
                (
                    "C1,M1,2025-04-11,2025-04-12,NA,NA",
                    "C1 missing_episode M1 2025-04-11..2025-04-12 code=M interview=not_needed",
                ),
                (
                    "C1,M1,2025-04-11,2025-04-12,,N",
                    "C1 missing_episode M1 2025-04-11..2025-04-12 code=M interview=offered",
                ),
                (
                    "C1,M1,2025-04-11,2025-04-10,,",
                    "refused miss_missing_episode_end_date 2025-04-10: it is before miss_missing_episode_start_date (11/04/2025)",
                ),
            ],
        );
    }
}
