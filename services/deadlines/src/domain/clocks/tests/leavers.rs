use super::{Case, SaidCase, table, table_said};

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

const PROVIDED: &str = "1001 en.leaver.visit accommodated agreed w1 2025-06-02 2025-12-31";

const LEAVER_VISIT: &[SaidCase] = &[
    (
        "within seven days of moving in",
        "leaver l 2025-01-06 relevant",
        PROVIDED,
        "2025-06-10",
        &["2025-06-02 2025-06-09 overdue"],
    ),
    (
        "then before the review at 28 days",
        "leaver l 2025-01-06 relevant; visit v 2025-06-05",
        PROVIDED,
        "2025-06-30",
        &[
            "2025-06-02 2025-06-09 met 2025-06-05",
            "2025-06-02 2025-06-30 open",
        ],
    ),
    (
        "then at most two months from one to the next, to a month's end",
        "leaver l 2025-01-06 former; visit v 2025-06-05; visit w 2025-06-30; visit x 2025-07-31",
        PROVIDED,
        "2025-10-01",
        &[
            "2025-06-02 2025-06-09 met 2025-06-05",
            "2025-06-02 2025-06-30 met 2025-06-30",
            "2025-06-30 2025-08-30 met 2025-07-31",
            "2025-07-31 2025-09-30 overdue",
        ],
    ),
    (
        "a first visit after the 28 days is followed by the interval",
        "leaver l 2025-01-06 relevant; visit v 2025-07-02",
        PROVIDED,
        "2025-07-03",
        &[
            "2025-06-02 2025-06-09 met 2025-07-02",
            "2025-07-02 2025-09-02 open",
        ],
    ),
    (
        "a visit at which the young person was not seen",
        "leaver l 2025-01-06 relevant; visit v 2025-06-05 unseen",
        PROVIDED,
        "2025-06-09",
        &["2025-06-02 2025-06-09 open"],
    ),
    (
        "it ends when the authority says so",
        "leaver l 2025-01-06 relevant; visit v 2025-06-05",
        "1001 en.leaver.visit accommodated agreed w1 2025-06-02 2025-06-19",
        "2025-06-20",
        &[
            "2025-06-02 2025-06-09 met 2025-06-05",
            "2025-06-02 2025-06-30 withdrawn ended",
        ],
    ),
    (
        "still looked after, with visits of that kind",
        "leaver l 2025-01-06 eligible",
        PROVIDED,
        "2025-06-10",
        &["2025-06-02 2025-06-09 withdrawn nolongerstarted"],
    ),
    (
        "nobody said so",
        "leaver l 2025-01-06 relevant; visit v 2025-06-05",
        "",
        "2025-06-10",
        &[],
    ),
];

#[test]
fn a_young_person_in_the_authority_s_accommodation_is_visited() {
    table_said("en.leaver.visit", LEAVER_VISIT);
}
