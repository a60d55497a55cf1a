//! How many clocks are late, due soon, coming, and met lately.

use jiff::civil::Date;

use super::{Place, filter::Filter};
use crate::read_model::{Child, Clock, Standing};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Past the due date, nothing recorded.
    pub(crate) late: u64,
    /// Due within five working days, today included.
    pub(crate) soon: u64,
    pub(crate) later: u64,
    /// Recorded within the last 28 days.
    pub(crate) met: u64,
    /// Of the running ones, those of children whom nobody holds.
    pub(crate) unheld: u64,
}

/// Which of the counts a clock belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Late,
    Soon,
    Later,
    Met,
}

/// None for a clock that no list of dates shows: met too long ago, or nothing is due (see `found`).
pub(crate) fn kind(clock: &Clock, today: Date, soon_until: Date) -> Option<Kind> {
    match &clock.standing {
        Standing::Running if clock.found.is_some() => None,
        Standing::Running if clock.due_date < today => Some(Kind::Late),
        Standing::Running if clock.due_date <= soon_until => Some(Kind::Soon),
        Standing::Running => Some(Kind::Later),
        Standing::Met { on, .. } => {
            let oldest =
                today.saturating_sub(jiff::Span::new().days(crate::read_model::RECENT_DAYS));
            (*on >= oldest).then_some(Kind::Met)
        }
    }
}

impl Counts {
    pub(crate) fn add(
        &mut self,
        place: &Place<'_>,
        soon_until: Date,
        child: &Child,
        filter: &Filter,
    ) {
        let unheld = child.holder.worker.is_none();
        for clock in &child.clocks {
            let Some(kind) = kind(clock, place.today, soon_until) else {
                continue;
            };
            if !filter.keeps(clock, kind) {
                continue;
            }
            match kind {
                Kind::Late => self.late += 1,
                Kind::Soon => self.soon += 1,
                Kind::Later => self.later += 1,
                Kind::Met => self.met += 1,
            }
            self.unheld += u64::from(unheld && kind != Kind::Met);
        }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            late: self.late + other.late,
            soon: self.soon + other.soon,
            later: self.later + other.later,
            met: self.met + other.met,
            unheld: self.unheld + other.unheld,
        }
    }

    pub(crate) fn running(&self) -> u64 {
        self.late + self.soon + self.later
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.running() + self.met == 0
    }
}
