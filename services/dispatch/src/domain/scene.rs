//! An authority at one moment: everything a decision looks at besides the rows it is about.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{Calendar, WorkingHours};
use contracts::{Authority, AuthorityCode, Organisation, Person, TeamId};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time},
};

use super::{batch::BatchState, child::Recorded, policy::Policies};

/// What the settings say, put into the shape that decisions use.
#[derive(Clone, Debug)]
pub struct Settings {
    pub policies: Policies,
    pub day_starts: Time,
    pub day_ends: Time,
    /// Days on which an authority is shut beyond the bank holidays.
    pub closures: BTreeMap<AuthorityCode, BTreeSet<Date>>,
    pub line_limit: usize,
    /// `{child}` stands for the id. Blank: no links.
    pub link_pattern: String,
    /// Whom to tell that a message is wrong. Blank: the manager.
    pub contact: String,
    /// The teams that arrange conferences and health assessments. None: the manager is told.
    pub conference_office: Option<TeamId>,
    pub health_office: Option<TeamId>,
}

impl Settings {
    /// Working days and hours of one authority.
    pub fn calendar(&self, authority: &AuthorityCode) -> Calendar {
        Calendar::england_and_wales()
            .with_hours(WorkingHours {
                start: self.day_starts,
                end: self.day_ends,
            })
            .with_closures(self.closures.get(authority).cloned().unwrap_or_default())
    }
}

pub struct Scene<'a> {
    pub settings: &'a Settings,
    pub calendar: &'a Calendar,
    pub authority: &'a Authority,
    pub organisation: &'a Organisation,
    /// Domain time, and its day in London.
    pub now: Timestamp,
    pub today: Date,
    /// Those that are not released.
    pub batches: &'a BTreeMap<u64, BatchState>,
    /// What the authority's sources record of who is there for a child.
    pub recorded: Recorded,
}

impl Scene<'_> {
    /// The day the data describes: what the newest source said.
    pub fn data_as_at(&self) -> Option<Date> {
        self.authority.sources.iter().map(|s| s.as_at).max()
    }

    /// The person's next morning at work, this one included; somebody unknown works as the authority does.
    pub fn next_morning(&self, person: Option<&Person>) -> Option<Timestamp> {
        self.calendar.next_working_morning(
            self.now,
            |weekday| person.is_none_or(|p| p.works_on(weekday)),
            |day| person.is_some_and(|p| p.is_absent(day)),
        )
    }

    /// The person's first morning at work in a month: of this one while it is not over, else of the next.
    pub fn next_month_s_first_morning(&self, person: Option<&Person>) -> Option<Timestamp> {
        let zone = calendar::london();
        let of_month = |day: Date| {
            let first = zone
                .to_timestamp(day.first_of_month().at(0, 0, 0, 0))
                .ok()?;
            self.calendar.next_working_morning(
                first,
                |weekday| person.is_none_or(|p| p.works_on(weekday)),
                |day| person.is_some_and(|p| p.is_absent(day)),
            )
        };
        let next_month = self.today.last_of_month().saturating_add(1.day());
        of_month(self.today)
            .filter(|morning| *morning >= self.now)
            .or_else(|| of_month(next_month))
    }

    pub fn is_working_time(&self, person: Option<&Person>) -> bool {
        self.calendar.is_working_time(
            self.now,
            |weekday| person.is_none_or(|p| p.works_on(weekday)),
            |day| person.is_some_and(|p| p.is_absent(day)),
        )
    }
}
