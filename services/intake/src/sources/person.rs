//! A person's ages: a date of birth leaves as the days on which age bands begin, and no other way.

use contracts::{Fact, chronology::AgeBand};
use jiff::civil::{Date, date};

use super::{
    csv::{Cells, Fault},
    dates::{Format::WithTime, optional},
};
use crate::domain::statements::{Key, Said};

/// With the age they begin at.
const BANDS: [(AgeBand, &str, i16); 4] = [
    (AgeBand::UnderFive, "0-4", 0),
    (AgeBand::FiveToFifteen, "5-15", 5),
    (AgeBand::SixteenAndSeventeen, "16-17", 16),
    (AgeBand::Adult, "18+", 18),
];

/// Which columns hold what.
pub(super) struct Columns {
    pub(super) born: &'static str,
    pub(super) expected: &'static str,
    pub(super) died: &'static str,
}

pub(super) fn said(child: &str, cells: &Cells<'_>, columns: &Columns) -> Result<Vec<Said>, Fault> {
    let said = |key: &str, start, end, fact| Said {
        child: child.to_owned(),
        start,
        end,
        key: Key::Row(key.to_owned()),
        fact,
    };
    let mut all = Vec::with_capacity(5);
    if let Some(died) = optional(cells, columns.died, WithTime)? {
        all.push(said("death", died, None, Fact::Death));
    }
    let born =
        birth(cells, columns.born).and_then(|born| Ok((born, birth(cells, columns.expected)?)));
    match born {
        // A death is believed although something else is wrong: the mistake of going on would hurt.
        Err(_) if !all.is_empty() => {}
        Err(fault) => return Err(fault),
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
    optional(cells, column, WithTime).map_err(|fault| Fault {
        value: String::new(),
        ..fault
    })
}

/// Born on 29 February, a person is a year older on 1 March of other years.
fn birthday(born: Date, age: i16) -> Date {
    let year = born.year() + age;
    Date::new(year, born.month(), born.day()).unwrap_or_else(|_| date(year, 3, 1))
}
