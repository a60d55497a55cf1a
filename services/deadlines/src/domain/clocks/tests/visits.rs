use super::{Case, SaidCase, table, table_said, worked_out};

const CP_VISIT: &[Case] = &[
    (
        "from the start of the plan, over Easter",
        "cp p 2025-04-11",
        "2025-04-30",
        &["2025-04-11 2025-04-29 overdue"],
    ),
    (
        "then from each visit, over Christmas",
        "cp p 2025-12-10; visit v 2025-12-18",
        "2026-01-06",
        &[
            "2025-12-10 2025-12-24 met 2025-12-18",
            "2025-12-18 2026-01-06 open",
        ],
    ),
    (
        "a visit late still meets",
        "cp p 2025-06-02; visit v 2025-06-17",
        "2025-06-17",
        &[
            "2025-06-02 2025-06-16 met 2025-06-17",
            "2025-06-17 2025-07-01 open",
        ],
    ),
    (
        "the child was not seen",
        "cp p 2025-06-02; visit v 2025-06-10 unseen",
        "2025-06-17",
        &["2025-06-02 2025-06-16 overdue attempted 2025-06-10"],
    ),
    (
        "whether is not recorded",
        "cp p 2025-06-02; visit v 2025-06-10 blank",
        "2025-06-17",
        &["2025-06-02 2025-06-16 overdue"],
    ),
    (
        "before birth any visit counts",
        "age a 2025-08-01 0-4; cp p 2025-06-02; visit v 2025-06-10 unseen",
        "2025-06-17",
        &[
            "2025-06-02 2025-06-16 met 2025-06-10",
            "2025-06-10 2025-06-24 open",
        ],
    ),
    (
        "on the day of the start",
        "cp p 2024-02-15; visit v 2024-02-15",
        "2024-02-15",
        &[
            "2024-02-15 2024-02-29 met 2024-02-15",
            "2024-02-15 2024-02-29 open",
        ],
    ),
    (
        "two on a day are one",
        "cp p 2025-06-02; visit v 2025-06-10; visit w 2025-06-10",
        "2025-06-11",
        &[
            "2025-06-02 2025-06-16 met 2025-06-10",
            "2025-06-10 2025-06-24 open",
        ],
    ),
    (
        "on the last day of the plan",
        "cp p 2025-06-02..2025-06-10; visit v 2025-06-10",
        "2025-06-11",
        &["2025-06-02 2025-06-16 met 2025-06-10"],
    ),
    (
        "it ends with the plan",
        "cp p 2025-06-02..2025-06-10; visit v 2025-06-11",
        "2025-06-11",
        &["2025-06-02 2025-06-16 withdrawn ended"],
    ),
    (
        "never because an involvement ended",
        "cp p 2025-06-02; holder w 2025-06-02..2025-06-04",
        "2025-06-17",
        &["2025-06-02 2025-06-16 overdue"],
    ),
    (
        "another authority's plan",
        "cp p 2025-06-02 other",
        "2025-06-17",
        &[],
    ),
    (
        "the child has died",
        "cp p 2025-06-02; death d 2025-06-04",
        "2025-06-17",
        &["2025-06-02 2025-06-16 withdrawn died"],
    ),
];

#[test]
fn a_child_with_a_protection_plan_is_visited_as_set_here() {
    table("en.cp.visit", CP_VISIT);
}

const CIN_VISIT: &[Case] = &[
    (
        "from the start of the plan",
        "cin p 2025-06-02",
        "2025-07-01",
        &["2025-06-02 2025-06-30 overdue"],
    ),
    (
        "to a leap day",
        "cin p 2024-02-01",
        "2024-02-29",
        &["2024-02-01 2024-02-29 open"],
    ),
    (
        "then from each visit",
        "cin p 2025-05-01; visit v 2025-05-12",
        "2025-06-09",
        &[
            "2025-05-01 2025-05-29 met 2025-05-12",
            "2025-05-12 2025-06-09 open",
        ],
    ),
    (
        "it rests while a protection plan is open",
        "cin p 2025-05-05; cp q 2025-05-19",
        "2025-06-10",
        &["2025-05-05 2025-06-02 withdrawn superseded"],
    ),
    (
        "and while a plan of another authority is",
        "cin p 2025-05-05; cp q 2025-05-19 other",
        "2025-06-10",
        &["2025-05-05 2025-06-02 withdrawn superseded"],
    ),
    (
        "and runs again after it",
        "cin p 2025-05-05; cp q 2025-05-19..2025-06-09",
        "2025-06-10",
        &["2025-05-05 2025-06-02 overdue"],
    ),
    (
        "from the last visit, if there was one",
        "cin p 2025-05-05; cp q 2025-05-19..2025-06-09; visit v 2025-06-02",
        "2025-06-10",
        &[
            "2025-05-05 2025-06-02 withdrawn superseded",
            "2025-06-02 2025-06-30 open",
        ],
    ),
    (
        "begun while it rests it never ran",
        "cp q 2025-05-01; cin p 2025-05-05",
        "2025-06-10",
        &[],
    ),
    (
        "it rests while the child is looked after",
        "cin p 2025-05-05; care c 2025-05-19",
        "2025-06-10",
        &["2025-05-05 2025-06-02 withdrawn superseded"],
    ),
    (
        "it ends with the plan",
        "cin p 2025-05-05..2025-05-19",
        "2025-06-10",
        &["2025-05-05 2025-06-02 withdrawn ended"],
    ),
];

#[test]
fn a_child_in_need_is_visited_as_set_here() {
    table("en.cin.visit", CIN_VISIT);
}

const MET: &str = "2025-05-03 2025-05-10 met 2025-05-08";

const CLA_VISIT: &[Case] = &[
    (
        "in the first week",
        "care c 2025-05-03",
        "2025-05-11",
        &["2025-05-03 2025-05-10 overdue"],
    ),
    (
        "then six-weekly",
        "care c 2025-05-03; visit v 2025-05-08",
        "2025-06-19",
        &[MET, "2025-05-08 2025-06-19 open"],
    ),
    (
        "another placement",
        "care c 2025-05-03..2025-05-20; visit v 2025-05-08; care d 2025-05-20 reason=P",
        "2025-05-21",
        &[
            MET,
            "2025-05-20 2025-05-27 open",
            "2025-05-08 2025-06-19 withdrawn superseded",
        ],
    ),
    (
        "what is due first stays",
        "care c 2025-05-03..2025-06-18; visit v 2025-05-08; care d 2025-06-18 reason=P",
        "2025-06-20",
        &[MET, "2025-05-08 2025-06-19 overdue"],
    ),
    (
        "one visit meets what ran",
        "care c 2025-05-03..2025-05-20; visit v 2025-05-08; care d 2025-05-20 reason=P; visit w 2025-05-30",
        "2025-05-30",
        &[
            MET,
            "2025-05-20 2025-05-27 met 2025-05-30",
            "2025-05-08 2025-06-19 withdrawn superseded",
            "2025-05-30 2025-07-11 open",
        ],
    ),
    (
        "the legal status alone",
        "care c 2025-05-03..2025-05-20; visit v 2025-05-08; care d 2025-05-20 reason=L",
        "2025-05-21",
        &[MET, "2025-05-08 2025-06-19 open"],
    ),
    (
        "to hospital and back",
        "care c 2025-05-03..2025-05-20; visit v 2025-05-08; care d 2025-05-20..2025-05-25 reason=P place=T1; care e 2025-05-25 reason=P",
        "2025-05-26",
        &[MET, "2025-05-08 2025-06-19 open"],
    ),
    (
        "from hospital to another place",
        "care c 2025-05-03..2025-05-20; visit v 2025-05-08; care d 2025-05-20..2025-05-25 reason=P place=T1; care e 2025-05-25 reason=P place=K2",
        "2025-05-26",
        &[
            MET,
            "2025-05-25 2025-06-01 open",
            "2025-05-08 2025-06-19 withdrawn superseded",
        ],
    ),
    (
        "an edit of the same day",
        "care c 2025-05-03..2025-05-03; care d 2025-05-03 reason=P",
        "2025-05-04",
        &["2025-05-03 2025-05-10 open"],
    ),
    (
        "placements of their own",
        "care c 2025-05-03 place=-; placement p 2025-05-03..2025-05-20; placement q 2025-05-20..2025-05-22 code=T2; placement r 2025-05-22 code=K2; visit v 2025-05-08",
        "2025-05-23",
        &[
            MET,
            "2025-05-22 2025-05-29 open",
            "2025-05-08 2025-06-19 withdrawn superseded",
        ],
    ),
    (
        "after a year in a lasting place",
        "care c 2024-01-10 place=U1; visit v 2025-01-10",
        "2025-01-11",
        &[
            "2024-01-10 2024-01-17 met 2025-01-10",
            "2025-01-10 2025-04-10 open",
        ],
    ),
    (
        "not a day before",
        "care c 2024-01-10 place=U4; visit v 2025-01-09",
        "2025-01-11",
        &[
            "2024-01-10 2024-01-17 met 2025-01-09",
            "2025-01-09 2025-02-20 open",
        ],
    ),
    (
        "a year from a leap day",
        "care c 2024-02-29 place=U4; visit v 2025-02-28",
        "2025-03-01",
        &[
            "2024-02-29 2024-03-07 met 2025-02-28",
            "2025-02-28 2025-05-28 open",
        ],
    ),
    (
        "not in another kind of place",
        "care c 2024-01-10 place=U3; visit v 2025-01-10",
        "2025-01-11",
        &[
            "2024-01-10 2024-01-17 met 2025-01-10",
            "2025-01-10 2025-02-21 open",
        ],
    ),
    (
        "a short break starts none",
        "care c 2025-05-03 status=V4",
        "2025-06-04",
        &[],
    ),
    (
        "it ends with care",
        "care c 2025-05-03..2025-05-09",
        "2025-05-09",
        &["2025-05-03 2025-05-10 withdrawn ended"],
    ),
];

#[test]
fn a_child_looked_after_is_visited_in_a_week_and_then_six_weekly() {
    table("en.cla.visit", CLA_VISIT);
}

const CLA_VISIT_PARENT_INTERIM_APPROVED: &str =
    "1001 en.cla.visit.parent-interim temporary_carer approved w1 2025-06-02 2025-06-30";

const CLA_VISIT_PARENT_INTERIM: &[SaidCase] = &[
    (
        "from the placement",
        "care c 2025-05-03 status=C1 place=P1",
        "",
        "2025-05-11",
        &["2025-05-03 2025-05-10 overdue"],
    ),
    (
        "weekly",
        "care c 2025-05-03 status=C1 place=P1; visit v 2025-05-08",
        "",
        "2025-05-15",
        &[MET, "2025-05-08 2025-05-15 open"],
    ),
    (
        "until the first review",
        "care c 2025-05-03 status=C1 place=P1; visit v 2025-05-08; review r 2025-05-14",
        "",
        "2025-05-16",
        &[MET, "2025-05-08 2025-06-05 open"],
    ),
    (
        "from the order",
        "care c 2025-05-03..2025-05-20 status=V2 place=P1; visit v 2025-05-19; care d 2025-05-20 reason=L status=C1 place=P1",
        "",
        "2025-05-21",
        &["2025-05-20 2025-05-27 open"],
    ),
    (
        "until the order",
        "care c 2025-05-03..2025-05-20 status=C1 place=P1; visit v 2025-05-19; care d 2025-05-20 reason=L status=C2 place=P1",
        "",
        "2025-05-21",
        &[
            "2025-05-03 2025-05-10 met 2025-05-19",
            "2025-05-19 2025-05-26 withdrawn ended",
        ],
    ),
    (
        "to a leap day",
        "care c 2024-02-22 status=- place=-; status l 2024-02-22 code=C1; placement p 2024-02-22 code=P1",
        "",
        "2024-02-29",
        &["2024-02-22 2024-02-29 open"],
    ),
    (
        "a carer approved for the time being",
        "care c 2025-05-03 place=U5; visit v 2025-05-30",
        CLA_VISIT_PARENT_INTERIM_APPROVED,
        "2025-06-03",
        &["2025-06-02 2025-06-09 open"],
    ),
    (
        "until the approval ends",
        "care c 2025-05-03 place=U5; visit v 2025-05-30",
        CLA_VISIT_PARENT_INTERIM_APPROVED,
        "2025-07-01",
        &["2025-06-02 2025-06-09 withdrawn ended"],
    ),
    (
        "or the placement",
        "care c 2025-05-03..2025-06-10 place=U5; visit v 2025-05-30; care d 2025-06-10 reason=P",
        CLA_VISIT_PARENT_INTERIM_APPROVED,
        "2025-06-10",
        &["2025-06-02 2025-06-09 withdrawn ended"],
    ),
];

#[test]
fn a_child_placed_with_a_parent_under_an_interim_order_is_visited_weekly() {
    table_said("en.cla.visit.parent-interim", CLA_VISIT_PARENT_INTERIM);
}

const CLA_VISIT_PARENT_ORDER: &[Case] = &[
    (
        "from the placement",
        "care c 2025-05-03 place=P1",
        "2025-05-11",
        &["2025-05-03 2025-05-10 overdue"],
    ),
    (
        "then six-weekly",
        "care c 2025-05-03 place=P1; visit v 2025-05-08",
        "2025-05-15",
        &[MET, "2025-05-08 2025-06-19 open"],
    ),
    (
        "within a week of the order",
        "care c 2025-05-03..2025-05-20 status=C1 place=P1; visit v 2025-05-19; care d 2025-05-20 reason=L place=P1",
        "2025-05-21",
        &["2025-05-20 2025-05-27 open"],
    ),
    (
        "the placement ended",
        "care c 2025-05-03..2025-05-09 place=P1; care d 2025-05-09 reason=P",
        "2025-05-09",
        &["2025-05-03 2025-05-10 withdrawn ended"],
    ),
    (
        "a leap day",
        "care c 2024-02-26 place=P1; visit v 2024-02-29",
        "2024-03-01",
        &[
            "2024-02-26 2024-03-04 met 2024-02-29",
            "2024-02-29 2024-04-11 open",
        ],
    ),
    ("not with a carer", "care c 2025-05-03", "2025-05-09", &[]),
];

#[test]
fn a_child_living_with_a_parent_under_an_order_is_visited_in_a_week_and_then_six_weekly() {
    table("en.cla.visit.parent-order", CLA_VISIT_PARENT_ORDER);
}

const CLA_VISIT_PARENT_UNASSESSED_SAID: &str =
    "1001 en.cla.visit.parent-unassessed parent_unassessed approved w1 2025-05-03 2025-06-30";

const CLA_VISIT_PARENT_UNASSESSED: &[SaidCase] = &[
    (
        "from the first day",
        "care c 2025-05-03 status=V2 place=P1",
        CLA_VISIT_PARENT_UNASSESSED_SAID,
        "2025-05-11",
        &["2025-05-03 2025-05-10 overdue"],
    ),
    (
        "weekly",
        "care c 2025-05-03 status=V2 place=P1; visit v 2025-05-08",
        CLA_VISIT_PARENT_UNASSESSED_SAID,
        "2025-05-11",
        &[MET, "2025-05-08 2025-05-15 open"],
    ),
    (
        "six-weekly after the first review",
        "care c 2025-05-03 status=V2 place=P1; visit v 2025-05-08; review r 2025-05-12",
        CLA_VISIT_PARENT_UNASSESSED_SAID,
        "2025-05-20",
        &[MET, "2025-05-08 2025-06-19 open"],
    ),
    (
        "not unless it is said",
        "care c 2025-05-03 status=V2 place=P1",
        "",
        "2025-05-11",
        &[],
    ),
    (
        "until it expires",
        "care c 2025-05-03 status=V2 place=P1",
        CLA_VISIT_PARENT_UNASSESSED_SAID,
        "2025-07-01",
        &["2025-05-03 2025-05-10 withdrawn ended"],
    ),
    (
        "it ends with care",
        "care c 2025-05-03..2025-05-09 status=V2 place=P1",
        CLA_VISIT_PARENT_UNASSESSED_SAID,
        "2025-05-09",
        &["2025-05-03 2025-05-10 withdrawn ended"],
    ),
];

#[test]
fn a_child_with_a_parent_before_the_assessment_is_visited_weekly_where_the_authority_says_so() {
    table_said(
        "en.cla.visit.parent-unassessed",
        CLA_VISIT_PARENT_UNASSESSED,
    );
}

const CLA_VISIT_LONG_TERM_AGREED: &str =
    "1001 en.cla.visit.long-term long_term agreed w1 2025-06-10 2026-05-31";

const CLA_VISIT_LONG_TERM_LIVED: &str = "care c 2023-01-09 place=U4; visit v 2025-06-02";

const CLA_VISIT_LONG_TERM: &[SaidCase] = &[
    (
        "from the last visit",
        CLA_VISIT_LONG_TERM_LIVED,
        CLA_VISIT_LONG_TERM_AGREED,
        "2025-12-03",
        &["2025-06-02 2025-12-02 overdue"],
    ),
    (
        "not before it is agreed",
        CLA_VISIT_LONG_TERM_LIVED,
        CLA_VISIT_LONG_TERM_AGREED,
        "2025-06-09",
        &[],
    ),
    (
        "at a month's end",
        "care c 2023-01-09 place=U4; visit v 2025-08-31",
        CLA_VISIT_LONG_TERM_AGREED,
        "2026-02-28",
        &["2025-08-31 2026-02-28 open"],
    ),
    (
        "until it expires",
        CLA_VISIT_LONG_TERM_LIVED,
        CLA_VISIT_LONG_TERM_AGREED,
        "2026-06-01",
        &["2025-06-02 2025-12-02 withdrawn ended"],
    ),
    (
        "or the child moves",
        "care c 2023-01-09..2025-07-01 place=U4; visit v 2025-06-02; care d 2025-07-01 reason=P",
        CLA_VISIT_LONG_TERM_AGREED,
        "2025-07-02",
        &["2025-06-02 2025-12-02 withdrawn ended"],
    ),
    (
        "renewed without a gap it goes on",
        CLA_VISIT_LONG_TERM_LIVED,
        "1001 en.cla.visit.long-term long_term agreed w1 2025-06-10 2025-06-30; 1001 en.cla.visit.long-term long_term agreed w1 2025-07-01 2025-12-31",
        "2025-07-02",
        &["2025-06-02 2025-12-02 open"],
    ),
];

#[test]
fn a_child_in_a_long_term_placement_is_visited_six_monthly_where_the_authority_says_so() {
    table_said("en.cla.visit.long-term", CLA_VISIT_LONG_TERM);
}

#[test]
fn the_usual_visits_stand_aside_for_what_is_agreed_and_come_back() {
    const LIVED: &str = "care c 2023-01-09 place=U4; visit v 2025-06-02";
    const AGREED: &str = "1001 en.cla.visit.long-term long_term agreed w1 2025-06-10 2025-06-30";
    let usual = |today| {
        worked_out("en.cla.visit", LIVED, AGREED, today)
            .pop()
            .unwrap()
    };
    assert_eq!(usual("2025-06-09"), "2025-06-02 2025-09-02 open");
    assert_eq!(
        usual("2025-06-10"),
        "2025-06-02 2025-09-02 withdrawn overridden"
    );
    assert_eq!(
        usual("2025-06-30"),
        "2025-06-02 2025-09-02 withdrawn overridden"
    );
    assert_eq!(usual("2025-07-01"), "2025-06-02 2025-09-02 open");
}

const ADOPTION_VISIT: &[Case] = &[
    (
        "in the first week",
        "adoption a 2025-06-02",
        "2025-06-10",
        &["2025-06-02 2025-06-09 overdue"],
    ),
    (
        "weekly",
        "adoption a 2025-06-02; visit v 2025-06-06",
        "2025-06-10",
        &[
            "2025-06-02 2025-06-09 met 2025-06-06",
            "2025-06-06 2025-06-13 open",
        ],
    ),
    (
        "after the first review as set here",
        "adoption a 2025-06-02; visit v 2025-06-06; review r 2025-06-12",
        "2025-06-12",
        &[
            "2025-06-02 2025-06-09 met 2025-06-06",
            "2025-06-06 2025-07-04 open",
        ],
    ),
    (
        "to a leap day",
        "adoption a 2024-02-22",
        "2024-02-29",
        &["2024-02-22 2024-02-29 open"],
    ),
    (
        "the order ends it",
        "adoption a 2025-06-02..2025-06-05",
        "2025-06-05",
        &["2025-06-02 2025-06-09 withdrawn ended"],
    ),
    (
        "so does the end of care",
        "care c 2024-06-03..2025-06-05; visit v 2025-05-30; adoption a 2025-06-02",
        "2025-06-05",
        &["2025-06-02 2025-06-09 withdrawn ended"],
    ),
];

#[test]
fn a_child_placed_for_adoption_is_visited_weekly_until_the_first_review() {
    table("en.adoption.visit", ADOPTION_VISIT);
}

#[test]
fn a_rule_that_is_set_aside_gives_way_to_the_next() {
    const FACTS: &str = "cp p 2025-06-02; care c 2025-06-02";
    const ASIDE: &str = "1001 en.cla.visit set_aside in_hospital w1 2025-06-03 2025-06-05";
    let of = |rule, today| worked_out(rule, FACTS, ASIDE, today);
    assert_eq!(
        of("en.cla.visit", "2025-06-02"),
        ["2025-06-02 2025-06-09 open"]
    );
    assert_eq!(of("en.cp.visit", "2025-06-02"), [""; 0]);
    assert_eq!(
        of("en.cla.visit", "2025-06-04"),
        ["2025-06-02 2025-06-09 withdrawn overridden"]
    );
    assert_eq!(
        of("en.cp.visit", "2025-06-04"),
        ["2025-06-02 2025-06-16 open"]
    );
    assert_eq!(
        of("en.cla.visit", "2025-06-06"),
        ["2025-06-02 2025-06-09 open"]
    );
    assert_eq!(
        of("en.cp.visit", "2025-06-06"),
        ["2025-06-02 2025-06-16 withdrawn superseded"]
    );
}

const AGREED: &str =
    "1001 en.cla.short-break-visit as_agreed agreed w1 2025-01-06 2025-12-31 6 weeks";

const SHORT_BREAK_VISIT: &[SaidCase] = &[
    (
        "from the first day of what was agreed",
        "care b 2025-01-03..2025-01-10 status=V4",
        AGREED,
        "2025-02-18",
        &["2025-01-06 2025-02-17 overdue"],
    ),
    (
        "then from each visit, while the breaks go on",
        "care b 2025-01-03..2025-01-10 status=V4; care c 2025-03-03..2025-03-05 status=V3; visit v 2025-02-10",
        AGREED,
        "2025-03-24",
        &[
            "2025-01-06 2025-02-17 met 2025-02-10",
            "2025-02-10 2025-03-24 open",
        ],
    ),
    (
        "six months after the last break it has ended",
        "care b 2025-01-03..2025-01-10 status=V4",
        AGREED,
        "2025-07-10",
        &["2025-01-06 2025-02-17 withdrawn ended"],
    ),
    (
        "it ends with what was agreed",
        "care b 2025-01-03..2025-01-10 status=V4",
        "1001 en.cla.short-break-visit as_agreed agreed w1 2025-01-06 2025-02-02 6 weeks",
        "2025-02-03",
        &["2025-01-06 2025-02-17 withdrawn ended"],
    ),
    (
        "what is agreed anew goes on from the visit before",
        "care b 2025-01-03..2025-01-10 status=V4; care c 2025-03-03..2025-03-05 status=V4; visit v 2025-03-10",
        "1001 en.cla.short-break-visit as_agreed agreed w1 2025-01-06 2025-03-31 6 weeks; \
         1001 en.cla.short-break-visit as_agreed agreed w1 2025-04-01 2025-12-31 4 weeks",
        "2025-04-02",
        &[
            "2025-01-06 2025-02-17 met 2025-03-10",
            "2025-03-10 2025-04-07 open",
        ],
    ),
    (
        "agreed in months and in working days",
        "care b 2025-01-03..2025-01-10 status=V4",
        "1001 en.cla.short-break-visit as_agreed agreed w1 2025-01-31 2025-12-31 1 month",
        "2025-02-03",
        &["2025-01-31 2025-02-28 open"],
    ),
    (
        "nothing was agreed",
        "care b 2025-01-03..2025-01-10 status=V4; visit v 2025-01-06",
        "",
        "2025-03-03",
        &[],
    ),
    (
        "another kind of care",
        "care b 2025-01-03",
        AGREED,
        "2025-03-03",
        &[],
    ),
];

#[test]
fn a_child_in_short_breaks_is_visited_as_agreed() {
    table_said("en.cla.short-break-visit", SHORT_BREAK_VISIT);
}
