//! One authority at one moment: what every query reads.

use calendar::Calendar;
use contracts::{Authority, Organisation, StaffId, SupervisionRecord, TeamId, chronology::Holder};
use jiff::{Timestamp, civil::Date};

use super::words;
use crate::read_model::{Child, Children, Notices, Workers};

/// Working days within which something is due soon.
const SOON: u32 = 5;

#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) authority: &'a Authority,
    pub(crate) organisation: &'a Organisation,
    pub(crate) children: &'a Children,
    pub(crate) workers: &'a Workers,
    /// None: supervision is not recorded here.
    pub(crate) supervision: Option<&'a SupervisionRecord>,
    pub(crate) notices: &'a Notices,
    pub(crate) calendar: &'a Calendar,
    /// Domain time: real, or where the authority's clock is pinned.
    pub(crate) now: Timestamp,
    pub(crate) today: Date,
    pub(crate) stale_hours: u32,
}

impl Place<'_> {
    pub(crate) fn is_pinned(&self) -> bool {
        self.authority.clock.stands_still()
    }

    /// Last day that is within five working days.
    pub(crate) fn soon_until(&self) -> Date {
        self.calendar.add_working_days(self.today, SOON)
    }

    /// The oldest day that any source describes: what is shown is no newer.
    pub(crate) fn data_as_at(&self) -> Option<Date> {
        self.authority.dated_sources().map(|s| s.as_at).min()
    }

    pub(crate) fn team_of<'a>(&'a self, child: &'a Child) -> Option<&'a TeamId> {
        self.organisation.team_of(&child.holder)
    }

    pub(crate) fn team_name(&self, team: &TeamId) -> String {
        self.organisation.team(team).map_or_else(
            || format!("Team {team} (not in the directory)"),
            |t| t.name.clone(),
        )
    }

    pub(crate) fn person_name(&self, person: &StaffId) -> String {
        self.organisation.person(person).map_or_else(
            || format!("{person} (not in the directory)"),
            |p| p.name.clone(),
        )
    }

    /// `Amira Khan`; none when nobody holds.
    pub(crate) fn holder_name(&self, holder: &Holder) -> Option<String> {
        holder.worker.as_ref().map(|w| self.person_name(w))
    }

    pub(crate) fn distance(&self, due: Date) -> String {
        words::distance(self.calendar, self.today, due)
    }
}
