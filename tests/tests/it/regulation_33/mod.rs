//! Regulation 33 written a second time and compared with what the suite works out from the same return.

mod invented;
mod oracle;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, io,
    path::{Path, PathBuf},
};

use calendar::Calendar;
use contracts::{
    Authority, ChildId, Chronology, Entry, Fact, Obligation, ObligationState, commands::RefusedRow,
};
use deadlines::domain::{
    decide::{Circumstances, Decision, Established, decide},
    rules::Rules,
    running::Running,
};
use intake::{
    domain::{
        authority::{self, Accepted, ClockWish},
        gate::Limits,
    },
    sources::{self, Reading, Roles, Terms, Watch},
};
use jiff::{
    Timestamp,
    civil::{Date, date},
};

use oracle::Waiting;

const AS_AT: [Date; 3] = [date(2016, 9, 30), date(2017, 12, 31), date(2018, 3, 31)];

/// Data that is not in the repository; none (and said so) when it is not on this machine, a failure in CI.
pub(crate) fn shared_data() -> Option<PathBuf> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    if data.is_dir() {
        return Some(data);
    }
    assert!(env::var_os("CI").is_none(), "{} is missing", data.display());
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    {
        eprintln!("skipped: {} is missing", data.display());
    }
    None
}

struct NothingRefused;

impl Watch for NothingRefused {
    fn progress(&mut self, _: &str, _: u64, _: u64) {}

    /// The one row of social workers has a reason that does not exist; it is not about reviews.
    fn refused(&mut self, row: &RefusedRow) -> io::Result<()> {
        assert_eq!(row.file, "sw_episodes.csv", "{row:?}");
        Ok(())
    }
}

/// A return as intake reads it, and the authority as it then is.
struct Taken {
    reading: Reading,
    authority: Authority,
    as_at: Date,
    cancelled: BTreeMap<String, BTreeSet<Date>>,
}

fn take(folder: &Path, as_at: Date) -> Taken {
    let source = sources::named("ssda903").unwrap();
    let limits = Limits {
        fall_percent: 0,
        refused_percent: 100,
    };
    let terms = Terms {
        as_at,
        limits,
        roles: Roles::default(),
    };
    let reading = sources::read(source, folder, terms, &mut NothingRefused).unwrap();
    let unknown = authority::unknown(&"westshire".parse().unwrap());
    let accepted = Accepted {
        name: None,
        source: source.name,
        as_at,
        at: Timestamp::UNIX_EPOCH,
        supplies: &reading.supplies,
        visits_seen_unreliable: false,
        synthetic: false,
        clock: ClockWish::Pin,
        children_new: 0,
        children_changed: 0,
    };
    Taken {
        authority: authority::after(unknown, &accepted),
        reading,
        as_at,
        cancelled: BTreeMap::new(),
    }
}

impl Taken {
    /// With reviews that another source says were cancelled.
    fn and_cancelled(mut self, cancelled: BTreeMap<String, BTreeSet<Date>>) -> Self {
        self.cancelled = cancelled;
        self
    }

    /// Every child's list, worked out from the lists of an earlier day.
    fn lists(&self, before: &BTreeMap<ChildId, Decision>) -> BTreeMap<ChildId, Decision> {
        let rules = Rules::built_in();
        let at = Circumstances {
            running: &Running::of(&rules, &self.authority, self.as_at),
            calendar: &Calendar::england_and_wales(),
            established: &Established::default(),
            today: self.as_at,
        };
        let children = self.reading.children.ids().map(|id| ChildId::new(&**id));
        children
            .map(|child| {
                let prior = before.get(&child).map_or(&[][..], |d| &d.list);
                let decision = decide(prior, &self.chronology(&child), at);
                (child, decision)
            })
            .collect()
    }

    fn chronology(&self, child: &ChildId) -> Chronology {
        let mut entries = self.reading.children.entries(child, "ssda903", self.as_at);
        let cancelled = self.cancelled.get(child.as_str()).into_iter().flatten();
        entries.extend(cancelled.map(|day| Entry {
            key: format!("{day} cancelled"),
            source: "ssd".to_owned(),
            start: *day,
            end: None,
            known_from: *day,
            missing_since: None,
            fact: Fact::looked_after_review(true),
        }));
        entries.sort_by(|a, b| (a.fact.kind(), &a.key).cmp(&(b.fact.kind(), &b.key)));
        Chronology {
            authority: self.authority.authority.clone(),
            child: child.clone(),
            revision: 1,
            authority_revision: 1,
            entries,
        }
    }
}

fn running(lists: &BTreeMap<ChildId, Decision>) -> BTreeSet<Waiting> {
    let waiting = |child: &ChildId, o: &Obligation| Waiting {
        child: child.to_string(),
        rule: o.rule.id.clone(),
        trigger_date: o.trigger_date,
        due_date: o.due_date,
        overdue: o.state == ObligationState::Overdue,
    };
    let mut all = BTreeSet::new();
    for (child, decision) in lists {
        let of_both = |o: &&Obligation| [oracle::FIRST, oracle::NEXT].contains(&o.rule.id.as_str());
        let running = decision.list.iter().filter(|o| o.state.is_running());
        let running = running.filter(of_both);
        all.extend(running.map(|o| waiting(child, o)));
    }
    all
}

fn assert_same(as_at: Date, plainly: &BTreeSet<Waiting>, ours: &BTreeSet<Waiting>) {
    let missing: Vec<_> = plainly.difference(ours).collect();
    let extra: Vec<_> = ours.difference(plainly).collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "as at {as_at}: {} of {} reviews are not found, the first {:#?}; {} are found besides, the first {:#?}",
        missing.len(),
        plainly.len(),
        &missing[..missing.len().min(5)],
        extra.len(),
        &extra[..extra.len().min(5)],
    );
}

#[test]
fn every_open_review_is_the_one_that_regulation_33_written_plainly_gives() {
    let Some(data) = shared_data() else { return };
    let plainly = oracle::read(&data.join("ssda903"));
    let holidays = oracle::bank_holidays(&data.join("calendar/bank-holidays.json"));
    let mut from_day_to_day = BTreeMap::new();
    for as_at in AS_AT {
        let plainly = oracle::waiting(&plainly, as_at, &holidays);
        let taken = take(&data.join("ssda903"), as_at);

        let at_once = taken.lists(&BTreeMap::new());
        assert_same(as_at, &plainly, &running(&at_once));
        from_day_to_day = taken.lists(&from_day_to_day);
        assert_same(as_at, &plainly, &running(&from_day_to_day));

        assert_all_sorts(as_at, &plainly);
    }
}

fn assert_all_sorts(as_at: Date, plainly: &BTreeSet<Waiting>) {
    for (rule, overdue) in [
        (oracle::FIRST, false),
        (oracle::FIRST, true),
        (oracle::NEXT, false),
        (oracle::NEXT, true),
    ] {
        let seen = plainly
            .iter()
            .any(|w| w.rule == rule && w.overdue == overdue);
        assert!(seen, "as at {as_at} nothing is compared for {rule}");
    }
}

fn compare_invented(seed: u64) {
    let holidays = oracle::holidays_of_four_years();
    let folder = tempfile::tempdir().unwrap();
    let invented = invented::write(folder.path(), seed, 600, AS_AT[2]);
    for what in [
        "a gap",
        "a short break",
        "an unknown beginning",
        "a death",
        "a death without a day",
        "a cancelled review",
    ] {
        let times = invented.hard.get(what).copied().unwrap_or_default();
        assert!(times >= 5, "seed {seed}: {what} occurs {times} times");
    }
    let read = oracle::read(folder.path());
    let mut from_day_to_day = BTreeMap::new();
    for as_at in AS_AT {
        let plainly = oracle::waiting(&read, as_at, &holidays);
        assert_all_sorts(as_at, &plainly);
        let taken = take(folder.path(), as_at).and_cancelled(invented.cancelled.clone());
        assert_same(as_at, &plainly, &running(&taken.lists(&BTreeMap::new())));
        from_day_to_day = taken.lists(&from_day_to_day);
        assert_same(as_at, &plainly, &running(&from_day_to_day));
    }
}

#[test]
fn an_invented_return_of_gaps_short_breaks_deaths_and_cancelled_reviews_comes_out_the_same() {
    for seed in 0..5 {
        compare_invented(seed);
    }
}

#[test]
fn soak_a_hundred_invented_returns_come_out_the_same() {
    for seed in 1_000..1_100 {
        compare_invented(seed);
    }
}

#[test]
fn the_holidays_written_by_hand_are_those_that_were_published() {
    let Some(data) = shared_data() else { return };
    let published = oracle::bank_holidays(&data.join("calendar/bank-holidays.json"));
    let by_hand = oracle::holidays_of_four_years();
    let first = published.first().unwrap().max(by_hand.first().unwrap());
    let last = by_hand.last().unwrap();
    assert!(first < &date(2018, 1, 1), "they have years in common");
    let both = |days: &BTreeSet<Date>| days.range(first..=last).copied().collect::<Vec<_>>();
    assert_eq!(both(&by_hand), both(&published));
}

/// The worked dates of the domain's description: the second writing is itself checked.
#[test]
fn the_plain_writing_counts_as_the_worked_dates_do() {
    let Some(data) = shared_data() else { return };
    let holidays = oracle::bank_holidays(&data.join("calendar/bank-holidays.json"));
    for (start, days, due) in [
        (date(2025, 4, 17), 1, date(2025, 4, 22)),
        (date(2025, 4, 11), 15, date(2025, 5, 7)),
        (date(2020, 4, 27), 15, date(2020, 5, 19)),
        (date(2024, 11, 4), 45, date(2025, 1, 9)),
        (date(2025, 5, 3), 20, date(2025, 6, 3)),
        (date(2025, 12, 18), 10, date(2026, 1, 6)),
    ] {
        assert_eq!(oracle::after_working_days(start, days, &holidays), due);
    }
    assert_eq!(
        oracle::after_months(date(2025, 8, 31), 6),
        date(2026, 2, 28)
    );
    assert_eq!(
        oracle::after_months(date(2025, 12, 31), 6),
        date(2026, 6, 30)
    );
}
