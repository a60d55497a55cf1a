//! A protection plan: visits, review conferences, and what follows.

use super::{Cell, Day, Hand, Life, Next, Table, known};
use crate::sample::ssd::diary::months_later;

impl Life<'_> {
    /// The plan that the conference held on `day` decided.
    pub(super) fn protect(&mut self, referral: &str, day: Day) -> (Day, Next) {
        let plan = self.plan_id(day);
        let length = self.home.band(&known::PROTECTION_DAYS);
        let until = self.diary.on_or_after(day + length).min(self.ends);
        self.plan_row(referral, &plan, day, until);
        self.spell(Hand::Safeguarding, referral, day, until);
        self.spell(Hand::Chair, referral, day, until);
        self.visits(
            Table::ProtectionVisits,
            day,
            until,
            &known::PROTECTION_VISIT_WORKING_DAYS,
            Some(&plan),
        );
        self.review_conferences(&plan, day, until);
        // A second enquiry on an open plan, as in life.
        if self.home.permille(60) {
            let strategy = self.diary.on_or_after(day + length / 2);
            if strategy < until {
                self.enquire_again(referral, strategy);
            }
        }
        let next = if self.own.permille(known::CARE_AFTER_PROTECTION_PERMILLE) {
            Next::Care
        } else if self.home.percent(70) {
            Next::Need
        } else {
            Next::Close
        };
        (until, next)
    }

    fn plan_row(&mut self, referral: &str, plan: &str, day: Day, until: Day) {
        let ended = self.past(until);
        let elsewhere = if self.own.permille(15) { "Y" } else { "N" };
        let conference = self.conference_id(day);
        let cells = vec![
            plan.to_owned().into(),
            self.reference(referral),
            self.reference(&conference),
            Cell::from(&self.person),
            Cell::Day(day),
            self.later(ended),
            elsewhere.into(),
        ];
        let recorded = self.diary.plus(day, self.own.between(0, 4));
        let last = ended.unwrap_or(Day::MAX);
        self.row(Table::ProtectionPlans, recorded, last, cells);
    }

    /// It ends with no further action: the plan goes on.
    fn enquire_again(&mut self, referral: &str, strategy: Day) {
        let ended = self.diary.plus(strategy, self.home.between(3, 10));
        let ended = self.past(ended).filter(|day| *day < self.ends);
        let end = self.later(ended);
        let nfa = match &end {
            Cell::Known(versions) => Cell::Known(vec![(versions[0].0, "Y".into())]),
            _ => Cell::Blank,
        };
        let cells = vec![
            self.id("S").into(),
            self.reference(referral),
            Cell::from(&self.person),
            Cell::Day(strategy),
            end,
            nfa,
        ];
        let last = ended.unwrap_or(Day::MAX);
        self.happened(Table::Section47, strategy, last, cells);
    }

    /// The first within three months, the others within six of the one before.
    fn review_conferences(&mut self, plan: &str, day: Day, until: Day) {
        let (mut before, mut months) = (day, 3);
        loop {
            let due = months_later(before, months);
            let in_time = self
                .home
                .permille(known::PROTECTION_REVIEW_IN_TIME_PERMILLE);
            let held = if in_time {
                self.diary.on_or_before(due - self.home.between(0, 12))
            } else {
                self.diary.on_or_after(due + self.home.between(1, 30))
            };
            let is_held = held <= until && held < self.ends;
            self.review_conference(plan, before, due, is_held.then_some(held), until);
            if !is_held || held > self.to {
                break;
            }
            (before, months) = (held, 6);
        }
    }

    fn review_conference(
        &mut self,
        plan: &str,
        booked: Day,
        due: Day,
        held: Option<Day>,
        until: Day,
    ) {
        let ends = held == Some(until);
        let held = held.and_then(|day| self.past(day));
        let date = self.later(held);
        let known = match &date {
            Cell::Known(versions) => Some(versions[0].0),
            _ => None,
        };
        let from = |cell: Cell| known.map_or(Cell::Blank, |night| Cell::Known(vec![(night, cell)]));
        let (id, meeting) = (self.id("Q"), self.id("M"));
        let cells = vec![
            id.into(),
            Cell::from(&self.person),
            self.reference(plan),
            Cell::Day(due),
            date,
            from(meeting.into()),
            from(if ends { "N" } else { "Y" }.into()),
        ];
        let recorded = self.recorded(booked);
        let last = held.unwrap_or(Day::MAX);
        self.row(Table::ProtectionReviews, recorded, last, cells);
        // A booking that came to nothing goes when the plan ends.
        if held.is_none() && self.past(until).is_some() {
            let removed = self.recorded(until);
            if let Some(row) = self.rows.last_mut().filter(|_| recorded <= self.to) {
                row.removed = Some(removed);
            }
        }
    }
}
