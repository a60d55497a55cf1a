//! Children in need: with a plan, or supported without one.

use super::{Cell, Day, Hand, Life, Next, Table, known};

impl Life<'_> {
    pub(super) fn need(&mut self, referral: &str, day: Day) -> (Day, Next) {
        let length = self.home.band(&known::NEED_DAYS);
        let mut until = self.diary.on_or_before(day + length).min(self.ends);
        // Worries rise: an enquiry begins while the plan is open.
        let rises = self.home.permille(60) && length > 50;
        let strategy = self.diary.on_or_before(day + length - 30);
        let conference = if rises {
            self.enquire(referral, strategy)
        } else {
            None
        };
        until = conference.unwrap_or(until);
        self.need_plan_row(referral, day, until);
        self.spell(Hand::Safeguarding, referral, day, until);
        self.visits(
            Table::NeedVisits,
            day,
            until,
            &known::NEED_VISIT_WORKING_DAYS,
            None,
        );
        let next = if conference.is_some() {
            Next::Protect
        } else if self.own.permille(12) {
            Next::Care
        } else if self.home.permille(known::SUPPORT_PERMILLE) {
            Next::Support
        } else {
            Next::Close
        };
        (until, next)
    }

    fn need_plan_row(&mut self, referral: &str, day: Day, until: Day) {
        let ended = self.past(until);
        let cells = vec![
            self.id("N").into(),
            self.reference(referral),
            Cell::from(&self.person),
            self.dated(day),
            self.later(ended),
            Cell::HoldingTeam(day),
            Cell::Holder(day),
        ];
        let last = ended.unwrap_or(Day::MAX);
        self.happened(Table::NeedPlans, day, last, cells);
    }

    /// Long support without a plan, some of it with short breaks.
    pub(super) fn support(&mut self, referral: &str, day: Day) -> (Day, Next) {
        let length = self.home.band(&known::SUPPORT_DAYS);
        let until = self.diary.on_or_after(day + length).min(self.ends);
        self.spell(Hand::Safeguarding, referral, day, until);
        self.visits(Table::NeedVisits, day, until, &[(100, (30, 70))], None);
        if self.own.permille(known::SHORT_BREAKS_PERMILLE) {
            self.short_breaks(referral, day, until);
        }
        (until, Next::Close)
    }
}
