//! Referral, assessment, section 47 enquiry and conference.

use super::{Cell, Day, Hand, Life, Next, Table, known};

impl Life<'_> {
    pub(super) fn referral_row(&mut self, id: &str, day: Day, closed: Option<Day>, nfa: bool) {
        let late = i64::from(self.own.percent(12));
        let decided = self.recorded(day + late);
        let decision = |yes: &'static str| Cell::Known(vec![(decided, yes.into())]);
        let cells = vec![
            id.to_owned().into(),
            Cell::from(&self.person),
            self.dated(day),
            self.source().into(),
            decision(if nfa { "Y" } else { "N" }),
            self.later(closed),
            Cell::HoldingTeam(day),
            Cell::Holder(day),
            if nfa { Cell::Blank } else { decision("Y") },
        ];
        let last = closed.unwrap_or(Day::MAX);
        self.row(Table::Referrals, day, last, cells);
        if nfa {
            self.spell(Hand::Assessment, id, day, closed.unwrap_or(day));
        }
    }

    pub(super) fn assess(&mut self, referral: &str, day: Day) -> (Day, Next) {
        let start = self.diary.plus(day, self.home.between(0, 1));
        let length = self.home.band(&known::ASSESSMENT_WORKING_DAYS);
        let authorised = self.diary.plus(start, length);
        let stopped = authorised >= self.ends;
        self.assessment_row(referral, start, (!stopped).then_some(authorised));
        self.assessment_visits(day, authorised);
        if self.home.permille(known::SECTION47_PERMILLE) {
            let strategy = self
                .diary
                .plus(start, self.home.band(&[(70, (0, 2)), (30, (3, 20))]));
            if let Some(held) = self.enquire(referral, strategy) {
                self.spell(Hand::Assessment, referral, day, held);
                return (held, Next::Protect);
            }
        }
        if self.own.permille(known::CARE_AFTER_ASSESSMENT_PERMILLE) {
            let into_care = self.diary.plus(start, self.own.between(0, 25));
            self.spell(Hand::Assessment, referral, day, into_care);
            return (into_care, Next::Care);
        }
        let until = authorised.min(self.ends);
        self.spell(Hand::Assessment, referral, day, until);
        let next = if self.home.permille(known::NEED_PERMILLE) {
            Next::Need
        } else if self.home.permille(known::SUPPORT_PERMILLE) {
            Next::Support
        } else {
            Next::Close
        };
        (until, next)
    }

    fn assessment_visits(&mut self, from: Day, until: Day) {
        let mut day = self.diary.plus(from, self.home.between(1, 12));
        for _ in 0..self.home.band(&known::ASSESSMENT_VISITS) {
            if day >= self.ends || day > self.to.min(until) {
                break;
            }
            self.visit(Table::NeedVisits, day, None);
            day = self.diary.plus(day, self.home.between(3, 15));
        }
    }

    fn assessment_row(&mut self, referral: &str, start: Day, authorised: Option<Day>) {
        let authorised = authorised.and_then(|day| self.past(day));
        let seen = if self.own.percent(96) { "Y" } else { "N" };
        let recorded = self.recorded(start);
        let seen_from = self.diary.plus(start, self.own.between(2, 12));
        let cells = vec![
            self.id("A").into(),
            Cell::from(&self.person),
            self.reference(referral),
            self.dated(start),
            Cell::Known(vec![(seen_from, seen.into())]),
            self.later(authorised),
            Cell::HoldingTeam(start),
            Cell::Holder(start),
        ];
        let last = authorised.unwrap_or(Day::MAX);
        self.row(Table::Assessments, recorded, last, cells);
    }

    /// A section 47 enquiry; the day of the conference, when that decided a plan.
    pub(super) fn enquire(&mut self, referral: &str, strategy: Day) -> Option<Day> {
        if strategy >= self.ends || strategy > self.to {
            return None;
        }
        let id = self.id("S");
        let conference = self
            .home
            .permille(known::CONFERENCE_PERMILLE)
            .then(|| self.home.band(&known::CONFERENCE_WORKING_DAYS))
            .map(|n| self.diary.plus(strategy, n))
            .filter(|held| *held < self.ends);
        let latest = conference.map_or(15, |_| 9);
        let completed = self.diary.plus(strategy, self.home.between(4, latest));
        let completed = Some(completed.min(conference.unwrap_or(completed)))
            .filter(|day| *day < self.ends)
            .and_then(|day| self.past(day));
        let recorded = self.diary.plus(strategy, self.own.between(0, 3));
        let (end, nfa) = match completed {
            Some(day) => {
                let known = self.recorded(day);
                let nfa = if conference.is_none() { "Y" } else { "N" };
                (
                    Cell::Known(vec![(known, Cell::Day(day))]),
                    Cell::Known(vec![(known, nfa.into())]),
                )
            }
            None => (Cell::Blank, Cell::Blank),
        };
        let cells = vec![
            Cell::from(&id),
            self.reference(referral),
            Cell::from(&self.person),
            self.dated(strategy),
            end,
            nfa,
        ];
        let last = completed.unwrap_or(Day::MAX);
        self.row(Table::Section47, recorded, last, cells);
        self.conference(&id, strategy, conference?)
    }

    fn conference(&mut self, enquiry: &str, strategy: Day, held: Day) -> Option<Day> {
        let decided = self.home.permille(known::PLAN_PERMILLE);
        let booked = self.diary.plus(strategy, self.own.between(2, 7));
        let target = self.diary.plus(strategy, 15);
        let known = self.diary.plus(held, self.own.between(0, 4));
        let (id, plan) = (self.conference_id(held), self.plan_id(held));
        let outcome = if decided { "Y" } else { "N" };
        let moved = held > target;
        let cells = vec![
            id.into(),
            enquiry.to_owned().into(),
            Cell::from(&self.person),
            if decided {
                Cell::Known(vec![(known, plan.into())])
            } else {
                Cell::Blank
            },
            if self.own.permille(20) { "Y" } else { "N" }.into(),
            Cell::Day(if moved && self.own.percent(3) {
                target + 1
            } else {
                target
            }),
            Cell::Known(vec![(known, Cell::Day(held))]),
            Cell::Known(vec![(known, outcome.into())]),
        ];
        let last = self.past(held).unwrap_or(Day::MAX);
        self.row(Table::Conferences, booked, last, cells);
        decided.then_some(held)
    }

    /// Ids that two tables share, from the day they share.
    pub(super) fn conference_id(&self, held: Day) -> String {
        format!("I{:06}{held}", self.number)
    }

    pub(super) fn plan_id(&self, held: Day) -> String {
        format!("P{:06}{held}", self.number)
    }
}
