//! Who refers to whom: what does not fit is said, never refused, because a manager may join the file tomorrow.

use std::collections::{BTreeMap, BTreeSet};

use contracts::{Organisation, Person, StaffId};

use super::words;

/// What a person should read about how people and teams hang together.
pub fn notes(organisation: &Organisation) -> Vec<String> {
    let people: Vec<&Person> = organisation.people().collect();
    let mut notes = Vec::new();
    let known = |id: &StaffId| organisation.person(id).is_some();
    let unknown = |pick: fn(&Person) -> Option<&StaffId>| -> Vec<String> {
        let mut found = Vec::new();
        for person in &people {
            if let Some(id) = pick(person).filter(|id| !known(id)) {
                found.push(format!("{} ({id})", person.staff_id));
            }
        }
        found
    };
    for (column, ids) in [
        ("manager_id", unknown(|p| p.manager_id.as_ref())),
        ("deputy_id", unknown(|p| p.deputy_id.as_ref())),
    ] {
        if !ids.is_empty() {
            notes.push(format!(
                "{} a {column} who is not in the directory: {}",
                words::count(ids.len(), "person names", "people name"),
                words::listed(&ids)
            ));
        }
    }
    notes.extend(circles(organisation));
    notes.extend(addresses(&people));
    notes.extend(team_notes(organisation));
    notes
}

/// Each circle of managers once, from its smallest id.
fn circles(organisation: &Organisation) -> Vec<String> {
    let mut told = BTreeSet::new();
    let mut notes = Vec::new();
    for person in organisation.people() {
        let line: Vec<&StaffId> = organisation
            .managers_of(&person.staff_id)
            .map(|m| &m.staff_id)
            .collect();
        let top = line.last().copied().unwrap_or(&person.staff_id);
        let returns = organisation
            .person(top)
            .is_some_and(|p| p.manager_id.as_ref() == Some(&person.staff_id));
        if !returns || told.contains(&person.staff_id) {
            continue;
        }
        told.extend(line.iter().copied().cloned());
        let ids: Vec<_> = std::iter::once(&person.staff_id).chain(line).collect();
        notes.push(if ids.len() == 1 {
            format!(
                "{} is their own manager: nobody is above them",
                person.staff_id
            )
        } else {
            format!(
                "managers in a circle: {}: correct one manager_id",
                words::listed(&ids)
            )
        });
    }
    notes
}

fn addresses(people: &[&Person]) -> Vec<String> {
    let mut notes = Vec::new();
    let without: Vec<_> = people
        .iter()
        .filter(|p| p.email.is_empty())
        .map(|p| &p.staff_id)
        .collect();
    if !without.is_empty() {
        notes.push(format!(
            "{} no email address, so their cover or manager is told instead: {}",
            words::count(without.len(), "person has", "people have"),
            words::listed(&without)
        ));
    }
    let mut by_address: BTreeMap<String, Vec<&StaffId>> = BTreeMap::new();
    for person in people.iter().filter(|p| !p.email.is_empty()) {
        by_address
            .entry(person.email.to_lowercase())
            .or_default()
            .push(&person.staff_id);
    }
    let shared: Vec<_> = by_address
        .values()
        .filter(|ids| ids.len() > 1)
        .map(|ids| words::listed(ids))
        .collect();
    if !shared.is_empty() {
        notes.push(format!(
            "people share one email address: {}",
            shared.join("; ")
        ));
    }
    notes
}

fn team_notes(organisation: &Organisation) -> Vec<String> {
    let mut notes = Vec::new();
    let mut note = |what: &str, ids: Vec<String>| {
        if !ids.is_empty() {
            notes.push(format!("{what}: {}", words::listed(&ids)));
        }
    };
    let teams = || organisation.teams();
    note(
        "teams without a manager, so the team above is told",
        teams()
            .filter(|t| t.manager_id.is_none())
            .map(|t| t.team_id.to_string())
            .collect(),
    );
    note(
        "teams whose manager is not in the directory",
        teams()
            .filter_map(|t| Some((t, t.manager_id.as_ref()?)))
            .filter(|(_, m)| organisation.person(m).is_none())
            .map(|(t, m)| format!("{} ({m})", t.team_id))
            .collect(),
    );
    note(
        "teams whose parent is not known",
        teams()
            .filter_map(|t| Some((t, t.parent_id.as_ref()?)))
            .filter(|(_, p)| organisation.team(p).is_none())
            .map(|(t, p)| format!("{} ({p})", t.team_id))
            .collect(),
    );
    note(
        "people without a team",
        organisation
            .people()
            .filter(|p| p.team_id.is_none())
            .map(|p| p.staff_id.to_string())
            .collect(),
    );
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{derive, people, table::Table};

    fn notes_of(csv: &str) -> Vec<String> {
        let table = Table::read("p.csv", csv.as_bytes()).unwrap();
        let read = people::read(&"westshire".parse().unwrap(), &table);
        assert_eq!(read.refused, []);
        let mut organisation = Organisation::default();
        let by_id = read.people.iter().map(|(id, p)| (id.clone(), p)).collect();
        for team in derive::teams(&by_id, &BTreeSet::new()).into_values() {
            organisation.apply_team(team);
        }
        for person in read.people.into_values() {
            organisation.apply_person(person);
        }
        notes(&organisation)
    }

    #[test]
    fn a_sound_directory_needs_no_note() {
        let notes = notes_of(
            "staff_id,name,email,role,team_id,manager_id\nW1,A,a@example.org,social worker,T1,M1\nM1,B,b@example.org,team manager,T1,\n",
        );
        assert_eq!(notes, Vec::<String>::new());
    }

    #[test]
    fn unknown_people_circles_and_addresses_are_said() {
        let notes = notes_of(
            "staff_id,name,email,role,team_id,manager_id,deputy_id\n\
             W1,A,a@example.org,social worker,T1,M9,D9\n\
             W2,B,A@example.org,social worker,T1,W3,\n\
             W3,C,,social worker,T1,W4,\n\
             W4,D,d@example.org,social worker,T1,W2,\n\
             W5,E,e@example.org,social worker,T1,W5,\n\
             W6,F,f@example.org,social worker,,W2,\n",
        );
        for expected in [
            "1 person names a manager_id who is not in the directory: W1 (M9)",
            "1 person names a deputy_id who is not in the directory: W1 (D9)",
            "managers in a circle: W2, W3, W4: correct one manager_id",
            "W5 is their own manager: nobody is above them",
            "1 person has no email address, so their cover or manager is told instead: W3",
            "people share one email address: W1, W2",
            "people without a team: W6",
        ] {
            assert!(
                notes.iter().any(|n| n == expected),
                "{expected}\n{notes:#?}"
            );
        }
        assert_eq!(notes.len(), 7, "{notes:#?}");
    }
}
