//! Who holds each child, from a CSV of our own: `child,staff_id,team_id,role,start_date,end_date`. A return has no
//! workers that a directory knows; this says who they are.

use contracts::{Fact, StaffId, TeamId, chronology::InvolvementRole};

use super::{
    Known, Shape, Source, Table, Unused, child,
    codes::Codes,
    csv::{Cells, Columns, Fault},
    dates::{self, Format::EitherWay},
    id,
};
use crate::domain::{
    gate::Guard,
    statements::{Key, Said},
    window::Window,
};

pub(super) static SOURCE: Source = Source {
    name: "allocations",
    shape: Shape::File,
    window: Window::Whole,
    tables: &[Table {
        file: "allocations.csv",
        kinds: &["involvement"],
        latest: &[],
        guard: Guard::Core,
        columns: Columns {
            child: "child",
            needed: &[
                "child",
                "staff_id",
                "team_id",
                "role",
                "start_date",
                "end_date",
            ],
            optional: &[],
            passed_over: &[],
            null_is_blank: false,
        },
        needs_first: None,
        row,
    }],
    gaps: &[],
};

const ROLE: Codes = Codes {
    column: "role",
    what: "case_holder, reviewer, conference_chair or other",
    list: &["case_holder", "reviewer", "conference_chair", "other"],
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, "child")?;
    let (worker, team) = (id(cells, "staff_id")?, id(cells, "team_id")?);
    if worker.is_none() && team.is_none() {
        let reason = "staff_id and team_id are both blank: say who holds, or which team does";
        return Err(Fault::new("staff_id", "", reason).into());
    }
    let start = dates::needed(cells, "start_date", EitherWay)?;
    let end = dates::end_after(cells, (start, "start_date"), "end_date", EitherWay)?;
    let role = ROLE.needed(cells)?;
    let who = worker.as_deref().or(team.as_deref()).unwrap_or_default();
    Ok(vec![Said {
        child,
        start,
        end,
        key: Key::Start(if role == "case_holder" {
            who.to_owned()
        } else {
            format!("{who} {role}")
        }),
        fact: Fact::Involvement {
            worker: worker.map(StaffId::new),
            team: team.map(TeamId::new),
            role: match role.as_str() {
                "case_holder" => InvolvementRole::CaseHolder,
                "reviewer" => InvolvementRole::Reviewer,
                "conference_chair" => InvolvementRole::ConferenceChair,
                _ => InvolvementRole::Other,
            },
            change_reason: None,
        },
    }])
}
