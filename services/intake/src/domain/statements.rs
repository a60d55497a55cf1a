//! What one snapshot says, held in a few dozen bytes a row: facts and children are kept once each, keys end to end in
//! one text.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashMap},
    hash::{BuildHasher, RandomState},
    sync::Arc,
};

use contracts::{ChildId, Entry, Fact, chronology::VisitPurpose};
use data_encoding::HEXLOWER;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

/// One fact about a child, as a row of a source says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub child: String,
    pub start: Date,
    pub end: Option<Date>,
    pub key: Key,
    pub fact: Fact,
}

/// What tells a row from the child's others of its kind, from snapshot to snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// The source's own id of the row: said twice it is one row.
    Row(String),
    /// Its start, and what besides tells two apart (a worker's id); blank: nothing does.
    Start(String),
}

/// All that a snapshot says.
#[derive(Debug, Default)]
pub struct Statements {
    children: Names,
    keys: String,
    facts: Facts,
    rows: Vec<Row>,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    child: u32,
    fact: u32,
    /// Where its key is among the keys.
    key: u32,
    key_len: u16,
    own_id: bool,
    start: Date,
    end: Option<Date>,
}

impl Statements {
    pub fn add(&mut self, said: Said) {
        let (own_id, key) = match &said.key {
            Key::Row(id) => (true, id),
            Key::Start(mark) => (false, mark),
        };
        let row = Row {
            child: self.children.number(&said.child),
            fact: self.facts.number(said.fact),
            key: next(self.keys.len()),
            key_len: u16::try_from(key.len()).expect("an id has a bounded length"),
            own_id,
            start: said.start,
            end: said.end,
        };
        self.keys.push_str(key);
        self.rows.push(row);
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Takes back all but the first `len` rows.
    pub fn truncate(&mut self, len: usize) {
        self.rows.truncate(len);
    }

    /// Has this child said anything so far?
    pub fn knows(&self, child: &str) -> bool {
        self.children.by_name.contains_key(child)
    }

    /// Hands out each child once, with what was said of it; the order of rows has no influence.
    pub fn into_children(mut self) -> Children {
        let (keys, facts) = (&self.keys, &self.facts);
        self.rows
            .sort_unstable_by(|a, b| in_order(a, b, keys, facts));
        merge_same_rows(&mut self.rows, &self.keys, &mut self.facts);
        let mut ranges = BTreeMap::new();
        let mut from = 0;
        for group in self.rows.chunk_by(|a, b| a.child == b.child) {
            let name = self.children.names[group[0].child as usize].clone();
            ranges.insert(name, (from, from + group.len()));
            from += group.len();
        }
        Children {
            ranges,
            keys: self.keys,
            facts: self.facts,
            rows: self.rows,
        }
    }
}

/// By child, then in an order that depends on content only.
fn in_order(a: &Row, b: &Row, keys: &str, facts: &Facts) -> Ordering {
    let kind = |row: &Row| facts.all[row.fact as usize].kind();
    let key = |row: &Row| row.key(keys);
    // What ended comes before what goes on: ending the second of two rows of a day keeps their keys.
    let rest = |row: &Row| {
        (
            row.end.unwrap_or(Date::MAX),
            facts.digests[row.fact as usize],
        )
    };
    (a.child.cmp(&b.child))
        .then_with(|| kind(a).cmp(kind(b)))
        .then(a.own_id.cmp(&b.own_id))
        .then_with(|| {
            if a.own_id {
                let rank = |row: &Row| purpose(&facts.all[row.fact as usize]);
                (key(a).cmp(key(b)))
                    .then_with(|| rank(a).cmp(&rank(b)))
                    .then(a.start.cmp(&b.start))
            } else {
                a.start.cmp(&b.start).then_with(|| key(a).cmp(key(b)))
            }
        })
        .then_with(|| rest(a).cmp(&rest(b)))
}

/// Of visits recorded twice the more specific table is to be believed.
fn purpose(fact: &Fact) -> u8 {
    match fact {
        Fact::Visit { purpose, .. } => match purpose {
            VisitPurpose::Protection => 0,
            VisitPurpose::LookedAfter => 1,
            VisitPurpose::ChildInNeed => 2,
        },
        _ => 0,
    }
}

/// A row said twice under its own id is one row: some systems repeat a visit in several tables, joins repeat anything.
/// Rows that share an id and say different things are both kept.
fn merge_same_rows(rows: &mut Vec<Row>, keys: &str, facts: &mut Facts) {
    rows.dedup_by(|later, kept| {
        if !(later.own_id && kept.own_id && later.child == kept.child)
            || later.key(keys) != kept.key(keys)
        {
            return false;
        }
        if (later.fact, later.start, later.end) == (kept.fact, kept.start, kept.end) {
            return true;
        }
        let one = one_visit(
            &facts.all[kept.fact as usize],
            &facts.all[later.fact as usize],
        );
        if let Some(fact) = one {
            kept.fact = facts.number(fact);
            return true;
        }
        false
    });
}

/// A visit recorded in two tables: what one leaves blank the other may know.
fn one_visit(kept: &Fact, later: &Fact) -> Option<Fact> {
    match (kept, later) {
        (
            Fact::Visit {
                purpose,
                seen,
                seen_alone,
            },
            Fact::Visit {
                seen: also_seen,
                seen_alone: also_alone,
                ..
            },
        ) => Some(Fact::Visit {
            purpose: *purpose,
            seen: seen.or(*also_seen),
            seen_alone: seen_alone.or(*also_alone),
        }),
        _ => None,
    }
}

impl Row {
    fn key<'k>(&self, keys: &'k str) -> &'k str {
        let from = self.key as usize;
        &keys[from..from + usize::from(self.key_len)]
    }
}

/// A snapshot by child.
#[derive(Debug)]
pub struct Children {
    ranges: BTreeMap<Arc<str>, (usize, usize)>,
    keys: String,
    facts: Facts,
    /// Sorted.
    rows: Vec<Row>,
}

impl Children {
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// In order of id.
    pub fn ids(&self) -> impl Iterator<Item = &Arc<str>> {
        self.ranges.keys()
    }

    pub fn contains(&self, child: &str) -> bool {
        self.ranges.contains_key(child)
    }

    /// What was said of a child, sorted by kind and key; nothing for a child nobody spoke of.
    pub fn entries(&self, child: &ChildId, source: &str, as_at: Date) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut before: Option<(String, usize)> = None;
        for row in self.rows(child.as_str()) {
            let fact = &self.facts.all[row.fact as usize];
            let base = match (row.own_id, row.key(&self.keys)) {
                (true, id) => id.to_owned(),
                (false, "") => row.start.to_string(),
                (false, mark) => format!("{} {mark}", row.start),
            };
            let kind = fact.kind();
            let again = match &before {
                Some((last, n))
                    if *last == base && entries.last().is_some_and(|e| e.fact.kind() == kind) =>
                {
                    n + 1
                }
                _ => 1,
            };
            entries.push(Entry {
                key: if again == 1 {
                    base.clone()
                } else {
                    format!("{base}#{again}")
                },
                source: source.to_owned(),
                start: row.start,
                end: row.end,
                known_from: as_at,
                missing_since: None,
                fact: fact.clone(),
            });
            before = Some((base, again));
        }
        entries.sort_by(|a, b| (a.fact.kind(), &a.key).cmp(&(b.fact.kind(), &b.key)));
        entries
    }

    /// The same for the same content, whatever the order of rows: a child whose digest stands has nothing new.
    pub fn digest(&self, child: &str) -> String {
        let mut hash = Sha256::new();
        for row in self.rows(child) {
            let days = [Some(row.start), row.end].map(|d| d.map_or([0; 4], day_bytes));
            hash.update(days.as_flattened());
            hash.update([u8::from(row.own_id)]);
            hash.update(row.key(&self.keys).as_bytes());
            hash.update([0]);
            hash.update(self.facts.digests[row.fact as usize]);
        }
        HEXLOWER.encode(&hash.finalize()[..16])
    }

    /// How many visits there were from `from` to `to`, and of how many it is not recorded whether the child was seen.
    pub fn visits(&self, from: Date, to: Date) -> (u64, u64) {
        let (mut all, mut blank) = (0, 0);
        for row in &self.rows {
            if let Fact::Visit { seen, .. } = &self.facts.all[row.fact as usize]
                && (from..=to).contains(&row.start)
            {
                all += 1;
                blank += u64::from(seen.is_none());
            }
        }
        (all, blank)
    }

    fn rows(&self, child: &str) -> &[Row] {
        let (from, to) = self.ranges.get(child).copied().unwrap_or_default();
        &self.rows[from..to]
    }
}

fn day_bytes(day: Date) -> [u8; 4] {
    let [century, year] = day.year().to_be_bytes();
    [
        century,
        year,
        day.month().unsigned_abs(),
        day.day().unsigned_abs(),
    ]
}

/// Names by number.
#[derive(Debug, Default)]
struct Names {
    by_name: HashMap<Arc<str>, u32>,
    names: Vec<Arc<str>>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.by_name.get(name) {
            return *number;
        }
        let name: Arc<str> = name.into();
        let number = next(self.names.len());
        self.names.push(name.clone());
        self.by_name.insert(name, number);
        number
    }
}

/// Facts by number, each with a digest of its content.
#[derive(Debug, Default)]
struct Facts {
    hasher: RandomState,
    /// By hash: of two facts that share one, the second is kept as often as it is said.
    by_hash: HashMap<u64, u32>,
    all: Vec<Fact>,
    digests: Vec<[u8; 16]>,
}

impl Facts {
    fn number(&mut self, fact: Fact) -> u32 {
        let hash = self.hasher.hash_one(&fact);
        if let Some(number) = self.by_hash.get(&hash)
            && self.all[*number as usize] == fact
        {
            return *number;
        }
        let number = next(self.all.len());
        let text = serde_json::to_vec(&fact).expect("contract structs always serialise");
        let mut digest = [0; 16];
        digest.copy_from_slice(&Sha256::digest(text)[..16]);
        self.digests.push(digest);
        self.all.push(fact);
        self.by_hash.entry(hash).or_insert(number);
        number
    }
}

fn next(len: usize) -> u32 {
    u32::try_from(len)
        .expect("a snapshot has fewer than four thousand million rows, and as many letters of keys")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn review(child: &str, day: Date) -> Said {
        Said {
            child: child.to_owned(),
            start: day,
            end: None,
            key: Key::Start(String::new()),
            fact: Fact::looked_after_review(false),
        }
    }

    fn episode(day: Date, end: Option<Date>, placement: &str) -> Said {
        Said {
            child: "1".to_owned(),
            start: day,
            end,
            key: Key::Start(String::new()),
            fact: Fact::CareEpisode {
                start_reason: "S".into(),
                legal_status: "C2".into(),
                placement: placement.into(),
                end_reason: None,
                entered_care: None,
            },
        }
    }

    fn keys(statements: Statements) -> Vec<String> {
        let entries = statements
            .into_children()
            .entries(&"1".into(), "ssda903", date(2018, 3, 31));
        entries.into_iter().map(|e| e.key).collect()
    }

    #[test]
    fn a_second_row_of_a_child_and_day_gets_a_number_and_another_child_does_not() {
        let mut all = Statements::default();
        let day = date(2018, 1, 2);
        for child in ["1", "2", "1"] {
            all.add(review(child, day));
        }
        assert_eq!(keys(all), ["2018-01-02", "2018-01-02#2"]);
    }

    #[test]
    fn the_same_day_counts_apart_for_each_kind() {
        let mut all = Statements::default();
        let day = date(2018, 1, 2);
        all.add(review("1", day));
        all.add(episode(day, None, "U1"));
        assert_eq!(keys(all), ["2018-01-02", "2018-01-02"]);
    }

    #[test]
    fn ending_the_second_row_of_a_day_keeps_both_keys() {
        let day = date(2018, 1, 2);
        let placements = |end| {
            let mut all = Statements::default();
            all.add(episode(day, end, "A3"));
            all.add(episode(day, Some(day), "U1"));
            let entries = all.into_children().entries(&"1".into(), "ssda903", day);
            entries
                .into_iter()
                .map(|e| (e.key, e.fact))
                .collect::<Vec<_>>()
        };
        assert_eq!(placements(None), placements(Some(date(2018, 5, 1))));
    }

    #[test]
    fn a_digest_depends_on_content_and_not_on_order() {
        let rows = [
            review("1", date(2018, 1, 2)),
            episode(date(2018, 1, 1), None, "U1"),
        ];
        let digest = |order: &[usize]| {
            let mut all = Statements::default();
            all.add(review("0", date(2000, 1, 1)));
            for n in order {
                all.add(rows[*n].clone());
            }
            all.into_children().digest("1")
        };
        assert_eq!(digest(&[0, 1]), digest(&[1, 0]));
        assert_ne!(digest(&[0, 1]), digest(&[0]));
        assert_eq!(digest(&[0]).len(), 32);
    }

    fn visit(id: &str, purpose: VisitPurpose, seen: Option<bool>) -> Said {
        Said {
            key: Key::Row(id.to_owned()),
            fact: Fact::Visit {
                purpose,
                seen,
                seen_alone: None,
            },
            ..review("1", date(2018, 1, 2))
        }
    }

    #[test]
    fn a_row_said_twice_under_its_own_id_is_one_and_two_different_ones_are_two() {
        let mut all = Statements::default();
        let with = |id: &str, end| Said {
            key: Key::Row(id.into()),
            ..episode(date(2018, 1, 2), end, "U1")
        };
        let later = Some(date(2018, 2, 2));
        for row in [
            with("7", None),
            with("7", None),
            with("8", None),
            with("8", later),
        ] {
            all.add(row);
        }
        assert_eq!(keys(all), ["7", "8", "8#2"]);
    }

    #[test]
    fn only_recorded_visits_of_the_days_asked_for_are_counted() {
        let mut all = Statements::default();
        all.add(visit("1", VisitPurpose::Protection, None));
        all.add(visit("1", VisitPurpose::ChildInNeed, Some(true)));
        all.add(visit("2", VisitPurpose::ChildInNeed, None));
        all.add(review("1", date(2018, 1, 2)));
        let all = all.into_children();
        let day = |d| date(2018, 1, d);
        assert_eq!(all.visits(day(1), day(2)), (2, 1));
        assert_eq!(all.visits(day(3), day(9)), (0, 0));
    }

    proptest! {
        #[test]
        fn a_visit_in_several_tables_is_one_of_the_most_specific(
            said in proptest::collection::vec((0..3_u8, 0..3_u8), 1..6), seed in any::<u64>()
        ) {
            use VisitPurpose::{ChildInNeed, LookedAfter, Protection};
            let purposes = [Protection, LookedAfter, ChildInNeed];
            let mut rows: Vec<_> = said
                .iter()
                .map(|(p, seen)| visit("V1", purposes[usize::from(*p)], [None, Some(true), Some(false)][usize::from(*seen)]))
                .collect();
            rows.sort_by_key(|row| Sha256::digest(format!("{seed}{row:?}")));
            let mut all = Statements::default();
            for row in rows {
                all.add(row);
            }
            let entries = all.into_children().entries(&"1".into(), "ssd", date(2018, 3, 31));
            prop_assert_eq!(entries.len(), 1);
            let best = said.iter().map(|(p, _)| *p).min().unwrap();
            let Fact::Visit { purpose, seen, .. } = &entries[0].fact else { panic!("no visit") };
            prop_assert_eq!(*purpose, purposes[usize::from(best)]);
            prop_assert_eq!(seen.is_none(), said.iter().all(|(_, seen)| *seen == 0));
        }

        #[test]
        fn the_order_of_rows_has_no_influence(rows in rows(), seed in any::<u64>()) {
            let said = |rows: &[Said]| {
                let mut all = Statements::default();
                for row in rows {
                    all.add(row.clone());
                }
                let all = all.into_children();
                let of = |child: &Arc<str>| {
                    let entries = all.entries(&ChildId::new(child.as_ref()), "ssda903", date(2018, 3, 31));
                    (child.to_string(), all.digest(child), entries)
                };
                all.ids().map(of).collect::<Vec<_>>()
            };
            let mut shuffled = rows.clone();
            shuffled.sort_by_key(|row| Sha256::digest(format!("{seed}{row:?}")));
            prop_assert_eq!(said(&rows), said(&shuffled));
        }

        #[test]
        fn every_row_is_an_entry_and_no_two_share_a_key(rows in rows()) {
            let mut all = Statements::default();
            for row in &rows {
                all.add(row.clone());
            }
            let all = all.into_children();
            let mut keys = std::collections::BTreeSet::new();
            for child in all.ids() {
                for entry in all.entries(&ChildId::new(child.as_ref()), "ssda903", date(2018, 3, 31)) {
                    keys.insert((child.clone(), entry.fact.kind(), entry.key));
                }
            }
            prop_assert_eq!(keys.len(), rows.len());
        }
    }

    fn rows() -> impl Strategy<Value = Vec<Said>> {
        let row = (0..3_u8, 1..4_i8, proptest::option::of(4..6_i8), 0..3_u8).prop_map(
            |(child, start, end, what)| Said {
                child: child.to_string(),
                start: date(2018, 1, start),
                end: end.map(|d| date(2018, 1, d)),
                key: Key::Start(if what == 2 {
                    "SW1".to_owned()
                } else {
                    String::new()
                }),
                fact: match what {
                    0 => Fact::looked_after_review(false),
                    1 => Fact::missing("M"),
                    _ => Fact::missing("A"),
                },
            },
        );
        proptest::collection::vec(row, 0..20)
    }
}
