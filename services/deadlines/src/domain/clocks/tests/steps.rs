use super::{Case, table};

const CLA_PLACEMENT_NOTICE: &[Case] = &[
    (
        "over Easter",
        "emergency_placement e 2025-04-16",
        "2025-04-26",
        &["2025-04-16 2025-04-25 overdue"],
    ),
    (
        "over Christmas",
        "emergency_placement e 2025-12-23",
        "2025-12-24",
        &["2025-12-23 2026-01-02 open"],
    ),
    (
        "a leap day",
        "emergency_placement e 2024-02-26; placement_notified n 2024-02-29",
        "2024-03-01",
        &["2024-02-26 2024-03-04 met 2024-02-29"],
    ),
    (
        "a notice before is of another",
        "placement_notified n 2025-06-01; emergency_placement e 2025-06-02",
        "2025-06-09",
        &["2025-06-02 2025-06-09 open"],
    ),
    (
        "a placement that was no emergency",
        "care c 2025-06-02",
        "2025-06-10",
        &[],
    ),
];

#[test]
fn an_emergency_placement_is_notified_in_five_working_days() {
    table("en.cla.placement-notice", CLA_PLACEMENT_NOTICE);
}

const FOSTERING_PRIVATE_VISIT: &[Case] = &[
    (
        "in seven working days over Easter",
        "private_fostering f 2025-04-11",
        "2025-04-25",
        &["2025-04-11 2025-04-24 overdue"],
    ),
    (
        "over a bank holiday",
        "private_fostering f 2025-04-28",
        "2025-04-28",
        &["2025-04-28 2025-05-08 open"],
    ),
    (
        "six-weekly in the first year",
        "private_fostering f 2024-02-22; private_fostering_visit v 2024-03-04",
        "2024-03-05",
        &[
            "2024-02-22 2024-03-04 met 2024-03-04",
            "2024-03-04 2024-04-15 open",
        ],
    ),
    (
        "twelve-weekly after it",
        "private_fostering f 2024-06-03; private_fostering_visit v 2025-06-02; private_fostering_visit w 2025-06-04",
        "2025-08-28",
        &[
            "2024-06-03 2024-06-12 met 2025-06-02",
            "2025-06-02 2025-07-14 met 2025-06-04",
            "2025-06-04 2025-08-27 overdue",
        ],
    ),
    (
        "it ends with the arrangement",
        "private_fostering f 2025-06-02..2025-06-05",
        "2025-06-05",
        &["2025-06-02 2025-06-11 withdrawn ended"],
    ),
    (
        "another visit is none",
        "private_fostering f 2025-06-02; visit v 2025-06-03",
        "2025-06-05",
        &["2025-06-02 2025-06-11 open"],
    ),
];

#[test]
fn a_privately_fostered_child_is_visited() {
    table("en.fostering.private-visit", FOSTERING_PRIVATE_VISIT);
}

const COURT_CARE_APPLICATION: &[Case] = &[
    (
        "issued",
        "care_application a 2025-01-06",
        "2025-07-07",
        &["2025-01-06 2025-07-07 open"],
    ),
    (
        "late",
        "care_application a 2025-01-06",
        "2025-07-08",
        &["2025-01-06 2025-07-07 overdue"],
    ),
    (
        "a leap day",
        "care_application a 2024-02-29..2024-08-29",
        "2024-08-29",
        &["2024-02-29 2024-08-29 met 2024-08-29"],
    ),
    (
        "an order that has not come is not known",
        "care_application a 2025-06-02..2025-11-03",
        "2025-11-02",
        &["2025-06-02 2025-12-01 open"],
    ),
    (
        "over the end of a year",
        "care_application a 2025-08-31",
        "2025-09-01",
        &["2025-08-31 2026-03-01 open"],
    ),
    (
        "never inferred from an interim order",
        "care c 2025-06-02 status=C1",
        "2025-12-02",
        &[],
    ),
];

#[test]
fn a_care_application_is_decided_in_twenty_six_weeks() {
    table("en.court.care-application", COURT_CARE_APPLICATION);
}
