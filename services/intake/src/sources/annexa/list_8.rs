//! List 8: children looked after, with the last visit, review, health assessment and placement.

use contracts::{Fact, chronology::VisitPurpose};

use super::{
    cells::{allocated, columns, day, end, last, needed, word},
    headers::{
        CARE_ENDED, CARE_REVIEW, CARE_STARTED, CARE_VISIT, CHILD, HEALTH, PLACEMENT,
        PLACEMENT_STARTED, STATUS, STATUS_STARTED, TEAM, WORKER,
    },
};
use crate::{
    domain::{
        gate::Guard,
        statements::{Key, Said},
    },
    sources::{
        Known, Table, Unused, child,
        codes::{LEGAL_STATUSES, PLACEMENTS},
        csv::Cells,
    },
};

pub(super) const TABLE: Table = Table {
    file: "list 8",
    kinds: &[
        "care_episode",
        "legal_status",
        "placement",
        "looked_after_review",
        "visit",
        "health_assessment",
        "involvement",
    ],
    latest: &["looked_after_review", "visit", "health_assessment"],
    guard: Guard::MustNotFall,
    columns: columns(
        &[CHILD, CARE_STARTED],
        &[
            CARE_ENDED,
            STATUS,
            STATUS_STARTED,
            PLACEMENT,
            PLACEMENT_STARTED,
            CARE_REVIEW,
            CARE_VISIT,
            HEALTH,
            TEAM,
            WORKER,
        ],
    ),
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, CHILD)?;
    let start = needed(cells, CARE_STARTED)?;
    let said = |start, end, fact| Said {
        child: child.clone(),
        start,
        end,
        key: Key::Start(String::new()),
        fact,
    };
    let ended = end(cells, (start, CARE_STARTED), CARE_ENDED)?;
    let care = Fact::CareEpisode {
        start_reason: "S".to_owned(),
        legal_status: String::new(),
        placement: String::new(),
        end_reason: None,
        entered_care: Some(start),
    };
    let mut all = vec![said(start, ended, care)];
    let coded = |column, list: &[&str]| {
        let word = word(cells, column)
            .split([' ', '-', ':'])
            .next()
            .unwrap_or_default();
        let known = list.iter().find(|code| code.eq_ignore_ascii_case(word));
        known.map(|code| (*code).to_owned())
    };
    let status = coded(STATUS, LEGAL_STATUSES).map(|code| Fact::LegalStatus { code });
    let placement = coded(PLACEMENT, PLACEMENTS).map(|code| Fact::Placement {
        code,
        distance_tenths: None,
        change_reason: None,
    });
    for (column, fact) in [(STATUS_STARTED, status), (PLACEMENT_STARTED, placement)] {
        let from = day(cells, column)?;
        all.extend(
            from.zip(fact)
                .map(|(from, fact)| said(from, ended.filter(|e| *e >= from), fact)),
        );
    }
    let visit = Fact::Visit {
        purpose: VisitPurpose::LookedAfter,
        seen: None,
        seen_alone: None,
    };
    for (column, fact) in [
        (CARE_REVIEW, Fact::looked_after_review(false)),
        (CARE_VISIT, visit),
        (HEALTH, Fact::HealthAssessment),
    ] {
        all.extend(day(cells, column)?.map(|on| last(&child, "list 8", on, fact)));
    }
    all.extend(allocated(cells, &child, "list 8", start)?);
    Ok(all)
}
