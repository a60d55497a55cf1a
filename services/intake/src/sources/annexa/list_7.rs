//! List 7: child protection plans, with the last visit and review.

use contracts::{Fact, chronology::VisitPurpose};

use super::{
    cells::{allocated, columns, day, end, last, needed, truth},
    headers::{
        CHILD, PLAN_ENDED, PLAN_STARTED, PROTECTION_VISIT, REVIEW_CONFERENCE, SEEN_ALONE, TEAM,
        WORKER,
    },
};
use crate::{
    domain::{
        gate::Guard,
        statements::{Key, Said},
    },
    sources::{Known, Table, Unused, child, csv::Cells},
};

pub(super) const TABLE: Table = Table {
    file: "list 7",
    kinds: &[
        "protection_plan",
        "visit",
        "protection_review",
        "involvement",
    ],
    latest: &["visit", "protection_review"],
    guard: Guard::MustNotFall,
    columns: columns(
        &[CHILD, PLAN_STARTED],
        &[
            PLAN_ENDED,
            PROTECTION_VISIT,
            SEEN_ALONE,
            REVIEW_CONFERENCE,
            TEAM,
            WORKER,
        ],
    ),
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, CHILD)?;
    let start = needed(cells, PLAN_STARTED)?;
    let mut all = vec![Said {
        child: child.clone(),
        start,
        end: end(cells, (start, PLAN_STARTED), PLAN_ENDED)?,
        key: Key::Start(String::new()),
        fact: Fact::ProtectionPlan {
            referral: None,
            conference: None,
            other_authority: false,
        },
    }];
    let alone = truth(cells, SEEN_ALONE);
    let visit = Fact::Visit {
        purpose: VisitPurpose::Protection,
        // Seen alone is seen; not seen alone says nothing more.
        seen: alone.filter(|alone| *alone),
        seen_alone: alone,
    };
    let review = Fact::ProtectionReview {
        plan: None,
        held: true,
        continues: None,
        stated_due: None,
    };
    for (column, fact) in [(PROTECTION_VISIT, visit), (REVIEW_CONFERENCE, review)] {
        all.extend(day(cells, column)?.map(|on| last(&child, "list 7", on, fact)));
    }
    all.extend(allocated(cells, &child, "list 7", start)?);
    Ok(all)
}
