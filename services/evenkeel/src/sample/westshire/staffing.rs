//! Three small teams, one of whose workers is away.

use jiff::{ToSpan, civil::Date};

use crate::sample::staff::{Plan, Staff, WORKER, invent as invent_staff};

pub(super) const TEAMS: [(&str, usize); 3] = [
    ("Synthetic North team", 3),
    ("Synthetic South team", 3),
    ("Synthetic West team", 4),
];

pub(super) fn invent(anchor: Date, seed: u64) -> Staff {
    let mut staff = invent_staff(&Plan {
        seed,
        day: anchor,
        teams: TEAMS.to_vec(),
    });
    // Exactly one, so that everybody can see what cover does.
    let mut workers = staff
        .people
        .iter_mut()
        .filter(|p| p.role == WORKER && p.leave.is_none());
    if let Some(away) = workers.next() {
        let from = anchor.saturating_sub(4.days());
        away.absence = Some((from, anchor.saturating_add(10.days())));
    }
    for person in workers {
        person.absence = None;
    }
    staff
}
