//! Rows of one table, and what they come to.

use std::{fmt::Write as _, fs, io};

use contracts::{ChildId, Entry, commands::RefusedRow};
use jiff::civil::{Date, date};

use super::SOURCE;
use crate::{
    domain::gate::Limits,
    sources::{Reading, Roles, Table, Terms, Watch, read},
};

pub(super) const AS_AT: Date = date(2025, 6, 30);

#[derive(Default)]
struct Silent;

impl Watch for Silent {
    fn progress(&mut self, _: &str, _: u64, _: u64) {}
    fn refused(&mut self, _: &RefusedRow) -> io::Result<()> {
        Ok(())
    }
}

pub(super) fn header(table: &Table) -> String {
    let columns: Vec<_> = table.columns.all().collect();
    columns.join(",") + "\n"
}

/// Reads these tables, each with rows of the columns it names, in their order.
pub(super) fn reading(tables: &[(&Table, &str)]) -> Reading {
    let folder = tempfile::tempdir().unwrap();
    for (table, rows) in tables {
        fs::write(folder.path().join(table.file), header(table) + rows).unwrap();
    }
    let terms = Terms {
        as_at: AS_AT,
        limits: Limits {
            fall_percent: 20,
            refused_percent: 100,
        },
        roles: Roles::default(),
    };
    read(&SOURCE, folder.path(), terms, &mut Silent).unwrap()
}

/// `child kind key start..end value=...` of every entry, in order.
pub(super) fn entries(reading: &Reading) -> Vec<String> {
    let of = |child: &std::sync::Arc<str>| {
        let entries = reading
            .children
            .entries(&ChildId::new(child.as_ref()), "ssd", AS_AT);
        entries.iter().map(|e| shown(child, e)).collect::<Vec<_>>()
    };
    reading.children.ids().flat_map(of).collect()
}

fn shown(child: &str, entry: &Entry) -> String {
    let mut text = format!(
        "{child} {} {} {}",
        entry.fact.kind(),
        entry.key,
        entry.start
    );
    if let Some(end) = entry.end {
        write!(text, "..{end}").unwrap();
    }
    let fact = serde_json::to_value(&entry.fact).unwrap();
    for (name, value) in fact
        .as_object()
        .unwrap()
        .iter()
        .filter(|(n, _)| *n != "kind")
    {
        let value = value.to_string();
        write!(text, " {name}={}", value.trim_matches('"')).unwrap();
    }
    text
}

/// Each row alone comes to these entries, joined by ` | `; or `refused <column> <value>: <reason>`; or `aside: <reason>`.
pub(super) fn check(table: &Table, cases: &[(&str, &str)]) {
    check_with(&[], table, cases);
}

/// The same beside other tables, of which nothing is looked at.
pub(super) fn check_with(beside: &[(&Table, &str)], table: &Table, cases: &[(&str, &str)]) {
    for (row, want) in cases {
        let mut tables = beside.to_vec();
        tables.push((table, row));
        let reading = reading(&tables);
        let own = |entry: &String| {
            let kind = entry.split(' ').nth(1).unwrap_or_default();
            table.kinds.contains(&kind)
        };
        let mut seen: Vec<_> = entries(&reading).into_iter().filter(own).collect();
        let refused = reading.refused.iter().map(|r| {
            let place = format!("{} {}", r.column, r.value);
            format!("refused {}: {}", place.trim(), r.reason)
        });
        seen.extend(refused);
        seen.extend(
            reading
                .set_aside
                .iter()
                .map(|a| format!("aside: {}", a.what)),
        );
        assert_eq!(seen.join(" | "), *want, "{row}");
    }
}
