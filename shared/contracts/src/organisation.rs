//! People and teams: what the directory publishes, and the questions every service asks of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AuthorityCode, Event, StaffId, TeamId, streams::ORGANISATION};

/// One person who works for the authority (state stream `ORGANISATION`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    pub authority: AuthorityCode,
    pub staff_id: StaffId,
    pub revision: u64,
    /// Gone from the directory: told nothing any more.
    #[serde(default)]
    pub removed: bool,
    pub name: String,
    /// Blank when not known: then the manager is told that nobody can be reached.
    pub email: String,
    pub role: String,
    #[serde(default)]
    pub team_id: Option<TeamId>,
    #[serde(default)]
    pub manager_id: Option<StaffId>,
    #[serde(default)]
    pub deputy_id: Option<StaffId>,
    /// Full-time equivalent in hundredths: 100 is full time.
    #[serde(default)]
    pub fte_hundredths: Option<u16>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub start_date: Option<Date>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub leave_date: Option<Date>,
    #[serde(default)]
    pub absences: Vec<Absence>,
    /// Monday is 1. Empty: Monday to Friday.
    #[serde(default)]
    pub working_days: Vec<i8>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub first_year_until: Option<Date>,
}

impl Event for Person {
    const TYPE: &'static str = "organisation.person";
    const STREAM: &'static crate::Stream = &ORGANISATION;
}

/// First and last day away; no last day: not known yet.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct Absence {
    #[schemars(with = "String")]
    pub from: Date,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub to: Option<Date>,
}

/// One team (state stream `ORGANISATION`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Team {
    pub authority: AuthorityCode,
    pub team_id: TeamId,
    pub revision: u64,
    #[serde(default)]
    pub removed: bool,
    pub name: String,
    #[serde(default)]
    pub parent_id: Option<TeamId>,
    #[serde(default)]
    pub manager_id: Option<StaffId>,
    /// Shared mailbox: gets counts when nobody can be told.
    #[serde(default)]
    pub mailbox: Option<String>,
}

impl Event for Team {
    const TYPE: &'static str = "organisation.team";
    const STREAM: &'static crate::Stream = &ORGANISATION;
}

impl Person {
    /// Works for the authority on `day`, absent or not.
    pub fn is_employed(&self, day: Date) -> bool {
        !self.removed
            && self.start_date.is_none_or(|start| start <= day)
            && self.leave_date.is_none_or(|leave| day <= leave)
    }

    pub fn is_absent(&self, day: Date) -> bool {
        self.absences
            .iter()
            .any(|a| a.from <= day && a.to.is_none_or(|to| day <= to))
    }

    /// In the working pattern; bank holidays and closures are the calendar's business.
    pub fn works_on(&self, weekday: Weekday) -> bool {
        let day = weekday.to_monday_one_offset();
        if self.working_days.is_empty() {
            day <= 5
        } else {
            self.working_days.contains(&day)
        }
    }

    /// Can be told something on `day`: employed, not away, and with an address.
    pub fn is_reachable(&self, day: Date) -> bool {
        self.is_employed(day) && !self.is_absent(day) && !self.email.is_empty()
    }
}

/// One authority's people and teams in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organisation {
    people: BTreeMap<StaffId, Person>,
    teams: BTreeMap<TeamId, Team>,
}

impl Organisation {
    /// Takes a person if newer than the one held; true if something changed.
    pub fn apply_person(&mut self, person: Person) -> bool {
        let newer = self
            .people
            .get(&person.staff_id)
            .is_none_or(|held| held.revision < person.revision);
        if newer {
            self.people.insert(person.staff_id.clone(), person);
        }
        newer
    }

    /// Takes a team if newer than the one held; true if something changed.
    pub fn apply_team(&mut self, team: Team) -> bool {
        let newer = self
            .teams
            .get(&team.team_id)
            .is_none_or(|held| held.revision < team.revision);
        if newer {
            self.teams.insert(team.team_id.clone(), team);
        }
        newer
    }

    pub fn person(&self, id: &StaffId) -> Option<&Person> {
        self.people.get(id).filter(|p| !p.removed)
    }

    pub fn team(&self, id: &TeamId) -> Option<&Team> {
        self.teams.get(id).filter(|t| !t.removed)
    }

    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.people.values().filter(|p| !p.removed)
    }

    pub fn teams(&self) -> impl Iterator<Item = &Team> {
        self.teams.values().filter(|t| !t.removed)
    }

    /// The line from a person's manager upwards; ends at the top or where it would turn in a circle.
    pub fn managers_of<'a>(
        &'a self,
        person: &StaffId,
    ) -> impl Iterator<Item = &'a Person> + use<'a> {
        let mut seen = BTreeSet::from([person.clone()]);
        let mut next = self.person(person).and_then(|p| p.manager_id.clone());
        std::iter::from_fn(move || {
            let id = next.take()?;
            if !seen.insert(id.clone()) {
                return None;
            }
            let manager = self.person(&id)?;
            next.clone_from(&manager.manager_id);
            Some(manager)
        })
    }

    /// Is `manager` somewhere in `worker`'s line?
    pub fn line_manages(&self, manager: &StaffId, worker: &StaffId) -> bool {
        self.managers_of(worker).any(|m| &m.staff_id == manager)
    }

    /// Does `manager` manage `team`, or a team above it?
    pub fn manages(&self, manager: &StaffId, team: &TeamId) -> bool {
        let mut seen = BTreeSet::new();
        let mut next = Some(team.clone());
        while let Some(id) = next.take() {
            let Some(team) = self.team(&id) else {
                return false;
            };
            if team.manager_id.as_ref() == Some(manager)
                || team
                    .manager_id
                    .as_ref()
                    .is_some_and(|m| self.line_manages(manager, m))
            {
                return true;
            }
            if seen.insert(id) {
                next.clone_from(&team.parent_id);
            }
        }
        false
    }

    /// Who is told what `person` should be told on `day`: themselves, else the deputy, else the first reachable
    /// manager upwards.
    pub fn reachable_for<'a>(&'a self, person: &StaffId, day: Date) -> Option<&'a Person> {
        let own = self.person(person).filter(|p| p.is_reachable(day));
        own.or_else(|| self.deputy_of(person, day)).or_else(|| {
            self.managers_of(person).find_map(|m| {
                if m.is_reachable(day) {
                    Some(m)
                } else {
                    self.deputy_of(&m.staff_id, day)
                }
            })
        })
    }

    fn deputy_of(&self, person: &StaffId, day: Date) -> Option<&Person> {
        let deputy = self.person(person)?.deputy_id.as_ref()?;
        self.person(deputy).filter(|p| p.is_reachable(day))
    }

    /// Who answers for a team on `day`: its manager or their cover, else the parent team's.
    pub fn answers_for<'a>(&'a self, team: &TeamId, day: Date) -> Option<&'a Person> {
        let mut seen = BTreeSet::new();
        let mut next = Some(team.clone());
        while let Some(id) = next.take() {
            let team = self.team(&id)?;
            if let Some(person) = team
                .manager_id
                .as_ref()
                .and_then(|m| self.reachable_for(m, day))
            {
                return Some(person);
            }
            if seen.insert(id) {
                next.clone_from(&team.parent_id);
            }
        }
        None
    }

    /// The team that holds a child: the involvement's own, else the worker's, else that of who held last.
    pub fn team_of<'a>(&'a self, holder: &'a crate::chronology::Holder) -> Option<&'a TeamId> {
        let team_of_person = |id: &StaffId| self.people.get(id).and_then(|p| p.team_id.as_ref());
        holder
            .team
            .as_ref()
            .or_else(|| holder.worker.as_ref().and_then(team_of_person))
            .or_else(|| holder.last_worker.as_ref().and_then(team_of_person))
    }
}
