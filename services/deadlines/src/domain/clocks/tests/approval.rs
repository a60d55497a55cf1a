use super::{SaidCase, table_said};

const FOR_NOW: &str =
    "1001 en.cla.visit.parent-interim temporary_carer approved w1 2025-01-06 2025-12-31";
const EXTENDED: &str = "1001 en.cla.visit.parent-interim temporary_carer approved w1 2025-01-06 2025-12-31; \
                        1001 en.cla.temporary-approval extended approved w1 2025-04-22 2025-06-23 8 weeks";

const APPROVAL: &[SaidCase] = &[
    (
        "sixteen weeks from the first day",
        "care c 2025-01-06",
        FOR_NOW,
        "2025-04-29",
        &["2025-01-06 2025-04-28 overdue"],
    ),
    (
        "one extension of eight weeks",
        "care c 2025-01-06",
        EXTENDED,
        "2025-06-23",
        &["2025-01-06 2025-06-23 open"],
    ),
    (
        "a second one counts for nothing",
        "care c 2025-01-06",
        "1001 en.cla.visit.parent-interim temporary_carer approved w1 2025-01-06 2025-12-31; \
         1001 en.cla.temporary-approval extended approved w1 2025-04-22 2025-06-23 8 weeks; \
         1001 en.cla.temporary-approval extended approved w1 2025-06-16 2025-07-31 4 weeks",
        "2025-06-24",
        &["2025-01-06 2025-06-23 overdue"],
    ),
    (
        "an extension that is not granted yet",
        "care c 2025-01-06",
        EXTENDED,
        "2025-04-21",
        &["2025-01-06 2025-04-28 open"],
    ),
    (
        "met by the approval proper, also late",
        "care c 2025-01-06",
        "1001 en.cla.visit.parent-interim temporary_carer approved w1 2025-01-06 2025-12-31; \
         1001 en.cla.temporary-approval carer_approved approved w1 2025-05-06 2025-05-06",
        "2025-06-02",
        &["2025-01-06 2025-04-28 met 2025-05-06"],
    ),
    (
        "it ends with the placement",
        "care c 2025-01-06; care d 2025-03-03 reason=P",
        FOR_NOW,
        "2025-06-02",
        &["2025-01-06 2025-04-28 withdrawn ended"],
    ),
    (
        "and when the authority ended it before its limit",
        "care c 2025-01-06",
        "1001 en.cla.visit.parent-interim temporary_carer refused w1 2025-01-06 2025-02-28",
        "2025-06-02",
        &["2025-01-06 2025-04-28 withdrawn ended"],
    ),
    (
        "what was only said up to the limit is not over with it",
        "care c 2025-01-06",
        "1001 en.cla.visit.parent-interim temporary_carer approved w1 2025-01-06 2025-04-28",
        "2025-04-29",
        &["2025-01-06 2025-04-28 overdue"],
    ),
    (
        "nor with its natural last day",
        "care c 2025-01-06",
        "1001 en.cla.visit.parent-interim temporary_carer approved w1 2025-01-06 2025-04-27",
        "2025-04-29",
        &["2025-01-06 2025-04-28 overdue"],
    ),
    (
        "an extension goes on from where it ended",
        "care c 2025-01-06",
        "1001 en.cla.visit.parent-interim temporary_carer approved w1 2025-01-06 2025-04-28; \
         1001 en.cla.temporary-approval extended approved w1 2025-04-22 2025-06-23 8 weeks",
        "2025-06-24",
        &["2025-01-06 2025-06-23 overdue"],
    ),
    (
        "another carer has sixteen weeks of their own",
        "care c 2025-01-06; care d 2025-03-03 reason=P",
        "1001 en.cla.visit.parent-interim temporary_carer approved w1 2025-01-06 2025-12-31; \
         1001 en.cla.visit.parent-interim temporary_carer approved w1 2025-03-03 2025-12-31",
        "2025-06-02",
        &[
            "2025-01-06 2025-04-28 withdrawn ended",
            "2025-03-03 2025-06-23 open",
        ],
    ),
    ("nobody said so", "care c 2025-01-06", "", "2025-06-02", &[]),
];

#[test]
fn a_carer_approved_for_the_time_being_is_approved_in_sixteen_weeks() {
    table_said("en.cla.temporary-approval", APPROVAL);
}

const COURT: &[SaidCase] = &[
    (
        "an extension of eight weeks",
        "care_application a 2025-01-06",
        "1001 en.court.care-application extended court w1 2025-06-02 2025-09-01 8 weeks",
        "2025-09-01",
        &["2025-01-06 2025-09-01 open"],
    ),
    (
        "and another",
        "care_application a 2025-01-06",
        "1001 en.court.care-application extended court w1 2025-06-02 2025-09-01 8 weeks; \
         1001 en.court.care-application extended court w1 2025-08-20 2025-09-29 4 weeks",
        "2025-09-30",
        &["2025-01-06 2025-09-29 overdue"],
    ),
    (
        "one that is not granted yet",
        "care_application a 2025-01-06",
        "1001 en.court.care-application extended court w1 2025-07-08 2025-09-01 8 weeks",
        "2025-07-07",
        &["2025-01-06 2025-07-07 open"],
    ),
    (
        "one of an application before",
        "care_application a 2025-01-06",
        "1001 en.court.care-application extended court w1 2024-12-02 2025-09-01 8 weeks",
        "2025-07-08",
        &["2025-01-06 2025-07-07 overdue"],
    ),
    (
        "one after the order",
        "care_application a 2025-01-06..2025-07-01",
        "1001 en.court.care-application extended court w1 2025-07-02 2025-09-01 8 weeks",
        "2025-07-08",
        &["2025-01-06 2025-07-07 met 2025-07-01"],
    ),
];

#[test]
fn what_the_court_grants_is_counted_on_top() {
    table_said("en.court.care-application", COURT);
}
