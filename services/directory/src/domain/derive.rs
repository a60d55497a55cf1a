//! Teams that only the people file speaks of: a name, a manager and a parent worked out from their members.

use std::collections::{BTreeMap, BTreeSet};

use contracts::{Person, Role, StaffId, Team, TeamId};

/// Teams named by `people` and not in `declared`. Revisions are zero.
pub fn teams(
    people: &BTreeMap<StaffId, &Person>,
    declared: &BTreeSet<TeamId>,
) -> BTreeMap<TeamId, Team> {
    let mut members: BTreeMap<&TeamId, Vec<&Person>> = BTreeMap::new();
    for person in people.values() {
        if let Some(team) = person.team_id.as_ref().filter(|t| !declared.contains(t)) {
            members.entry(team).or_default().push(person);
        }
    }
    members
        .into_iter()
        .map(|(id, members)| (id.clone(), team(id, &members, people)))
        .collect()
}

fn team(id: &TeamId, members: &[&Person], people: &BTreeMap<StaffId, &Person>) -> Team {
    let manager = manager(members, people);
    Team {
        authority: members[0].authority.clone(),
        team_id: id.clone(),
        revision: 0,
        removed: false,
        name: id.to_string(),
        parent_id: manager.and_then(|m| parent(id, m, people)),
        manager_id: manager.map(|m| m.staff_id.clone()),
        mailbox: None,
    }
}

/// The manager in the team by role, else whom most members name, else its one leader.
fn manager<'a>(
    members: &[&'a Person],
    people: &BTreeMap<StaffId, &'a Person>,
) -> Option<&'a Person> {
    let by_role = |role: Role| {
        members
            .iter()
            .filter(|p| Role::from_directory(&p.role) == role)
            .min_by_key(|p| {
                let assistant = p.role.to_lowercase().contains("assistant");
                (assistant, usize::MAX - named_by(members, p), &p.staff_id)
            })
            .copied()
    };
    by_role(Role::Manager)
        .or_else(|| most_named(members, people))
        .or_else(|| by_role(Role::Leader))
}

fn named_by(members: &[&Person], manager: &Person) -> usize {
    members
        .iter()
        .filter(|p| p.manager_id.as_ref() == Some(&manager.staff_id))
        .count()
}

fn most_named<'a>(
    members: &[&'a Person],
    people: &BTreeMap<StaffId, &'a Person>,
) -> Option<&'a Person> {
    let mut votes: BTreeMap<&StaffId, usize> = BTreeMap::new();
    for person in members {
        if let Some(manager) = &person.manager_id {
            *votes.entry(manager).or_default() += 1;
        }
    }
    votes
        .into_iter()
        .filter_map(|(id, votes)| Some((votes, *people.get(id)?)))
        .max_by(|(a, p), (b, q)| a.cmp(b).then_with(|| q.staff_id.cmp(&p.staff_id)))
        .map(|(_, person)| person)
}

/// Where the manager's own manager sits; a team managed from outside hangs below its manager's own team.
fn parent(id: &TeamId, manager: &Person, people: &BTreeMap<StaffId, &Person>) -> Option<TeamId> {
    let above = if manager.team_id.as_ref() == Some(id) {
        people.get(manager.manager_id.as_ref()?)?.team_id.clone()
    } else {
        manager.team_id.clone()
    };
    above.filter(|above| above != id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, role: &str, team: &str, manager: &str) -> Person {
        Person {
            authority: "westshire".parse().unwrap(),
            staff_id: id.into(),
            revision: 0,
            removed: false,
            name: id.to_owned(),
            email: String::new(),
            role: role.to_owned(),
            team_id: Some(team.into()),
            manager_id: (!manager.is_empty()).then(|| manager.into()),
            deputy_id: None,
            fte_hundredths: None,
            start_date: None,
            leave_date: None,
            absences: Vec::new(),
            working_days: Vec::new(),
            first_year_until: None,
        }
    }

    fn derived(people: &[Person]) -> BTreeMap<TeamId, Team> {
        let people = people.iter().map(|p| (p.staff_id.clone(), p)).collect();
        teams(&people, &BTreeSet::new())
    }

    #[test]
    fn the_manager_in_the_team_manages_it_and_their_managers_team_is_above_it() {
        let teams = derived(&[
            person("W1", "social worker", "T1", "M1"),
            person("A1", "assistant team manager", "T1", "M1"),
            person("M1", "Team Manager", "T1", "S1"),
            person("S1", "service manager", "SVC", ""),
        ]);
        let team = &teams[&TeamId::new("T1")];
        assert_eq!(team.manager_id, Some("M1".into()));
        assert_eq!(team.parent_id, Some("SVC".into()));
        assert_eq!(team.name, "T1");
        let above = &teams[&TeamId::new("SVC")];
        assert_eq!(above.manager_id, Some("S1".into()));
        assert_eq!(above.parent_id, None);
    }

    #[test]
    fn a_team_without_a_manager_belongs_to_whom_most_members_name() {
        let teams = derived(&[
            person("W1", "social worker", "T1", "M1"),
            person("W2", "social worker", "T1", "M2"),
            person("W3", "social worker", "T1", "M2"),
            person("W4", "social worker", "T1", "gone"),
            person("W5", "social worker", "T1", "gone"),
            person("W6", "social worker", "T1", "gone"),
            person("M1", "team manager", "T2", ""),
            person("M2", "team manager", "T3", ""),
        ]);
        let team = &teams[&TeamId::new("T1")];
        assert_eq!(team.manager_id, Some("M2".into()));
        assert_eq!(
            team.parent_id,
            Some("T3".into()),
            "it hangs below its manager"
        );
    }

    #[test]
    fn a_declared_team_is_not_derived() {
        let ana = person("W1", "social worker", "T1", "");
        let people = BTreeMap::from([(ana.staff_id.clone(), &ana)]);
        assert!(teams(&people, &BTreeSet::from([TeamId::new("T1")])).is_empty());
    }
}
