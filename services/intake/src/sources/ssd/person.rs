//! `ssd_person`: ages and deaths.

use super::cells::columns;
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{Known, Table, Unused, child, csv::Cells, person},
};

pub(super) const TABLE: Table = Table {
    file: "ssd_person.csv",
    kinds: &["age_band", "death"],
    latest: &[],
    guard: Guard::MustNotFall,
    columns: columns(
        "pers_person_id",
        &[
            "pers_person_id",
            "pers_dob",
            "pers_expected_dob",
            "pers_death_date",
        ],
        &[],
        &["pers_"],
    ),
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, "pers_person_id")?;
    let columns = person::Columns {
        born: "pers_dob",
        expected: "pers_expected_dob",
        died: "pers_death_date",
    };
    Ok(person::said(&child, cells, &columns)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::ssd::testing::check;

    #[test]
    fn birth_and_death_leave_as_days_that_bands_begin() {
        check(
            &TABLE,
            &[
                (
                    "C1,2010-02-28,,",
                    "C1 age_band 0-4 2010-02-28..2015-02-28 band=0-4 | C1 age_band 16-17 2026-02-28..2028-02-28 band=16-17 | C1 age_band 18+ 2028-02-28 band=18+ | C1 age_band 5-15 2015-02-28..2026-02-28 band=5-15",
                ),
                (
                    "C1,29/02/2008,,",
                    "C1 age_band 0-4 2008-02-29..2013-03-01 band=0-4 | C1 age_band 16-17 2024-02-29..2026-03-01 band=16-17 | C1 age_band 18+ 2026-03-01 band=18+ | C1 age_band 5-15 2013-03-01..2024-02-29 band=5-15",
                ),
                (
                    "C1,NULL,2025-09-01T00:00:00,",
                    "C1 age_band 0-4 2025-09-01 band=0-4",
                ),
                ("C1,,,2025-04-11 00:00:00.000", "C1 death death 2025-04-11"),
                ("C1,,,", ""),
                ("C1,soon,,2025-04-11", "C1 death death 2025-04-11"),
                (
                    "C1,2010-01-01,,soon",
                    "refused pers_death_date soon: it is not a date written yyyy-mm-dd or dd/mm/yyyy, such as 2018-03-31",
                ),
                ("C1,1900-01-01,,", ""),
                ("C1,31/02/2010,,", "refused pers_dob: there is no such day"),
                (
                    ",2010-01-01,,",
                    "refused pers_person_id: it is blank: every row needs the child's id",
                ),
            ],
        );
    }
}
