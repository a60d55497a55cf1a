//! What one snapshot says, held in a few dozen bytes a row: facts, children and marks are kept once each.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use contracts::{ChildId, Entry, Fact};
use data_encoding::HEXLOWER;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

/// One row of a source, as a fact about a child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub child: String,
    pub start: Date,
    pub end: Option<Date>,
    /// What besides the start tells two entries apart (a worker's id); blank: nothing does.
    pub mark: String,
    pub fact: Fact,
}

/// All that a snapshot says.
#[derive(Debug, Default)]
pub struct Statements {
    children: Names,
    marks: Names,
    facts: Facts,
    rows: Vec<Row>,
}

/// A child's number in one `Statements`.
pub type ChildNumber = u32;

#[derive(Clone, Copy, Debug)]
struct Row {
    child: ChildNumber,
    mark: u32,
    fact: u32,
    start: Date,
    end: Option<Date>,
}

impl Statements {
    pub fn add(&mut self, said: Said) {
        let row = Row {
            child: self.children.number(&said.child),
            mark: self.marks.number(&said.mark),
            fact: self.facts.number(said.fact),
            start: said.start,
            end: said.end,
        };
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
        self.rows.sort_by_key(|row| row.child);
        let mut ranges = BTreeMap::new();
        let mut from = 0;
        for group in self.rows.chunk_by(|a, b| a.child == b.child) {
            let name = self.children.names[group[0].child as usize].clone();
            ranges.insert(name, (from, from + group.len()));
            from += group.len();
        }
        Children {
            ranges,
            marks: self.marks.names,
            facts: self.facts,
            rows: self.rows,
        }
    }
}

/// A snapshot by child.
#[derive(Debug)]
pub struct Children {
    ranges: BTreeMap<Arc<str>, (usize, usize)>,
    marks: Vec<Arc<str>>,
    facts: Facts,
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
        for row in self.sorted(child.as_str()) {
            let fact = &self.facts.all[row.fact as usize];
            let base = key(row.start, &self.marks[row.mark as usize]);
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
        for row in self.sorted(child) {
            hash.update(row.start.to_string());
            hash.update(row.end.map(|d| d.to_string()).unwrap_or_default());
            hash.update([0]);
            hash.update(self.marks[row.mark as usize].as_bytes());
            hash.update([0]);
            hash.update(self.facts.texts[row.fact as usize].as_bytes());
            hash.update([0]);
        }
        HEXLOWER.encode(&hash.finalize()[..16])
    }

    /// A child's rows in an order that depends on their content only.
    fn sorted(&self, child: &str) -> Vec<Row> {
        let (from, to) = self.ranges.get(child).copied().unwrap_or_default();
        let mut rows = self.rows[from..to].to_vec();
        rows.sort_by_cached_key(|row| {
            let fact = row.fact as usize;
            (
                self.facts.all[fact].kind(),
                row.start,
                self.marks[row.mark as usize].clone(),
                // What ended comes before what goes on: ending the second of two rows keeps their keys.
                row.end.unwrap_or(Date::MAX),
                self.facts.texts[fact].clone(),
            )
        });
        rows
    }
}

fn key(start: Date, mark: &str) -> String {
    if mark.is_empty() {
        start.to_string()
    } else {
        format!("{start} {mark}")
    }
}

/// Texts by number.
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

/// Facts by number, each with its JSON.
#[derive(Debug, Default)]
struct Facts {
    by_fact: HashMap<Fact, u32>,
    all: Vec<Fact>,
    texts: Vec<Arc<str>>,
}

impl Facts {
    fn number(&mut self, fact: Fact) -> u32 {
        if let Some(number) = self.by_fact.get(&fact) {
            return *number;
        }
        let number = next(self.all.len());
        let text = serde_json::to_string(&fact).expect("contract structs always serialise");
        self.texts.push(text.into());
        self.all.push(fact.clone());
        self.by_fact.insert(fact, number);
        number
    }
}

fn next(len: usize) -> u32 {
    u32::try_from(len).expect("a snapshot has fewer than four thousand million rows")
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
            mark: String::new(),
            fact: Fact::looked_after_review(false),
        }
    }

    fn episode(day: Date, end: Option<Date>, placement: &str) -> Said {
        Said {
            child: "1".to_owned(),
            start: day,
            end,
            mark: String::new(),
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

    proptest! {
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
                mark: if what == 2 {
                    "SW1".to_owned()
                } else {
                    String::new()
                },
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
