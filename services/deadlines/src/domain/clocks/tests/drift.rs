use super::{Case, SaidCase, table, table_said, worked_out};

const LONG_PLAN: &[Case] = &[
    (
        "fifteen months to the day is not past them",
        "cp p 2024-03-04",
        "2025-06-04",
        &[],
    ),
    (
        "the day after it is found",
        "cp p 2024-03-04",
        "2025-06-05",
        &["2024-03-04 2025-06-05 open the plan began on Mon 4 Mar 2024, more than 15 months ago"],
    ),
    (
        "from a month's end to one that is shorter",
        "cp p 2023-11-30",
        "2025-03-01",
        &["2023-11-30 2025-03-01 open the plan began on Thu 30 Nov 2023, more than 15 months ago"],
    ),
    (
        "it is never late, and goes when the plan ends",
        "cp p 2024-03-04..2026-01-12",
        "2026-01-12",
        &[
            "2024-03-04 2025-06-05 withdrawn ended the plan began on Mon 4 Mar 2024, more than 15 months ago",
        ],
    ),
    (
        "a plan that ended before",
        "cp p 2024-03-04..2025-06-05",
        "2026-01-12",
        &[],
    ),
    (
        "another authority's plan",
        "cp p 2024-03-04 other",
        "2025-06-05",
        &[],
    ),
    (
        "the child has died",
        "cp p 2024-03-04; death d 2025-07-01",
        "2025-07-01",
        &[
            "2024-03-04 2025-06-05 withdrawn died the plan began on Mon 4 Mar 2024, more than 15 months ago",
        ],
    ),
];

#[test]
fn a_plan_open_for_more_than_fifteen_months_is_found() {
    table("en.cp.long-plan", LONG_PLAN);
}

const SECOND: &str = "2025-05-28 2025-05-28 open an enquiry began on Wed 28 May 2025 while the plan of Tue 6 May 2025 is \
                      open; it leads to no initial conference";
const SECOND_ENDED: &str = "2025-05-28 2025-05-28 withdrawn ended an enquiry began on Wed 28 May 2025 while the plan of \
                            Tue 6 May 2025 is open; it leads to no initial conference";

const SECOND_ENQUIRY: &[Case] = &[
    (
        "the day after it began",
        "cp p 2025-05-06; section47 s 2025-05-28",
        "2025-05-29",
        &[SECOND],
    ),
    (
        "the enquiry that led to the plan is none",
        "section47 s 2025-04-11; conference c 2025-05-06 of=s; cp p 2025-05-06",
        "2025-05-29",
        &[],
    ),
    (
        "it ended with no further action",
        "cp p 2025-05-06; section47 s 2025-05-28..2025-06-02 nfa",
        "2025-06-02",
        &[],
    ),
    (
        "another authority's plan holds up the conference too",
        "cp p 2025-05-06 other; section47 s 2025-05-28",
        "2025-05-29",
        &[SECOND],
    ),
    (
        "an enquiry that was over before it was recorded is told all the same",
        "cp p 2025-05-06; section47 s 2025-05-28..2025-05-30",
        "2025-06-02",
        &[SECOND],
    ),
    (
        "it goes when the plan ends",
        "cp p 2025-05-06..2025-06-10; section47 s 2025-05-28",
        "2025-06-10",
        &[SECOND_ENDED],
    ),
    (
        "it stays for fifteen working days at most",
        "cp p 2025-05-06; section47 s 2025-05-28",
        "2025-06-18",
        &[SECOND],
    ),
    (
        "and goes on the day after",
        "cp p 2025-05-06; section47 s 2025-05-28",
        "2025-06-19",
        &[SECOND_ENDED],
    ),
];

#[test]
fn an_enquiry_that_begins_on_an_open_plan_is_found() {
    table("en.cp.second-enquiry", SECOND_ENQUIRY);
}

const THREE_OPEN: &str = "2023-06-05 2025-06-05 open 3 plans began within 24 months: on Mon 5 Jun 2023, Mon 4 Mar 2024 \
                          and Thu 5 Jun 2025";
const THREE_ENDED: &str = "2023-06-05 2025-06-05 withdrawn ended 3 plans began within 24 months: on Mon 5 Jun 2023, \
                           Mon 4 Mar 2024 and Thu 5 Jun 2025";

const THIRD_PLAN: &[Case] = &[
    (
        "the third on the last day of the two years",
        "cp a 2023-06-05..2023-12-04; cp b 2024-03-04..2024-09-02; cp c 2025-06-05",
        "2025-06-05",
        &[THREE_OPEN],
    ),
    (
        "a day later it is the second in two years",
        "cp a 2023-06-05..2023-12-04; cp b 2024-03-04..2024-09-02; cp c 2025-06-06",
        "2025-06-06",
        &[],
    ),
    (
        "it goes when the plan ends",
        "cp a 2023-06-05..2023-12-04; cp b 2024-03-04..2024-09-02; cp c 2025-06-05..2025-11-03",
        "2025-11-03",
        &[THREE_ENDED],
    ),
    (
        "one said twice is one",
        "cp a 2023-06-05..2023-12-04; cp b 2024-03-04..2024-09-02; cp d 2024-03-04..2024-09-02",
        "2024-06-03",
        &[],
    ),
    (
        "not those of another authority",
        "cp a 2023-06-05..2023-12-04 other; cp b 2024-03-04..2024-09-02; cp c 2025-06-05",
        "2025-06-05",
        &[],
    ),
    (
        "a plan that has not begun",
        "cp a 2023-06-05..2023-12-04; cp b 2024-03-04..2024-09-02; cp c 2025-06-05",
        "2025-06-04",
        &[],
    ),
];

#[test]
fn a_third_plan_in_two_years_is_found() {
    table("en.cp.third-plan", THIRD_PLAN);
    let later = "cp a 2023-06-05..2023-12-04; cp b 2024-03-04..2024-09-02; cp c 2025-06-05..2025-06-12; cp d 2025-09-01";
    let found = worked_out("en.cp.third-plan", later, "", "2025-09-01");
    assert_eq!(found[0], THREE_ENDED);
    assert!(
        found[1].starts_with("2024-03-04 2025-09-01 open"),
        "{found:?}"
    );
}

const CARE: &str = "care c 2024-01-08; review r 2024-02-05; review s 2024-05-06";

const PLACEMENTS: &[SaidCase] = &[
    (
        "the third within a year of the first, after the second review",
        "care c 2024-01-08; review r 2024-02-05; review s 2024-05-06; care d 2024-06-03 reason=P; \
         care e 2024-11-04 reason=P; care f 2025-06-03 reason=P",
        "",
        "2025-06-03",
        &[
            "2024-06-03 2025-06-03 open 3 placements began within 12 months after the second review on Mon 6 May 2024: \
             on Mon 3 Jun 2024, Mon 4 Nov 2024 and Tue 3 Jun 2025",
        ],
    ),
    (
        "a day after the year it is none",
        "care c 2024-01-08; review r 2024-02-05; review s 2024-05-06; care d 2024-06-03 reason=P; \
         care e 2024-11-04 reason=P; care f 2025-06-04 reason=P",
        "",
        "2025-06-04",
        &[],
    ),
    (
        "the one of before the second review is none of them",
        "care c 2024-01-08; review r 2024-02-05; care d 2024-05-03 reason=P; review s 2024-05-06; \
         care e 2024-11-04 reason=P; care f 2025-02-03 reason=P",
        "",
        "2025-02-03",
        &[],
    ),
    (
        "a change of legal status alone and hospital are none",
        "care c 2024-01-08; review r 2024-02-05; review s 2024-05-06; care d 2024-06-03 reason=P; \
         care e 2024-11-04 reason=L; care f 2025-02-03 reason=P place=T1",
        "",
        "2025-02-03",
        &[],
    ),
    (
        "it no longer holds when the first is more than a year ago",
        "care c 2024-01-08; review r 2024-02-05; review s 2024-05-06; care d 2024-06-03 reason=P; \
         care e 2024-11-04 reason=P; care f 2025-02-03 reason=P",
        "",
        "2025-06-04",
        &[
            "2024-06-03 2025-02-03 withdrawn ended 3 placements began within 12 months after the second review on \
             Mon 6 May 2024: on Mon 3 Jun 2024, Mon 4 Nov 2024 and Mon 3 Feb 2025",
        ],
    ),
];

#[test]
fn three_placements_in_a_year_after_the_second_review_are_found() {
    let moved = format!(
        "{CARE}; care d 2024-06-03 reason=P; care e 2024-11-04 reason=P; care f 2025-02-03 reason=P"
    );
    table_said("en.cla.placements", PLACEMENTS);
    let aside = "1001 en.cla.placements set_aside agreed w1 2025-01-06 2025-12-31";
    let found = worked_out("en.cla.placements", &moved, aside, "2025-02-10");
    assert!(
        found[0].starts_with("2024-06-03 2025-02-03 withdrawn overridden"),
        "{found:?}"
    );
    let next = format!("{moved}; care g 2025-03-03 reason=P");
    let found = worked_out("en.cla.placements", &next, "", "2025-03-03");
    assert!(
        found[0].starts_with("2024-06-03 2025-02-03 withdrawn ended"),
        "{found:?}"
    );
    assert!(
        found[1].starts_with("2024-11-04 2025-03-03 open"),
        "the next takes its place: {found:?}"
    );
}
