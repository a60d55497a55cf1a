//! List 9: young people leaving care.

use contracts::{
    Fact,
    chronology::{Eligibility, UNDATED},
};

use super::{
    cells::{allocated, columns, day, last, word},
    headers::{CHILD, CONTACT, ELIGIBILITY, PATHWAY_PLAN, TEAM, WORKER},
};
use crate::{
    domain::{
        gate::Guard,
        statements::{Key, Said},
    },
    sources::{Known, Table, Unused, child, csv::Cells},
};

pub(super) const TABLE: Table = Table {
    file: "list 9",
    kinds: &[
        "care_leaver",
        "pathway_plan",
        "care_leaver_contact",
        "involvement",
    ],
    latest: &["pathway_plan", "care_leaver_contact"],
    guard: Guard::Free,
    columns: columns(
        &[CHILD, ELIGIBILITY],
        &[PATHWAY_PLAN, CONTACT, TEAM, WORKER],
    ),
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, known: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, CHILD)?;
    let value = word(cells, ELIGIBILITY).to_lowercase();
    let eligibility = WORDS.iter().find(|(words, _)| value.starts_with(words));
    let mut all = Vec::new();
    all.extend(eligibility.map(|(_, eligibility)| Said {
        child: child.clone(),
        start: UNDATED,
        end: None,
        key: Key::Row("list 9".to_owned()),
        fact: Fact::CareLeaver {
            eligibility: *eligibility,
        },
    }));
    let mut latest = None;
    for (column, fact) in [
        (PATHWAY_PLAN, Fact::PathwayPlan),
        (CONTACT, Fact::CareLeaverContact),
    ] {
        if let Some(on) = day(cells, column)? {
            all.push(last(&child, "list 9", on, fact));
            latest = latest.max(Some(on));
        }
    }
    // The list says who, and not since when: since they last did something, or tonight.
    all.extend(allocated(
        cells,
        &child,
        "list 9",
        latest.unwrap_or(known.as_at),
    )?);
    Ok(all)
}

/// Longer ones first.
const WORDS: [(&str, Eligibility); 5] = [
    ("former relevant", Eligibility::FormerRelevant),
    ("relevant", Eligibility::Relevant),
    ("eligible", Eligibility::Eligible),
    ("qualifying", Eligibility::Qualifying),
    ("no ", Eligibility::None),
];
