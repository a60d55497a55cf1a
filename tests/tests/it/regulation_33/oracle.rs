//! Regulation 33 of the Care Planning, Placement and Case Review (England) Regulations 2010, plainly, from the CSV
//! files, with nothing of ours: the first review is due 20 working days after a child becomes looked after, the second
//! three months after the first, each later one six months after the one before.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    path::Path,
};

use jiff::civil::{Date, Weekday, date};

/// The review a child waits for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Waiting {
    pub(super) child: String,
    pub(super) rule: String,
    pub(super) trigger_date: Date,
    pub(super) due_date: Date,
    pub(super) overdue: bool,
}

pub(super) const FIRST: &str = "en.cla.first-review";
pub(super) const NEXT: &str = "en.cla.next-review";

struct Episode {
    start: Date,
    end: Option<Date>,
    reason_started: String,
    reason_ended: String,
    legal_status: String,
}

/// A return as the files have it, by child.
#[derive(Default)]
pub(super) struct Return {
    episodes: BTreeMap<String, Vec<Episode>>,
    reviews: BTreeMap<String, Vec<Date>>,
}

/// dd/mm/yyyy, or blank.
fn day(text: &str) -> Option<Date> {
    let numbers: Vec<i16> = text.split('/').filter_map(|n| n.parse().ok()).collect();
    match numbers[..] {
        [] => None,
        [d, m, y] => Some(date(y, m.try_into().unwrap(), d.try_into().unwrap())),
        _ => panic!("{text:?} is no date"),
    }
}

fn rows(file: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(File::open(file).unwrap());
    reader.deserialize().map(Result::unwrap).collect()
}

pub(super) fn read(folder: &Path) -> Return {
    let mut read = Return::default();
    for row in rows(&folder.join("episodes.csv")) {
        let episodes = read.episodes.entry(row["CHILD"].clone()).or_default();
        episodes.push(Episode {
            start: day(&row["DECOM"]).unwrap(),
            end: day(&row["DEC"]),
            reason_started: row["RNE"].clone(),
            reason_ended: row["REC"].clone(),
            legal_status: row["LS"].clone(),
        });
    }
    for row in rows(&folder.join("reviews.csv")) {
        let reviews = read.reviews.entry(row["CHILD"].clone()).or_default();
        reviews.extend(day(&row["REVIEW"]));
    }
    read
}

pub(super) fn bank_holidays(file: &Path) -> BTreeSet<Date> {
    let all: serde_json::Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let events = all["england-and-wales"]["events"].as_array().unwrap();
    let days = events.iter().map(|e| e["date"].as_str().unwrap());
    days.map(|text| text.parse().unwrap()).collect()
}

/// The bank holidays of England and Wales from 2015 to 2018, as they were proclaimed.
pub(super) fn holidays_of_four_years() -> BTreeSet<Date> {
    let years = [
        (2015, "1.1 3.4 6.4 4.5 25.5 31.8 25.12 28.12"),
        (2016, "1.1 25.3 28.3 2.5 30.5 29.8 26.12 27.12"),
        (2017, "2.1 14.4 17.4 1.5 29.5 28.8 25.12 26.12"),
        (2018, "1.1 30.3 2.4 7.5 28.5 27.8 25.12 26.12"),
    ];
    let mut all = BTreeSet::new();
    for (year, days) in years {
        for (day, month) in days.split(' ').filter_map(|d| d.split_once('.')) {
            all.insert(date(year, month.parse().unwrap(), day.parse().unwrap()));
        }
    }
    all
}

pub(super) fn after_working_days(start: Date, days: u32, holidays: &BTreeSet<Date>) -> Date {
    let mut day = start;
    let mut left = days;
    while left > 0 {
        day = day.tomorrow().unwrap();
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        if !weekend && !holidays.contains(&day) {
            left -= 1;
        }
    }
    day
}

pub(super) fn after_months(start: Date, months: i16) -> Date {
    let month = start.year() * 12 + i16::from(start.month()) - 1 + months;
    let first = date(month / 12, i8::try_from(month % 12 + 1).unwrap(), 1);
    let last = first.days_in_month();
    date(first.year(), first.month(), start.day().min(last))
}

fn has_died(episodes: &[Episode], as_at: Date) -> bool {
    let ended_by_death = |e: &Episode| e.reason_ended == "E2" && e.start <= as_at;
    // A death whose day is blank counts from the row's first day.
    let by_now = |e: &Episode| e.end.unwrap_or(e.start) <= as_at;
    episodes.iter().any(|e| ended_by_death(e) && by_now(e))
}

/// The first row of the period of care that is open on the day. Short breaks are not care here.
fn present_period(episodes: &[Episode], as_at: Date) -> Option<&Episode> {
    let short_break = |e: &Episode| matches!(e.legal_status.as_str(), "V1" | "V3" | "V4");
    let begun = |e: &&Episode| e.start <= as_at && !short_break(e);
    let mut care: Vec<_> = episodes.iter().filter(begun).collect();
    care.sort_by_key(|e| e.start);
    let mut first = *care.first()?;
    let mut latest_end = first.start;
    for episode in care {
        if episode.start > latest_end {
            first = episode;
        }
        let end = episode.end.filter(|end| *end <= as_at);
        latest_end = latest_end.max(end.unwrap_or(Date::MAX));
    }
    (latest_end == Date::MAX).then_some(first)
}

pub(super) fn waiting(read: &Return, as_at: Date, holidays: &BTreeSet<Date>) -> BTreeSet<Waiting> {
    let mut all = BTreeSet::new();
    for (child, episodes) in &read.episodes {
        let Some(period) = present_period(episodes, as_at) else {
            continue;
        };
        let entry_known = period.reason_started == "S";
        let in_period = |day: &&Date| period.start <= **day && **day <= as_at;
        let recorded = read.reviews.get(child).into_iter().flatten();
        let held: BTreeSet<Date> = recorded.filter(in_period).copied().collect();
        let (rule, trigger_date, due_date) = match held.last() {
            Some(last) if entry_known && held.len() == 1 => (NEXT, *last, after_months(*last, 3)),
            Some(last) => (NEXT, *last, after_months(*last, 6)),
            None if entry_known => {
                let due = after_working_days(period.start, 20, holidays);
                (FIRST, period.start, due)
            }
            None => continue,
        };
        if !has_died(episodes, as_at) {
            all.insert(Waiting {
                child: child.clone(),
                rule: rule.to_owned(),
                trigger_date,
                due_date,
                overdue: due_date < as_at,
            });
        }
    }
    all
}
