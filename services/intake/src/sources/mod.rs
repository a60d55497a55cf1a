//! Where facts come from. This is the only place that knows which sources exist.

mod allocations;
mod codes;
mod csv;
mod dates;
mod find;
mod read;
mod ssda903;

use crate::domain::{gate::Guard, statements::Said, window::Window};

use self::csv::{Cells, Fault};

pub use find::{Found, find};
pub use read::{Reading, Watch, read};

/// Every source, by name.
pub static ALL: [&Source; 2] = [&ssda903::SOURCE, &allocations::SOURCE];

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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A folder of CSV files, found by name.
    Folder,
    /// One CSV file of any name.
    File,
}

/// One kind of rows.
#[derive(Debug)]
pub struct Table {
    /// Lower case; found in any case.
    pub file: &'static str,
    pub kind: &'static str,
    pub guard: Guard,
    /// All that is ever read; the first is the child's id.
    pub columns: &'static [&'static str],
    /// Columns that belong to the table and are never read.
    pub passed_over: &'static [&'static str],
    /// Rows count only for children who have one in the first table; those of others are set aside for this reason.
    pub needs_first: Option<&'static str>,
    pub row: fn(&Cells<'_>) -> Result<Said, Fault>,
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
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/ssda903");
    if folder.is_dir() {
        return Some(folder);
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "CI must have the data; elsewhere the test is skipped"
    )]
    let in_ci = std::env::var("CI").is_ok();
    assert!(!in_ci, "{} is not there", folder.display());
    #[expect(clippy::print_stderr, reason = "a skipped test must say so")]
    {
        eprintln!("skipped: {} is not there", folder.display());
    }
    None
}
