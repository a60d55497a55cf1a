use super::{Case, table};

const REFERRAL_DECISION: &[Case] = &[
    (
        "over Easter",
        "referral r 2025-04-17",
        "2025-04-22",
        &["2025-04-17 2025-04-22 open"],
    ),
    (
        "late from the day after",
        "referral r 2025-04-17",
        "2025-04-23",
        &["2025-04-17 2025-04-22 overdue"],
    ),
    (
        "over a weekend",
        "referral r 2025-06-06",
        "2025-06-08",
        &["2025-06-06 2025-06-09 open"],
    ),
    (
        "on a leap day",
        "referral r 2024-02-28",
        "2024-02-28",
        &["2024-02-28 2024-02-29 open"],
    ),
    (
        "an outcome has no day",
        "referral r 2025-06-02 decided",
        "2025-07-01",
        &["2025-06-02 2025-06-03 met undated"],
    ),
    (
        "a mark counts whichever it says",
        "referral r 2025-06-02 nfa=no",
        "2025-07-01",
        &["2025-06-02 2025-06-03 met undated"],
    ),
    (
        "closed without either",
        "referral r 2024-12-31..2025-01-20",
        "2025-01-21",
        &["2024-12-31 2025-01-02 withdrawn ended"],
    ),
    (
        "before the day it takes no part",
        "referral r 2025-06-02",
        "2025-06-01",
        &[],
    ),
];

#[test]
fn a_referral_is_decided_in_a_working_day() {
    table("en.referral.decision", REFERRAL_DECISION);
}

const ASSESSMENT: &[Case] = &[
    (
        "over Christmas",
        "referral r 2024-11-04; assessment a 2024-11-06 of=r",
        "2025-01-09",
        &["2024-11-04 2025-01-09 open"],
    ),
    (
        "before one is recorded",
        "referral r 2025-04-11",
        "2025-06-20",
        &["2025-04-11 2025-06-19 overdue"],
    ),
    (
        "met by its authorisation",
        "referral r 2025-06-02; assessment a 2025-06-04..2025-07-21 of=r",
        "2025-07-21",
        &["2025-06-02 2025-08-04 met 2025-07-21"],
    ),
    (
        "an authorisation that has not come is not known",
        "referral r 2025-06-02; assessment a 2025-06-04..2025-07-21 of=r",
        "2025-07-20",
        &["2025-06-02 2025-08-04 open"],
    ),
    (
        "a later one counts from its own start",
        "referral r 2025-04-11; assessment a 2025-04-14..2025-06-24 of=r; assessment b 2025-12-01 of=r",
        "2025-12-02",
        &[
            "2025-04-11 2025-06-19 met 2025-06-24",
            "2025-12-01 2026-02-05 open",
        ],
    ),
    (
        "of no known referral it counts from its own start",
        "assessment a 2024-01-02 of=x",
        "2024-02-29",
        &["2024-01-02 2024-03-05 open"],
    ),
    (
        "it ends with the referral",
        "referral r 2025-06-02..2025-06-30; assessment a 2025-06-04 of=r",
        "2025-06-30",
        &["2025-06-02 2025-08-04 withdrawn ended"],
    ),
    (
        "no further action needs none",
        "referral r 2025-06-02 nfa",
        "2025-06-30",
        &[],
    ),
    (
        "begun all the same it counts",
        "referral r 2025-06-02 nfa; assessment a 2025-06-04 of=r",
        "2025-06-30",
        &["2025-06-02 2025-08-04 open"],
    ),
    (
        "the child has died",
        "referral r 2025-06-02; death d 2025-06-20",
        "2025-06-20",
        &["2025-06-02 2025-08-04 withdrawn died"],
    ),
];

#[test]
fn an_assessment_is_authorised_in_forty_five_working_days() {
    table("en.assessment", ASSESSMENT);
}
