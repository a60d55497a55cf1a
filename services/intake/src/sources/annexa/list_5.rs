//! List 5: section 47 enquiries and initial conferences of the last six months.

use contracts::Fact;

use super::{
    cells::{allocated, columns, day, needed, truth},
    headers::{CHILD, CONFERENCE, CONFERENCE_PLAN, NO_CONFERENCE, STRATEGY, TEAM, WORKER},
};
use crate::{
    domain::{
        gate::Guard,
        statements::{Key, Said},
    },
    sources::{Known, Table, Unused, child, csv::Cells},
};

pub(super) const TABLE: Table = Table {
    file: "list 5",
    kinds: &["section47", "initial_conference", "involvement"],
    latest: &[],
    guard: Guard::Free,
    columns: columns(
        &[CHILD, STRATEGY],
        &[NO_CONFERENCE, CONFERENCE, CONFERENCE_PLAN, TEAM, WORKER],
    ),
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, CHILD)?;
    let start = needed(cells, STRATEGY)?;
    let said = |start, fact| Said {
        child: child.clone(),
        start,
        end: None,
        key: Key::Start(String::new()),
        fact,
    };
    let unnecessary = truth(cells, NO_CONFERENCE) == Some(true);
    let mut all = vec![said(
        start,
        Fact::Section47 {
            referral: None,
            no_further_action: unnecessary.then_some(true),
        },
    )];
    all.extend(day(cells, CONFERENCE)?.map(|held| {
        let fact = Fact::InitialConference {
            section47: Some(start.to_string()),
            held: true,
            transfer_in: false,
            plan_decided: truth(cells, CONFERENCE_PLAN),
            target: None,
        };
        said(held, fact)
    }));
    all.extend(allocated(cells, &child, "list 5", start)?);
    Ok(all)
}
