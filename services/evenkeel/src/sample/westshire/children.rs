//! Sixty invented children, each with a reason to be in the sample.

use calendar::Calendar;
use jiff::{ToSpan, civil::Date};

use super::reviews::{Past, leading_to, on_or_before};
use crate::sample::{
    allocations::{Allocation, Held, history},
    chance::Chance,
    staff::{Person, Staff},
};

#[derive(Clone, Debug)]
pub(super) struct Child {
    pub(super) id: String,
    pub(super) legal_status: &'static str,
    pub(super) placement: &'static str,
    pub(super) past: Past,
    /// Where the child moved on the way, if they did.
    pub(super) moved: Option<(Date, &'static str)>,
    /// The last day of care and its code.
    pub(super) left: Option<(Date, &'static str)>,
    pub(super) missing: Option<(Date, Date)>,
    pub(super) allocations: Vec<Allocation>,
}

/// Why a child is in the sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Story {
    /// The next review is due so many days after the anchor, after so many held; earlier when below zero.
    Due {
        days: i64,
        held: u32,
    },
    ShortBreaks,
    WentHome,
    Died,
    /// Due soon, and nobody holds the child.
    Unheld,
}

const STORIES: [Story; 26] = [
    // Late records, or late reviews.
    Story::Due { days: -1, held: 2 },
    Story::Due { days: -6, held: 0 },
    Story::Due { days: -13, held: 4 },
    Story::Due { days: -38, held: 1 },
    // Coming up: today, this week, and on the days on which a reminder goes out.
    Story::Due { days: 0, held: 3 },
    Story::Due { days: 1, held: 1 },
    Story::Due { days: 4, held: 0 },
    Story::Due { days: 7, held: 2 },
    Story::Due { days: 7, held: 5 },
    Story::Due { days: 9, held: 0 },
    Story::Due { days: 14, held: 6 },
    Story::Due { days: 21, held: 1 },
    Story::Due { days: 21, held: 3 },
    Story::Due { days: 22, held: 0 },
    Story::Due { days: 28, held: 4 },
    Story::Unheld,
    Story::Died,
    Story::ShortBreaks,
    Story::ShortBreaks,
    Story::ShortBreaks,
    Story::ShortBreaks,
    Story::WentHome,
    Story::WentHome,
    Story::WentHome,
    Story::WentHome,
    Story::WentHome,
];

/// All children; the others' next reviews lie in the coming months.
const CHILDREN: usize = 60;

pub(super) fn invent(anchor: Date, seed: u64, staff: &Staff) -> Vec<Child> {
    let mut inventor = Inventor {
        chance: Chance::new(seed, "children"),
        calendar: Calendar::england_and_wales(),
        anchor,
        staff,
    };
    let mut stories = STORIES.to_vec();
    while stories.len() < CHILDREN {
        let held = u32::try_from(inventor.chance.between(1, 9)).unwrap_or(1);
        // The second review is due within three months of the first, later ones within six.
        let longest = if held == 1 { 85 } else { 175 };
        let days = inventor.chance.between(32, longest);
        stories.push(Story::Due { days, held });
    }
    inventor.chance.shuffle(&mut stories);
    let workers: Vec<&Person> = staff
        .teams
        .iter()
        .flat_map(|t| staff.workers(&t.id))
        .collect();
    stories
        .into_iter()
        .enumerate()
        .map(|(n, story)| inventor.child(n + 1, story, workers[n % workers.len()]))
        .collect()
}

struct Inventor<'a> {
    chance: Chance,
    calendar: Calendar,
    anchor: Date,
    staff: &'a Staff,
}

impl Inventor<'_> {
    fn child(&mut self, number: usize, story: Story, worker: &Person) -> Child {
        let (past, left) = self.past(story);
        let legal_status = match story {
            Story::ShortBreaks => "V4",
            _ if past.held.is_empty() => "V2",
            _ => *self.chance.pick(&["C2", "C2", "C2", "V2", "E1"]),
        };
        let placement = *self.chance.pick(&["U6", "U6", "U4", "U1", "K2", "P2"]);
        let until = left.map_or(self.anchor, |(day, _)| day);
        let id = format!("SYN-{number:04}");
        Child {
            allocations: self.allocations(&id, story, &past, left, worker),
            moved: self.move_between(past.began, until),
            missing: self.chance.percent(8).then(|| self.missing(until)),
            id,
            legal_status,
            placement,
            past,
            left,
        }
    }

    fn past(&mut self, story: Story) -> (Past, Option<(Date, &'static str)>) {
        match story {
            Story::Due { days, held } => (self.due_in(days, held), None),
            Story::Unheld => (self.due_in(12, 2), None),
            Story::ShortBreaks => {
                let days = self.chance.between(60, 700);
                let began = self.before(days);
                let held = Vec::new();
                (Past { began, held }, None)
            }
            Story::Died => {
                let past = self.due_in(5, 3);
                (past, Some((self.before(9), "E2")))
            }
            Story::WentHome => {
                let ended = self.chance.between(20, 300);
                let due = self.chance.between(10, 80) - ended;
                let held = u32::try_from(self.chance.between(1, 4)).unwrap_or(1);
                let past = self.due_in(due, held);
                (past, Some((self.before(ended), "E4A")))
            }
        }
    }

    fn due_in(&mut self, days: i64, held: u32) -> Past {
        let due = self.anchor.saturating_add(days.days());
        leading_to(due, held, &mut self.chance, &self.calendar)
    }

    fn before(&self, days: i64) -> Date {
        on_or_before(self.anchor.saturating_sub(days.days()), &self.calendar)
    }

    fn move_between(&mut self, from: Date, to: Date) -> Option<(Date, &'static str)> {
        let days = (to - from).get_days();
        let far = i64::from(days) > 200 && self.chance.percent(45);
        far.then(|| {
            let day = from.saturating_add(self.chance.between(60, i64::from(days) - 60).days());
            (day, *self.chance.pick(&["U6", "U4", "K2", "H5"]))
        })
    }

    fn missing(&mut self, until: Date) -> (Date, Date) {
        let start = until.saturating_sub(self.chance.between(3, 15).days());
        (
            start,
            start.saturating_add(self.chance.between(1, 2).days()),
        )
    }

    fn allocations(
        &mut self,
        id: &str,
        story: Story,
        past: &Past,
        left: Option<(Date, &'static str)>,
        worker: &Person,
    ) -> Vec<Allocation> {
        let held = Held {
            child: id,
            since: past.began,
            until: left.map(|(day, _)| day),
            team: &worker.team,
            worker: &worker.id,
            nobody_since: (story == Story::Unheld).then(|| self.before(8)),
        };
        history(self.staff, &mut self.chance, &held, self.anchor)
    }
}
