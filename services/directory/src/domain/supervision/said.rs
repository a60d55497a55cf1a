//! What is published: each day once, from whichever source it came.

use std::collections::BTreeSet;

use contracts::{AuthorityCode, StaffId, Supervision, SupervisionRecord, SupervisionTold};
use jiff::{ToSpan, civil::Date};

use super::FileRows;

/// How far back days are published; the latest is whenever it was.
const MONTHS: i32 = 13;

/// What there is to know of some people's supervision.
#[derive(Debug, Default)]
pub struct Sources {
    pub file: FileRows,
    pub told: Vec<SupervisionTold>,
    /// The day the last file described.
    pub file_as_at: Option<Date>,
}

impl Sources {
    /// The days on which one person had supervision. What an event told is overtaken by a file of a later day that has
    /// the same key.
    fn days(&self, staff: &StaffId) -> BTreeSet<Date> {
        // A row that is gone spoke last in the file before the one that lacks it.
        let spoke_on = |key: &str| {
            let row = self.file.get(&(staff.clone(), key.to_owned()))?;
            let lacked = row.missing_since.filter(|_| row.removed);
            lacked.map(|missing| missing.as_at).or(self.file_as_at)
        };
        let told = self.told.iter().filter(|told| told.staff_id == *staff);
        let told = told
            .flat_map(|told| &told.held)
            .filter(|told| spoke_on(&told.key).is_none_or(|file| file <= told.told_on));
        let told: Vec<_> = told.collect();
        let rows = self.file.range((staff.clone(), String::new())..);
        let rows = rows.take_while(|((who, _), _)| who == staff);
        let file = rows.filter(|((_, key), held)| {
            // Told again since the file was made: the event's word stands.
            !held.removed && !told.iter().any(|told| told.key == *key)
        });
        let file: BTreeSet<Date> = file.map(|(_, held)| held.held_on).collect();
        told.iter().map(|t| t.held_on).chain(file).collect()
    }

    fn people(&self) -> BTreeSet<&StaffId> {
        let file = self.file.keys().map(|(staff, _)| staff);
        file.chain(self.told.iter().map(|told| &told.staff_id))
            .collect()
    }
}

/// What to publish of these people, where it is not what was last published.
pub fn said(
    authority: &AuthorityCode,
    sources: &Sources,
    before: &[Supervision],
    as_at: Date,
) -> Vec<Supervision> {
    let oldest = as_at.saturating_sub(MONTHS.months());
    let mut changed = Vec::new();
    for staff in sources.people() {
        let days = sources.days(staff);
        let latest = days.last().copied();
        let held: Vec<Date> = days
            .into_iter()
            .filter(|day| *day >= oldest || Some(*day) == latest)
            .collect();
        let before = before.iter().find(|s| s.staff_id == *staff);
        if before.map_or(&[][..], |s| &s.held) != held {
            changed.push(Supervision {
                authority: authority.clone(),
                staff_id: staff.clone(),
                revision: before.map_or(0, |s| s.revision) + 1,
                held,
            });
        }
    }
    changed
}

/// What to publish of the record as a whole, where it is not what was last published: `first` is the earliest day that
/// is known of anybody.
pub fn record(
    authority: &AuthorityCode,
    before: Option<&SupervisionRecord>,
    first: Option<Date>,
    as_at: Date,
) -> Option<SupervisionRecord> {
    let since = first.or(before.map(|b| b.since))?;
    let removed = first.is_none();
    let as_at = before.map_or(as_at, |b| b.as_at.max(as_at));
    let is_new = before.is_none_or(|b| (b.since, b.removed, b.as_at) != (since, removed, as_at));
    is_new.then(|| SupervisionRecord {
        authority: authority.clone(),
        revision: before.map_or(0, |b| b.revision) + 1,
        since,
        removed,
        as_at,
    })
}
