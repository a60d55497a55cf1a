//! Where facts come from. This is the only place that knows which sources exist.

mod allocations;
mod annexa;
mod cin;
mod codes;
mod csv;
mod dates;
mod find;
mod known;
mod person;
mod read;
mod roles;
mod ssd;
mod ssda903;

use crate::domain::{gate::Guard, statements::Said, window::Window};

use self::csv::{Cells, Columns, Fault};

pub(crate) use cin::reference_date;
pub use find::{Found, find};
pub use known::Known;
pub use read::{Reading, Terms, Watch, read};
pub use roles::Roles;

/// Every source, by name.
pub static ALL: [&Source; 5] = [
    &ssd::SOURCE,
    &ssda903::SOURCE,
    &annexa::SOURCE,
    &cin::SOURCE,
    &allocations::SOURCE,
];

/// The source of this name; or words that say which there are.
pub fn named(name: &str) -> Result<&'static Source, Unreadable> {
    ALL.into_iter().find(|s| s.name == name).ok_or_else(|| {
        let names: Vec<_> = ALL.iter().map(|s| s.name).collect();
        Unreadable(format!(
            "there is no source {name:?}: use one of {}",
            names.join(", ")
        ))
    })
}

/// One way in which an authority keeps its facts.
#[derive(Debug)]
pub struct Source {
    pub name: &'static str,
    pub shape: Shape,
    pub window: Window,
    /// In the order they are read.
    pub tables: &'static [Table],
    pub gaps: &'static [Gap],
}

impl Source {
    /// Kinds of which it holds the latest only.
    pub fn latest(&self) -> Vec<&'static str> {
        let latest = self.tables.iter().flat_map(|t| t.latest);
        latest.copied().collect()
    }
}

/// Where one table is read, a kind is evidence only if another is read too: child protection plans without child
/// protection visits would make every visit look late.
#[derive(Debug)]
pub struct Gap {
    pub table: &'static str,
    pub needs: &'static str,
    pub kind: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A folder of CSV files, found by name.
    Folder,
    /// One CSV file of any name.
    File,
    /// One XML file that says itself which day it describes.
    Census,
    /// A workbook of lists known by their headers, or one of them as CSV.
    Book,
}

/// A file of rows.
#[derive(Debug)]
pub struct Table {
    /// Lower case; found in any case.
    pub file: &'static str,
    /// Kinds of fact its rows give; none: it only explains the rows of other tables.
    pub kinds: &'static [&'static str],
    /// Those of its kinds of which it holds the latest only.
    pub latest: &'static [&'static str],
    pub guard: Guard,
    /// All that is ever read.
    pub columns: Columns,
    /// Rows count only for children who have one in the first table; those of others are set aside for this reason.
    pub needs_first: Option<&'static str>,
    pub row: fn(&Cells<'_>, &mut Known) -> Result<Vec<Said>, Unused>,
}

/// Why a row gives no fact.
#[derive(Debug, PartialEq, Eq)]
pub enum Unused {
    /// It is wrong: listed for somebody to correct.
    Wrong(Fault),
    /// It is right and of no use, for this reason.
    Aside(&'static str),
    /// It says whose it is only through a row of this other table, which is not there.
    Unresolved {
        reason: &'static str,
        table: &'static str,
    },
}

impl From<Fault> for Unused {
    fn from(fault: Fault) -> Self {
        Self::Wrong(fault)
    }
}

/// A source that cannot be read at all: what, where and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

/// The child's id, as every table has it.
fn child(cells: &Cells<'_>, column: &'static str) -> Result<String, Fault> {
    id(cells, column)?
        .ok_or_else(|| Fault::new(column, "", "it is blank: every row needs the child's id"))
}

/// Ids of extracts have up to 48 characters; anything longer is text that has slipped into the column.
const LONGEST_ID: usize = 64;

fn id(cells: &Cells<'_>, column: &'static str) -> Result<Option<String>, Fault> {
    let id = cells.get(column);
    if id.chars().count() > LONGEST_ID {
        return Err(Fault::new(
            column,
            id,
            format!("it is longer than {LONGEST_ID} characters: it is no id"),
        ));
    }
    if id.chars().any(char::is_control) {
        return Err(Fault::new(
            column,
            id,
            "it holds characters that cannot be seen: it is no id",
        ));
    }
    Ok((!id.is_empty()).then(|| id.to_owned()))
}

/// The real return; none (and said so) when it is not on this machine, a failure in CI.
#[cfg(test)]
pub(crate) fn the_real_return() -> Option<std::path::PathBuf> {
    shared("data/ssda903")
}

/// What lies beside the project on some machines.
#[cfg(test)]
pub(crate) fn shared(what: &str) -> Option<std::path::PathBuf> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared")
        .join(what);
    if path.exists() {
        return Some(path);
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "CI must have the data; elsewhere the test is skipped"
    )]
    let in_ci = std::env::var("CI").is_ok();
    assert!(!in_ci, "{} is not there", path.display());
    #[expect(clippy::print_stderr, reason = "a skipped test must say so")]
    {
        eprintln!("skipped: {} is not there", path.display());
    }
    None
}
