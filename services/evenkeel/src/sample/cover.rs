//! `sample --cover`: the directory and allocations that an SSDA903 return lacks.

use std::{collections::BTreeMap, path::Path};

use jiff::{ToSpan, civil::Date};

use super::{
    allocations::{Allocation, Held, history},
    chance::Chance,
    episodes, files,
    files::SampleFile,
    staff::{Person, Plan, Staff, invent},
};

/// Children a worker holds, about the English average.
const CASELOAD: usize = 16;
const TEAM: usize = 7;

/// What was invented.
#[derive(Debug)]
pub struct Cover {
    pub files: Vec<SampleFile>,
    pub children: usize,
    pub people: usize,
    pub teams: usize,
    /// Children whom nobody holds on the day.
    pub unheld: usize,
}

/// Invents workers for every child with an open episode on `day`.
pub fn invent_for(folder: &Path, day: Date, seed: u64) -> anyhow::Result<Cover> {
    let open = episodes::open_on(folder, day)?;
    anyhow::ensure!(
        !open.is_empty(),
        "no child has an open episode on {day}: give the day the return describes with --as-at"
    );
    Ok(cover(&open, day, seed))
}

fn cover(open: &BTreeMap<String, Date>, day: Date, seed: u64) -> Cover {
    let staff = invent(&Plan {
        seed,
        day,
        teams: team_sizes(open.len()),
    });
    let rows = allocate(&staff, open, day, seed);
    let unheld = open.len()
        - rows
            .iter()
            .filter(|r| r.end.is_none() && !r.worker.is_empty())
            .count();
    Cover {
        children: open.len(),
        people: staff.people.len(),
        teams: staff.teams.len(),
        unheld,
        files: vec![
            files::people(&staff),
            files::teams(&staff),
            files::allocations(&rows),
        ],
    }
}

/// Teams of six to eight, as even as can be.
fn team_sizes(children: usize) -> Vec<(&'static str, usize)> {
    let workers = children.div_ceil(CASELOAD).max(1);
    let teams = workers.div_ceil(TEAM);
    (0..teams)
        .map(|n| {
            let size = workers / teams + usize::from(n < workers % teams);
            (NAMES[n % NAMES.len()], size)
        })
        .collect()
}

const NAMES: [&str; 12] = [
    "Synthetic Ash team",
    "Synthetic Beech team",
    "Synthetic Cedar team",
    "Synthetic Damson team",
    "Synthetic Elm team",
    "Synthetic Fir team",
    "Synthetic Gorse team",
    "Synthetic Hazel team",
    "Synthetic Ivy team",
    "Synthetic Juniper team",
    "Synthetic Larch team",
    "Synthetic Maple team",
];

/// Deals the children out by working time, then invents each one's history.
fn allocate(staff: &Staff, open: &BTreeMap<String, Date>, day: Date, seed: u64) -> Vec<Allocation> {
    let mut chance = Chance::new(seed, "allocations");
    let mut children: Vec<(&String, &Date)> = open.iter().collect();
    chance.shuffle(&mut children);
    let workers: Vec<&Person> = staff
        .teams
        .iter()
        .flat_map(|t| staff.workers(&t.id))
        .collect();
    let room: Vec<i64> = workers
        .iter()
        .map(|w| w.fte * chance.between(80, 125))
        .collect();
    let mut load = vec![0_i64; workers.len()];
    let mut rows = Vec::new();
    for (child, since) in children {
        let least = (0..workers.len())
            .min_by_key(|i| ((load[*i] + 1) * 1_000_000 / room[*i], *i))
            .unwrap_or(0);
        load[least] += 1;
        let worker = workers[least];
        let nobody_since = (chance.percent(2) && *since < day.saturating_sub(60.days()))
            .then(|| day.saturating_sub(chance.between(1, 21).days()));
        let held = Held {
            child,
            since: *since,
            until: None,
            team: &worker.team,
            worker: &worker.id,
            nobody_since,
        };
        rows.extend(history(staff, &mut chance, &held, day));
    }
    rows.sort_by(|a, b| (&a.child, a.start).cmp(&(&b.child, b.start)));
    rows
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::date;

    use super::*;

    fn open(children: i64) -> BTreeMap<String, Date> {
        (0..children)
            .map(|n| {
                (
                    n.to_string(),
                    date(2018, 3, 31).saturating_sub((n * 3 % 3000).days()),
                )
            })
            .collect()
    }

    #[test]
    fn every_child_in_care_is_held_and_caseloads_are_about_sixteen() {
        let day = date(2018, 3, 31);
        let open = open(1200);
        let cover = cover(&open, day, 1);
        assert_eq!(cover.children, 1200);
        assert!((5..60).contains(&cover.unheld), "{}", cover.unheld);
        let allocations = &cover.files[2].content;
        let mut covered = BTreeSet::new();
        let mut load: BTreeMap<String, usize> = BTreeMap::new();
        for line in allocations.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            covered.insert(cells[0].to_owned());
            if cells[5].is_empty() {
                *load.entry(cells[1].to_owned()).or_default() += 1;
            }
        }
        assert_eq!(covered, open.into_keys().collect());
        assert!(load.values().all(|n| (6..=22).contains(n)), "{load:?}");
    }

    #[test]
    fn teams_have_six_to_eight_workers_once_there_are_enough_children() {
        for children in [700, 1000, 1234, 2123, 5000] {
            for (_, size) in team_sizes(children) {
                assert!((6..=8).contains(&size), "{children}: {size}");
            }
        }
        assert_eq!(team_sizes(3).len(), 1);
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
        let (open, day) = (open(100), date(2018, 3, 31));
        assert_eq!(cover(&open, day, 1).files, cover(&open, day, 1).files);
        assert_ne!(cover(&open, day, 1).files, cover(&open, day, 2).files);
    }
}
