use super::{Case, table};

const MISSING_RETURN_INTERVIEW: &[Case] = &[
    (
        "to the hour, over a weekend",
        "missing m 2025-05-30..2025-05-31 at=15:30",
        "2025-06-01",
        &["2025-05-31 2025-06-03 open by 15:30"],
    ),
    (
        "overdue from the day after",
        "missing m 2025-05-30..2025-05-31 at=15:30",
        "2025-06-04",
        &["2025-05-31 2025-06-03 overdue by 15:30"],
    ),
    (
        "where only the day is known, to the end of the third",
        "missing m 2025-05-30..2025-05-31",
        "2025-06-03",
        &["2025-05-31 2025-06-03 open"],
    ),
    (
        "when summer time begins",
        "missing m 2026-03-27..2026-03-28 at=12:00",
        "2026-03-29",
        &["2026-03-28 2026-03-31 open by 13:00"],
    ),
    (
        "when it ends, to the day before",
        "missing m 2026-10-24..2026-10-25 at=00:30",
        "2026-10-26",
        &["2026-10-25 2026-10-27 open by 23:30"],
    ),
    (
        "a leap day",
        "missing m 2024-02-26..2024-02-27 at=09:00",
        "2024-02-28",
        &["2024-02-27 2024-03-01 open by 09:00"],
    ),
    ("not back yet", "missing m 2025-05-30", "2025-06-03", &[]),
    (
        "a return that has not come is not known",
        "missing m 2025-05-30..2025-06-04",
        "2025-06-03",
        &[],
    ),
    (
        "offered",
        "missing m 2025-05-30..2025-05-31 offered",
        "2025-06-09",
        &["2025-05-31 2025-06-03 met undated"],
    ),
    (
        "not needed",
        "missing m 2025-05-30..2025-05-31 not-needed",
        "2025-06-09",
        &["2025-05-31 2025-06-03 withdrawn nolongerstarted"],
    ),
    (
        "not offered",
        "missing m 2025-05-30..2025-05-31 not-offered",
        "2025-06-09",
        &["2025-05-31 2025-06-03 overdue"],
    ),
    (
        "away is not missing",
        "missing m 2025-05-30..2025-05-31 code=A",
        "2025-06-09",
        &[],
    ),
    (
        "a source without interviews",
        "missing m 2025-05-30..2025-05-31 source=ssda903",
        "2025-06-09",
        &[],
    ),
    (
        "each time",
        "missing m 2025-05-30..2025-05-31 offered; missing n 2025-06-05..2025-06-06",
        "2025-06-09",
        &[
            "2025-05-31 2025-06-03 met undated",
            "2025-06-06 2025-06-09 open",
        ],
    ),
];

#[test]
fn a_return_interview_is_held_in_seventy_two_hours() {
    table("en.missing.return-interview", MISSING_RETURN_INTERVIEW);
}
