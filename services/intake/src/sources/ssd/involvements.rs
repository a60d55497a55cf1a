//! `ssd_involvements`: who works with a child. One that names neither worker nor team is kept: nobody holds then.

use contracts::{Fact, StaffId, TeamId};

use super::cells::{columns, span};
use crate::{
    domain::{
        gate::Guard,
        statements::{Key, Said},
    },
    sources::{
        Known, Table, Unused,
        codes::{Codes, WORKER_CHANGES},
        csv::Cells,
        id,
    },
};

pub(super) const TABLE: Table = Table {
    file: "ssd_involvements.csv",
    kinds: &["involvement"],
    latest: &[],
    guard: Guard::MustNotFall,
    columns: columns(
        "invo_person_id",
        &[
            "invo_involvements_id",
            "invo_professional_id",
            "invo_professional_role_id",
            "invo_professional_team",
            "invo_involvement_start_date",
            "invo_involvement_end_date",
            "invo_worker_change_reason",
        ],
        &["invo_person_id", "invo_referral_id"],
        &["invo_"],
    ),
    needs_first: None,
    row,
};

const CHANGE: Codes = Codes {
    column: "invo_worker_change_reason",
    what: "a reason for a change of social worker",
    list: WORKER_CHANGES,
};

fn row(cells: &Cells<'_>, known: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, known)?;
    let (start, end) = span(
        cells,
        "invo_involvement_start_date",
        "invo_involvement_end_date",
    )?;
    let worker = id(cells, "invo_professional_id")?;
    let worker = worker.map(|id| known.workers.get(&id).cloned().unwrap_or(id));
    // Some systems write the team's name there.
    let name = cells.get("invo_professional_team").to_lowercase();
    let team = match known.teams.get(&name) {
        Some(team) => Some(team.clone()),
        None => id(cells, "invo_professional_team")?,
    };
    let role = id(cells, "invo_professional_role_id")?.unwrap_or_default();
    let key = match id(cells, "invo_involvements_id")? {
        Some(row) => Key::Row(row),
        None => Key::Start(worker.clone().or_else(|| team.clone()).unwrap_or_default()),
    };
    Ok(vec![Said {
        child,
        start,
        end,
        key,
        fact: Fact::Involvement {
            worker: worker.map(StaffId::new),
            team: team.map(TeamId::new),
            role: known.role(&role),
            change_reason: CHANGE.leading(cells).unwrap_or_default(),
        },
    }])
}

/// Some systems name the referral and not the child.
fn child(cells: &Cells<'_>, known: &mut Known) -> Result<String, Unused> {
    if let Some(child) = id(cells, "invo_person_id")? {
        return Ok(child);
    }
    let referral = id(cells, "invo_referral_id")?;
    known.whose = referral.and_then(|referral| known.referrals.get(&referral).cloned());
    known.whose.clone().ok_or(Unused::Unresolved {
        reason: "an involvement without the child's id, of a referral that is not in ssd_cin_episodes.csv",
        table: super::cin_episodes::TABLE.file,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::ssd::{cin_episodes, department, professionals, testing::check_with};

    #[test]
    fn involvements_name_the_staff_id_the_directory_uses() {
        check_with(
            &[
                (&professionals::TABLE, "P1,A1\nP2,\n,A3\n"),
                (&department::TABLE, "T1,Court Team\n"),
                (&cin_episodes::TABLE, "C1,R1,2025-01-01,,,\n"),
            ],
            &TABLE,
            &[
                (
                    "I1,P1,CW,T1,2025-04-11,,,C1,R1",
                    "C1 involvement I1 2025-04-11 role=case_holder team=T1 worker=A1",
                ),
                (
                    "I1,P2,REL.ALLWORK.2,court team,2025-04-11,2025-05-01,ORGRST,NULL,R1",
                    "C1 involvement I1 2025-04-11..2025-05-01 change_reason=ORGRST role=case_holder team=T1 worker=P2",
                ),
                (
                    "I1,A3,IRO,,2025-04-11,,fell out,C1,",
                    "C1 involvement I1 2025-04-11 role=reviewer worker=A3",
                ),
                (
                    "I1,NULL,CW,NULL,2025-04-11,,,C1,",
                    "C1 involvement I1 2025-04-11 role=case_holder",
                ),
                (
                    ",P1,DUTY,T1,2025-04-11,,,C1,",
                    "C1 involvement 2025-04-11 A1 2025-04-11 role=other team=T1 worker=A1",
                ),
                (
                    "I1,P1,CW,T1,2025-04-11,,,,R2",
                    "aside: an involvement without the child's id, of a referral that is not in ssd_cin_episodes.csv",
                ),
                (
                    "I1,P1,CW,T1,,,,C1,",
                    "refused invo_involvement_start_date: it is blank: a date is needed, as yyyy-mm-dd or dd/mm/yyyy, such as 2018-03-31",
                ),
                (
                    "I1,P1,CW,T1,2025-04-11,2025-04-01,,C1,",
                    "refused invo_involvement_end_date 2025-04-01: it is before invo_involvement_start_date (11/04/2025)",
                ),
            ],
        );
    }
}
