//! `ssd_cla_episodes`: rows of looked-after history; the dataset keeps legal status and placement in tables of their own.

use contracts::Fact;

use super::cells::{columns, day, key, span};
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{
        Known, Table, Unused, child,
        codes::{Codes, END_REASONS, START_REASONS},
        csv::Cells,
        id,
    },
};

pub(super) const TABLE: Table = Table {
    file: "ssd_cla_episodes.csv",
    kinds: &["care_episode"],
    latest: &[],
    guard: Guard::MustNotFall,
    columns: columns(
        "clae_person_id",
        &[
            "clae_person_id",
            "clae_cla_episode_id",
            "clae_cla_id",
            "clae_cla_episode_start_date",
            "clae_cla_episode_start_reason",
            "clae_cla_episode_ceased_date",
            "clae_cla_episode_ceased_reason",
            "clae_entered_care_date",
        ],
        &[],
        &["clae_"],
    ),
    needs_first: None,
    row,
};

const START_REASON: Codes = Codes {
    column: "clae_cla_episode_start_reason",
    what: "a reason for a new episode",
    list: START_REASONS,
};

const END_REASON: Codes = Codes {
    column: "clae_cla_episode_ceased_reason",
    what: "a reason for the end of an episode",
    list: END_REASONS,
};

fn row(cells: &Cells<'_>, known: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, "clae_person_id")?;
    if let Some(period) = id(cells, "clae_cla_id")? {
        known.care.insert(period, child.clone());
    }
    let (start, end) = span(
        cells,
        "clae_cla_episode_start_date",
        "clae_cla_episode_ceased_date",
    )?;
    Ok(vec![Said {
        child,
        start,
        end,
        key: key(cells, "clae_cla_episode_id")?,
        fact: Fact::CareEpisode {
            start_reason: START_REASON.leading(cells)?.unwrap_or_default(),
            legal_status: String::new(),
            placement: String::new(),
            // Without a date nothing has ended, but a death is believed at once.
            end_reason: END_REASON
                .leading(cells)?
                .filter(|reason| end.is_some() || reason == "E2"),
            entered_care: day(cells, "clae_entered_care_date")?,
        },
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::ssd::testing::check;

    #[test]
    fn rows_of_care_have_their_codes() {
        check(
            &TABLE,
            &[
                (
                    "C1,E1,L1,2025-04-11,S,,,2025-04-11",
                    "C1 care_episode E1 2025-04-11 entered_care=2025-04-11 legal_status= placement= start_reason=S",
                ),
                (
                    "C1,E1,L1,2025-04-11,P - Change of placement,2025-05-01,X1,",
                    "C1 care_episode E1 2025-04-11..2025-05-01 end_reason=X1 legal_status= placement= start_reason=P",
                ),
                (
                    "C1,E1,,2025-04-11,,,X1,",
                    "C1 care_episode E1 2025-04-11 legal_status= placement= start_reason=",
                ),
                (
                    "C1,E1,,2025-04-11,S,,E2,",
                    "C1 care_episode E1 2025-04-11 end_reason=E2 legal_status= placement= start_reason=S",
                ),
                (
                    "C1,E1,,2025-04-11,Q,,,",
                    "refused clae_cla_episode_start_reason Q: it is not a reason for a new episode",
                ),
                (
                    "C1,E1,,2025-04-11,S,2025-04-10,E3,",
                    "refused clae_cla_episode_ceased_date 2025-04-10: it is before clae_cla_episode_start_date (11/04/2025)",
                ),
            ],
        );
    }
}
