//! `ssd_cin_episodes`: referrals.

use contracts::Fact;

use super::cells::{columns, key, span, truth};
use crate::{
    domain::{
        gate::Guard,
        statements::{Key, Said},
    },
    sources::{Known, Table, Unused, child, csv::Cells},
};

pub(super) const TABLE: Table = Table {
    file: "ssd_cin_episodes.csv",
    kinds: &["referral"],
    latest: &[],
    guard: Guard::MustNotFall,
    columns: columns(
        "cine_person_id",
        &[
            "cine_person_id",
            "cine_referral_id",
            "cine_referral_date",
            "cine_close_date",
            "cine_referral_nfa",
            "cine_referral_outcome_json",
        ],
        &[],
        &["cine_"],
    ),
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, known: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, "cine_person_id")?;
    let key = key(cells, "cine_referral_id")?;
    if let Key::Row(referral) = &key {
        known.referrals.insert(referral.clone(), child.clone());
    }
    let (start, end) = span(cells, "cine_referral_date", "cine_close_date")?;
    let no_further_action = truth(cells, "cine_referral_nfa")?;
    // Only whether there is an outcome: what it says is free text.
    let outcome = !cells.get("cine_referral_outcome_json").is_empty();
    Ok(vec![Said {
        child,
        start,
        end,
        key,
        fact: Fact::Referral {
            decided: outcome || no_further_action.is_some(),
            no_further_action,
        },
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::ssd::testing::check;

    #[test]
    fn referrals_are_read_as_they_are_recorded() {
        check(
            &TABLE,
            &[
                ("C1,R1,2025-04-11,,,", "C1 referral R1 2025-04-11"),
                (
                    "C1,R1,2025-04-11,2025-05-01,N,",
                    "C1 referral R1 2025-04-11..2025-05-01 decided=true no_further_action=false",
                ),
                (
                    r#"C1,R1,2025-04-11,NULL,NA,"{""a"": """"}""#,
                    "C1 referral R1 2025-04-11 decided=true",
                ),
                (
                    "C1,R1,2025-04-11,,1,NULL",
                    "C1 referral R1 2025-04-11 decided=true no_further_action=true",
                ),
                ("C1,,11/04/2025,,,", "C1 referral 2025-04-11 2025-04-11"),
                (
                    "C1,R1,2025-04-11,2025-04-10,,",
                    "refused cine_close_date 2025-04-10: it is before cine_referral_date (11/04/2025)",
                ),
                (
                    "C1,R1,,,,",
                    "refused cine_referral_date: it is blank: a date is needed, as yyyy-mm-dd or dd/mm/yyyy, such as 2018-03-31",
                ),
                (
                    "C1,R1,2025-04-11,,maybe,",
                    "refused cine_referral_nfa maybe: it is neither Y nor N: write one, or leave it blank",
                ),
            ],
        );
    }
}
