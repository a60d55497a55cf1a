//! `ssd_cin_assessments`: assessments, ended when they are authorised.

use contracts::Fact;

use super::cells::{columns, key, span, truth};
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{Known, Table, Unused, child, csv::Cells, id},
};

pub(super) const TABLE: Table = Table {
    file: "ssd_cin_assessments.csv",
    kinds: &["assessment"],
    latest: &[],
    guard: Guard::MustNotFall,
    columns: columns(
        "cina_person_id",
        &[
            "cina_person_id",
            "cina_assessment_id",
            "cina_referral_id",
            "cina_assessment_start_date",
            "cina_assessment_auth_date",
            "cina_assessment_child_seen",
        ],
        &[],
        &["cina_"],
    ),
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, "cina_person_id")?;
    let (start, end) = span(
        cells,
        "cina_assessment_start_date",
        "cina_assessment_auth_date",
    )?;
    Ok(vec![Said {
        child,
        start,
        end,
        key: key(cells, "cina_assessment_id")?,
        fact: Fact::Assessment {
            referral: id(cells, "cina_referral_id")?,
            child_seen: truth(cells, "cina_assessment_child_seen")?,
        },
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::ssd::testing::check;

    #[test]
    fn assessments_end_when_they_are_authorised() {
        check(
            &TABLE,
            &[
                (
                    "C1,A1,R1,2025-04-11,2025-05-30,Y",
                    "C1 assessment A1 2025-04-11..2025-05-30 child_seen=true referral=R1",
                ),
                (
                    "C1,A1,,2025-04-11T00:00:00,,",
                    "C1 assessment A1 2025-04-11",
                ),
                (
                    "C1,A1,NULL,11/04/2025,NULL,0",
                    "C1 assessment A1 2025-04-11 child_seen=false",
                ),
                (
                    "C1,A1,R1,2025-02-29,,",
                    "refused cina_assessment_start_date 2025-02-29: there is no such day",
                ),
                (
                    "C1,A1,R1,2025-04-11,2025-04-01,",
                    "refused cina_assessment_auth_date 2025-04-01: it is before cina_assessment_start_date (11/04/2025)",
                ),
            ],
        );
    }
}
