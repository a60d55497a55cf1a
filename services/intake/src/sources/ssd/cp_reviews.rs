//! `ssd_cp_reviews`: review conferences, held or due.

use contracts::Fact;

use super::cells::{columns, day, key, truth};
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{Known, Table, Unused, child, csv::Cells, id},
};

pub(super) const TABLE: Table = Table {
    file: "ssd_cp_reviews.csv",
    kinds: &["protection_review"],
    latest: &[],
    guard: Guard::MustNotFall,
    columns: columns(
        "cppr_person_id",
        &[
            "cppr_person_id",
            "cppr_cp_review_id",
            "cppr_cp_plan_id",
            "cppr_cp_review_due",
            "cppr_cp_review_date",
            "cppr_cp_review_outcome_continue_cp",
        ],
        &[],
        &["cppr_"],
    ),
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, "cppr_person_id")?;
    let (held, due) = (
        day(cells, "cppr_cp_review_date")?,
        day(cells, "cppr_cp_review_due")?,
    );
    let start = held
        .or(due)
        .ok_or(Unused::Aside("a review without a date"))?;
    Ok(vec![Said {
        child,
        start,
        end: None,
        key: key(cells, "cppr_cp_review_id")?,
        fact: Fact::ProtectionReview {
            plan: id(cells, "cppr_cp_plan_id")?,
            held: held.is_some(),
            continues: truth(cells, "cppr_cp_review_outcome_continue_cp")?,
            stated_due: due,
        },
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::ssd::testing::check;

    #[test]
    fn reviews_are_held_or_due() {
        check(
            &TABLE,
            &[
                (
                    "C1,V1,P1,2025-04-11,2025-04-10,Y",
                    "C1 protection_review V1 2025-04-10 continues=true held=true plan=P1 stated_due=2025-04-11",
                ),
                (
                    "C1,V1,P1,2025-09-11,,",
                    "C1 protection_review V1 2025-09-11 held=false plan=P1 stated_due=2025-09-11",
                ),
                (
                    "C1,V1,,,2025-04-10,N",
                    "C1 protection_review V1 2025-04-10 continues=false held=true",
                ),
                ("C1,V1,P1,,,", "aside: a review without a date"),
                (
                    "C1,V1,P1,soon,,",
                    "refused cppr_cp_review_due soon: it is not a date written yyyy-mm-dd or dd/mm/yyyy, such as 2018-03-31",
                ),
            ],
        );
    }
}
