//! Reading a source's files once, row by row, into what they say.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet, HashSet},
    fs::File,
    io::{self, Read},
    path::Path,
};

use contracts::commands::{Counted, RefusedRow};
use data_encoding::HEXLOWER;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::{
    Found, Source, Table, Unreadable,
    csv::{self, BadRow, Fault, Row},
    find::{find, open},
};
use crate::domain::{
    gate::{Guard, Limits, TableRead},
    statements::{Children, Said, Statements},
};

/// How many refused rows a summary shows.
const SHOWN: usize = 50;

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
    pub tables: Vec<TableRead>,
    /// Kinds the snapshot spoke of in full: an absence from these means something.
    pub told: Vec<&'static str>,
    pub supplies: Vec<&'static str>,
    pub children: Children,
    /// Children with a refused row: the row may be the entry that seems to be gone.
    pub unsure: HashSet<String>,
    /// SHA-256 of the files that were read.
    pub content: String,
    /// The first few.
    pub refused: Vec<RefusedRow>,
    pub refused_rows: u64,
    pub set_aside: Vec<Counted>,
    pub after_as_at: Vec<Counted>,
    pub notes: Vec<String>,
}

pub fn read(
    source: &'static Source,
    path: &Path,
    as_at: Date,
    limits: Limits,
    watch: &mut dyn Watch,
) -> Result<Reading, Unreadable> {
    let Found { tables, others } = find(source, path)?;
    let mut reader = Reader::new(as_at, limits, watch);
    for (table, path, name) in &tables {
        reader.table(table, name, path)?;
    }
    reader.note_absent(source);
    if !others.is_empty() {
        let note = format!("Not part of what is read: {}.", others.join(", "));
        reader.notes.push(note);
    }
    Ok(reader.finish())
}

struct Reader<'w> {
    as_at: Date,
    limits: Limits,
    watch: &'w mut dyn Watch,
    hash: Sha256,
    statements: Statements,
    tables: Vec<TableRead>,
    told: Vec<&'static str>,
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
}

impl<'w> Reader<'w> {
    fn new(as_at: Date, limits: Limits, watch: &'w mut dyn Watch) -> Self {
        Self {
            as_at,
            limits,
            watch,
            hash: Sha256::new(),
            statements: Statements::default(),
            tables: Vec::new(),
            told: Vec::new(),
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

    fn table(&mut self, table: &'static Table, name: &str, path: &Path) -> Result<(), Unreadable> {
        let (file, size) = open(path)?;
        let said_before = self.statements.len();
        let mut progress = Progress {
            table,
            name,
            rows: 0,
            refused_rows: 0,
            cut_short: false,
        };
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
        if let Some(error) = self.trouble.take() {
            return Err(Unreadable(format!(
                "the refused rows could not be written to a file: {error}"
            )));
        }
        self.close(&progress, said_before);
        Ok(())
    }

    fn rows(
        &mut self,
        input: impl Read,
        progress: &mut Progress<'_>,
        done: &Cell<u64>,
        size: u64,
    ) -> Result<(), csv::BadTable> {
        let table = csv::Table::open(input, progress.table.columns, progress.table.passed_over)?;
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
        let read = row.cells.and_then(|cells| {
            (progress.table.row)(&cells).map_err(|fault| BadRow {
                child: Some(cells.get(progress.table.columns[0]).to_owned())
                    .filter(|c| !c.is_empty()),
                fault,
                cut_short: false,
            })
        });
        match read {
            Ok(said) => self.take(said, progress),
            Err(bad) => self.refuse(line, bad, progress),
        }
    }

    fn take(&mut self, said: Said, progress: &mut Progress<'_>) {
        if said.start > self.as_at {
            *self.after_as_at.entry(progress.table.kind).or_default() += 1;
        }
        let reason = match progress.table.needs_first {
            Some(reason) if !self.statements.knows(&said.child) => reason,
            _ => return self.statements.add(said),
        };
        let reason = if self.unsure.contains(&said.child) {
            "this child's care episodes were refused"
        } else {
            reason
        };
        let (rows, children) = self.set_aside.entry(reason).or_default();
        *rows += 1;
        children.insert(said.child);
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

    fn close(&mut self, progress: &Progress<'_>, said_before: usize) {
        let table = TableRead {
            file: progress.name.to_owned(),
            kind: progress.table.kind,
            guard: progress.table.guard,
            rows: progress.rows,
            refused_rows: progress.refused_rows,
        };
        let unusable = table.guard != Guard::Core && table.is_unusable(self.limits);
        if unusable {
            self.statements.truncate(said_before);
            self.notes.push(format!(
                "{}: {} of {} rows were refused, more than {} %, so none of its rows was used and what it said before stands.",
                table.file, table.refused_rows, table.rows, self.limits.refused_percent
            ));
        } else if progress.cut_short {
            self.notes.push(format!(
                "{} may be cut short or has rows that belong to nobody: what it no longer says is not taken as gone.",
                table.file
            ));
        } else {
            self.told.push(table.kind);
        }
        if table.guard == Guard::Core || (!unusable && self.statements.len() > said_before) {
            self.supplies.push(table.kind);
        }
        self.tables.push(table);
    }

    fn note_columns(&mut self, progress: &Progress<'_>, others: &[String]) {
        let passed_over = progress.table.passed_over;
        let unknown: Vec<_> = others
            .iter()
            .filter(|name| !passed_over.contains(&name.as_str()))
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
        let kinds: BTreeSet<_> = self.tables.iter().map(|t| t.kind).collect();
        let absent: Vec<_> = source
            .tables
            .iter()
            .filter(|t| !kinds.contains(t.kind))
            .map(|t| t.file)
            .collect();
        if !absent.is_empty() {
            self.notes.push(format!(
                "Not in this snapshot, so what they said before stands: {}.",
                absent.join(", ")
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
        Reading {
            tables: self.tables,
            told: self.told,
            supplies: self.supplies,
            children: self.statements.into_children(),
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
            notes: self.notes,
        }
    }
}

/// A file that is hashed and counted as it is read.
struct Hashed<'h> {
    file: File,
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
