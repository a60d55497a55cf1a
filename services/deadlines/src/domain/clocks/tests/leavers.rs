use super::{Case, table};

const LEAVER_PATHWAY_PLAN: &[Case] = &[
    (
        "from sixteen",
        "age a 2025-03-10 16-17; leaver l 2025-03-10 relevant",
        "2025-06-11",
        &["2025-03-10 2025-06-10 overdue"],
    ),
    (
        "from the thirteenth week of care after it",
        "age a 2024-11-30 16-17; care c 2025-01-06; leaver l 2025-01-06 eligible",
        "2025-04-07",
        &["2025-04-07 2025-07-07 open"],
    ),
    (
        "not before it",
        "age a 2024-11-30 16-17; care c 2025-01-06; leaver l 2025-01-06 eligible",
        "2025-04-06",
        &[],
    ),
    (
        "a month's end",
        "age a 2024-11-30 16-17; care c 2020-01-06; leaver l 2020-01-06 eligible",
        "2025-02-28",
        &["2024-11-30 2025-02-28 open"],
    ),
    (
        "then from the last plan",
        "age a 2025-03-10 16-17; leaver l 2025-03-10 eligible; pathway p 2025-08-31",
        "2026-02-28",
        &[
            "2025-03-10 2025-06-10 met 2025-08-31",
            "2025-08-31 2026-02-28 open",
        ],
    ),
    (
        "a leap year",
        "age a 2023-01-01 16-17; leaver l 2023-01-01 eligible; pathway p 2023-08-31",
        "2024-03-01",
        &[
            "2023-01-01 2023-04-01 met 2023-08-31",
            "2023-08-31 2024-02-29 overdue",
        ],
    ),
    (
        "not yet sixteen",
        "age a 2025-03-10 16-17; leaver l 2025-01-06 eligible",
        "2025-03-09",
        &[],
    ),
    (
        "not entitled",
        "age a 2025-03-10 16-17; leaver l 2025-03-10 qualifying",
        "2025-06-11",
        &[],
    ),
    (
        "no longer",
        "age a 2023-03-10 16-17; leaver l 2025-03-10 former; pathway p 2025-01-06",
        "2025-06-11",
        &[
            "2023-03-10 2023-06-10 met 2025-01-06",
            "2025-01-06 2025-07-06 withdrawn nolongerstarted",
        ],
    ),
];

#[test]
fn a_pathway_plan_is_made_in_three_months_and_reviewed_in_six() {
    table("en.leaver.pathway-plan", LEAVER_PATHWAY_PLAN);
}

const LEAVER_CONTACT: &[Case] = &[
    (
        "from the last time",
        "leaver l 2025-01-06 relevant; contact c 2025-06-02",
        "2025-07-28",
        &["2025-06-02 2025-07-28 open"],
    ),
    (
        "late",
        "leaver l 2025-01-06 former; contact c 2025-06-02",
        "2025-07-29",
        &["2025-06-02 2025-07-28 overdue"],
    ),
    (
        "each starts the next, over a leap day",
        "leaver l 2023-01-06 former; contact c 2024-01-04; contact d 2024-02-29",
        "2024-02-29",
        &[
            "2024-01-04 2024-02-29 met 2024-02-29",
            "2024-02-29 2024-04-25 open",
        ],
    ),
    (
        "still looked after",
        "leaver l 2025-01-06 eligible; contact c 2025-06-02",
        "2025-07-28",
        &["2025-06-02 2025-07-28 withdrawn nolongerstarted"],
    ),
    (
        "never in touch",
        "leaver l 2025-01-06 relevant",
        "2025-07-28",
        &[],
    ),
];

#[test]
fn a_care_leaver_is_in_touch_as_set_here() {
    table("en.leaver.contact", LEAVER_CONTACT);
}
