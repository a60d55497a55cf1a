//! `ssd_cla_reviews`: reviews of children looked after: held, cancelled or due.

use contracts::Fact;

use super::cells::{child_in_care, columns, day, key, truth};
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{Known, Table, Unused, csv::Cells},
};

pub(super) const TABLE: Table = Table {
    file: "ssd_cla_reviews.csv",
    kinds: &["looked_after_review"],
    latest: &[],
    guard: Guard::MustNotFall,
    columns: columns(
        "clar_cla_person_id",
        &[
            "clar_cla_review_id",
            "clar_cla_id",
            "clar_cla_review_due_date",
            "clar_cla_review_date",
            "clar_cla_review_cancelled",
        ],
        &["clar_cla_person_id"],
        &["clar_"],
    ),
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, known: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child_in_care(cells, known, "clar_cla_id")?;
    let (held, due) = (
        day(cells, "clar_cla_review_date")?,
        day(cells, "clar_cla_review_due_date")?,
    );
    let start = held
        .or(due)
        .ok_or(Unused::Aside("a review without a date"))?;
    let cancelled = truth(cells, "clar_cla_review_cancelled")? == Some(true);
    Ok(vec![Said {
        child,
        start,
        end: None,
        key: key(cells, "clar_cla_review_id")?,
        fact: Fact::LookedAfterReview {
            cancelled,
            planned: held.is_none() && !cancelled,
            stated_due: due,
        },
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::ssd::{cla_episodes, testing::check_with};

    #[test]
    fn reviews_are_held_cancelled_or_due_and_may_name_the_period_of_care_only() {
        let care = (&cla_episodes::TABLE, "C1,E1,L1,2025-01-01,S,,,\n");
        check_with(
            &[care],
            &TABLE,
            &[
                (
                    "V1,,2025-04-11,2025-04-10,N,C1",
                    "C1 looked_after_review V1 2025-04-10 cancelled=false stated_due=2025-04-11",
                ),
                (
                    "V1,L1,2025-09-11,,,",
                    "C1 looked_after_review V1 2025-09-11 cancelled=false planned=true stated_due=2025-09-11",
                ),
                (
                    "V1,L1,2025-09-11,,Y,",
                    "C1 looked_after_review V1 2025-09-11 cancelled=true stated_due=2025-09-11",
                ),
                (
                    "V1,L1,,2025-04-10,NULL,NULL",
                    "C1 looked_after_review V1 2025-04-10 cancelled=false",
                ),
                ("V1,L1,,,,", "aside: a review without a date"),
                (
                    "V1,L2,,2025-04-10,,",
                    "aside: a row without the child's id, of a period of care that is not in ssd_cla_episodes.csv",
                ),
                (
                    "V1,L1,,2025-04-10,no idea,",
                    "refused clar_cla_review_cancelled no idea: it is neither Y nor N: write one, or leave it blank",
                ),
            ],
        );
    }
}
