//! Reading a source's files once, row by row, into what they say.

mod census;

use std::{
    cell::Cell,
    collections::{BTreeMap, HashSet},
    io::{self, Read},
    path::Path,
};

use contracts::{
    Fact,
    commands::{Counted, RefusedRow},
};
use data_encoding::HEXLOWER;
use jiff::{ToSpan, civil::Date};
use sha2::{Digest, Sha256};

use super::{
    Found, Known, Roles, Shape, Source, Table, Unreadable, Unused,
    csv::{self, BadRow, Cells, Fault, Row},
    find::{Place, find, text},
};
use crate::domain::{
    evidence::{is_evidence, is_expected, seen_is_unreliable},
    gate::{Guard, Limits, TableRead},
    statements::{Children, Said, Statements},
};

/// How many refused rows a summary shows.
const SHOWN: usize = 50;

/// How many role codes that nobody has mapped a summary shows.
const ROLES_SHOWN: usize = 20;

/// How many days of visits tell whether a source says that children were seen.
const RECENT_DAYS: i64 = 90;

/// Longest value shown of a refused row.
const LONGEST_VALUE: usize = 80;

/// Told of what happens while reading.
pub trait Watch {
    /// Stage, bytes done, bytes in all.
    fn progress(&mut self, stage: &str, done: u64, total: u64);
    /// Every refused row, in order.
    fn refused(&mut self, row: &RefusedRow) -> io::Result<()>;
}

/// What a snapshot says, and what was wrong with it.
#[derive(Debug)]
pub struct Reading {
    /// Every table of the source, also those that are not in the snapshot.
    pub tables: Vec<TableRead>,
    /// Kinds of which it has evidence.
    pub supplies: Vec<&'static str>,
    /// So many recent visits leave open whether the child was seen that it means nothing.
    pub visits_seen_unreliable: bool,
    pub children: Children,
    /// Children with a refused row: the row may be the entry that seems to be gone.
    pub unsure: HashSet<String>,
    /// SHA-256 of the files that were read and of the role map they were read with.
    pub content: String,
    /// The first few.
    pub refused: Vec<RefusedRow>,
    pub refused_rows: u64,
    pub set_aside: Vec<Counted>,
    pub after_as_at: Vec<Counted>,
    pub notes: Vec<String>,
}

/// How a source is to be read.
#[derive(Clone, Debug)]
pub struct Terms {
    pub as_at: Date,
    pub limits: Limits,
    pub roles: Roles,
}

pub fn read(
    source: &'static Source,
    path: &Path,
    terms: Terms,
    watch: &mut dyn Watch,
) -> Result<Reading, Unreadable> {
    let Found { tables, others } = find(source, path)?;
    let mut reader = Reader::new(terms, watch);
    if source.shape == Shape::Census {
        reader.census(source, path)?;
    }
    for (table, place, name) in tables {
        reader.table(table, &name, place)?;
    }
    reader.note_absent(source);
    reader.note_gaps(source);
    reader.note_roles();
    if !others.is_empty() {
        let note = format!("Not part of what is read: {}.", others.join(", "));
        reader.notes.push(note);
    }
    Ok(reader.finish())
}

struct Reader<'w> {
    known: Known,
    limits: Limits,
    watch: &'w mut dyn Watch,
    hash: Sha256,
    statements: Statements,
    tables: Vec<TableRead>,
    supplies: Vec<&'static str>,
    unsure: HashSet<String>,
    refused: Vec<RefusedRow>,
    refused_rows: u64,
    set_aside: BTreeMap<&'static str, (u64, HashSet<String>)>,
    after_as_at: BTreeMap<&'static str, u64>,
    notes: Vec<String>,
    trouble: Option<io::Error>,
}

/// What one table has come to so far.
struct Progress<'t> {
    table: &'static Table,
    name: &'t str,
    rows: u64,
    refused_rows: u64,
    cut_short: bool,
    /// Kinds of which a row was evidence.
    evidence: Vec<&'static str>,
}

impl<'t> Progress<'t> {
    fn new(table: &'static Table, name: &'t str) -> Self {
        Self {
            table,
            name,
            rows: 0,
            refused_rows: 0,
            cut_short: false,
            evidence: Vec::new(),
        }
    }
}

impl<'w> Reader<'w> {
    fn new(terms: Terms, watch: &'w mut dyn Watch) -> Self {
        Self {
            hash: Sha256::new_with_prefix(terms.roles.mark()),
            known: Known::new(terms.as_at, terms.roles),
            limits: terms.limits,
            watch,
            statements: Statements::default(),
            tables: Vec::new(),
            supplies: Vec::new(),
            unsure: HashSet::new(),
            refused: Vec::new(),
            refused_rows: 0,
            set_aside: BTreeMap::new(),
            after_as_at: BTreeMap::new(),
            notes: Vec::new(),
            trouble: None,
        }
    }

    fn table(&mut self, table: &'static Table, name: &str, place: Place) -> Result<(), Unreadable> {
        let (file, size) = text(place)?;
        let said_before = self.statements.len();
        let mut progress = Progress::new(table, name);
        self.hash.update(table.file);
        let done = Cell::new(0);
        // The hash is taken out while the rows are read, so that reading and recording can go on together.
        let mut hash = std::mem::take(&mut self.hash);
        let input = Hashed {
            file,
            hash: &mut hash,
            done: &done,
        };
        self.rows(input, &mut progress, &done, size)
            .map_err(|e| Unreadable(format!("{name} could not be read: {}", in_full(&e))))?;
        self.hash = hash;
        self.in_trouble()?;
        self.close(&progress, Some(said_before));
        Ok(())
    }

    fn in_trouble(&mut self) -> Result<(), Unreadable> {
        self.trouble.take().map_or(Ok(()), |error| {
            Err(Unreadable(format!(
                "the refused rows could not be written to a file: {error}"
            )))
        })
    }

    fn rows(
        &mut self,
        input: impl Read,
        progress: &mut Progress<'_>,
        done: &Cell<u64>,
        size: u64,
    ) -> Result<(), csv::BadTable> {
        let table = csv::Table::open(input, progress.table.columns)?;
        self.note_columns(progress, &table.header().others);
        let stage = format!("reading {}", progress.name);
        let mut shown = 0;
        table.each_row(|row| {
            self.row(row, progress);
            if done.get() != shown {
                shown = done.get();
                self.watch.progress(&stage, shown, size);
            }
        })?;
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, progress: &mut Progress<'_>) {
        progress.rows += 1;
        let line = row.line;
        let cells = match row.cells {
            Ok(cells) => cells,
            Err(bad) => return self.refuse(line, bad, progress),
        };
        if let Some(bad) = self.said(&cells, progress) {
            self.refuse(line, bad, progress);
        }
    }

    /// Takes what a row says; gives it back if it is wrong.
    fn said(&mut self, cells: &Cells<'_>, progress: &mut Progress<'_>) -> Option<BadRow> {
        self.known.whose = None;
        match (progress.table.row)(cells, &mut self.known) {
            Ok(said) => said.into_iter().for_each(|said| self.take(said, progress)),
            Err(Unused::Aside(reason)) => self.set_aside(reason, cells.child()),
            Err(Unused::Unresolved { reason, table }) => {
                let known = |t: &TableRead| t.name == table && t.is_there() && t.in_full;
                progress.cut_short |= !self.tables.iter().any(known);
                self.set_aside(reason, cells.child());
            }
            Err(Unused::Wrong(fault)) => {
                let first = Some(cells.child().to_owned()).filter(|c| !c.is_empty());
                return Some(BadRow {
                    child: first.or_else(|| self.known.whose.take()),
                    fault,
                    cut_short: false,
                });
            }
        }
        None
    }

    fn take(&mut self, said: Said, progress: &mut Progress<'_>) {
        let kind = said.fact.kind();
        let aged = matches!(said.fact, Fact::AgeBand { .. });
        if said.start > self.known.as_at && !aged && !is_expected(&said.fact) {
            *self.after_as_at.entry(kind).or_default() += 1;
        }
        match progress.table.needs_first {
            Some(reason) if !self.statements.knows(&said.child) => {
                let reason = if self.unsure.contains(&said.child) {
                    "this child's care episodes were refused"
                } else {
                    reason
                };
                self.set_aside(reason, &said.child);
            }
            _ => {
                if !progress.evidence.contains(&kind) && is_evidence(&said) {
                    progress.evidence.push(kind);
                }
                self.statements.add(said);
            }
        }
    }

    fn set_aside(&mut self, reason: &'static str, child: &str) {
        let (rows, children) = self.set_aside.entry(reason).or_default();
        *rows += 1;
        if !child.is_empty() && !children.contains(child) {
            children.insert(child.to_owned());
        }
    }

    fn refuse(&mut self, line: u64, bad: BadRow, progress: &mut Progress<'_>) {
        let Fault {
            column,
            value,
            reason,
        } = bad.fault;
        let row = RefusedRow {
            file: progress.name.to_owned(),
            line,
            column: column.to_owned(),
            value: shortened(value),
            reason,
        };
        if let Err(error) = self.watch.refused(&row) {
            self.trouble.get_or_insert(error);
        }
        progress.refused_rows += 1;
        self.refused_rows += 1;
        if self.refused.len() < SHOWN {
            self.refused.push(row);
        }
        progress.cut_short |= bad.cut_short;
        match bad.child {
            Some(child) => _ = self.unsure.insert(child),
            // Nobody knows whose row it is, so no absence from this table means anything.
            None => progress.cut_short |= column.is_empty(),
        }
    }

    /// `said_before`: how many statements there were; none where rows of several tables come one after another.
    fn close(&mut self, progress: &Progress<'_>, said_before: Option<usize>) {
        let mut table = TableRead {
            name: progress.table.file,
            file: progress.name.to_owned(),
            kinds: progress.table.kinds,
            guard: progress.table.guard,
            rows: progress.rows,
            refused_rows: progress.refused_rows,
            in_full: !progress.cut_short,
        };
        let unusable = table.guard != Guard::Core && table.is_unusable(self.limits);
        if unusable {
            table.in_full = false;
            let used = said_before.map_or("what it no longer says is not taken as gone", |said| {
                self.statements.truncate(said);
                "none of its rows was used and what it said before stands"
            });
            self.notes.push(format!(
                "{}: {} of {} rows were refused, more than {} %, so {used}.",
                table.file, table.refused_rows, table.rows, self.limits.refused_percent
            ));
        } else {
            if progress.cut_short {
                self.notes.push(format!(
                    "{} may be cut short or has rows that belong to nobody: what it no longer says is not taken as gone.",
                    table.file
                ));
            }
            let is_core = table.guard == Guard::Core;
            let supplied = |kind: &&&str| is_core || progress.evidence.contains(*kind);
            self.supplies.extend(table.kinds.iter().filter(supplied));
        }
        self.tables.push(table);
    }

    fn note_columns(&mut self, progress: &Progress<'_>, others: &[String]) {
        let unknown: Vec<_> = others
            .iter()
            .filter(|name| !progress.table.columns.have(name))
            .map(String::as_str)
            .collect();
        if !unknown.is_empty() {
            self.notes.push(format!(
                "{}: {} not known to Evenkeel and not read: {}.",
                progress.name,
                if unknown.len() == 1 {
                    "a column"
                } else {
                    "columns"
                },
                unknown.join(", ")
            ));
        }
    }

    fn note_absent(&mut self, source: &Source) {
        let is_there = |t: &&Table| self.tables.iter().any(|read| read.name == t.file);
        let absent: Vec<&Table> = source.tables.iter().filter(|t| !is_there(t)).collect();
        if !absent.is_empty() {
            let files: Vec<_> = absent.iter().map(|t| t.file).collect();
            self.notes.push(format!(
                "Not in this snapshot, so what they said before stands: {}.",
                files.join(", ")
            ));
        }
        self.tables.extend(absent.into_iter().map(|t| TableRead {
            name: t.file,
            file: String::new(),
            kinds: t.kinds,
            guard: t.guard,
            rows: 0,
            refused_rows: 0,
            in_full: false,
        }));
    }

    /// Takes back what looks like evidence and is not.
    fn note_gaps(&mut self, source: &Source) {
        for gap in source.gaps {
            let has_rows = |name| self.tables.iter().any(|t| t.name == name && t.rows > 0);
            if self.supplies.contains(&gap.kind) && has_rows(gap.table) && !has_rows(gap.needs) {
                self.supplies.retain(|kind| *kind != gap.kind);
                self.notes.push(format!(
                    "{} has rows and {} has none: no clock that needs a {} runs until both are there.",
                    gap.table,
                    gap.needs,
                    gap.kind.replace('_', " ")
                ));
            }
        }
    }

    fn note_roles(&mut self) {
        let roles = std::mem::take(&mut self.known.unmapped_roles);
        let shown: Vec<_> = roles
            .iter()
            .take(ROLES_SHOWN)
            .map(|(code, rows)| format!("{code:?} ({rows})"))
            .collect();
        if !shown.is_empty() {
            let more = roles.len() - shown.len();
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            self.notes.push(format!(
                "Roles that nobody has mapped, so that whoever has them is taken for somebody else than the case-holder: {}{more}. \
                 Say what they mean under [intake.ssd] roles.",
                shown.join(", ")
            ));
        }
    }

    fn finish(self) -> Reading {
        let counted = |(what, (count, children)): (&str, (u64, Option<u64>))| Counted {
            what: what.to_owned(),
            count,
            children,
        };
        let set_aside = self
            .set_aside
            .into_iter()
            .map(|(what, (n, c))| (what, (n, Some(c.len() as u64))));
        let children = self.statements.into_children();
        let to = self.known.as_at;
        let from = to.saturating_sub((RECENT_DAYS - 1).days());
        let (visits, blank) = children.visits(from, to);
        let visits_seen_unreliable = seen_is_unreliable(visits, blank);
        let mut notes = self.notes;
        if visits_seen_unreliable {
            notes.push(format!(
                "Of {visits} visits of the last {RECENT_DAYS} days {blank} do not say whether the child was seen: any visit counts."
            ));
        }
        let mut supplies = self.supplies;
        supplies.sort_unstable();
        supplies.dedup();
        Reading {
            tables: self.tables,
            supplies,
            visits_seen_unreliable,
            children,
            unsure: self.unsure,
            content: HEXLOWER.encode(&self.hash.finalize()),
            refused: self.refused,
            refused_rows: self.refused_rows,
            set_aside: set_aside.map(counted).collect(),
            after_as_at: self
                .after_as_at
                .into_iter()
                .map(|(kind, n)| counted((kind, (n, None))))
                .collect(),
            notes,
        }
    }
}

/// A file that is hashed and counted as it is read.
struct Hashed<'h> {
    file: Box<dyn Read>,
    hash: &'h mut Sha256,
    done: &'h Cell<u64>,
}

impl Read for Hashed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.hash.update(&buffer[..n]);
        self.done.set(self.done.get() + n as u64);
        Ok(n)
    }
}

fn shortened(value: String) -> String {
    match value.char_indices().nth(LONGEST_VALUE) {
        Some((at, _)) => format!("{}...", &value[..at]),
        None => value,
    }
}

fn in_full(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests;
