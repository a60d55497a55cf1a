//! A child's life with children's services, as dated events and the nights on which each came to be recorded.
//!
//! referral → assessment → section 47 → conference → plan → reviews and visits → care → placements → leaving: each step
//! is a phase that ends on a day and says what follows. Nothing here knows of snapshots or workers.

mod care;
mod front_door;
mod leaving;
mod need;
mod person;
mod placements;
mod protection;

use super::{
    calibration as known,
    diary::{Day, Diary, years_later},
    row::{Cell, Row},
    table::Table,
};
use crate::sample::chance::{Band, Chance};
use leaving::Leaver;

/// What kind of team holds, or watches over, a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Hand {
    Assessment,
    Safeguarding,
    LookedAfter,
    Leaving,
    /// Independent reviewing officer of a child looked after.
    Reviewer,
    /// Chair of protection conferences.
    Chair,
}

impl Hand {
    /// Holds the child; the others watch over the plan.
    pub(super) fn is_holder(self) -> bool {
        !matches!(self, Self::Reviewer | Self::Chair)
    }
}

/// A time in which one kind of team was the right one; no end: it goes on.
#[derive(Clone, Debug)]
pub(super) struct Spell {
    pub(super) hand: Hand,
    pub(super) from: Day,
    pub(super) until: Option<Day>,
    pub(super) referral: String,
}

/// What follows a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Assess,
    Protect,
    Need,
    Support,
    Care,
    Leave,
    Close,
}

/// Who lives it.
pub(super) struct Newcomer<'a> {
    pub(super) seed: u64,
    pub(super) number: usize,
    /// Siblings share a family, and what befalls it.
    pub(super) family: usize,
    pub(super) diary: &'a Diary,
    /// The last night.
    pub(super) to: Day,
}

pub(super) struct Life<'a> {
    diary: &'a Diary,
    to: Day,
    pub(super) person: String,
    family: String,
    number: usize,
    made: usize,
    /// What befalls the family, the same for every sibling as long as they live the same.
    home: Chance,
    own: Chance,
    born: Day,
    died: Option<Day>,
    /// Nothing begins from here on: coming of age, or death.
    ends: Day,
    leaver: Option<Leaver>,
    pub(super) rows: Vec<Row>,
    pub(super) spells: Vec<Spell>,
}

impl<'a> Life<'a> {
    /// The whole life of somebody whose family is first referred on that day.
    pub(super) fn live(newcomer: &Newcomer<'a>, first: Day) -> Self {
        let mut life = Self::begin(newcomer, first);
        let mut day = first;
        loop {
            life.contact(day, true);
            let Some(closed) = life.referral(day) else {
                break;
            };
            let Some(gap) = life.again() else { break };
            day = life.diary.on_or_after(closed + gap);
            if day > life.to || day + 30 > life.ends {
                break;
            }
        }
        life.other_contacts(first);
        life.person_rows(first);
        life.leaver_row();
        life
    }

    fn begin(newcomer: &Newcomer<'a>, first: Day) -> Self {
        let mut own = Chance::new(newcomer.seed, &format!("child {}", newcomer.number));
        let born = born(&mut own, first);
        let of_age = years_later(born, 18);
        let died = own
            .permille(known::DEATHS_PERMILLE)
            .then(|| first + own.between(20, 1_500))
            .filter(|day| *day < of_age && *day <= newcomer.to);
        Self {
            diary: newcomer.diary,
            to: newcomer.to,
            person: format!("SYN-{:06}", newcomer.number),
            family: format!("SYN-F{:06}", newcomer.family),
            number: newcomer.number,
            made: 0,
            home: Chance::new(newcomer.seed, &format!("family {}", newcomer.family)),
            own,
            born,
            died,
            ends: died.unwrap_or(of_age),
            leaver: None,
            rows: Vec::new(),
            spells: Vec::new(),
        }
    }

    /// Days until the family is referred again, if it is.
    fn again(&mut self) -> Option<Day> {
        if self.home.permille(known::AGAIN_WITHIN_A_YEAR_PERMILLE) {
            return Some(self.home.between(10, 360));
        }
        let later = self.home.permille(known::AGAIN_LATER_PERMILLE);
        later.then(|| self.home.between(366, 1_100))
    }

    /// One referral from the first day to its closing; none while it is open.
    fn referral(&mut self, day: Day) -> Option<Day> {
        let id = self.id("R");
        if self.home.permille(known::REFERRALS_NFA_PERMILLE) {
            let closed = self.diary.plus(day, self.home.between(0, 2));
            self.referral_row(&id, day, Some(closed), true);
            return self.past(closed);
        }
        let (mut from, mut next) = (day, Next::Assess);
        let closed = loop {
            let (until, then) = match next {
                Next::Assess => self.assess(&id, from),
                Next::Protect => self.protect(&id, from),
                Next::Need => self.need(&id, from),
                Next::Support => self.support(&id, from),
                Next::Care => self.care(&id, from),
                Next::Leave => self.leave(&id, from),
                Next::Close => break self.close(from),
            };
            if until > self.to {
                break None;
            }
            let is_over = until >= self.ends && then != Next::Leave;
            (from, next) = (until, if is_over { Next::Close } else { then });
        };
        self.referral_row(&id, day, closed, false);
        closed
    }

    /// Work ends some days later; whoever held the child holds until then.
    fn close(&mut self, day: Day) -> Option<Day> {
        let lag = if day >= self.ends {
            0
        } else {
            self.home.between(0, 8)
        };
        let closed = self.past(self.diary.on_or_after(day + lag));
        if let Some(spell) = self.spells.iter_mut().rev().find(|s| s.hand.is_holder()) {
            spell.until = closed;
        }
        closed
    }

    /// A phase in which this kind of team is the right one.
    fn spell(&mut self, hand: Hand, referral: &str, from: Day, until: Day) {
        self.spells.push(Spell {
            hand,
            from,
            until: self.past(until),
            referral: referral.to_owned(),
        });
    }

    fn id(&mut self, kind: &str) -> String {
        self.made += 1;
        format!("{kind}{:06}{:03}", self.number, self.made)
    }

    /// The day, unless it lies beyond the last night.
    fn past(&self, day: Day) -> Option<Day> {
        (day <= self.to).then_some(day)
    }

    /// The night on which what happened that day is recorded.
    fn recorded(&mut self, day: Day) -> Day {
        let lag = self.own.band(&known::RECORDED_WORKING_DAYS);
        self.diary.plus(day, lag)
    }

    /// A row about what happened from `day` on, recorded as people record.
    fn happened(&mut self, table: Table, day: Day, last: Day, cells: Vec<Cell>) {
        let recorded = self.recorded(day);
        self.row(table, recorded, last, cells);
    }

    fn row(&mut self, table: Table, recorded: Day, last: Day, cells: Vec<Cell>) {
        if recorded <= self.to {
            self.rows.push(Row {
                table,
                recorded,
                removed: None,
                last,
                cells,
            });
        }
    }

    /// A date that now and then is first recorded wrongly.
    fn dated(&mut self, day: Day) -> Cell {
        if !self.own.permille(known::CORRECTED_PERMILLE) {
            return Cell::Day(day);
        }
        let wrong = day - self.own.between(1, 9);
        let corrected = self.diary.plus(day, self.own.between(3, 30));
        Cell::Known(vec![
            (Day::MIN, Cell::Day(wrong)),
            (corrected, Cell::Day(day)),
        ])
    }

    /// A day known from the night on which it is recorded.
    fn later(&mut self, day: Option<Day>) -> Cell {
        match day {
            Some(day) => Cell::Known(vec![(self.recorded(day), Cell::Day(day))]),
            None => Cell::Blank,
        }
    }

    /// The id, or now and then one that leads nowhere.
    fn reference(&mut self, id: &str) -> Cell {
        if self.own.permille(known::DANGLING_PERMILLE) {
            format!("{id}X").into()
        } else {
            id.to_owned().into()
        }
    }

    /// Was the child seen, and alone?
    fn seen(&mut self) -> [Cell; 2] {
        if self.own.permille(known::SEEN_BLANK_PERMILLE) {
            return [Cell::Blank, Cell::Blank];
        }
        if self.own.permille(known::NOT_SEEN_PERMILLE) {
            return ["N".into(), "N".into()];
        }
        [
            "Y".into(),
            if self.own.percent(65) { "Y" } else { "N" }.into(),
        ]
    }

    /// A visit. The case system shows every visit among those to children in need too, under the same id.
    fn visit(&mut self, table: Table, day: Day, below: Option<&str>) {
        let id = self.id("V");
        let date = self.dated(day);
        let [seen, alone] = self.seen();
        let recorded = self.recorded(day);
        let person = Cell::from(&self.person);
        if let Some(below) = below {
            let below = self.reference(below);
            let key = [Cell::from(&id)];
            // The columns of the two tables differ in their order.
            let middle = if table == Table::CareVisits {
                [below, person.clone()]
            } else {
                [person.clone(), below]
            };
            let rest = [date.clone(), seen.clone(), alone.clone()];
            let cells = key.into_iter().chain(middle).chain(rest).collect();
            self.row(table, recorded, day, cells);
        }
        let cells = vec![id.into(), person, date, seen, alone];
        self.row(Table::NeedVisits, recorded, day, cells);
    }

    /// Visits after these numbers of working days, one after another, until the phase ends.
    fn visits(&mut self, table: Table, from: Day, until: Day, every: &[Band], below: Option<&str>) {
        let mut day = from;
        loop {
            day = self.diary.plus(day, self.home.band(every));
            if day >= until.min(self.ends) || day > self.to {
                break;
            }
            self.visit(table, day, below);
        }
    }
}

/// The day of birth of a child who is so many years old on a day; after it when not yet born.
fn born(chance: &mut Chance, day: Day) -> Day {
    match chance.band(&known::AGES) {
        -1 => day + chance.between(20, 150),
        years => years_later(day, -years) - chance.between(0, if years == 17 { 300 } else { 364 }),
    }
}
