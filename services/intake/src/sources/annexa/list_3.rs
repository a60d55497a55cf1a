//! List 3: referrals of the last six months.

use contracts::Fact;

use super::{
    cells::{allocated, columns, needed, truth},
    headers::{CHILD, NO_FURTHER_ACTION, REFERRED, TEAM, WORKER},
};
use crate::{
    domain::{
        gate::Guard,
        statements::{Key, Said},
    },
    sources::{Known, Table, Unused, child, csv::Cells},
};

pub(super) const TABLE: Table = Table {
    file: "list 3",
    kinds: &["referral", "involvement"],
    latest: &[],
    guard: Guard::Free,
    columns: columns(&[CHILD, REFERRED], &[NO_FURTHER_ACTION, TEAM, WORKER]),
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, CHILD)?;
    let start = needed(cells, REFERRED)?;
    let no_further_action = truth(cells, NO_FURTHER_ACTION);
    let mut said = vec![Said {
        child: child.clone(),
        start,
        end: None,
        key: Key::Start(String::new()),
        fact: Fact::Referral {
            decided: no_further_action.is_some(),
            no_further_action,
        },
    }];
    said.extend(allocated(cells, &child, "list 3", start)?);
    Ok(said)
}
