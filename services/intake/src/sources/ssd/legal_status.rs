//! `ssd_legal_status`: legal statuses of children looked after.

use contracts::Fact;

use super::cells::{columns, key, span};
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{
        Known, Table, Unused, child,
        codes::{Codes, LEGAL_STATUSES},
        csv::Cells,
    },
};

pub(super) const TABLE: Table = Table {
    file: "ssd_legal_status.csv",
    kinds: &["legal_status"],
    latest: &[],
    guard: Guard::MustNotFall,
    columns: columns(
        "lega_person_id",
        &[
            "lega_person_id",
            "lega_legal_status_id",
            "lega_legal_status",
            "lega_legal_status_start_date",
            "lega_legal_status_end_date",
        ],
        &[],
        &["lega_"],
    ),
    needs_first: None,
    row,
};

const STATUS: Codes = Codes {
    column: "lega_legal_status",
    what: "a legal status code",
    list: LEGAL_STATUSES,
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, "lega_person_id")?;
    // Many other legal statuses stand here, in words of each system's own.
    let code = STATUS.leading(cells).unwrap_or_default();
    let code = code.ok_or(Unused::Aside(
        "a legal status that is none of a child looked after",
    ))?;
    let (start, end) = span(
        cells,
        "lega_legal_status_start_date",
        "lega_legal_status_end_date",
    )?;
    Ok(vec![Said {
        child,
        start,
        end,
        key: key(cells, "lega_legal_status_id")?,
        fact: Fact::LegalStatus { code },
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::ssd::testing::check;

    #[test]
    fn only_statuses_of_children_looked_after_count() {
        check(
            &TABLE,
            &[
                (
                    "C1,G1,C2,2025-04-11,",
                    "C1 legal_status G1 2025-04-11 code=C2",
                ),
                (
                    "C1,G1,V2 - Single period of accommodation,2025-04-11,2025-05-01",
                    "C1 legal_status G1 2025-04-11..2025-05-01 code=V2",
                ),
                (
                    "C1,G1,Special Guardianship Order,2025-04-11,",
                    "aside: a legal status that is none of a child looked after",
                ),
                (
                    "C1,G1,,2025-04-11,",
                    "aside: a legal status that is none of a child looked after",
                ),
                (
                    "C1,G1,C1,2025-04-11,2025-04-10",
                    "refused lega_legal_status_end_date 2025-04-10: it is before lega_legal_status_start_date (11/04/2025)",
                ),
            ],
        );
    }
}
