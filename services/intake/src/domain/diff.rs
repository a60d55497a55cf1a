//! What a snapshot changes for one child: an absence counts only when a second, later snapshot confirms it.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use contracts::Entry;
use jiff::civil::Date;

use super::window;

/// Which absences from a snapshot mean something.
#[derive(Clone, Copy, Debug)]
pub struct Absence<'k> {
    /// Kinds the snapshot spoke of; about others it said nothing.
    pub kinds: &'k [&'static str],
    /// False for a child with a refused row: the row may be the very entry that seems to be gone.
    pub child_is_sure: bool,
    /// What lies wholly before this day has aged out of the source.
    pub edge: Option<Date>,
    /// Kinds of which the source holds the latest only, under the key `<row> <date>`.
    pub latest: &'k [&'static str],
    /// Days whose absences this snapshot comes too soon to confirm.
    pub too_near: &'k BTreeSet<Date>,
}

impl Absence<'_> {
    fn counts(self, entry: &Entry) -> bool {
        self.child_is_sure && self.kinds.contains(&entry.fact.kind())
    }

    /// Aged out of the source, or overtaken in it by a later one of the same row.
    fn is_history(self, entry: &Entry, latest: &[Entry]) -> bool {
        let overtakes = |new: &Entry| {
            let same = new.fact.kind() == entry.fact.kind() && row(new) == row(entry);
            same && new.start > entry.start
        };
        self.edge.is_some_and(|edge| window::is_before(entry, edge))
            || (self.latest.contains(&entry.fact.kind()) && latest.iter().any(overtakes))
    }
}

/// The row that a fact of which there is the latest only stands in.
fn row(entry: &Entry) -> Option<&str> {
    entry.key.rsplit_once(' ').map(|(row, _)| row)
}

/// One source's entries of one child after a snapshot.
#[derive(Debug, Default)]
pub struct After {
    pub entries: Vec<Entry>,
    pub tally: Tally,
    /// Entries that were not said and may yet go: the next snapshot has to look again, even if it says the same.
    pub loose: u64,
}

/// How many entries of each kind changed, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub recorded: BTreeMap<&'static str, u64>,
    /// The same key now says something else: a correction.
    pub changed: BTreeMap<&'static str, u64>,
    /// Absent for the first time: still counted.
    pub missing: BTreeMap<&'static str, u64>,
    /// Back after a first absence.
    pub returned: BTreeMap<&'static str, u64>,
    pub retracted: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub fn add(&mut self, other: Self) {
        for (to, from) in [
            (&mut self.recorded, other.recorded),
            (&mut self.changed, other.changed),
            (&mut self.missing, other.missing),
            (&mut self.returned, other.returned),
            (&mut self.retracted, other.retracted),
        ] {
            for (kind, n) in from {
                *to.entry(kind).or_default() += n;
            }
        }
    }
}

fn one(of: &mut BTreeMap<&'static str, u64>, entry: &Entry) {
    *of.entry(entry.fact.kind()).or_default() += 1;
}

/// Both lists are sorted by kind and key.
pub fn diff(known: Vec<Entry>, said: Vec<Entry>, as_at: Date, absence: Absence<'_>) -> After {
    let mut after = After {
        entries: Vec::with_capacity(known.len().max(said.len())),
        ..After::default()
    };
    let is_latest = |e: &&Entry| absence.latest.contains(&e.fact.kind());
    let latest: Vec<Entry> = said.iter().filter(is_latest).cloned().collect();
    let (mut known, mut said) = (known.into_iter().peekable(), said.into_iter().peekable());
    loop {
        let order = match (known.peek(), said.peek()) {
            (Some(old), Some(new)) => (old.fact.kind(), &old.key).cmp(&(new.fact.kind(), &new.key)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return after,
        };
        let old = known.next_if(|_| order.is_le());
        let new = said.next_if(|_| order.is_ge());
        match (old, new) {
            (Some(old), Some(new)) => after.said_again(&old, new),
            (Some(old), None) => after.not_said(old, as_at, absence, &latest),
            (None, Some(new)) => {
                one(&mut after.tally.recorded, &new);
                after.entries.push(new);
            }
            (None, None) => {}
        }
    }
}

impl After {
    fn said_again(&mut self, old: &Entry, new: Entry) {
        if (old.start, old.end, &old.fact) != (new.start, new.end, &new.fact) {
            one(&mut self.tally.changed, &new);
        } else if old.missing_since.is_some() {
            one(&mut self.tally.returned, &new);
        }
        self.entries.push(Entry {
            known_from: old.known_from,
            ..new
        });
    }

    fn not_said(&mut self, mut old: Entry, as_at: Date, absence: Absence<'_>, latest: &[Entry]) {
        if absence.counts(&old) {
            if absence.is_history(&old, latest) {
                if old.missing_since.take().is_some() {
                    one(&mut self.tally.returned, &old);
                }
                self.entries.push(old);
                return;
            }
            match old.missing_since {
                None => {
                    one(&mut self.tally.missing, &old);
                    old.missing_since = Some(as_at);
                }
                Some(since) if as_at > since && !absence.too_near.contains(&since) => {
                    one(&mut self.tally.retracted, &old);
                    return;
                }
                Some(_) => {}
            }
        }
        self.loose += 1;
        self.entries.push(old);
    }
}

#[cfg(test)]
mod tests {
    use contracts::Fact;
    use jiff::{ToSpan, civil::date};
    use proptest::prelude::*;

    use super::*;

    const KINDS: [&str; 1] = ["looked_after_review"];
    const SURE: Absence<'_> = Absence {
        kinds: &KINDS,
        child_is_sure: true,
        edge: None,
        latest: &[],
        too_near: &BTreeSet::new(),
    };
    const DAY: Date = date(2018, 3, 31);

    fn review(key: &str, cancelled: bool, as_at: Date) -> Entry {
        Entry {
            key: key.to_owned(),
            source: "ssda903".to_owned(),
            start: date(2018, 1, 1),
            end: None,
            known_from: as_at,
            missing_since: None,
            fact: Fact::looked_after_review(cancelled),
        }
    }

    fn reviews(keys: &str, as_at: Date) -> Vec<Entry> {
        keys.chars()
            .map(|c| review(&c.to_string(), c.is_uppercase(), as_at))
            .collect()
    }

    fn keys(entries: &[Entry]) -> String {
        entries
            .iter()
            .map(|e| {
                if e.missing_since.is_some() {
                    format!("({})", e.key)
                } else {
                    e.key.clone()
                }
            })
            .collect()
    }

    /// Snapshots a day apart, each a set of letters; what remains after each.
    fn after_each(snapshots: &[&str]) -> Vec<String> {
        let mut known = Vec::new();
        let mut seen = Vec::new();
        for (n, said) in (0_i64..).zip(snapshots) {
            let as_at = DAY + n.days();
            known = diff(known, reviews(said, as_at), as_at, SURE).entries;
            seen.push(keys(&known));
        }
        seen
    }

    #[test]
    fn an_entry_goes_only_when_a_second_later_snapshot_lacks_it_too() {
        assert_eq!(after_each(&["ab", "a", "a"]), ["ab", "a(b)", "a"]);
        assert_eq!(
            after_each(&["ab", "b", "ab", "b"]),
            ["ab", "(a)b", "ab", "(a)b"]
        );
    }

    #[test]
    fn a_second_absence_of_the_same_day_confirms_nothing() {
        let known = diff(reviews("ab", DAY), reviews("a", DAY), DAY, SURE).entries;
        let after = diff(known, reviews("a", DAY), DAY, SURE);
        assert_eq!(keys(&after.entries), "a(b)");
        assert!(after.tally.is_empty());
    }

    #[test]
    fn a_second_absence_too_soon_after_the_first_confirms_nothing_and_a_third_does() {
        let known = diff(reviews("ab", DAY), reviews("a", DAY), DAY, SURE).entries;
        let soon = Absence {
            too_near: &BTreeSet::from([DAY]),
            ..SURE
        };
        let after = diff(known, reviews("a", DAY), DAY + 1.day(), soon);
        assert_eq!((keys(&after.entries).as_str(), after.loose), ("a(b)", 1));
        let after = diff(after.entries, reviews("a", DAY), DAY + 2.days(), SURE);
        assert_eq!(after.tally.retracted["looked_after_review"], 1);
    }

    #[test]
    fn what_has_aged_out_of_the_source_is_history_and_needs_no_second_look() {
        for (edge, want, loose) in [(date(2018, 1, 2), "ab", 0), (date(2018, 1, 1), "a(b)", 1)] {
            let absence = Absence {
                edge: Some(edge),
                ..SURE
            };
            let after = diff(reviews("ab", DAY), reviews("a", DAY), DAY, absence);
            assert_eq!((keys(&after.entries).as_str(), after.loose), (want, loose));
        }
        let first = diff(reviews("ab", DAY), reviews("a", DAY), DAY, SURE).entries;
        let aged = Absence {
            edge: Some(date(2018, 1, 2)),
            ..SURE
        };
        let after = diff(first, reviews("a", DAY), DAY + 1.day(), aged);
        assert_eq!(keys(&after.entries), "ab");
        assert_eq!(after.tally.returned["looked_after_review"], 1);
    }

    #[test]
    fn another_value_under_the_same_key_is_a_correction_and_keeps_when_we_first_knew() {
        let later = date(2018, 4, 1);
        let After { entries, tally, .. } = diff(
            vec![review("a", false, DAY)],
            vec![review("a", true, later)],
            later,
            SURE,
        );
        assert_eq!(entries, vec![review("a", true, DAY)]);
        assert_eq!(tally.changed["looked_after_review"], 1);
        assert!(tally.recorded.is_empty() && tally.missing.is_empty());
    }

    #[test]
    fn an_absence_says_nothing_for_a_child_with_a_refused_row_or_a_file_that_was_not_there() {
        for absence in [
            Absence {
                child_is_sure: false,
                ..SURE
            },
            Absence {
                kinds: &["care_episode"],
                ..SURE
            },
        ] {
            let after = diff(
                reviews("ab", DAY),
                reviews("a", DAY),
                date(2018, 4, 1),
                absence,
            );
            assert_eq!((keys(&after.entries).as_str(), after.loose), ("ab", 1));
            assert!(after.tally.is_empty());
        }
    }

    #[test]
    fn of_a_fact_that_is_held_latest_only_an_older_one_is_history_and_a_wrong_one_goes() {
        let contact = |row: &str, day| Entry {
            key: format!("{row} {day}"),
            start: day,
            fact: Fact::CareLeaverContact,
            ..review("", false, DAY)
        };
        let absence = Absence {
            kinds: &["care_leaver_contact"],
            latest: &["care_leaver_contact"],
            ..SURE
        };
        let (may, june) = (date(2018, 5, 1), date(2018, 6, 1));
        for (what, said, want, loose) in [
            (
                "a later one",
                contact("7", june),
                "7 2018-05-017 2018-06-01",
                0,
            ),
            (
                "an earlier one",
                contact("7", DAY),
                "7 2018-03-31(7 2018-05-01)",
                1,
            ),
            (
                "of another row",
                contact("8", june),
                "(7 2018-05-01)8 2018-06-01",
                1,
            ),
        ] {
            let after = diff(vec![contact("7", may)], vec![said], june, absence);
            assert_eq!(
                (keys(&after.entries).as_str(), after.loose),
                (want, loose),
                "{what}"
            );
        }
    }

    proptest! {
        #[test]
        fn the_same_snapshot_twice_changes_nothing(said in "[a-eA-E]{0,5}", known in "[a-e]{0,5}") {
            let (said, known) = (distinct(&said), distinct(&known));
            let once = diff(reviews(&known, DAY), reviews(&said, DAY), DAY, SURE).entries;
            let twice = diff(once.clone(), reviews(&said, DAY), DAY, SURE);
            prop_assert!(twice.tally.is_empty());
            prop_assert_eq!(once, twice.entries);
        }

        #[test]
        fn after_a_then_b_then_a_all_of_a_stands_and_nothing_of_b_is_lost_unconfirmed(a in "[a-h]{0,8}", b in "[a-h]{0,8}") {
            let (a, b) = (distinct(&a), distinct(&b));
            let last = after_each(&[&a, &b, &a]).pop().unwrap();
            for c in a.chars() {
                let unsaid = format!("({c})");
                prop_assert!(last.contains(c) && !last.contains(&unsaid));
            }
            for c in b.chars().filter(|c| !a.contains(*c)) {
                let unsaid = format!("({c})");
                prop_assert!(last.contains(&unsaid), "{} in {}", unsaid, last);
            }
            let confirmed = after_each(&[&a, &b, &a, &a]).pop().unwrap();
            prop_assert_eq!(confirmed, a);
        }

        #[test]
        fn an_entry_never_goes_without_two_absences_in_a_row(snapshots in proptest::collection::vec("[a-d]{0,4}", 1..8)) {
            let snapshots: Vec<String> = snapshots.iter().map(|s| distinct(s)).collect();
            let texts: Vec<&str> = snapshots.iter().map(String::as_str).collect();
            let states = after_each(&texts);
            for n in 1..states.len() {
                for c in states[n - 1].chars().filter(char::is_ascii_lowercase) {
                    if !states[n].contains(c) {
                        prop_assert!(!texts[n].contains(c) && !texts[n - 1].contains(c));
                    }
                }
            }
        }
    }

    fn distinct(letters: &str) -> String {
        letters
            .chars()
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect()
    }
}
