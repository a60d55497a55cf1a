//! Days on which invented workers had supervision: mostly in time, sometimes not recorded.

use jiff::{ToSpan, civil::Date};

use super::{
    chance::Chance,
    files::{self, SampleFile},
    staff::{Person, Staff},
};

/// How far back the record goes, in days.
const REACHES_BACK: i64 = 300;

pub(super) fn invent(staff: &Staff, day: Date, seed: u64) -> SampleFile {
    let mut chance = Chance::new(seed, "supervision");
    let mut rows = Vec::new();
    let supervised = staff.people.iter().filter(|p| !p.manager.is_empty());
    for person in supervised.filter(|p| p.leave.is_none()) {
        let mut held = days(person, day, &mut chance);
        if chance.percent(15) {
            held.pop();
        }
        for held_on in held {
            let id = format!("SYN-SUP-{:04}", rows.len() + 1);
            let (staff, by) = (person.id.clone(), person.manager.clone());
            rows.push(vec![staff, held_on.to_string(), id, by]);
        }
    }
    let header = "staff_id,held_on,id,supervisor_id";
    files::csv(files::SUPERVISION, header, rows.into_iter())
}

fn days(person: &Person, today: Date, chance: &mut Chance) -> Vec<Date> {
    let reaches_back = today.saturating_sub(REACHES_BACK.days());
    let mut held = Vec::new();
    let mut next = person.start.max(reaches_back);
    loop {
        let interval = interval(person, next);
        next = next.saturating_add((interval - chance.between(0, interval / 5)).days());
        while is_weekend(next) {
            next = next.saturating_sub(1.day());
        }
        if let Some((from, to)) = person.absence
            && (from..=to).contains(&next)
        {
            next = to.saturating_add(1.day());
        }
        while is_weekend(next) {
            next = next.saturating_add(1.day());
        }
        if next > today {
            return held;
        }
        held.push(next);
    }
}

fn is_weekend(day: Date) -> bool {
    day.weekday().to_monday_one_offset() > 5
}

/// In days, counted from the last one.
fn interval(person: &Person, last: Date) -> i64 {
    let weeks = |n: i64| person.start.saturating_add(n.weeks());
    match person.first_year_until {
        Some(_) if last < weeks(6) => 7,
        Some(_) if last < weeks(26) => 14,
        _ => 30,
    }
}
