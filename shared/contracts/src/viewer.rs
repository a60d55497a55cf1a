//! Who is asking: every query takes a `Viewer`.

use serde::{Deserialize, Serialize};

use crate::{AuthorityCode, Organisation, Person, StaffId, TeamId};

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

    /// May talk with this person about their supervision: is named as their manager, and is no leader. Whoever covers
    /// for the manager is not shown it.
    pub fn supervises(&self, person: &Person) -> bool {
        matches!(self.role, Role::Worker | Role::Manager | Role::Reviewer)
            && self.person.is_some()
            && person.manager_id == self.person
    }

    /// What the viewer may see of this organisation, which is that of the viewer's own authority.
    pub fn sight<'a>(&'a self, organisation: &'a Organisation) -> Sight<'a> {
        let own = self.person.iter().map(|me| (self.role, me));
        let covered = organisation
            .people()
            .filter(|p| self.person.is_some() && p.deputy_id == self.person)
            .map(|p| (Role::from_directory(&p.role), &p.staff_id));
        Sight {
            role: self.role,
            organisation,
            eyes: own.chain(covered).collect(),
        }
    }
}

/// What a viewer may see: with their own eyes, and as deputy with those of the people they cover.
#[derive(Debug)]
pub struct Sight<'a> {
    role: Role,
    organisation: &'a Organisation,
    eyes: Vec<(Role, &'a StaffId)>,
}

impl Sight<'_> {
    /// The rows (ids, dates) of children held by this worker in this team?
    pub fn rows(&self, team: Option<&TeamId>, worker: Option<&StaffId>) -> bool {
        self.eyes.iter().any(|(role, me)| match role {
            Role::Worker | Role::Manager => {
                worker == Some(me)
                    || team.is_some_and(|team| self.leads(*role, me, team))
                    || worker.is_some_and(|worker| self.organisation.line_manages(me, worker))
            }
            Role::Operator | Role::Leader | Role::Reviewer => false,
        })
    }

    /// The rows of a child whom somebody in these seats reviews, whoever manages the case-holder?
    pub fn reviews(&self, reviewer: Option<&StaffId>, chair: Option<&StaffId>) -> bool {
        let mine = |seat: Option<&StaffId>| self.eyes.iter().any(|(_, me)| seat == Some(*me));
        mine(reviewer) || mine(chair)
    }

    /// How many are due and late in a team?
    pub fn counts(&self, team: &TeamId) -> bool {
        self.role == Role::Operator
            || self.eyes.iter().any(|(role, me)| match role {
                Role::Operator | Role::Leader => true,
                Role::Worker | Role::Manager | Role::Reviewer => {
                    self.is_of(me, team) || self.leads(*role, me, team)
                }
            })
    }

    /// Also numbers from one to four? A leader sees no figure about so few, unless they stand in for somebody who does.
    pub fn small_counts(&self, team: Option<&TeamId>) -> bool {
        self.role == Role::Operator
            || self.eyes.iter().any(|(role, me)| {
                *role != Role::Leader
                    && team.is_some_and(|team| self.is_of(me, team) || self.leads(*role, me, team))
            })
    }

    /// Line-manages the team, in whatever role: sees exactly how many children there have no case-holder.
    pub fn line_manages(&self, team: &TeamId) -> bool {
        self.eyes
            .iter()
            .any(|(_, me)| self.organisation.manages(me, team))
    }

    /// Manages the team or one above it, whatever the role is called; or is a manager in it, such as an assistant.
    fn leads(&self, role: Role, person: &StaffId, team: &TeamId) -> bool {
        self.organisation.manages(person, team)
            || (role == Role::Manager && self.is_of(person, team))
    }

    fn is_of(&self, person: &StaffId, team: &TeamId) -> bool {
        let person = self.organisation.person(person);
        person.is_some_and(|p| p.team_id.as_ref() == Some(team))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Team;

    fn person(id: &str, role: &str, team: &str, deputy: Option<&str>) -> Person {
        Person {
            authority: "west".parse().unwrap(),
            staff_id: id.into(),
            revision: 1,
            removed: false,
            name: id.to_owned(),
            email: String::new(),
            role: role.to_owned(),
            team_id: Some(team.into()),
            manager_id: None,
            deputy_id: deputy.map(Into::into),
            fte_hundredths: None,
            start_date: None,
            leave_date: None,
            absences: Vec::new(),
            working_days: Vec::new(),
            first_year_until: None,
        }
    }

    fn organisation() -> Organisation {
        let mut organisation = Organisation::default();
        for person in [
            person("manager", "Team manager", "T1", Some("deputy")),
            person("assistant", "Assistant team manager", "T1", None),
            person("deputy", "Social worker", "T2", None),
            person("worker", "Social worker", "T1", Some("colleague")),
            person("colleague", "Social worker", "T1", None),
        ] {
            organisation.apply_person(person);
        }
        for (team, manager) in [("T1", Some("manager")), ("T2", None)] {
            organisation.apply_team(Team {
                authority: "west".parse().unwrap(),
                team_id: team.into(),
                revision: 1,
                removed: false,
                name: team.to_owned(),
                parent_id: None,
                manager_id: manager.map(Into::into),
                mailbox: None,
            });
        }
        organisation
    }

    /// Sees the counts of T1, the rows of `worker` there, and those of somebody in T2.
    fn sees(person: &str) -> [bool; 3] {
        let organisation = organisation();
        let viewer = Viewer {
            authority: "west".parse().unwrap(),
            role: Role::from_directory(&organisation.person(&person.into()).unwrap().role),
            person: Some(person.into()),
        };
        let sight = viewer.sight(&organisation);
        let (t1, t2) = ("T1".into(), "T2".into());
        [
            sight.counts(&t1),
            sight.rows(Some(&t1), Some(&"worker".into())),
            sight.rows(Some(&t2), Some(&"else".into())),
        ]
    }

    #[test]
    fn an_assistant_sees_the_team_they_belong_to_as_its_manager_does() {
        assert_eq!(sees("manager"), [true, true, false]);
        assert_eq!(sees("assistant"), [true, true, false]);
    }

    #[test]
    fn a_deputy_sees_what_the_covered_see() {
        assert_eq!(sees("deputy"), [true, true, false]);
        assert_eq!(sees("colleague"), [true, true, false]);
    }

    #[test]
    fn a_worker_whom_nobody_asked_to_cover_sees_the_numbers_only() {
        let mut organisation = organisation();
        let mut worker = person("worker", "Social worker", "T1", None);
        worker.revision = 2;
        organisation.apply_person(worker);
        let viewer = Viewer {
            authority: "west".parse().unwrap(),
            role: Role::Worker,
            person: Some("colleague".into()),
        };
        let sight = viewer.sight(&organisation);
        let t1 = "T1".into();
        assert!(sight.counts(&t1) && !sight.rows(Some(&t1), Some(&"worker".into())));
    }
}
