//! `ssd_family`: which children are siblings.

use contracts::{Fact, chronology::UNDATED};

use super::cells::{columns, key};
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{Known, Table, Unused, child, csv::Cells, id},
};

pub(super) const TABLE: Table = Table {
    file: "ssd_family.csv",
    kinds: &["family"],
    latest: &[],
    guard: Guard::Free,
    columns: columns(
        "fami_person_id",
        &["fami_person_id", "fami_table_id", "fami_family_id"],
        &[],
        &["fami_"],
    ),
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, "fami_person_id")?;
    let family = id(cells, "fami_family_id")?.ok_or(Unused::Aside("a family without an id"))?;
    Ok(vec![Said {
        child,
        start: UNDATED,
        end: None,
        key: key(cells, "fami_table_id")?,
        fact: Fact::Family { family },
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::ssd::testing::check;

    #[test]
    fn siblings_share_a_family() {
        check(
            &TABLE,
            &[
                ("C1,T1,F1", "C1 family T1 1900-01-01 family=F1"),
                ("C1,,F1", "C1 family 1900-01-01 1900-01-01 family=F1"),
                ("C1,T1,", "aside: a family without an id"),
                ("C1,T1,NULL", "aside: a family without an id"),
                (
                    ",T1,F1",
                    "refused fami_person_id: it is blank: every row needs the child's id",
                ),
            ],
        );
    }
}
