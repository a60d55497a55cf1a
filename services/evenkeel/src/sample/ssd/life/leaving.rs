//! Young people who were looked after: pathway plans and keeping in touch. The dataset has one row for each, with the
//! latest dates only.

use super::{Cell, Day, Hand, Life, Next, Table, known};
use crate::sample::ssd::diary::years_later;

#[derive(Clone, Debug)]
pub(super) struct Leaver {
    from: Day,
    eligibility: Vec<(Day, &'static str)>,
    contacts: Vec<Day>,
    plans: Vec<Day>,
    until: Option<Day>,
}

impl Leaver {
    pub(super) fn new(from: Day) -> Self {
        Self {
            from,
            eligibility: Vec::new(),
            contacts: Vec::new(),
            plans: Vec::new(),
            until: None,
        }
    }

    pub(super) fn is(&mut self, eligibility: &'static str, from: Day) {
        self.eligibility.push((from, eligibility));
    }
}

impl Life<'_> {
    pub(super) fn keeps_in_touch(&mut self, leaver: &mut Leaver, from: Day, until: Day) {
        let mut day = from + self.own.between(5, 40);
        while day < until && day <= self.to {
            leaver.contacts.push(self.diary.on_or_after(day));
            day += self.own.band(&known::CONTACT_DAYS);
        }
        let mut day = match leaver.plans.last() {
            Some(last) => last + self.own.band(&known::PATHWAY_DAYS),
            None => from + self.own.between(40, 110),
        };
        while day < until && day <= self.to {
            leaver.plans.push(self.diary.on_or_after(day));
            day += self.own.band(&known::PATHWAY_DAYS);
        }
    }

    /// From the end of care until 21, some until 25.
    pub(super) fn leave(&mut self, referral: &str, day: Day) -> (Day, Next) {
        let of_age = years_later(self.born, 18);
        if self.died.is_none() {
            let years = if self.own.percent(15) { 25 } else { 21 };
            self.ends = years_later(self.born, years);
        }
        let until = self.ends;
        let mut leaver = self.leaver.take().unwrap_or_else(|| Leaver::new(day));
        if day < of_age {
            leaver.is("Relevant", day);
        }
        if of_age < until {
            leaver.is("Former Relevant", day.max(of_age));
        }
        if self.own.permille(known::IN_TOUCH_PERMILLE) {
            self.keeps_in_touch(&mut leaver, day, until);
        }
        leaver.until = self.past(until);
        self.leaver = Some(leaver);
        self.spell(Hand::Leaving, referral, day, until);
        (until, Next::Close)
    }

    pub(super) fn leaver_row(&mut self) {
        let Some(leaver) = self.leaver.take() else {
            return;
        };
        let eligibility = leaver
            .eligibility
            .iter()
            .map(|(day, code)| (self.recorded(*day), (*code).into()))
            .collect();
        let contacts = self.latest(&leaver.contacts);
        let plans = self.latest(&leaver.plans);
        let in_touch = leaver
            .contacts
            .last()
            .is_some_and(|day| day + 150 > self.to);
        let held = |cell: fn(Day) -> Cell| {
            let versions = leaver.eligibility.iter();
            Cell::Known(versions.map(|(day, _)| (*day, cell(day + 1))).collect())
        };
        let (team, worker) = (held(Cell::HoldingTeam), held(Cell::Holder));
        let cells = vec![
            self.id("K").into(),
            Cell::from(&self.person),
            Cell::Known(eligibility),
            if in_touch { "YES" } else { "NO" }.into(),
            contacts,
            plans,
            team,
            worker,
        ];
        let last = leaver.until.unwrap_or(Day::MAX);
        self.happened(Table::CareLeavers, leaver.from, last, cells);
    }

    /// Of several days the latest that is recorded.
    fn latest(&mut self, days: &[Day]) -> Cell {
        let mut night = Day::MIN;
        let versions = days.iter().map(|day| {
            night = night.max(self.recorded(*day));
            (night, Cell::Day(*day))
        });
        Cell::Known(versions.collect())
    }
}
