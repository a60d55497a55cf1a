use super::{Case, table};

const S47_CONFERENCE: &[Case] = &[
    (
        "across Easter",
        "section47 s 2025-04-11",
        "2025-05-07",
        &["2025-04-11 2025-05-07 open"],
    ),
    (
        "the holiday moved to a Friday",
        "section47 s 2020-04-27",
        "2020-05-20",
        &["2020-04-27 2020-05-19 overdue"],
    ),
    (
        "a leap day counts",
        "section47 s 2024-02-14; conference c 2024-03-06 of=s",
        "2024-03-06",
        &["2024-02-14 2024-03-06 met 2024-03-06"],
    ),
    (
        "no further action",
        "section47 s 2025-06-02..2025-06-10 nfa",
        "2025-06-11",
        &[],
    ),
    (
        "an open plan already",
        "cp p 2025-01-06; section47 s 2025-06-02",
        "2025-06-03",
        &[],
    ),
    (
        "a plan that ended that day",
        "cp p 2025-01-06..2025-06-02; section47 s 2025-06-02",
        "2025-06-03",
        &["2025-06-02 2025-06-23 open"],
    ),
    (
        "the conference of another enquiry is not this one's",
        "section47 s 2025-06-02; section47 t 2025-06-10; conference c 2025-06-20 of=t",
        "2025-07-01",
        &[
            "2025-06-02 2025-06-23 overdue",
            "2025-06-10 2025-07-01 met 2025-06-20",
        ],
    ),
    (
        "one of no enquiry is",
        "section47 s 2025-06-02; conference c 2025-06-20",
        "2025-06-20",
        &["2025-06-02 2025-06-23 met 2025-06-20"],
    ),
    (
        "one before it is not",
        "section47 s 2025-06-02; conference c 2025-06-01",
        "2025-06-20",
        &["2025-06-02 2025-06-23 open"],
    ),
    (
        "one planned is not held",
        "section47 s 2025-06-02; conference c 2025-06-18 of=s planned",
        "2025-06-20",
        &["2025-06-02 2025-06-23 open"],
    ),
    (
        "the referral was closed",
        "referral r 2025-06-01..2025-06-12; section47 s 2025-06-02 of=r",
        "2025-06-12",
        &["2025-06-02 2025-06-23 withdrawn ended"],
    ),
];

#[test]
fn an_enquiry_leads_to_a_conference_in_fifteen_working_days() {
    table("en.s47.conference", S47_CONFERENCE);
}

const CP_TRANSFER_IN: &[Case] = &[
    (
        "from the word of the other authority",
        "transfer_in_notified n 2025-04-11",
        "2025-04-14",
        &["2025-04-11 2025-05-07 open"],
    ),
    (
        "met",
        "transfer_in_notified n 2025-06-02; conference c 2025-06-24 transfer",
        "2025-06-24",
        &["2025-06-02 2025-06-23 met 2025-06-24"],
    ),
    (
        "from the target",
        "conference c 2025-05-07 transfer planned target=2025-05-07",
        "2025-04-14",
        &["2025-04-11 2025-05-07 open"],
    ),
    (
        "from the target, held",
        "conference c 2026-01-06 transfer target=2026-01-09",
        "2026-01-06",
        &["2025-12-16 2026-01-09 met 2026-01-06"],
    ),
    (
        "a target on a Saturday",
        "conference c 2025-06-21 transfer planned target=2025-06-21",
        "2025-06-24",
        &["2025-06-02 2025-06-23 overdue stated 2025-06-21"],
    ),
    (
        "no target",
        "conference c 2025-06-20 transfer",
        "2025-06-20",
        &[],
    ),
    (
        "another conference",
        "conference c 2025-06-20 target=2025-06-23",
        "2025-06-20",
        &[],
    ),
    (
        "not said yet",
        "conference c 2025-06-23 transfer planned target=2025-06-23 known=2025-06-05",
        "2025-06-04",
        &[],
    ),
    (
        "told and with a target it is one",
        "transfer_in_notified n 2025-06-02; conference c 2025-06-23 transfer planned target=2025-06-23",
        "2025-06-04",
        &["2025-06-02 2025-06-23 open"],
    ),
];

#[test]
fn a_transfer_in_is_conferenced_in_fifteen_working_days() {
    table("en.cp.transfer-in", CP_TRANSFER_IN);
}

const CP_CORE_GROUP: &[Case] = &[
    (
        "over Christmas",
        "conference c 2025-12-18; cp p 2025-12-18 conference=c",
        "2025-12-19",
        &["2025-12-18 2026-01-06 open"],
    ),
    (
        "from the conference, not the plan",
        "conference c 2025-06-02; cp p 2025-06-03 conference=c",
        "2025-06-17",
        &["2025-06-02 2025-06-16 overdue"],
    ),
    (
        "from the plan where none is known",
        "cp p 2025-06-02 conference=x",
        "2025-06-16",
        &["2025-06-02 2025-06-16 open"],
    ),
    (
        "then six weeks from each",
        "cp p 2024-02-19; core_group g 2024-02-26",
        "2024-04-09",
        &[
            "2024-02-19 2024-03-04 met 2024-02-26",
            "2024-02-26 2024-04-08 overdue",
        ],
    ),
    (
        "it ends with the plan",
        "cp p 2025-04-11..2025-04-25",
        "2025-04-25",
        &["2025-04-11 2025-04-29 withdrawn ended"],
    ),
    (
        "another authority's plan",
        "cp p 2025-04-11 other",
        "2025-05-25",
        &[],
    ),
];

#[test]
fn a_core_group_meets_in_ten_working_days_and_then_as_set_here() {
    table("en.cp.core-group", CP_CORE_GROUP);
}

const CP_REVIEW: &[Case] = &[
    (
        "from the conference",
        "conference c 2025-05-07; cp p 2025-05-08 conference=c",
        "2025-08-07",
        &["2025-05-07 2025-08-07 open"],
    ),
    (
        "a month's end",
        "cp p 2024-11-30",
        "2025-03-01",
        &["2024-11-30 2025-02-28 overdue"],
    ),
    (
        "six months from the day held",
        "cp p 2024-11-30; cp-review a 2025-03-03; cp-review b 2025-08-31",
        "2026-02-28",
        &[
            "2024-11-30 2025-02-28 met 2025-03-03",
            "2025-03-03 2025-09-03 met 2025-08-31",
            "2025-08-31 2026-02-28 open",
        ],
    ),
    (
        "on a leap day",
        "cp p 2024-02-29",
        "2024-03-01",
        &["2024-02-29 2024-05-29 open"],
    ),
    (
        "of a plan that nobody knows",
        "cp p 2025-06-02; cp-review a 2025-08-20 of=x",
        "2025-08-20",
        &[
            "2025-06-02 2025-09-02 met 2025-08-20",
            "2025-08-20 2026-02-20 open",
        ],
    ),
    (
        "not that of another plan",
        "cp o 2024-01-01..2024-02-01; cp p 2025-06-02; cp-review a 2025-08-20 of=o",
        "2025-09-03",
        &[
            "2024-01-01 2024-04-01 withdrawn ended",
            "2025-06-02 2025-09-02 overdue",
        ],
    ),
    (
        "another authority's plan",
        "cp p 2025-06-02 other",
        "2025-12-01",
        &[],
    ),
    (
        "the source's own due date is shown",
        "cp p 2025-06-02; cp-review a 2025-09-01 planned of=p stated=2025-09-01",
        "2025-08-01",
        &["2025-06-02 2025-09-02 open stated 2025-09-01"],
    ),
    (
        "unless it is the same",
        "cp p 2025-06-02; cp-review a 2025-09-02 planned",
        "2025-08-01",
        &["2025-06-02 2025-09-02 open"],
    ),
    (
        "it ends with the plan",
        "cp p 2025-06-02..2025-07-01",
        "2025-07-01",
        &["2025-06-02 2025-09-02 withdrawn ended"],
    ),
];

#[test]
fn a_plan_is_reviewed_in_three_months_and_then_in_six() {
    table("en.cp.review", CP_REVIEW);
}
