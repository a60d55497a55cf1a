//! `ssd_cp_plans`: child protection plans.

use contracts::Fact;

use super::cells::{columns, key, span, truth};
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{Known, Table, Unused, child, csv::Cells, id},
};

pub(super) const TABLE: Table = Table {
    file: "ssd_cp_plans.csv",
    kinds: &["protection_plan"],
    latest: &[],
    guard: Guard::MustNotFall,
    columns: columns(
        "cppl_person_id",
        &[
            "cppl_person_id",
            "cppl_cp_plan_id",
            "cppl_referral_id",
            "cppl_icpc_id",
            "cppl_cp_plan_start_date",
            "cppl_cp_plan_end_date",
            "cppl_cp_plan_ola",
        ],
        &[],
        &["cppl_"],
    ),
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, "cppl_person_id")?;
    let (start, end) = span(cells, "cppl_cp_plan_start_date", "cppl_cp_plan_end_date")?;
    Ok(vec![Said {
        child,
        start,
        end,
        key: key(cells, "cppl_cp_plan_id")?,
        fact: Fact::ProtectionPlan {
            referral: id(cells, "cppl_referral_id")?,
            conference: id(cells, "cppl_icpc_id")?,
            other_authority: truth(cells, "cppl_cp_plan_ola")? == Some(true),
        },
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::ssd::testing::check;

    #[test]
    fn plans_name_their_conference_and_who_holds_them() {
        check(
            &TABLE,
            &[
                (
                    "C1,P1,R1,I1,2025-04-11,,N",
                    "C1 protection_plan P1 2025-04-11 conference=I1 referral=R1",
                ),
                (
                    "C1,P1,,,2025-04-11,2026-01-05,",
                    "C1 protection_plan P1 2025-04-11..2026-01-05",
                ),
                (
                    "C1,P1,R1,I1,2025-04-11,,Y",
                    "C1 protection_plan P1 2025-04-11 conference=I1 other_authority=true referral=R1",
                ),
                (
                    "C1,P1,R1,I1,2025-04-11,,perhaps",
                    "refused cppl_cp_plan_ola perhaps: it is neither Y nor N: write one, or leave it blank",
                ),
                (
                    "C1,P1,R1,I1,0025-04-11,,",
                    "refused cppl_cp_plan_start_date 0025-04-11: the year 25 cannot be right: leave the date blank if there is none",
                ),
            ],
        );
    }
}
