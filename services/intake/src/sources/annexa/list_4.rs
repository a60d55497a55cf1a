//! List 4: assessments of the last six months.

use contracts::Fact;

use super::{
    cells::{allocated, columns, end, needed, truth},
    headers::{ASSESSMENT_AUTHORISED, ASSESSMENT_SEEN, ASSESSMENT_STARTED, CHILD, TEAM, WORKER},
};
use crate::{
    domain::{
        gate::Guard,
        statements::{Key, Said},
    },
    sources::{Known, Table, Unused, child, csv::Cells},
};

pub(super) const TABLE: Table = Table {
    file: "list 4",
    kinds: &["assessment", "involvement"],
    latest: &[],
    guard: Guard::Free,
    columns: columns(
        &[CHILD, ASSESSMENT_STARTED, ASSESSMENT_AUTHORISED],
        &[ASSESSMENT_SEEN, TEAM, WORKER],
    ),
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, CHILD)?;
    let start = needed(cells, ASSESSMENT_STARTED)?;
    let mut said = vec![Said {
        child: child.clone(),
        start,
        end: end(cells, (start, ASSESSMENT_STARTED), ASSESSMENT_AUTHORISED)?,
        key: Key::Start(String::new()),
        fact: Fact::Assessment {
            referral: None,
            child_seen: truth(cells, ASSESSMENT_SEEN),
        },
    }];
    said.extend(allocated(cells, &child, "list 4", start)?);
    Ok(said)
}
