use super::{Case, table};

const CIN_REVIEW: &[Case] = &[
    (
        "first",
        "cin p 2024-11-30",
        "2025-02-28",
        &["2024-11-30 2025-02-28 open"],
    ),
    (
        "then",
        "cin p 2025-05-31; child_in_need_review r 2025-08-31",
        "2026-03-01",
        &[
            "2025-05-31 2025-08-31 met 2025-08-31",
            "2025-08-31 2026-02-28 overdue",
        ],
    ),
    (
        "it rests while a protection plan is open",
        "cin p 2025-01-06; cp q 2025-02-03",
        "2025-05-06",
        &["2025-01-06 2025-04-06 withdrawn superseded"],
    ),
    (
        "and runs again after it",
        "cin p 2025-01-06; cp q 2025-02-03..2025-05-06",
        "2025-05-06",
        &["2025-01-06 2025-04-06 overdue"],
    ),
    (
        "it rests while the child is looked after",
        "cin p 2025-01-06; care c 2025-02-03",
        "2025-02-04",
        &["2025-01-06 2025-04-06 withdrawn superseded"],
    ),
    (
        "a short break is no period of care",
        "cin p 2025-01-06; care c 2025-02-03 status=V4",
        "2025-02-04",
        &["2025-01-06 2025-04-06 open"],
    ),
    (
        "it ends with the plan",
        "cin p 2025-01-06..2025-02-28",
        "2025-02-28",
        &["2025-01-06 2025-04-06 withdrawn ended"],
    ),
];

#[test]
fn a_plan_of_a_child_in_need_is_reviewed_as_set_here() {
    table("en.cin.review", CIN_REVIEW);
}
