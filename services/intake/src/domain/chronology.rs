//! One chronology from what several sources said.

use std::collections::BTreeMap;

use contracts::{Entry, fact::is_told_by_events};

/// All entries of a child, sorted by kind and key. Of each kind one file speaks for the child: the first of `order`
/// that says anything of that kind. A file that is not in `order` comes after those that are, by name. What events tell
/// is beside that; the same fact (kind and key) from a file and an event is one, as the event has it: a later file takes
/// it over.
pub fn merge(by_source: Vec<(String, Vec<Entry>)>, order: &[String]) -> Vec<Entry> {
    let is_told = |(source, _): &(String, Vec<Entry>)| is_told_by_events(source);
    let (mut told, mut files): (Vec<_>, Vec<_>) = by_source.into_iter().partition(is_told);
    files.sort_by_cached_key(|(source, _)| {
        let place = order
            .iter()
            .position(|s| s == source)
            .unwrap_or(order.len());
        (place, source.clone())
    });
    told.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut kinds: BTreeMap<&'static str, Vec<Entry>> = BTreeMap::new();
    for (_, entries) in files {
        let taken: Vec<_> = kinds.keys().copied().collect();
        for entry in entries {
            let kind = entry.fact.kind();
            if !taken.contains(&kind) {
                kinds.entry(kind).or_default().push(entry);
            }
        }
    }
    for entry in told.into_iter().flat_map(|(_, entries)| entries) {
        let of_kind = kinds.entry(entry.fact.kind()).or_default();
        match of_kind.iter_mut().find(|e| e.key == entry.key) {
            Some(same) if is_told_by_events(&same.source) => {}
            Some(same) => *same = entry,
            None => of_kind.push(entry),
        }
    }
    kinds
        .into_values()
        .flat_map(|mut entries| {
            entries.sort_by(|a, b| a.key.cmp(&b.key));
            entries
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use contracts::{Fact, StaffId, chronology::InvolvementRole};
    use jiff::civil::date;

    use super::*;

    fn entry(source: &str, key: &str, fact: Fact) -> Entry {
        Entry {
            key: key.to_owned(),
            source: source.to_owned(),
            start: date(2018, 1, 1),
            end: None,
            known_from: date(2018, 3, 31),
            missing_since: None,
            fact,
        }
    }

    fn held(source: &str, worker: &str) -> Entry {
        let fact = Fact::Involvement {
            worker: Some(StaffId::new(worker)),
            team: None,
            role: InvolvementRole::CaseHolder,
            change_reason: None,
        };
        entry(source, &format!("2018-01-01 {worker}"), fact)
    }

    fn review(source: &str, key: &str) -> Entry {
        entry(source, key, Fact::looked_after_review(false))
    }

    #[test]
    fn of_each_kind_the_first_source_in_order_speaks_and_others_fill_gaps_only() {
        let order = ["allocations".to_owned(), "ssda903".to_owned()];
        let ssda903 = vec![
            held("ssda903", "SW1"),
            review("ssda903", "b"),
            review("ssda903", "a"),
        ];
        let allocations = vec![held("allocations", "A1")];
        let both = merge(
            vec![
                ("ssda903".into(), ssda903.clone()),
                ("allocations".into(), allocations),
            ],
            &order,
        );
        let seen: Vec<_> = both
            .iter()
            .map(|e| (e.source.as_str(), e.key.as_str()))
            .collect();
        assert_eq!(
            seen,
            [
                ("allocations", "2018-01-01 A1"),
                ("ssda903", "a"),
                ("ssda903", "b")
            ]
        );
        let alone = merge(
            vec![("allocations".into(), vec![]), ("ssda903".into(), ssda903)],
            &order,
        );
        assert_eq!(alone[0].key, "2018-01-01 SW1");
    }

    #[test]
    fn entries_are_sorted_by_kind_and_key() {
        let merged = merge(
            vec![(
                "x".into(),
                vec![review("x", "2"), held("x", "w"), review("x", "1")],
            )],
            &[],
        );
        let seen: Vec<_> = merged
            .iter()
            .map(|e| (e.fact.kind(), e.key.as_str()))
            .collect();
        assert_eq!(
            seen,
            [
                ("involvement", "2018-01-01 w"),
                ("looked_after_review", "1"),
                ("looked_after_review", "2")
            ]
        );
    }
}
