//! `ssd_cp_visits`: visits under a child protection plan; one of a plan nobody knows counts too.

use contracts::chronology::VisitPurpose;

use super::{cells::columns, visit::Visit};
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{Known, Table, Unused, child, csv::Cells},
};

pub(super) const TABLE: Table = Table {
    file: "ssd_cp_visits.csv",
    kinds: &["visit"],
    latest: &[],
    guard: Guard::MustNotFall,
    columns: columns(
        "cppv_person_id",
        &[
            "cppv_person_id",
            "cppv_cp_visit_id",
            "cppv_cp_visit_date",
            "cppv_cp_visit_seen",
            "cppv_cp_visit_seen_alone",
        ],
        &[],
        &["cppv_"],
    ),
    needs_first: None,
    row,
};

const VISIT: Visit = Visit {
    purpose: VisitPurpose::Protection,
    id: "cppv_cp_visit_id",
    date: "cppv_cp_visit_date",
    seen: "cppv_cp_visit_seen",
    seen_alone: "cppv_cp_visit_seen_alone",
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    VISIT.to(child(cells, "cppv_person_id")?, cells)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::ssd::testing::check;

    #[test]
    fn visits_say_whether_the_child_was_seen() {
        check(
            &TABLE,
            &[
                (
                    "C1,V1,2025-04-11,Y,N",
                    "C1 visit V1 2025-04-11 purpose=protection seen=true seen_alone=false",
                ),
                (
                    "C1,V1,2025-04-11 14:30:00,,",
                    "C1 visit V1 2025-04-11 purpose=protection",
                ),
                (
                    "C1,V1,2025-04-11,0,NA",
                    "C1 visit V1 2025-04-11 purpose=protection seen=false",
                ),
                (
                    "C1,,2025-04-11,Y,Y",
                    "C1 visit 2025-04-11 2025-04-11 purpose=protection seen=true seen_alone=true",
                ),
                ("C1,V1,,,", "aside: a visit without a date"),
                (
                    "C1,V1,2025-04-11,x,",
                    "refused cppv_cp_visit_seen x: it is neither Y nor N: write one, or leave it blank",
                ),
            ],
        );
    }
}
