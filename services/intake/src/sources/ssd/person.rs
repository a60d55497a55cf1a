//! `ssd_person`: a date of birth leaves as the days on which age bands begin, and no other way.

use contracts::{Fact, chronology::AgeBand};

use jiff::civil::{Date, date};

use super::cells::{columns, day};
use crate::{
    domain::{
        gate::Guard,
        statements::{Key, Said},
    },
    sources::{
        Known, Table, Unused, child,
        csv::{Cells, Fault},
    },
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

/// With the age they begin at.
const BANDS: [(AgeBand, &str, i16); 4] = [
    (AgeBand::UnderFive, "0-4", 0),
    (AgeBand::FiveToFifteen, "5-15", 5),
    (AgeBand::SixteenAndSeventeen, "16-17", 16),
    (AgeBand::Adult, "18+", 18),
];

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, "pers_person_id")?;
    let said = |key: &str, start, end, fact| Said {
        child: child.clone(),
        start,
        end,
        key: Key::Row(key.to_owned()),
        fact,
    };
    let mut all = Vec::with_capacity(5);
    if let Some(died) = day(cells, "pers_death_date")? {
        all.push(said("death", died, None, Fact::Death));
    }
    let born =
        birth(cells, "pers_dob").and_then(|born| Ok((born, birth(cells, "pers_expected_dob")?)));
    match born {
        // A death is believed although something else is wrong: the mistake of going on would hurt.
        Err(_) if !all.is_empty() => {}
        Err(fault) => return Err(fault.into()),
        Ok((Some(born), _)) => {
            for (n, (band, key, from)) in BANDS.iter().enumerate() {
                let end = BANDS.get(n + 1).map(|(_, _, to)| birthday(born, *to));
                all.push(said(
                    key,
                    birthday(born, *from),
                    end,
                    Fact::AgeBand { band: *band },
                ));
            }
        }
        Ok((None, Some(expected))) => {
            let (band, key, _) = BANDS[0];
            all.push(said(key, expected, None, Fact::AgeBand { band }));
        }
        Ok((None, None)) => {}
    }
    Ok(all)
}

/// What is wrong with a day of birth is said, and the day is not: it goes nowhere.
fn birth(cells: &Cells<'_>, column: &'static str) -> Result<Option<Date>, Fault> {
    day(cells, column).map_err(|fault| Fault {
        value: String::new(),
        ..fault
    })
}

/// Born on 29 February, a person is a year older on 1 March of other years.
fn birthday(born: Date, age: i16) -> Date {
    let year = born.year() + age;
    Date::new(year, born.month(), born.day()).unwrap_or_else(|_| date(year, 3, 1))
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
