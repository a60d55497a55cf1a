//! Teams of workers with a manager and an assistant, and somebody above them.

use jiff::{ToSpan, civil::Date};

use super::{chance::Chance, names::Names};

/// One row of a directory; further absences are further rows with the id alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) role: &'static str,
    pub(super) team: String,
    pub(super) manager: String,
    pub(super) deputy: String,
    /// In hundredths.
    pub(super) fte: i64,
    pub(super) start: Date,
    pub(super) leave: Option<Date>,
    pub(super) absence: Option<(Date, Date)>,
    pub(super) working_days: &'static str,
    pub(super) first_year_until: Option<Date>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Team {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) parent: String,
    pub(super) manager: String,
    pub(super) mailbox: String,
}

/// What to invent.
pub(super) struct Plan<'a> {
    pub(super) seed: u64,
    /// The day on which everybody invented is at work or away.
    pub(super) day: Date,
    /// Names of the teams and how many workers each has.
    pub(super) teams: Vec<(&'a str, usize)>,
}

#[derive(Debug)]
pub(super) struct Staff {
    pub(super) people: Vec<Person>,
    pub(super) teams: Vec<Team>,
}

/// Teams a service manager has at most.
const TEAMS_PER_SERVICE: usize = 8;

impl Staff {
    /// The workers of a team who are there on the day, away or not.
    pub(super) fn workers<'a>(&'a self, team: &'a str) -> impl Iterator<Item = &'a Person> {
        self.people
            .iter()
            .filter(move |p| p.team == team && p.role == WORKER && p.leave.is_none())
    }

    /// A worker of a team who has left, when there is one.
    pub(super) fn leaver(&self, team: &str) -> Option<&Person> {
        self.people
            .iter()
            .find(|p| p.team == team && p.leave.is_some())
    }
}

pub(super) const WORKER: &str = "social worker";

pub(super) fn invent(plan: &Plan<'_>) -> Staff {
    let mut inventor = Inventor {
        chance: Chance::new(plan.seed, "staff"),
        names: Names::new(plan.seed),
        day: plan.day,
        workers: 0,
        staff: Staff {
            people: Vec::new(),
            teams: Vec::new(),
        },
    };
    for (number, teams) in plan.teams.chunks(TEAMS_PER_SERVICE).enumerate() {
        let service = inventor.service(number + 1);
        for (name, workers) in teams {
            inventor.team(name, *workers, &service);
        }
    }
    inventor.staff
}

struct Inventor {
    chance: Chance,
    names: Names,
    day: Date,
    workers: usize,
    staff: Staff,
}

impl Inventor {
    /// A team of its own for the service manager, above the others; gives its number.
    fn service(&mut self, number: usize) -> (String, String) {
        let team = format!("SYN-S{number}");
        let manager = format!("SYN-H{number:02}");
        self.staff.teams.push(Team {
            id: team.clone(),
            name: format!("Synthetic service {number}"),
            parent: String::new(),
            manager: manager.clone(),
            mailbox: String::new(),
        });
        let person = self.person(&manager, "service manager", &team, "", "");
        self.staff.people.push(person);
        (team, manager)
    }

    fn team(&mut self, name: &str, workers: usize, (service, above): &(String, String)) {
        let number = self
            .staff
            .teams
            .iter()
            .filter(|t| !t.parent.is_empty())
            .count()
            + 1;
        let id = format!("SYN-T{number:02}");
        let (manager, assistant) = (format!("SYN-M{number:02}"), format!("SYN-A{number:02}"));
        self.staff.teams.push(Team {
            id: id.clone(),
            name: name.to_owned(),
            parent: service.clone(),
            manager: manager.clone(),
            mailbox: format!("team{number:02}@synthetic.invalid"),
        });
        let lead = self.person(&manager, "team manager", &id, above, &assistant);
        let second = self.person(
            &assistant,
            "assistant team manager",
            &id,
            &manager,
            &manager,
        );
        self.staff.people.extend([lead, second]);
        let first = self.workers + 1;
        for n in first..first + workers {
            let buddy = if n + 1 < first + workers {
                n + 1
            } else {
                first
            };
            let deputy = format!("SYN-W{buddy:03}");
            let worker = self.worker(&format!("SYN-W{n:03}"), &id, &manager, &deputy);
            self.staff.people.push(worker);
        }
        self.workers += workers;
        if number.is_multiple_of(2) {
            self.workers += 1;
            let mut gone = self.worker(&format!("SYN-W{:03}", self.workers), &id, &manager, "");
            gone.leave = Some(self.day.saturating_sub(self.chance.between(20, 200).days()));
            gone.first_year_until = None;
            self.staff.people.push(gone);
        }
    }

    fn worker(&mut self, id: &str, team: &str, manager: &str, deputy: &str) -> Person {
        let mut person = self.person(id, WORKER, team, manager, deputy);
        if self.chance.percent(25) {
            (person.fte, person.working_days) =
                *self
                    .chance
                    .pick(&[(60, "Mon Tue Wed"), (60, "Wed Thu Fri"), (80, "Mon-Thu")]);
        }
        if self.chance.percent(15) {
            person.start = self.day.saturating_sub(self.chance.between(30, 330).days());
            let year_on = person.start.saturating_add(1.year());
            person.first_year_until = Some(year_on.saturating_sub(1.day()));
        }
        if self.chance.percent(10) {
            let from = self.day.saturating_sub(self.chance.between(1, 12).days());
            let to = self.day.saturating_add(self.chance.between(1, 12).days());
            person.absence = Some((from, to));
        }
        person
    }

    fn person(
        &mut self,
        id: &str,
        role: &'static str,
        team: &str,
        manager: &str,
        deputy: &str,
    ) -> Person {
        let name = self.names.next();
        let local = name
            .to_lowercase()
            .replace(' ', ".")
            .replace("synthetic.", "");
        Person {
            id: id.to_owned(),
            email: format!("{local}@synthetic.invalid"),
            name,
            role,
            team: team.to_owned(),
            manager: manager.to_owned(),
            deputy: deputy.to_owned(),
            fte: 100,
            start: self
                .day
                .saturating_sub(self.chance.between(400, 5000).days()),
            leave: None,
            absence: None,
            working_days: "",
            first_year_until: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::date;

    use super::*;

    fn plan(seed: u64) -> Staff {
        invent(&Plan {
            seed,
            day: date(2018, 3, 31),
            teams: (0..12).map(|_| ("Synthetic team", 7)).collect(),
        })
    }

    #[test]
    fn nobody_shares_an_id_or_an_address_and_every_link_leads_somewhere() {
        let staff = plan(1);
        let ids: BTreeSet<&str> = staff.people.iter().map(|p| p.id.as_str()).collect();
        let emails: BTreeSet<&str> = staff.people.iter().map(|p| p.email.as_str()).collect();
        assert_eq!(ids.len(), staff.people.len());
        assert_eq!(emails.len(), staff.people.len());
        let teams: BTreeSet<&str> = staff.teams.iter().map(|t| t.id.as_str()).collect();
        for person in &staff.people {
            assert!(teams.contains(person.team.as_str()));
            for id in [&person.manager, &person.deputy] {
                assert!(id.is_empty() || ids.contains(id.as_str()), "{id}");
                assert_ne!(id, &person.id);
            }
            assert!(person.name.starts_with("Synthetic "));
            assert!(person.email.ends_with("@synthetic.invalid"));
        }
        for team in &staff.teams {
            assert!(ids.contains(team.manager.as_str()));
        }
    }

    #[test]
    fn twelve_teams_have_two_service_managers_and_seven_workers_each() {
        let staff = plan(1);
        let heads = staff.people.iter().filter(|p| p.role == "service manager");
        assert_eq!(heads.count(), 2);
        for team in staff.teams.iter().filter(|t| !t.parent.is_empty()) {
            assert_eq!(staff.workers(&team.id).count(), 7);
        }
        assert!(staff.leaver("SYN-T02").is_some());
        assert!(staff.people.iter().any(|p| p.absence.is_some()));
    }

    #[test]
    fn the_seed_decides() {
        assert_eq!(plan(1).people, plan(1).people);
        assert_ne!(plan(1).people, plan(2).people);
    }
}
