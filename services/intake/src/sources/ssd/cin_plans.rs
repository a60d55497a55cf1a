//! `ssd_cin_plans`: plans for children in need.

use contracts::Fact;

use super::cells::{columns, key, span};
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{Known, Table, Unused, child, csv::Cells, id},
};

pub(super) const TABLE: Table = Table {
    file: "ssd_cin_plans.csv",
    kinds: &["child_in_need_plan"],
    latest: &[],
    guard: Guard::MustNotFall,
    columns: columns(
        "cinp_person_id",
        &[
            "cinp_person_id",
            "cinp_cin_plan_id",
            "cinp_referral_id",
            "cinp_cin_plan_start_date",
            "cinp_cin_plan_end_date",
        ],
        &[],
        &["cinp_"],
    ),
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, "cinp_person_id")?;
    let (start, end) = span(cells, "cinp_cin_plan_start_date", "cinp_cin_plan_end_date")?;
    Ok(vec![Said {
        child,
        start,
        end,
        key: key(cells, "cinp_cin_plan_id")?,
        fact: Fact::ChildInNeedPlan {
            referral: id(cells, "cinp_referral_id")?,
        },
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::ssd::testing::check;

    #[test]
    fn plans_name_their_referral() {
        check(
            &TABLE,
            &[
                (
                    "C1,P1,R1,2025-04-11,",
                    "C1 child_in_need_plan P1 2025-04-11 referral=R1",
                ),
                (
                    "C1,P1,,2025-04-11,2025-06-11",
                    "C1 child_in_need_plan P1 2025-04-11..2025-06-11",
                ),
                (
                    "C1,,,2025-04-11,NULL",
                    "C1 child_in_need_plan 2025-04-11 2025-04-11",
                ),
                (
                    "C1,P1,R1,2025-04-11,2025-04-01",
                    "refused cinp_cin_plan_end_date 2025-04-01: it is before cinp_cin_plan_start_date (11/04/2025)",
                ),
                (
                    "C1,P1,R1,,2025-04-01",
                    "refused cinp_cin_plan_start_date: it is blank: a date is needed, as yyyy-mm-dd or dd/mm/yyyy, such as 2018-03-31",
                ),
            ],
        );
    }
}
