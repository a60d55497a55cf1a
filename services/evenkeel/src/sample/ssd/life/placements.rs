//! Where a child lives while in care, and the history of care as rows.

use super::{Cell, Day, Life, Table, care::Care, known};
use crate::sample::ssd::diary::years_later;

const CHANGES: [(i64, &str); 8] = [
    (45, "CARPL"),
    (16, "CREQB"),
    (10, "CREQO"),
    (9, "CHILD"),
    (9, "LAREQ"),
    (5, "STAND"),
    (3, "ALLEG"),
    (3, "OTHER"),
];

impl Life<'_> {
    pub(super) fn placement_course(
        &mut self,
        care: &Care,
        adopted: bool,
    ) -> Vec<(Day, &'static str, &'static str)> {
        let mut course = Vec::new();
        let matched =
            adopted.then(|| (care.until - self.own.between(120, 350)).max(care.from + 60));
        let mut day = care.from;
        while day < matched.unwrap_or(care.until) {
            let place = self.place(care, day);
            course.push((day, place, self.own.weighted(&CHANGES)));
            day = self
                .diary
                .on_or_after(day + self.own.band(&known::PLACEMENT_DAYS));
        }
        if let Some(matched) = matched {
            course.push((self.diary.on_or_after(matched), "A6", ""));
        }
        course
    }

    fn place(&mut self, care: &Care, day: Day) -> &'static str {
        let place = if day >= years_later(self.born, 16) {
            self.own.weighted(&known::PLACEMENTS_FROM_16)
        } else {
            self.own.weighted(&known::PLACEMENTS)
        };
        let status = care.legal.iter().rev().find(|(from, _)| *from <= day);
        let ordered = status.is_some_and(|(_, code)| code.starts_with('C'));
        // Living with parents while in care needs a care order.
        if place == "P1" && !ordered {
            "U6"
        } else {
            place
        }
    }

    /// One row a placement; gives their ids.
    pub(super) fn placement_rows(&mut self, care: &Care) -> Vec<String> {
        let mut ids = Vec::new();
        for (place, (from, kind, change)) in care.places.iter().enumerate() {
            let next = care.places.get(place + 1);
            let until = next.map_or(care.until, |next| next.0);
            let ended = self.past(until);
            let distance = match self.own.weighted(&[(5, 0), (72, 1), (23, 2)]) {
                0 => "999.9".to_owned(),
                1 => format!("{}.{}", self.own.between(0, 19), self.own.between(0, 9)),
                _ => format!("{}.{}", self.own.between(20, 140), self.own.between(0, 9)),
            };
            let end = self.later(ended);
            let why = match (&end, next) {
                (Cell::Known(versions), Some(_)) => {
                    Cell::Known(vec![(versions[0].0, (*change).into())])
                }
                _ => Cell::Blank,
            };
            let id = self.id("E");
            let cells = vec![
                Cell::from(&id),
                Cell::from(&care.id),
                Cell::from(&self.person),
                self.dated(*from),
                (*kind).into(),
                distance.into(),
                end,
                why,
            ];
            let recorded = self.diary.plus(*from, self.own.between(0, 4));
            self.row(
                Table::Placements,
                recorded,
                ended.unwrap_or(Day::MAX),
                cells,
            );
            ids.push(id);
        }
        ids
    }

    /// One row for each stretch in which neither legal status nor placement changed.
    pub(super) fn episode_rows(&mut self, care: &Care, places: &[String]) {
        let mut days: Vec<Day> = care.legal.iter().map(|l| l.0).collect();
        days.extend(care.places.iter().map(|p| p.0));
        days.sort_unstable();
        days.dedup();
        let mut night = Day::MIN;
        let contacts: Vec<(Day, Cell)> = care
            .seen_by_reviewer
            .iter()
            .map(|day| {
                night = night.max(self.recorded(*day));
                (night, Cell::Day(*day))
            })
            .collect();
        for (at, day) in days.iter().enumerate() {
            let until = days.get(at + 1).copied();
            let ended = self.past(until.unwrap_or(care.until));
            let end = self.later(ended);
            let reason = if until.is_some() { "X1" } else { care.reason };
            let why = match &end {
                Cell::Known(versions) => Cell::Known(vec![(versions[0].0, reason.into())]),
                _ => Cell::Blank,
            };
            let living = care.places.iter().rposition(|place| place.0 <= *day);
            let cells = vec![
                self.id("D").into(),
                Cell::from(&self.person),
                Cell::maybe(living.map(|n| places[n].as_str())),
                Cell::Day(*day),
                start_reason(care, *day).into(),
                end,
                why,
                Cell::from(&care.id),
                self.reference(&care.referral),
                Cell::Known(contacts.clone()),
                Cell::Day(care.from),
            ];
            let recorded = self.diary.plus(*day, self.own.between(0, 4));
            self.row(
                Table::CareEpisodes,
                recorded,
                ended.unwrap_or(Day::MAX),
                cells,
            );
        }
    }
}

fn start_reason(care: &Care, day: Day) -> &'static str {
    let moved = care.places.iter().any(|place| place.0 == day);
    let ordered = care.legal.iter().any(|status| status.0 == day);
    match (moved, ordered) {
        _ if day == care.from => "S",
        (true, true) => "B",
        (true, false) => "P",
        (false, _) => "L",
    }
}
