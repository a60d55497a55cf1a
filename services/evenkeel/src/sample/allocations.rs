//! Who held each child when: a contiguous history, ending with one worker, or with nobody.

use jiff::{ToSpan, civil::Date};

use super::{chance::Chance, staff::Staff};

/// One involvement; the first day counts, the last no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Allocation {
    pub(super) child: String,
    /// Blank: the team holds and nobody in it.
    pub(super) worker: String,
    pub(super) team: String,
    pub(super) start: Date,
    pub(super) end: Option<Date>,
}

/// What to invent for one child.
pub(super) struct Held<'a> {
    pub(super) child: &'a str,
    pub(super) since: Date,
    /// When care ended; the last worker's involvement ends with it.
    pub(super) until: Option<Date>,
    pub(super) team: &'a str,
    pub(super) worker: &'a str,
    /// Since when nobody holds, when nobody does.
    pub(super) nobody_since: Option<Date>,
}

/// Days a worker holds at least.
const SHORTEST: i64 = 40;

/// Earlier workers of the same team first, then the present one.
pub(super) fn history(
    staff: &Staff,
    chance: &mut Chance,
    held: &Held<'_>,
    day: Date,
) -> Vec<Allocation> {
    let last_day = held.until.or(held.nobody_since).unwrap_or(day);
    let changes = changes(chance, held.since, last_day);
    let earlier: Vec<&str> = staff
        .workers(held.team)
        .chain(staff.leaver(held.team))
        .map(|p| p.id.as_str())
        .filter(|id| *id != held.worker)
        .collect();
    let mut rows = Vec::new();
    let mut start = held.since;
    let mut before = "";
    for change in changes {
        let others: Vec<&str> = earlier.iter().copied().filter(|id| *id != before).collect();
        if others.is_empty() {
            break;
        }
        before = *chance.pick(&others);
        rows.push(Allocation {
            child: held.child.to_owned(),
            worker: before.to_owned(),
            team: held.team.to_owned(),
            start,
            end: Some(change),
        });
        start = change;
    }
    rows.push(Allocation {
        child: held.child.to_owned(),
        worker: held.worker.to_owned(),
        team: held.team.to_owned(),
        start,
        end: held.until.or(held.nobody_since),
    });
    rows
}

/// Days on which the worker changed, about every year and a half.
fn changes(chance: &mut Chance, since: Date, until: Date) -> Vec<Date> {
    let mut changes = Vec::new();
    let mut day = since;
    loop {
        day = day.saturating_add(chance.between(SHORTEST, 2 * 540 - SHORTEST).days());
        if day.saturating_add(SHORTEST.days()) > until {
            return changes;
        }
        changes.push(day);
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::sample::staff::{Plan, invent};

    #[test]
    fn a_history_has_no_gap_and_ends_with_the_present_worker() {
        let day = date(2018, 3, 31);
        let staff = invent(&Plan {
            seed: 3,
            day,
            teams: vec![("Synthetic north", 6), ("Synthetic south", 6)],
        });
        let mut chance = Chance::new(3, "test");
        let mut changed = 0;
        for n in 0..200 {
            let held = Held {
                child: "1",
                since: date(2012, 1, 1).saturating_add((n * 11).days()),
                until: None,
                team: "SYN-T02",
                worker: "SYN-W007",
                nobody_since: None,
            };
            let rows = history(&staff, &mut chance, &held, day);
            assert_eq!(rows[0].start, held.since);
            for pair in rows.windows(2) {
                assert_eq!(pair[0].end, Some(pair[1].start));
                assert_ne!(pair[0].worker, pair[1].worker);
                assert!(pair[0].start < pair[1].start);
            }
            let last = rows.last().unwrap();
            assert_eq!((last.worker.as_str(), last.end), ("SYN-W007", None));
            assert!(last.start <= day);
            changed += usize::from(rows.len() > 1);
        }
        assert!((50..199).contains(&changed), "{changed}");
    }
}
