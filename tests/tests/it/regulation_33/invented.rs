//! An invented return in the shape of the real one, full of what makes the count hard: gaps, short breaks, unknown
//! beginnings, deaths with and without a day, reviews of earlier periods, and reviews that were cancelled.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::Path,
};

use jiff::{
    ToSpan,
    civil::{Date, date},
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use super::AS_AT;

/// What a return has no column for, and what happened in it.
#[derive(Default)]
pub(super) struct Invented {
    /// Days of reviews that were cancelled: told by another source, on days on which none was held.
    pub(super) cancelled: BTreeMap<String, BTreeSet<Date>>,
    /// How many children have what is hard.
    pub(super) hard: BTreeMap<&'static str, usize>,
}

struct Row {
    start: Date,
    end: Option<Date>,
    began: &'static str,
    ended: &'static str,
    status: &'static str,
}

/// Writes `episodes.csv` and `reviews.csv`.
pub(super) fn write(folder: &Path, seed: u64, children: u32, until: Date) -> Invented {
    let mut chance = StdRng::seed_from_u64(seed);
    let mut invented = Invented::default();
    let mut episodes =
        "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n".to_owned();
    let mut reviews = "CHILD,DOB,REVIEW,REVIEW_CODE\n".to_owned();
    for n in 0..children {
        let child = format!("{}", 100_000 + n);
        let rows = rows(&mut chance, until, &mut invented.hard);
        for row in &rows {
            let (start, end) = (slashed(row.start), row.end.map(slashed).unwrap_or_default());
            let Row {
                began,
                ended,
                status,
                ..
            } = row;
            writeln!(
                episodes,
                "{child},{start},{began},{status},N1,U1,PR1,{end},{ended},,,,"
            )
            .unwrap();
        }
        let held = days(&mut chance, rows[0].start, until, 6);
        for day in &held {
            // Of several on one day one counts.
            for _ in 0..chance.random_range(1..3_u8) {
                writeln!(reviews, "{child},01/01/2010,{},PN1", slashed(*day)).unwrap();
            }
        }
        let mut cancelled = days(&mut chance, rows[0].start, until, 3);
        cancelled.retain(|day| !held.contains(day));
        if !cancelled.is_empty() {
            *invented.hard.entry("a cancelled review").or_default() += 1;
            invented.cancelled.insert(child, cancelled);
        }
    }
    fs::write(folder.join("episodes.csv"), episodes).unwrap();
    fs::write(folder.join("reviews.csv"), reviews).unwrap();
    invented
}

fn slashed(day: Date) -> String {
    day.strftime("%d/%m/%Y").to_string()
}

fn days(chance: &mut StdRng, from: Date, until: Date, most: u32) -> BTreeSet<Date> {
    let span = from.until(until).unwrap().get_days();
    if chance.random_bool(0.4) {
        return BTreeSet::new();
    }
    let count = chance.random_range(1..=most);
    (0..count)
        .map(|_| from + i64::from(chance.random_range(0..=span)).days())
        .collect()
}

/// One child's history: each row goes on from the one before, or begins again after a gap.
fn rows(chance: &mut StdRng, until: Date, hard: &mut BTreeMap<&'static str, usize>) -> Vec<Row> {
    let mut found = BTreeSet::new();
    let mut rows: Vec<Row> = Vec::new();
    // Some come so late that their first review is not due yet on one of the days that are compared.
    let mut start = if chance.random_bool(0.15) {
        *AS_AT.choose(chance).unwrap() - i64::from(chance.random_range(1..25_u32)).days()
    } else {
        date(2015, 1, 5) + i64::from(chance.random_range(0..1_100_u32)).days()
    };
    let mut began = if chance.random_bool(0.85) { "S" } else { "L" };
    if began == "L" {
        found.insert("an unknown beginning");
    }
    loop {
        let short_break = chance.random_bool(0.15);
        let status = if short_break {
            found.insert("a short break");
            *["V1", "V3", "V4"].choose(chance).unwrap()
        } else {
            *["C2", "V2", "C1"].choose(chance).unwrap()
        };
        let mut row = Row {
            start,
            end: None,
            began,
            ended: "",
            status,
        };
        let end = start + i64::from(chance.random_range(1..240_u32)).days();
        let last = end >= until || rows.len() >= 5 || chance.random_bool(0.3);
        if last && chance.random_bool(0.12) {
            found.insert("a death");
            row.ended = "E2";
            row.end = (end < until && chance.random_bool(0.7)).then_some(end);
            if row.end.is_none() {
                found.insert("a death without a day");
            }
        }
        if last {
            rows.push(row);
            break;
        }
        row.end = Some(end);
        let gap = chance.random_range(0..10_u8);
        (start, began) = match gap {
            // The next morning is a new period already.
            0 => (end + 1.day(), "S"),
            1 => (end + 30.days(), "S"),
            2 => (end + 3.days(), "P"),
            _ => (end, *["P", "L", "T"].choose(chance).unwrap()),
        };
        if gap < 3 {
            found.insert("a gap");
        }
        row.ended = if gap < 3 { "E4A" } else { "X1" };
        rows.push(row);
    }
    for what in found {
        *hard.entry(what).or_default() += 1;
    }
    rows
}
