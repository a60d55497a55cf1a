//! `ssd_cla_placement`: where a child lives, as a code.

use contracts::Fact;

use super::cells::{child_in_care, columns, key, span};
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{
        Known, Table, Unused,
        codes::{Codes, PLACEMENT_CHANGES, PLACEMENTS},
        csv::{Cells, Fault},
    },
};

pub(super) const TABLE: Table = Table {
    file: "ssd_cla_placement.csv",
    kinds: &["placement"],
    latest: &[],
    guard: Guard::MustNotFall,
    columns: columns(
        "clap_person_id",
        &[
            "clap_person_id",
            "clap_cla_placement_id",
            "clap_cla_id",
            "clap_cla_placement_start_date",
            "clap_cla_placement_end_date",
            "clap_cla_placement_type",
            "clap_cla_placement_distance",
            "clap_cla_placement_change_reason",
        ],
        &[],
        &["clap_"],
    ),
    needs_first: None,
    row,
};

const TYPE: Codes = Codes {
    column: "clap_cla_placement_type",
    what: "a placement code",
    list: PLACEMENTS,
};

const CHANGE: Codes = Codes {
    column: "clap_cla_placement_change_reason",
    what: "a reason for a change of placement",
    list: PLACEMENT_CHANGES,
};

/// 999.9 miles stand for a distance that is not known.
const UNKNOWN: u32 = 9999;

fn row(cells: &Cells<'_>, known: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child_in_care(cells, known, "clap_cla_id")?;
    let (start, end) = span(
        cells,
        "clap_cla_placement_start_date",
        "clap_cla_placement_end_date",
    )?;
    let code = TYPE.leading(cells)?;
    Ok(vec![Said {
        child,
        start,
        end,
        key: key(cells, "clap_cla_placement_id")?,
        fact: Fact::Placement {
            code: code.ok_or_else(|| {
                Fault::new(TYPE.column, "", "it is blank: a placement code is needed")
            })?,
            distance_tenths: distance(cells)?,
            // What is no code may be free text, and stays where it is.
            change_reason: CHANGE.leading(cells).unwrap_or_default(),
        },
    }])
}

fn distance(cells: &Cells<'_>) -> Result<Option<u32>, Fault> {
    const COLUMN: &str = "clap_cla_placement_distance";
    let text = cells.get(COLUMN);
    if text.is_empty() {
        return Ok(None);
    }
    let miles = text
        .parse::<f64>()
        .ok()
        .filter(|miles| (0.0..100_000.0).contains(miles));
    let miles = miles
        .ok_or_else(|| Fault::new(COLUMN, text, "it is not a number of miles, such as 12.5"))?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounded just before"
    )]
    let tenths = (miles * 10.0).round() as u32;
    Ok((tenths != UNKNOWN).then_some(tenths))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::ssd::testing::check;

    #[test]
    fn placements_have_a_code_and_perhaps_a_distance() {
        check(
            &TABLE,
            &[
                (
                    "C1,P1,L1,2025-04-11,,U1,12.34,",
                    "C1 placement P1 2025-04-11 code=U1 distance_tenths=123",
                ),
                (
                    "C1,P1,L1,2025-04-11,2025-05-01,u6 - Foster placement,999.9,CARPL",
                    "C1 placement P1 2025-04-11..2025-05-01 change_reason=CARPL code=U6",
                ),
                (
                    "C1,P1,L1,2025-04-11,,K2,NULL,she asked to move",
                    "C1 placement P1 2025-04-11 code=K2",
                ),
                (
                    "C1,P1,L1,2025-04-11,,,,",
                    "refused clap_cla_placement_type: it is blank: a placement code is needed",
                ),
                (
                    "C1,P1,L1,2025-04-11,,U9,,",
                    "refused clap_cla_placement_type U9: it is not a placement code (nearest: U1)",
                ),
                (
                    "C1,P1,L1,2025-04-11,,U1,far,",
                    "refused clap_cla_placement_distance far: it is not a number of miles, such as 12.5",
                ),
                (
                    "C1,P1,L1,2025-04-11,,U1,-1,",
                    "refused clap_cla_placement_distance -1: it is not a number of miles, such as 12.5",
                ),
            ],
        );
    }
}
