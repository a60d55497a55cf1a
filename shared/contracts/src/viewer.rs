//! Who is asking: every query takes a `Viewer`.

use serde::{Deserialize, Serialize};

use crate::{AuthorityCode, Organisation, StaffId, TeamId};

/// A role x a place in the organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    pub authority: AuthorityCode,
    pub role: Role,
    /// Nobody for the operator of the installation.
    pub person: Option<StaffId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the installation: chooses as whom to look, reads the development mailbox; sees no child's row as such.
    Operator,
    Worker,
    /// Manages a team and those below it.
    Manager,
    /// Reviewing officer or conference chair: independent of line management.
    Reviewer,
    /// Service manager, principal social worker, director: counts, no rows.
    Leader,
}

impl Role {
    pub const ALL: [Self; 5] = [
        Self::Operator,
        Self::Worker,
        Self::Manager,
        Self::Reviewer,
        Self::Leader,
    ];

    /// The directory's `role` column.
    pub fn from_directory(role: &str) -> Self {
        match role.trim().to_lowercase().as_str() {
            "team manager" | "assistant team manager" | "manager" => Self::Manager,
            "independent reviewing officer" | "iro" | "conference chair" => Self::Reviewer,
            "service manager"
            | "principal social worker"
            | "director"
            | "head of service"
            | "leader" => Self::Leader,
            _ => Self::Worker,
        }
    }
}

impl Viewer {
    pub fn operator(authority: AuthorityCode) -> Self {
        Self {
            authority,
            role: Role::Operator,
            person: None,
        }
    }

    /// May the viewer see the rows (ids, dates) of children held by this worker in this team?
    pub fn may_see_rows(
        &self,
        organisation: &Organisation,
        team: Option<&TeamId>,
        worker: Option<&StaffId>,
    ) -> bool {
        let Some(me) = &self.person else { return false };
        match self.role {
            Role::Operator | Role::Leader | Role::Reviewer => false,
            Role::Worker => worker == Some(me),
            Role::Manager => {
                worker == Some(me)
                    || team.is_some_and(|team| organisation.manages(me, team))
                    || worker.is_some_and(|worker| organisation.line_manages(me, worker))
            }
        }
    }

    /// May the viewer see how many are due and late in a team?
    pub fn may_see_counts(&self, organisation: &Organisation, team: &TeamId) -> bool {
        match (self.role, &self.person) {
            (Role::Leader, Some(_)) | (Role::Operator, _) => true,
            (Role::Manager, Some(me)) => organisation.manages(me, team),
            (Role::Worker | Role::Reviewer, Some(me)) => organisation
                .person(me)
                .is_some_and(|p| p.team_id.as_ref() == Some(team)),
            _ => false,
        }
    }
}
