use super::{Case, table};

const CLA_HEALTH: &[Case] = &[
    (
        "in time for the first review",
        "care c 2025-05-03",
        "2025-06-04",
        &["2025-05-03 2025-06-03 overdue"],
    ),
    (
        "six months under five",
        "age a 2022-01-20 0-4; care c 2025-05-03; health h 2025-05-30",
        "2025-06-04",
        &[
            "2025-05-03 2025-06-03 met 2025-05-30",
            "2025-05-30 2025-11-30 open",
        ],
    ),
    (
        "twelve from five on",
        "age a 2015-01-20 0-4; age b 2020-01-20 5-15; care c 2025-05-03; health h 2025-05-30",
        "2025-06-04",
        &[
            "2025-05-03 2025-06-03 met 2025-05-30",
            "2025-05-30 2026-05-30 open",
        ],
    ),
    (
        "the age on the day of the assessment",
        "age a 2020-06-21 0-4; age b 2025-06-21 5-15; care c 2025-05-03 reason=P; health h 2025-06-20",
        "2025-12-20",
        &["2025-06-20 2025-12-20 open"],
    ),
    (
        "a leap day",
        "care c 2024-02-05 reason=P; health h 2024-02-29",
        "2025-03-01",
        &["2024-02-29 2025-02-28 overdue"],
    ),
    (
        "six months to a leap day",
        "age a 2022-01-20 0-4; care c 2023-08-01 reason=P; health h 2023-08-29",
        "2024-02-29",
        &["2023-08-29 2024-02-29 open"],
    ),
    (
        "one before care does not count",
        "health h 2025-05-02; care c 2025-05-03",
        "2025-05-04",
        &["2025-05-03 2025-06-03 open"],
    ),
    (
        "it ends with care",
        "care c 2025-05-03..2025-05-20",
        "2025-05-20",
        &["2025-05-03 2025-06-03 withdrawn ended"],
    ),
    (
        "a short break starts none",
        "care c 2025-05-03 status=V3",
        "2025-06-04",
        &[],
    ),
];

#[test]
fn health_is_assessed_by_the_first_review_and_then_by_age() {
    table("en.cla.health", CLA_HEALTH);
}

const CLA_EDUCATION_PLAN: &[Case] = &[
    (
        "over a bank holiday",
        "care c 2025-05-03",
        "2025-05-19",
        &["2025-05-03 2025-05-19 open"],
    ),
    (
        "over Christmas",
        "care c 2025-12-18",
        "2026-01-07",
        &["2025-12-18 2026-01-06 overdue"],
    ),
    (
        "then from the last, at a month's end",
        "care c 2025-10-17 reason=P; education_plan e 2025-10-31",
        "2026-02-28",
        &["2025-10-31 2026-02-28 open"],
    ),
    (
        "a leap day",
        "care c 2024-02-19; education_plan e 2024-03-04",
        "2024-03-04",
        &[
            "2024-02-19 2024-03-04 met 2024-03-04",
            "2024-03-04 2024-07-04 open",
        ],
    ),
    (
        "it ends with care",
        "care c 2025-06-02..2025-06-10",
        "2025-06-10",
        &["2025-06-02 2025-06-16 withdrawn ended"],
    ),
];

#[test]
fn an_education_plan_is_made_in_ten_working_days_and_then_as_set_here() {
    table("en.cla.education-plan", CLA_EDUCATION_PLAN);
}
