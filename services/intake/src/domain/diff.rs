//! What a snapshot changes for one child: an absence counts only when a second, later snapshot confirms it.

use std::{cmp::Ordering, collections::BTreeMap};

use contracts::Entry;
use jiff::civil::Date;

/// Which absences from a snapshot mean something.
#[derive(Clone, Copy, Debug)]
pub struct Absence<'k> {
    /// Kinds the snapshot spoke of; about others it said nothing.
    pub kinds: &'k [&'static str],
    /// False for a child with a refused row: the row may be the very entry that seems to be gone.
    pub child_is_sure: bool,
}

impl Absence<'_> {
    fn counts(self, entry: &Entry) -> bool {
        self.child_is_sure && self.kinds.contains(&entry.fact.kind())
    }
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

/// One source's entries of one child after a snapshot as at `as_at`. Both lists are sorted by kind and key.
pub fn diff(
    known: Vec<Entry>,
    said: Vec<Entry>,
    as_at: Date,
    absence: Absence<'_>,
) -> (Vec<Entry>, Tally) {
    let mut tally = Tally::default();
    let mut after = Vec::with_capacity(known.len().max(said.len()));
    let (mut known, mut said) = (known.into_iter().peekable(), said.into_iter().peekable());
    loop {
        let order = match (known.peek(), said.peek()) {
            (Some(old), Some(new)) => (old.fact.kind(), &old.key).cmp(&(new.fact.kind(), &new.key)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return (after, tally),
        };
        let old = known.next_if(|_| order.is_le());
        let new = said.next_if(|_| order.is_ge());
        match (old, new) {
            (Some(old), Some(new)) => after.push(said_again(&old, new, &mut tally)),
            (Some(old), None) => after.extend(not_said(old, as_at, absence, &mut tally)),
            (None, Some(new)) => {
                one(&mut tally.recorded, &new);
                after.push(new);
            }
            (None, None) => {}
        }
    }
}

fn said_again(old: &Entry, new: Entry, tally: &mut Tally) -> Entry {
    if (old.start, old.end, &old.fact) != (new.start, new.end, &new.fact) {
        one(&mut tally.changed, &new);
    } else if old.missing_since.is_some() {
        one(&mut tally.returned, &new);
    }
    Entry {
        known_from: old.known_from,
        ..new
    }
}

fn not_said(old: Entry, as_at: Date, absence: Absence<'_>, tally: &mut Tally) -> Option<Entry> {
    if !absence.counts(&old) {
        return Some(old);
    }
    match old.missing_since {
        None => {
            one(&mut tally.missing, &old);
            Some(Entry {
                missing_since: Some(as_at),
                ..old
            })
        }
        // As-at dates are whole days, so a later one is at least the twelve hours that a confirmation needs.
        Some(since) if as_at > since => {
            one(&mut tally.retracted, &old);
            None
        }
        Some(_) => Some(old),
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
            known = diff(known, reviews(said, as_at), as_at, SURE).0;
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
        let known = diff(reviews("ab", DAY), reviews("a", DAY), DAY, SURE).0;
        let (known, tally) = diff(known, reviews("a", DAY), DAY, SURE);
        assert_eq!(keys(&known), "a(b)");
        assert!(tally.is_empty());
    }

    #[test]
    fn another_value_under_the_same_key_is_a_correction_and_keeps_when_we_first_knew() {
        let later = date(2018, 4, 1);
        let (after, tally) = diff(
            vec![review("a", false, DAY)],
            vec![review("a", true, later)],
            later,
            SURE,
        );
        assert_eq!(after, vec![review("a", true, DAY)]);
        assert_eq!(tally.changed["looked_after_review"], 1);
        assert!(tally.recorded.is_empty() && tally.missing.is_empty());
    }

    #[test]
    fn an_absence_says_nothing_for_a_child_with_a_refused_row_or_a_file_that_was_not_there() {
        for absence in [
            Absence {
                kinds: &KINDS,
                child_is_sure: false,
            },
            Absence {
                kinds: &["care_episode"],
                child_is_sure: true,
            },
        ] {
            let (after, tally) = diff(
                reviews("ab", DAY),
                reviews("a", DAY),
                date(2018, 4, 1),
                absence,
            );
            assert_eq!(keys(&after), "ab");
            assert!(tally.is_empty());
        }
    }

    proptest! {
        #[test]
        fn the_same_snapshot_twice_changes_nothing(said in "[a-eA-E]{0,5}", known in "[a-e]{0,5}") {
            let (said, known) = (distinct(&said), distinct(&known));
            let (once, _) = diff(reviews(&known, DAY), reviews(&said, DAY), DAY, SURE);
            let (twice, tally) = diff(once.clone(), reviews(&said, DAY), DAY, SURE);
            prop_assert!(tally.is_empty());
            prop_assert_eq!(once, twice);
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
