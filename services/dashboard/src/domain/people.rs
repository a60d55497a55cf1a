//! As whom the operator may look: teams and people, alphabetical.

use contracts::{Role, Viewer};

use super::{Place, board::alphabetical};

/// Found people shown for one search.
const AT_MOST: usize = 50;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct People {
    pub(crate) teams: Vec<TeamPeople>,
    pub(crate) total: usize,
    /// Set when something was searched for.
    pub(crate) found: Option<Found>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) people: Vec<PersonLine>,
    pub(crate) more: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TeamPeople {
    pub(crate) name: String,
    pub(crate) people: Vec<PersonLine>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PersonLine {
    pub(crate) staff_id: String,
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) team: String,
    /// What they will see.
    pub(crate) sees: &'static str,
}

/// None for anybody but the operator.
pub(crate) fn people(place: &Place<'_>, viewer: &Viewer, search: &str) -> Option<People> {
    if viewer.role != Role::Operator {
        return None;
    }
    let mut all: Vec<PersonLine> = place
        .organisation
        .people()
        .filter(|p| p.is_employed(place.today))
        .map(|p| PersonLine {
            staff_id: p.staff_id.to_string(),
            name: p.name.clone(),
            role: p.role.clone(),
            team: p
                .team_id
                .as_ref()
                .map_or_else(|| "No team".to_owned(), |t| place.team_name(t)),
            sees: sees(Role::from_directory(&p.role)),
        })
        .collect();
    all.sort_by(|a, b| alphabetical(&a.name, &b.name).then_with(|| a.staff_id.cmp(&b.staff_id)));
    let search = search.trim().to_lowercase();
    let found = (!search.is_empty()).then(|| find(&all, &search));
    Some(People {
        total: all.len(),
        teams: by_team(all),
        found,
    })
}

fn find(all: &[PersonLine], search: &str) -> Found {
    let matches: Vec<&PersonLine> = all
        .iter()
        .filter(|p| {
            [&p.name, &p.role, &p.team]
                .iter()
                .any(|text| text.to_lowercase().contains(search))
        })
        .collect();
    Found {
        more: matches.len().saturating_sub(AT_MOST),
        people: matches.into_iter().take(AT_MOST).cloned().collect(),
    }
}

fn by_team(mut people: Vec<PersonLine>) -> Vec<TeamPeople> {
    people.sort_by(|a, b| alphabetical(&a.team, &b.team));
    people
        .chunk_by(|a, b| a.team == b.team)
        .map(|chunk| TeamPeople {
            name: chunk[0].team.clone(),
            people: chunk.to_vec(),
        })
        .collect()
}

/// What a role shows, for the operator who chooses.
fn sees(role: Role) -> &'static str {
    match role {
        Role::Operator => "",
        Role::Worker => "their own children",
        Role::Manager => "their teams' children",
        Role::Reviewer => "their own",
        Role::Leader => "numbers only",
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;
    use crate::domain::fixture::{Fixture, TODAY, code, person};

    #[test]
    fn teams_and_people_are_alphabetical_and_leavers_are_not_among_them() {
        let mut fixture = Fixture::new();
        let mut left = person("w9", "Aaron Gone", "Social worker", "T1");
        left.leave_date = Some(TODAY.saturating_sub(1.day()));
        fixture.organisation.apply_person(left);
        let all = people(&fixture.place(), &Viewer::operator(code()), " ").unwrap();
        let teams: Vec<&str> = all.teams.iter().map(|t| t.name.as_str()).collect();
        assert_eq!(teams, ["north team", "Reviewing service", "South team"]);
        let north: Vec<&str> = all.teams[0]
            .people
            .iter()
            .map(|p| p.name.as_str())
            .collect();
        assert_eq!(
            north,
            ["Amira Khan", "Ben Adeyemi", "Farah Ahmed", "Morwenna Lowe"]
        );
        assert_eq!((all.total, all.found), (7, None));
    }

    #[test]
    fn only_the_operator_chooses() {
        let fixture = Fixture::new();
        for id in ["w1", "m1", "r1", "l1"] {
            assert_eq!(people(&fixture.place(), &fixture.viewer(id), ""), None);
        }
    }

    #[test]
    fn a_long_answer_is_cut_and_says_so() {
        let mut fixture = Fixture::new();
        for n in 0..60 {
            fixture.organisation.apply_person(person(
                &format!("x{n}"),
                "Sam Same",
                "Social worker",
                "T1",
            ));
        }
        let all = people(&fixture.place(), &Viewer::operator(code()), "same").unwrap();
        let found = all.found.unwrap();
        assert_eq!((found.people.len(), found.more), (AT_MOST, 10));
    }
}
