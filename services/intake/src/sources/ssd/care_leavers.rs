//! `ssd_care_leavers`: young people leaving care: what is latest of each.

use contracts::{
    Fact,
    chronology::{Eligibility, UNDATED},
};

use super::cells::{columns, day};
use crate::{
    domain::{
        gate::Guard,
        statements::{Key, Said},
    },
    sources::{
        Known, Table, Unused, child,
        csv::{Cells, Fault},
        id,
    },
};

pub(super) const TABLE: Table = Table {
    file: "ssd_care_leavers.csv",
    kinds: &[
        "care_leaver",
        "care_leaver_contact",
        "pathway_plan",
        "death",
    ],
    latest: &["care_leaver_contact", "pathway_plan"],
    guard: Guard::Free,
    columns: columns(
        "clea_person_id",
        &[
            "clea_person_id",
            "clea_table_id",
            "clea_care_leaver_eligibility",
            "clea_care_leaver_in_touch",
            "clea_care_leaver_latest_contact",
            "clea_pathway_plan_review_date",
        ],
        &[],
        &["clea_"],
    ),
    needs_first: None,
    row,
};

const ELIGIBILITY: &str = "clea_care_leaver_eligibility";

const WORDS: [(&str, Eligibility); 5] = [
    ("Eligible", Eligibility::Eligible),
    ("Relevant", Eligibility::Relevant),
    ("Former Relevant", Eligibility::FormerRelevant),
    ("Qualifying", Eligibility::Qualifying),
    ("No Current Eligibility", Eligibility::None),
];

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, "clea_person_id")?;
    let row = id(cells, "clea_table_id")?.unwrap_or_default();
    let said = |key: String, start, fact| Said {
        child: child.clone(),
        start,
        end: None,
        key: Key::Row(key),
        fact,
    };
    let mut all = Vec::with_capacity(3);
    if let Some(eligibility) = eligibility(cells)? {
        all.push(said(
            format!("{row} eligibility"),
            UNDATED,
            Fact::CareLeaver { eligibility },
        ));
    }
    for (column, fact) in [
        ("clea_care_leaver_latest_contact", Fact::CareLeaverContact),
        ("clea_pathway_plan_review_date", Fact::PathwayPlan),
    ] {
        if let Some(on) = day(cells, column)? {
            all.push(said(format!("{row} {on}"), on, fact));
        }
    }
    if cells
        .get("clea_care_leaver_in_touch")
        .eq_ignore_ascii_case("died")
    {
        // The day is not recorded here: nothing is to be sent from whenever it was.
        all.push(said("care leaver".to_owned(), UNDATED, Fact::Death));
    }
    Ok(all)
}

fn eligibility(cells: &Cells<'_>) -> Result<Option<Eligibility>, Fault> {
    let value = cells.get(ELIGIBILITY);
    if value.is_empty() {
        return Ok(None);
    }
    let known = WORDS
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(value));
    known
        .map(|(_, eligibility)| Some(*eligibility))
        .ok_or_else(|| {
            let words = WORDS.map(|(word, _)| word).join(", ");
            Fault::new(ELIGIBILITY, value, format!("it is none of {words}"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::ssd::testing::check;

    #[test]
    fn what_is_latest_is_dated() {
        check(
            &TABLE,
            &[
                (
                    "C1,T1,Relevant,YES,2025-04-11,2025-01-02",
                    "C1 care_leaver T1 eligibility 1900-01-01 eligibility=relevant | C1 care_leaver_contact T1 2025-04-11 2025-04-11 | C1 pathway_plan T1 2025-01-02 2025-01-02",
                ),
                (
                    "C1,T1,former relevant,NO,,",
                    "C1 care_leaver T1 eligibility 1900-01-01 eligibility=former_relevant",
                ),
                (
                    "C1,T1,No Current Eligibility,,,NULL",
                    "C1 care_leaver T1 eligibility 1900-01-01 eligibility=none",
                ),
                ("C1,T1,,DIED,,", "C1 death care leaver 1900-01-01"),
                ("C1,T1,,,,", ""),
                (
                    "C1,T1,Old,,,",
                    "refused clea_care_leaver_eligibility Old: it is none of Eligible, Relevant, Former Relevant, Qualifying, No Current Eligibility",
                ),
                (
                    "C1,T1,Eligible,,11/13/2025,",
                    "refused clea_care_leaver_latest_contact 11/13/2025: there is no such day",
                ),
            ],
        );
    }
}
