use super::{Case, table};

const ADOPTION_REVIEW: &[Case] = &[
    (
        "four weeks",
        "adoption a 2025-06-02",
        "2025-07-01",
        &["2025-06-02 2025-06-30 overdue"],
    ),
    (
        "to a leap day",
        "adoption a 2024-02-01",
        "2024-02-29",
        &["2024-02-01 2024-02-29 open"],
    ),
    (
        "three months after",
        "adoption a 2025-06-02; review r 2025-06-27",
        "2025-07-01",
        &[
            "2025-06-02 2025-06-30 met 2025-06-27",
            "2025-06-27 2025-09-27 open",
        ],
    ),
    (
        "then six, at a month's end",
        "adoption a 2025-06-02; review r 2025-06-27; review s 2025-08-31",
        "2026-02-28",
        &[
            "2025-06-02 2025-06-30 met 2025-06-27",
            "2025-06-27 2025-09-27 met 2025-08-31",
            "2025-08-31 2026-02-28 open",
        ],
    ),
    (
        "the order ends it",
        "adoption a 2025-06-02..2025-06-20",
        "2025-06-20",
        &["2025-06-02 2025-06-30 withdrawn ended"],
    ),
    (
        "so does the end of care",
        "care c 2024-01-01..2025-06-12; adoption a 2025-06-02",
        "2025-06-12",
        &["2025-06-02 2025-06-30 withdrawn ended"],
    ),
];

#[test]
fn an_adoption_placement_is_reviewed_at_four_weeks_three_months_and_six() {
    table("en.adoption.review", ADOPTION_REVIEW);
}
