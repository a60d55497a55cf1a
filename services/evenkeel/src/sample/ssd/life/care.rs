//! A period of care: legal status, reviews, visits, health, going missing, and how it ends.

use super::{Cell, Day, Hand, Leaver, Life, Next, Table, known};
use crate::sample::ssd::diary::{months_later, years_later};

/// A period of care and what changes in it.
pub(super) struct Care {
    pub(super) id: String,
    pub(super) referral: String,
    pub(super) from: Day,
    pub(super) until: Day,
    pub(super) reason: &'static str,
    /// Legal status from a day on.
    pub(super) legal: Vec<(Day, &'static str)>,
    /// Placements: from a day on, of what type, and why it ended.
    pub(super) places: Vec<(Day, &'static str, &'static str)>,
    /// Days on which the reviewing officer saw the child.
    pub(super) seen_by_reviewer: Vec<Day>,
}

impl Life<'_> {
    pub(super) fn care(&mut self, referral: &str, day: Day) -> (Day, Next) {
        let length = self.own.band(&known::CARE_DAYS);
        let until = self.diary.on_or_after(day + length).min(self.ends);
        let is_young = day < years_later(self.born, 6) && length > 400;
        let adopted = is_young && until < self.ends && self.own.permille(known::ADOPTED_PERMILLE);
        let of_age = until == self.ends && self.died.is_none();
        let mut care = Care {
            id: self.id("L"),
            referral: referral.to_owned(),
            from: day,
            until,
            reason: self.end_reason(until, of_age, adopted),
            legal: self.legal_course(day, until, adopted),
            places: Vec::new(),
            seen_by_reviewer: Vec::new(),
        };
        care.places = self.placement_course(&care, adopted);
        self.care_reviews(&mut care, |life, from| life.diary.plus(from, 20));
        self.care_rows(&care);
        self.care_visits(&care);
        self.health(&care);
        self.goes_missing(&care);
        if adopted {
            self.adoption_row(&care);
        }
        self.spell(Hand::LookedAfter, referral, day, until);
        self.spell(Hand::Reviewer, referral, day, until);
        let leaves = self.becomes_eligible(&care);
        let next = if self.died == Some(until) || (of_age && !leaves) || adopted {
            Next::Close
        } else if leaves {
            Next::Leave
        } else if self.own.percent(40) {
            Next::Need
        } else {
            Next::Close
        };
        (until, next)
    }

    /// A series of short breaks: care in the law's eyes, and none of the clocks of care.
    pub(super) fn short_breaks(&mut self, referral: &str, day: Day, until: Day) {
        let mut care = Care {
            id: self.id("L"),
            referral: referral.to_owned(),
            from: day,
            until,
            reason: "E4A",
            legal: vec![(day, "V4")],
            places: vec![(day, "U6", "")],
            seen_by_reviewer: Vec::new(),
        };
        self.care_reviews(&mut care, |_, from| months_later(from, 3));
        self.care_rows(&care);
        self.spell(Hand::Reviewer, referral, day, until);
    }

    fn care_rows(&mut self, care: &Care) {
        let places = self.placement_rows(care);
        self.episode_rows(care, &places);
        for (place, (from, code)) in care.legal.iter().enumerate() {
            let until = care
                .legal
                .get(place + 1)
                .map_or(care.until, |(day, _)| *day);
            let ended = self.past(until);
            let cells = vec![
                self.id("G").into(),
                Cell::from(&self.person),
                (*code).into(),
                Cell::Day(*from),
                self.later(ended),
            ];
            let last = ended.unwrap_or(Day::MAX);
            self.happened(Table::LegalStatus, *from, last, cells);
        }
    }

    fn end_reason(&mut self, until: Day, of_age: bool, adopted: bool) -> &'static str {
        if self.died == Some(until) {
            "E2"
        } else if adopted {
            if self.own.percent(30) { "E11" } else { "E12" }
        } else if of_age || until > years_later(self.born, 17) {
            self.own
                .weighted(&[(45, "E5"), (20, "E6"), (25, "E17"), (6, "E4A"), (4, "E7")])
        } else {
            self.own.weighted(&[
                (40, "E4A"),
                (12, "E4B"),
                (10, "E13"),
                (9, "E41"),
                (9, "E45"),
                (5, "E46"),
                (3, "E47"),
                (4, "E3"),
                (8, "E8"),
            ])
        }
    }

    fn legal_course(&mut self, from: Day, until: Day, adopted: bool) -> Vec<(Day, &'static str)> {
        let first = self
            .own
            .weighted(&[(52, "V2"), (34, "C1"), (6, "L1"), (5, "L2"), (3, "J1")]);
        let mut course = vec![(from, first)];
        let (mut day, mut status) = (from, first);
        loop {
            let (after, next) = match status {
                "L1" | "L2" => (self.own.between(3, 8), "C1"),
                "V2" if adopted || self.own.percent(35) => (self.own.between(20, 150), "C1"),
                "C1" if adopted || self.own.percent(80) => (self.own.between(150, 300), "C2"),
                "C2" if adopted => (self.own.between(30, 60), "E1"),
                _ => break,
            };
            day = self.diary.on_or_after(day + after);
            if day >= until {
                break;
            }
            status = next;
            course.push((day, status));
        }
        course
    }

    /// Reviews from the first limit on: the second within three months, the others within six.
    fn care_reviews(&mut self, care: &mut Care, first: impl Fn(&Self, Day) -> Day) {
        let (mut before, mut due) = (care.from, first(self, care.from));
        let mut number = 0;
        loop {
            let held = if number == 0 && due < care.from + 40 {
                let n = self.own.band(&known::FIRST_REVIEW_WORKING_DAYS);
                self.diary.plus(care.from, n)
            } else if self.own.permille(known::CARE_REVIEW_IN_TIME_PERMILLE) {
                self.diary.on_or_before(due - self.own.between(0, 14))
            } else {
                self.diary.on_or_after(due + self.own.between(1, 35))
            };
            if self.own.permille(known::CANCELLED_PERMILLE) {
                let called_off = self.diary.on_or_before(held - 5);
                self.review_row(care, before, due, Review::Cancelled(called_off));
            }
            let is_held = held < care.until && held <= self.to;
            self.review_row(
                care,
                before,
                due,
                if is_held {
                    Review::Held(held)
                } else {
                    Review::Booked
                },
            );
            if !is_held {
                break;
            }
            care.seen_by_reviewer.push(held);
            number += 1;
            // Some extracts count days, not months.
            due = held + if number == 1 { 91 } else { 183 };
            before = held;
        }
    }

    fn review_row(&mut self, care: &Care, booked: Day, due: Day, review: Review) {
        let mut recorded = self.recorded(booked);
        let (held, cancelled): (Cell, Cell) = match review {
            Review::Held(day) => (self.later(Some(day)), "N".into()),
            Review::Booked => (Cell::Blank, "N".into()),
            Review::Cancelled(day) => {
                recorded = recorded.max(day);
                (Cell::Blank, "Y".into())
            }
        };
        let cells = vec![
            self.id("W").into(),
            Cell::from(&care.id),
            Cell::Day(due),
            held,
            cancelled,
        ];
        let last = match review {
            Review::Held(day) | Review::Cancelled(day) => day,
            Review::Booked => Day::MAX,
        };
        self.row(Table::CareReviews, recorded, last, cells);
        if matches!(review, Review::Booked) && self.past(care.until).is_some() {
            let removed = self.recorded(care.until);
            if let Some(row) = self.rows.last_mut().filter(|_| recorded <= self.to) {
                row.removed = Some(removed);
            }
        }
    }

    /// Within a week of each new placement, then about every six weeks.
    fn care_visits(&mut self, care: &Care) {
        for (place, (from, _, _)) in care.places.iter().enumerate() {
            let until = care.places.get(place + 1).map_or(care.until, |next| next.0);
            let first = if self.own.permille(known::FIRST_VISIT_IN_TIME_PERMILLE) {
                self.own.between(1, 5)
            } else {
                self.own.between(8, 25)
            };
            let mut day = self.diary.on_or_after(from + first);
            while day < until && day <= self.to {
                self.visit(Table::CareVisits, day, Some(&care.id));
                let every = self.own.band(&known::CARE_VISIT_DAYS);
                day = self.diary.on_or_before(day + every).max(day + 1);
            }
        }
    }

    /// The first health assessment, then every half year under five and every year from five; and the dentist.
    fn health(&mut self, care: &Care) {
        let n = self.own.band(&known::FIRST_HEALTH_WORKING_DAYS);
        let mut day = self.diary.plus(care.from, n);
        while day < care.until && day <= months_later(self.to, 1) {
            self.health_row("Health Assessment", day);
            let dentist = self.diary.on_or_after(day + self.own.between(20, 120));
            if self.own.percent(60) && dentist < care.until {
                self.health_row("Dental Check", dentist);
            }
            let months = if day < years_later(self.born, 5) {
                6
            } else {
                12
            };
            let due = months_later(day, months);
            day = if self.own.permille(known::HEALTH_IN_TIME_PERMILLE) {
                self.diary.on_or_before(due - self.own.between(0, 40))
            } else {
                self.diary.on_or_after(due + self.own.between(1, 120))
            };
        }
    }

    fn health_row(&mut self, what: &'static str, day: Day) {
        let booked = self.diary.on_or_before(day - self.own.between(5, 40));
        let recorded = self.recorded(day);
        let outcome = if self.own.permille(25) {
            "Refused"
        } else {
            "Completed"
        };
        let cells = vec![
            self.id("H").into(),
            Cell::from(&self.person),
            what.into(),
            Cell::Day(day),
            Cell::Known(vec![(booked, "Planned".into()), (recorded, outcome.into())]),
        ];
        self.row(Table::Health, booked, day, cells);
    }

    fn goes_missing(&mut self, care: &Care) {
        let mut year = care.from.max(years_later(self.born, 10));
        while year < care.until && year <= self.to {
            if self.own.permille(known::MISSING_PERMILLE) {
                for _ in 0..self.own.band(&known::MISSING_TIMES) {
                    let day = year + self.own.between(1, 360);
                    if day + 5 < care.until {
                        self.missing_row(day);
                    }
                }
            }
            year += 365;
        }
    }

    fn missing_row(&mut self, day: Day) {
        let back = day + self.own.band(&[(60, (0, 1)), (30, (1, 3)), (10, (3, 5))]);
        let (left, returned) = if back == day {
            (self.own.between(480, 900), self.own.between(901, 1_430))
        } else if self.own.percent(25) {
            (0, 0)
        } else {
            (self.own.between(600, 1_430), self.own.between(10, 1_430))
        };
        let recorded = self.diary.plus(day, self.own.between(0, 1));
        let known = self.diary.plus(back, self.own.between(0, 2)).max(recorded);
        let asked = self.diary.plus(back, self.own.between(1, 6)).max(known);
        let offered = if self.own.permille(known::INTERVIEW_OFFERED_PERMILLE) {
            "Y"
        } else {
            self.own.weighted(&[(70, "N"), (30, "NA")])
        };
        let accepted = match offered {
            "Y" => self.own.weighted(&[(60, "Y"), (40, "N")]),
            other => other,
        };
        let answer = |code: &'static str| Cell::Known(vec![(asked, code.into())]);
        let ended = self.past(back);
        let cells = vec![
            self.id("X").into(),
            Cell::from(&self.person),
            Cell::Moment(day, left),
            Cell::Known(vec![(known, Cell::Moment(back, returned))]),
            answer(offered),
            answer(accepted),
        ];
        self.row(Table::Missing, recorded, ended.unwrap_or(Day::MAX), cells);
    }

    fn adoption_row(&mut self, care: &Care) {
        let Some((placed, ..)) = care.places.iter().find(|place| place.1.starts_with('A')) else {
            return;
        };
        let order = self.past(care.until);
        let cells = vec![
            self.id("O").into(),
            Cell::from(&self.person),
            Cell::from(&care.id),
            Cell::Day(*placed),
            self.later(order),
        ];
        self.happened(Table::Permanence, *placed, order.unwrap_or(Day::MAX), cells);
    }

    /// From 16, after thirteen weeks in care.
    fn becomes_eligible(&mut self, care: &Care) -> bool {
        let from = years_later(self.born, 16).max(care.from + 91);
        if from >= care.until || from >= years_later(self.born, 18) {
            return false;
        }
        let mut leaver = self.leaver.take().unwrap_or_else(|| Leaver::new(from));
        leaver.is("Eligible", from);
        self.keeps_in_touch(&mut leaver, from, care.until);
        self.leaver = Some(leaver);
        true
    }
}

#[derive(Clone, Copy)]
enum Review {
    Held(Day),
    /// Due, and not held yet.
    Booked,
    Cancelled(Day),
}
