//! Who worked where, and since when: posts in teams, each with those who held it one after another.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{
    calibration as known,
    diary::{Day, date_of, number},
    life::Hand,
};
use crate::sample::{
    chance::Chance,
    names::Names,
    staff::{Person, Plan, Staff, WORKER, invent},
};

const REVIEWER: &str = "independent reviewing officer";

/// Somebody at a post.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sitting {
    /// A place in `Posts::people`.
    pub(super) person: usize,
    pub(super) from: Day,
    /// The day they left.
    pub(super) until: Option<Day>,
}

#[derive(Debug)]
pub(super) struct Desk {
    /// A place in `Posts::teams`.
    pub(super) team: usize,
    /// Oldest first.
    sittings: Vec<Sitting>,
}

impl Desk {
    pub(super) fn on(&self, day: Day) -> Option<Sitting> {
        let has_come = self.sittings.iter().rev().find(|s| s.from <= day);
        has_come
            .filter(|s| s.until.is_none_or(|left| day < left))
            .copied()
    }

    /// When the next one comes.
    pub(super) fn next_after(&self, day: Day) -> Option<Day> {
        self.sittings
            .iter()
            .map(|s| s.from)
            .find(|from| *from > day)
    }
}

#[derive(Debug)]
pub(super) struct Posts {
    staff: Staff,
    pub(super) desks: Vec<Desk>,
    /// Desks by the kind of team, each as often as its working time says.
    slots: BTreeMap<Hand, Vec<usize>>,
}

/// How many children each kind of team has on the last night.
pub(super) type Census = BTreeMap<Hand, usize>;

impl Posts {
    pub(super) fn invent(seed: u64, from: Date, to: Date, census: &Census) -> Self {
        let teams = teams(census);
        let staff = invent(&Plan {
            seed,
            day: to,
            teams: teams
                .iter()
                .map(|(_, name, size)| (name.as_str(), *size))
                .collect(),
        });
        let mut posts = Self {
            staff,
            desks: Vec::new(),
            slots: BTreeMap::new(),
        };
        let places: Vec<usize> = (0..posts.staff.teams.len())
            .filter(|n| !posts.staff.teams[*n].parent.is_empty())
            .collect();
        let mut history = History {
            chance: Chance::new(seed, "posts"),
            names: Names::beside(seed, posts.staff.people.iter().map(|p| p.name.as_str())),
            left: 0,
            from: number(from),
        };
        for ((hand, ..), place) in teams.iter().zip(places) {
            posts.furnish(*hand, place, &mut history);
        }
        posts
    }

    /// A desk for each present worker of a team, and those who had it before.
    fn furnish(&mut self, hand: Hand, team: usize, history: &mut History) {
        let id = self.staff.teams[team].id.clone();
        let present: Vec<usize> = (0..self.staff.people.len())
            .filter(|n| {
                let person = &self.staff.people[*n];
                person.team == id && person.role == WORKER && person.leave.is_none()
            })
            .collect();
        for person in present {
            if hand == Hand::Reviewer {
                self.staff.people[person].role = REVIEWER;
            }
            let before = history.before(&self.staff.people[person]);
            let mut sittings = Vec::new();
            for (gone, from, until) in before.into_iter().rev() {
                sittings.push(Sitting {
                    person: self.staff.people.len(),
                    from,
                    until: Some(until),
                });
                self.staff.people.push(gone);
            }
            let (start, fte) = (
                self.staff.people[person].start,
                self.staff.people[person].fte,
            );
            sittings.push(Sitting {
                person,
                from: number(start),
                until: None,
            });
            let slots = self.slots.entry(hand).or_default();
            for _ in 0..(fte / 20).max(1) {
                slots.push(self.desks.len());
            }
            self.desks.push(Desk { team, sittings });
        }
    }

    /// A desk of this kind of team, the fuller the post the likelier.
    pub(super) fn any(&self, hand: Hand, chance: &mut Chance) -> usize {
        let hand = if hand == Hand::Chair {
            Hand::Reviewer
        } else {
            hand
        };
        self.slots.get(&hand).map_or(0, |slots| *chance.pick(slots))
    }

    /// Somebody of the same team who is there.
    pub(super) fn colleague(&self, desk: usize, day: Day) -> Option<Sitting> {
        let team = self.desks[desk].team;
        let mut others = self.desks.iter().filter(|d| d.team == team);
        others.find_map(|d| d.on(day))
    }

    pub(super) fn team_name(&self, team: usize) -> &str {
        &self.staff.teams[team].name
    }

    pub(super) fn professional(person: usize) -> String {
        format!("SYN-P{person:05}")
    }

    pub(super) fn people(&self) -> &[Person] {
        &self.staff.people
    }

    pub(super) fn teams(&self) -> &[crate::sample::staff::Team] {
        &self.staff.teams
    }

    /// Whoever is there, or left within a year: as a directory is kept.
    pub(super) fn directory(&self, to: Date) -> Staff {
        let edge = date_of(number(to) - 365);
        let people = self.staff.people.iter();
        let recent = people.filter(|p| p.leave.is_none_or(|left| left >= edge));
        Staff {
            people: recent.cloned().collect(),
            teams: self.staff.teams.clone(),
        }
    }
}

struct History {
    chance: Chance,
    names: Names,
    left: usize,
    from: Day,
}

impl History {
    /// Those who held a post before, the last first: who, from when, until when.
    fn before(&mut self, present: &Person) -> Vec<(Person, Day, Day)> {
        let mut gone = Vec::new();
        let mut begin = number(present.start);
        while begin > self.from {
            let until = begin - self.chance.band(&known::EMPTY_DAYS);
            begin = until - self.chance.band(&known::STAYED_DAYS);
            self.left += 1;
            let name = self.names.next();
            let local = name
                .to_lowercase()
                .replace(' ', ".")
                .replace("synthetic.", "");
            let person = Person {
                id: format!("SYN-L{:04}", self.left),
                email: format!("{local}@synthetic.invalid"),
                name,
                start: date_of(begin),
                leave: Some(date_of(until)),
                absence: None,
                first_year_until: None,
                deputy: String::new(),
                ..present.clone()
            };
            gone.push((person, begin, until));
        }
        gone
    }
}

/// Teams large enough for the children of the last night: kind, name, workers.
fn teams(census: &Census) -> Vec<(Hand, String, usize)> {
    let count = |hand: Hand| i64::try_from(census.get(&hand).copied().unwrap_or(0)).unwrap_or(0);
    let kinds = [
        (Hand::Assessment, "Assessment"),
        (Hand::Safeguarding, "Safeguarding"),
        (Hand::LookedAfter, "Children in Care"),
        (Hand::Leaving, "Leaving Care"),
        (Hand::Reviewer, "Reviewing"),
    ];
    let mut teams = Vec::new();
    for (hand, name) in kinds {
        let workers = match hand {
            Hand::Reviewer => {
                let children = count(Hand::Reviewer) + count(Hand::Chair);
                children / known::REVIEWING_CASELOAD + 1
            }
            // A quarter works three or four days.
            _ => count(hand) * 1_000 / (known::CASELOAD_TENTHS * 92) + 1,
        };
        let workers = workers.max(2);
        let number = (workers + known::TEAM / 2) / known::TEAM;
        let number = number.max(1);
        for n in 0..number {
            let size = workers / number + i64::from(n < workers % number);
            let size = usize::try_from(size).unwrap_or(1);
            teams.push((hand, format!("Synthetic {name} team {}", n + 1), size));
        }
    }
    teams
}
