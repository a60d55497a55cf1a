use super::{Case, table};

const CLA_FIRST_REVIEW: &[Case] = &[
    (
        "over two bank holidays",
        "care c 2025-05-03",
        "2025-06-03",
        &["2025-05-03 2025-06-03 open"],
    ),
    (
        "over Christmas",
        "care c 2025-12-15",
        "2026-01-16",
        &["2025-12-15 2026-01-15 overdue"],
    ),
    (
        "a leap day",
        "care c 2024-02-05; review r 2024-03-04",
        "2024-03-05",
        &["2024-02-05 2024-03-04 met 2024-03-04"],
    ),
    (
        "the day care was entered wins",
        "care c 2025-06-02 reason=L entered=2025-05-03",
        "2025-06-03",
        &["2025-05-03 2025-06-03 open"],
    ),
    (
        "of the present row",
        "care a 2025-01-06..2025-05-03 entered=2024-12-02; care b 2025-05-03 reason=P entered=2025-01-06",
        "2025-05-04",
        &["2025-01-06 2025-02-03 overdue"],
    ),
    (
        "a day after the row is not believed",
        "care c 2025-01-06 reason=P entered=2025-02-03",
        "2025-05-04",
        &[],
    ),
    (
        "not known when",
        "care c 2025-05-03 reason=P",
        "2025-06-04",
        &[],
    ),
    (
        "the source plans another day",
        "care c 2025-05-03; review r 2025-06-05 planned",
        "2025-05-20",
        &["2025-05-03 2025-06-03 open stated 2025-06-05"],
    ),
    (
        "a short break by its own status",
        "care c 2025-05-03 status=-; status l 2025-05-03 code=V4",
        "2025-06-04",
        &[],
    ),
    (
        "care by its own status",
        "care c 2025-05-03 status=-; status l 2025-05-03 code=V2",
        "2025-06-04",
        &["2025-05-03 2025-06-03 overdue"],
    ),
];

#[test]
fn a_child_s_first_review_is_in_twenty_working_days() {
    table("en.cla.first-review", CLA_FIRST_REVIEW);
}

const CLA_NEXT_REVIEW: &[Case] = &[
    (
        "three after the first",
        "care c 2025-05-03; review r 2025-05-30",
        "2025-08-31",
        &["2025-05-30 2025-08-30 overdue"],
    ),
    (
        "then six, at a month's end",
        "care c 2025-05-03; review a 2025-05-30; review b 2025-08-31",
        "2026-02-28",
        &[
            "2025-05-30 2025-08-30 met 2025-08-31",
            "2025-08-31 2026-02-28 open",
        ],
    ),
    (
        "six where the start is not known",
        "care c 2023-05-03 reason=P; review r 2023-08-29",
        "2024-02-29",
        &["2023-08-29 2024-02-29 open"],
    ),
    (
        "a cancelled one does not count",
        "care c 2025-05-03; review a 2025-05-30; review b 2025-08-20 cancelled",
        "2025-08-20",
        &["2025-05-30 2025-08-30 open"],
    ),
    (
        "one on its day counts once",
        "care c 2025-05-03; review a 2025-05-30; review b 2025-05-30",
        "2025-08-20",
        &["2025-05-30 2025-08-30 open"],
    ),
    (
        "planned for another day",
        "care c 2025-05-03; review a 2025-05-30; review b 2025-08-29 planned",
        "2025-08-20",
        &["2025-05-30 2025-08-30 open stated 2025-08-29"],
    ),
    (
        "it ends with the period",
        "care c 2025-05-03..2025-06-30; review a 2025-05-30",
        "2025-06-30",
        &["2025-05-30 2025-08-30 withdrawn ended"],
    ),
];

#[test]
fn reviews_follow_in_three_months_and_then_in_six() {
    table("en.cla.next-review", CLA_NEXT_REVIEW);
}

const CLA_SHORT_BREAK_REVIEW: &[Case] = &[
    (
        "three months from the first",
        "care a 2025-01-11..2025-01-12 status=V3; care b 2025-02-08..2025-02-09 status=V3",
        "2025-04-12",
        &["2025-01-11 2025-04-11 overdue"],
    ),
    (
        "then six",
        "care a 2025-01-11 status=V4; review r 2025-03-30",
        "2025-06-02",
        &[
            "2025-01-11 2025-04-11 met 2025-03-30",
            "2025-03-30 2025-09-30 open",
        ],
    ),
    (
        "a month's end",
        "care a 2024-11-30 status=V4",
        "2025-02-28",
        &["2024-11-30 2025-02-28 open"],
    ),
    (
        "six months without one end it",
        "care a 2025-01-11..2025-01-12 status=V3",
        "2025-07-12",
        &["2025-01-11 2025-04-11 withdrawn ended"],
    ),
    (
        "not a day before",
        "care a 2025-01-11..2025-01-12 status=V3",
        "2025-07-11",
        &["2025-01-11 2025-04-11 overdue"],
    ),
    (
        "V1 and care are none",
        "care a 2025-01-11..2025-01-12 status=V1; care b 2025-02-08 status=V2",
        "2025-07-11",
        &[],
    ),
    (
        "by its own status",
        "care a 2025-01-11 status=-; status l 2025-01-11 code=V4",
        "2025-04-01",
        &["2025-01-11 2025-04-11 open"],
    ),
];

#[test]
fn short_breaks_are_reviewed_as_one_series() {
    table("en.cla.short-break-review", CLA_SHORT_BREAK_REVIEW);
}

const CLA_REVIEWER_NAMED: &[Case] = &[
    (
        "over a bank holiday",
        "care c 2025-05-03",
        "2025-05-12",
        &["2025-05-03 2025-05-12 open"],
    ),
    (
        "over Christmas",
        "care c 2025-12-22",
        "2026-01-02",
        &["2025-12-22 2025-12-31 overdue"],
    ),
    (
        "a leap day",
        "care c 2024-02-28; reviewer i 2024-03-04",
        "2024-03-05",
        &["2024-02-28 2024-03-06 met 2024-03-04"],
    ),
    (
        "one who was there already",
        "reviewer i 2025-01-06; care c 2025-06-02",
        "2025-06-02",
        &["2025-06-02 2025-06-09 met 2025-06-02"],
    ),
    (
        "one who had gone",
        "reviewer i 2025-01-06..2025-06-02; care c 2025-06-02",
        "2025-06-10",
        &["2025-06-02 2025-06-09 overdue"],
    ),
    (
        "a case-holder is none",
        "holder w 2025-06-02; care c 2025-06-02",
        "2025-06-09",
        &["2025-06-02 2025-06-09 open"],
    ),
    (
        "once for an agreement of short breaks",
        "care a 2025-06-02..2025-07-01 status=V4; care b 2025-07-01 status=V4",
        "2025-07-02",
        &["2025-06-02 2025-06-09 overdue"],
    ),
    (
        "none for a single break",
        "care a 2025-06-02 status=V3",
        "2025-07-02",
        &[],
    ),
    (
        "it ends with care",
        "care c 2025-06-02..2025-06-05",
        "2025-07-02",
        &["2025-06-02 2025-06-09 withdrawn ended"],
    ),
];

#[test]
fn a_reviewing_officer_is_named_in_five_working_days() {
    table("en.cla.reviewer-named", CLA_REVIEWER_NAMED);
}

const CLA_REVIEWER_TOLD: &[Case] = &[
    (
        "over a bank holiday",
        "care c 2025-05-03",
        "2025-05-07",
        &["2025-05-03 2025-05-07 open"],
    ),
    (
        "over Easter",
        "care c 2025-04-16",
        "2025-04-23",
        &["2025-04-16 2025-04-22 overdue"],
    ),
    (
        "a leap day",
        "care c 2024-02-28; reviewer_told t 2024-02-29",
        "2024-03-05",
        &["2024-02-28 2024-03-01 met 2024-02-29"],
    ),
    (
        "told before does not count",
        "reviewer_told t 2025-06-01; care c 2025-06-02",
        "2025-06-03",
        &["2025-06-02 2025-06-04 open"],
    ),
    (
        "an agreement of short breaks",
        "care c 2025-06-02 status=V4",
        "2025-06-03",
        &["2025-06-02 2025-06-04 open"],
    ),
];

#[test]
fn the_reviewing_service_is_told_in_two_working_days() {
    table("en.cla.reviewer-told", CLA_REVIEWER_TOLD);
}

const CLA_REVIEW_DECISIONS: &[Case] = &[
    (
        "over Easter",
        "care c 2025-03-24; review r 2025-04-16",
        "2025-04-26",
        &["2025-04-16 2025-04-25 overdue"],
    ),
    (
        "over Christmas",
        "care c 2025-12-01; review r 2025-12-18; review_decisions d 2025-12-29",
        "2025-12-30",
        &["2025-12-18 2025-12-29 met 2025-12-29"],
    ),
    (
        "a leap day",
        "care c 2024-02-05; review r 2024-02-26",
        "2024-03-04",
        &["2024-02-26 2024-03-04 open"],
    ),
    (
        "each review has its own",
        "care c 2025-05-03; review a 2025-06-02; review_decisions d 2025-06-04; review b 2025-12-18",
        "2025-12-19",
        &[
            "2025-06-02 2025-06-09 met 2025-06-04",
            "2025-12-18 2025-12-29 open",
        ],
    ),
    (
        "it ends with care",
        "care c 2025-05-03..2025-06-05; review a 2025-06-02",
        "2025-06-05",
        &["2025-06-02 2025-06-09 withdrawn ended"],
    ),
];

#[test]
fn a_review_s_decisions_are_out_in_five_working_days() {
    table("en.cla.review-decisions", CLA_REVIEW_DECISIONS);
}

const CLA_REVIEW_RECORD: &[Case] = &[
    (
        "over Easter and a bank holiday",
        "care c 2025-03-24; review r 2025-04-16",
        "2025-05-20",
        &["2025-04-16 2025-05-19 overdue"],
    ),
    (
        "over Christmas",
        "care c 2025-12-01; review r 2025-12-18; review_record d 2026-01-20",
        "2026-01-20",
        &["2025-12-18 2026-01-20 met 2026-01-20"],
    ),
    (
        "a leap day",
        "care c 2024-02-05; review r 2024-02-26",
        "2024-03-04",
        &["2024-02-26 2024-03-25 open"],
    ),
    (
        "decisions are not the record",
        "care c 2025-05-03; review a 2025-06-02; review_decisions d 2025-06-04",
        "2025-06-05",
        &["2025-06-02 2025-06-30 open"],
    ),
    (
        "the child has died",
        "care c 2025-05-03; review a 2025-06-02; death d 2025-06-04",
        "2025-06-05",
        &["2025-06-02 2025-06-30 withdrawn died"],
    ),
];

#[test]
fn a_review_s_record_is_out_in_twenty_working_days() {
    table("en.cla.review-record", CLA_REVIEW_RECORD);
}
