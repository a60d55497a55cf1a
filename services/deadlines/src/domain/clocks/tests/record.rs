use super::{Case, table};

const SEEN: &[Case] = &[
    (
        "not before five working days have passed",
        "cp p 2025-06-02; visit v 2025-06-10 blank",
        "2025-06-17",
        &[],
    ),
    (
        "then it is asked for",
        "cp p 2025-06-02; visit v 2025-06-10 blank",
        "2025-06-18",
        &[
            "2025-06-10 2025-06-18 open whether the child was seen at the visit on Tue 10 Jun 2025 is not recorded",
        ],
    ),
    (
        "said either way it is not",
        "cp p 2025-06-02; visit v 2025-06-10 unseen",
        "2025-06-18",
        &[],
    ),
    (
        "nor where another row of the day says it",
        "cp p 2025-06-02; visit v 2025-06-10; visit w 2025-06-10 blank",
        "2025-06-18",
        &[],
    ),
    (
        "nor after another visit",
        "cin p 2025-06-02; visit v 2025-06-10 blank; visit w 2025-06-12",
        "2025-06-20",
        &[],
    ),
    (
        "before birth it does not matter",
        "age a 2025-08-01 0-4; cp p 2025-06-02; visit v 2025-06-10 blank",
        "2025-06-18",
        &[],
    ),
    (
        "nothing is open for the child",
        "cp p 2025-06-02..2025-06-16; visit v 2025-06-10 blank",
        "2025-06-18",
        &[],
    ),
    (
        "after ninety days it is history",
        "care c 2025-01-06; visit v 2025-06-10 blank",
        "2025-09-08",
        &[
            "2025-06-10 2025-06-18 withdrawn ended whether the child was seen at the visit on Tue 10 Jun 2025 is not \
             recorded",
        ],
    ),
];

#[test]
fn a_visit_that_leaves_open_whether_the_child_was_seen_is_to_be_completed() {
    table("en.record.seen", SEEN);
}

const PLACEMENT: &[Case] = &[
    (
        "blank, and no placement of its own",
        "care c 2025-06-02 place=-",
        "2025-06-10",
        &[
            "2025-06-02 2025-06-10 open the type of the placement that began on Mon 2 Jun 2025 is not recorded",
        ],
    ),
    ("not yet", "care c 2025-06-02 place=-", "2025-06-09", &[]),
    (
        "recorded with the care",
        "care c 2025-06-02",
        "2025-06-10",
        &[],
    ),
    (
        "recorded of its own",
        "care c 2025-06-02 place=-; placement p 2025-06-02",
        "2025-06-10",
        &[],
    ),
    (
        "no longer in care",
        "care c 2025-06-02..2025-06-06 place=-",
        "2025-06-10",
        &[],
    ),
];

#[test]
fn a_placement_without_a_type_is_to_be_completed() {
    table("en.record.placement", PLACEMENT);
}

const LEGAL_STATUS: &[Case] = &[
    (
        "blank, and no status of its own",
        "care c 2025-06-02 status=-",
        "2025-06-10",
        &[
            "2025-06-02 2025-06-10 open the legal status of the care that began on Mon 2 Jun 2025 is not recorded",
        ],
    ),
    ("not yet", "care c 2025-06-02 status=-", "2025-06-09", &[]),
    (
        "recorded with the care",
        "care c 2025-06-02",
        "2025-06-10",
        &[],
    ),
    (
        "recorded of its own",
        "care c 2025-06-02 status=-; status s 2025-06-04 code=C2",
        "2025-06-10",
        &[],
    ),
    (
        "no longer in care",
        "care c 2025-06-02..2025-06-06 status=-",
        "2025-06-10",
        &[],
    ),
];

#[test]
fn care_without_a_legal_status_is_to_be_completed() {
    table("en.record.legal-status", LEGAL_STATUS);
}
