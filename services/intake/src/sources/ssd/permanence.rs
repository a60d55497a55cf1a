//! `ssd_permanence`: children placed for adoption, until the order.

use contracts::Fact;

use super::cells::{child_in_care, columns, day, key, span};
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{Known, Table, Unused, csv::Cells},
};

pub(super) const TABLE: Table = Table {
    file: "ssd_permanence.csv",
    kinds: &["placed_for_adoption"],
    latest: &[],
    guard: Guard::Free,
    columns: columns(
        "perm_person_id",
        &[
            "perm_person_id",
            "perm_table_id",
            "perm_cla_id",
            "perm_placed_for_adoption_date",
            "perm_permanence_order_date",
        ],
        &[],
        &["perm_"],
    ),
    needs_first: None,
    row,
};

const PLACED: &str = "perm_placed_for_adoption_date";

fn row(cells: &Cells<'_>, known: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child_in_care(cells, known, "perm_cla_id")?;
    if day(cells, PLACED)?.is_none() {
        return Err(Unused::Aside(
            "a plan for permanence without a placement for adoption",
        ));
    }
    let (start, end) = span(cells, PLACED, "perm_permanence_order_date")?;
    Ok(vec![Said {
        child,
        start,
        end,
        key: key(cells, "perm_table_id")?,
        fact: Fact::PlacedForAdoption,
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::ssd::testing::check;

    #[test]
    fn a_placement_for_adoption_lasts_until_the_order() {
        check(
            &TABLE,
            &[
                (
                    "C1,T1,L1,2025-04-11,",
                    "C1 placed_for_adoption T1 2025-04-11",
                ),
                (
                    "C1,T1,L1,2025-04-11,2026-02-01",
                    "C1 placed_for_adoption T1 2025-04-11..2026-02-01",
                ),
                (
                    "C1,T1,L1,,2026-02-01",
                    "aside: a plan for permanence without a placement for adoption",
                ),
                (
                    "C1,T1,L1,2025-04-11,2025-02-01",
                    "refused perm_permanence_order_date 2025-02-01: it is before perm_placed_for_adoption_date (11/04/2025)",
                ),
                (
                    ",T1,L1,2025-04-11,",
                    "aside: a row without the child's id, of a period of care that is not in ssd_cla_episodes.csv",
                ),
            ],
        );
    }
}
