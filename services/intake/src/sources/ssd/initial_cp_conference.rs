//! `ssd_initial_cp_conference`: initial child protection conferences, held or aimed at.

use contracts::Fact;

use super::cells::{columns, day, key, truth};
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{Known, Table, Unused, child, csv::Cells, id},
};

pub(super) const TABLE: Table = Table {
    file: "ssd_initial_cp_conference.csv",
    kinds: &["initial_conference"],
    latest: &[],
    guard: Guard::MustNotFall,
    columns: columns(
        "icpc_person_id",
        &[
            "icpc_person_id",
            "icpc_icpc_id",
            "icpc_s47_enquiry_id",
            "icpc_cp_plan_id",
            "icpc_icpc_transfer_in",
            "icpc_icpc_target_date",
            "icpc_icpc_date",
            "icpc_icpc_outcome_cp_flag",
        ],
        &[],
        &["icpc_"],
    ),
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, "icpc_person_id")?;
    let (held, target) = (
        day(cells, "icpc_icpc_date")?,
        day(cells, "icpc_icpc_target_date")?,
    );
    let start = held
        .or(target)
        .ok_or(Unused::Aside("a conference without a date"))?;
    let plan = id(cells, "icpc_cp_plan_id")?;
    Ok(vec![Said {
        child,
        start,
        end: None,
        key: key(cells, "icpc_icpc_id")?,
        fact: Fact::InitialConference {
            section47: id(cells, "icpc_s47_enquiry_id")?,
            held: held.is_some(),
            transfer_in: truth(cells, "icpc_icpc_transfer_in")? == Some(true),
            plan_decided: truth(cells, "icpc_icpc_outcome_cp_flag")?.or(plan.map(|_| true)),
            target,
        },
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::ssd::testing::check;

    #[test]
    fn conferences_are_held_or_aimed_at() {
        check(
            &TABLE,
            &[
                (
                    "C1,I1,S1,,N,2025-05-02,2025-04-30,Y",
                    "C1 initial_conference I1 2025-04-30 held=true plan_decided=true section47=S1 target=2025-05-02",
                ),
                (
                    "C1,I1,S1,,,2025-05-02,,",
                    "C1 initial_conference I1 2025-05-02 held=false section47=S1 target=2025-05-02",
                ),
                (
                    "C1,I1,,P1,Y,,2025-04-30,",
                    "C1 initial_conference I1 2025-04-30 held=true plan_decided=true transfer_in=true",
                ),
                (
                    "C1,I1,,P1,,,2025-04-30,N",
                    "C1 initial_conference I1 2025-04-30 held=true plan_decided=false",
                ),
                ("C1,I1,S1,,,,,", "aside: a conference without a date"),
                (
                    "C1,I1,S1,,,,2025-04-31,",
                    "refused icpc_icpc_date 2025-04-31: there is no such day",
                ),
            ],
        );
    }
}
