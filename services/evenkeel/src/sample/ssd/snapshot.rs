//! One night's folder: a CSV file for each table, whole or not there at all.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use super::{
    diary::{Day, Diary, years_later},
    life::Life,
    table::Table,
};
use crate::sample::chance::mixed;

/// What the first line of every README says; folders without it are somebody else's.
pub(super) const LABEL: &str = "SYNTHETIC DATA";
const README: &str = "README.txt";
/// Years the dataset looks back.
const WINDOW_YEARS: i64 = 6;

/// A table that arrived half empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Partial {
    pub(super) night: Day,
    pub(super) table: Table,
    /// Children after this one are missing from it.
    pub(super) last_child: usize,
}

pub(super) struct Snapshot<'a> {
    night: Day,
    edge: Day,
    diary: &'a Diary,
    partial: Option<Partial>,
    folder: PathBuf,
    unfinished: PathBuf,
    files: Vec<BufWriter<File>>,
    line: Vec<u8>,
    there: Vec<bool>,
    pub(super) rows: u64,
    pub(super) children: u64,
}

pub(super) fn edge(night: Day) -> Day {
    years_later(night, -WINDOW_YEARS)
}

impl<'a> Snapshot<'a> {
    pub(super) fn begin(
        folder: &Path,
        night: Day,
        diary: &'a Diary,
        partial: Option<Partial>,
    ) -> anyhow::Result<Self> {
        let name = diary.written(night);
        let (folder, unfinished) = (folder.join(name), folder.join(format!("{name}.part")));
        refuse_what_is_not_ours(&folder)?;
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).with_context(|| not_written(&unfinished))?;
        }
        fs::create_dir_all(&unfinished).with_context(|| not_written(&unfinished))?;
        let mut files = Vec::new();
        for table in Table::ALL {
            let path = unfinished.join(format!("{}.csv", table.name()));
            let file = File::create(&path).with_context(|| not_written(&path))?;
            let mut file = BufWriter::with_capacity(16 * 1024, file);
            writeln!(file, "{}", table.columns().join(","))?;
            files.push(file);
        }
        Ok(Self {
            night,
            edge: edge(night),
            diary,
            partial: partial.filter(|p| p.night == night),
            folder,
            unfinished,
            files,
            line: Vec::new(),
            there: Vec::new(),
            rows: 0,
            children: 0,
        })
    }

    /// What the database says of a child that night.
    pub(super) fn child(
        &mut self,
        number: usize,
        seed: u64,
        life: &Life<'_>,
    ) -> anyhow::Result<()> {
        let child = mixed(seed ^ (u64::try_from(number).unwrap_or(0) << 16));
        self.there.clear();
        let mut is_known = false;
        for (n, row) in (0_u64..).zip(&life.rows) {
            let there = row.is_there(self.night, self.edge, mixed(child ^ n));
            is_known |= there && !is_of_the_person(row.table);
            self.there.push(there);
        }
        if !is_known {
            return Ok(());
        }
        self.children += 1;
        for (row, there) in life.rows.iter().zip(&self.there) {
            let lost = self
                .partial
                .is_some_and(|p| p.table == row.table && number > p.last_child);
            if *there && !lost {
                self.line.clear();
                row.write(self.night, self.diary, &mut self.line);
                self.files[row.table.index()].write_all(&self.line)?;
                self.rows += 1;
            }
        }
        Ok(())
    }

    /// A row that is about no child.
    pub(super) fn other(&mut self, table: Table, cells: &[String]) -> anyhow::Result<()> {
        self.rows += 1;
        Ok(writeln!(self.files[table.index()], "{}", cells.join(","))?)
    }

    pub(super) fn finish(self, readme: &str) -> anyhow::Result<()> {
        for file in self.files {
            let written = file.into_inner().map(drop);
            written.with_context(|| not_written(&self.unfinished))?;
        }
        fs::write(self.unfinished.join(README), readme)?;
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder).with_context(|| not_written(&self.folder))?;
        }
        fs::rename(&self.unfinished, &self.folder).with_context(|| not_written(&self.folder))
    }
}

fn is_of_the_person(table: Table) -> bool {
    matches!(table, Table::Person | Table::Family)
}

fn not_written(path: &Path) -> String {
    format!("could not write {}", path.display())
}

/// A folder of that name is only replaced when it says of itself that it is synthetic.
fn refuse_what_is_not_ours(folder: &Path) -> anyhow::Result<()> {
    let label = || fs::read_to_string(folder.join(README)).unwrap_or_default();
    anyhow::ensure!(
        !folder.exists() || label().starts_with(LABEL),
        "{} is there already and its README.txt does not say that it is synthetic: name another folder",
        folder.display()
    );
    Ok(())
}

pub(super) fn describe(folder: &Path, readme: &str) -> anyhow::Result<()> {
    let path = folder.join(README);
    fs::write(&path, readme).with_context(|| not_written(&path))
}
