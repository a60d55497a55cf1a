//! The file that lists every refused row: a summary shows the first few only. It is written as rows are read, so that
//! it may be long.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::PathBuf,
};

use contracts::commands::RefusedRow;

use super::progress::Progress;
use crate::sources::Watch;

/// Created at the first refused row; dropped before `keep`, it leaves nothing behind.
pub(super) struct RefusalsFile {
    path: PathBuf,
    open: Option<BufWriter<File>>,
}

impl RefusalsFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, open: None }
    }

    fn unfinished(&self) -> PathBuf {
        self.path.with_extension("csv.part")
    }

    fn create(&self) -> io::Result<BufWriter<File>> {
        if let Some(folder) = self.path.parent() {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)?;
        }
        // Rows may name children, so nobody else may read them.
        let mut options = File::options();
        let file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(self.unfinished())?;
        let mut file = BufWriter::new(file);
        writeln!(file, "file,line,column,value,reason")?;
        Ok(file)
    }

    fn add(&mut self, row: &RefusedRow) -> io::Result<()> {
        let file = match &mut self.open {
            Some(file) => file,
            None => self.open.insert(self.create()?),
        };
        let (name, line, column) = (cell(&row.file), row.line, cell(&row.column));
        writeln!(
            file,
            "{name},{line},{column},{},{}",
            cell(&row.value),
            cell(&row.reason)
        )
    }

    /// Finishes the file, replacing that of an earlier import of the same day; none when no row was refused.
    pub(super) fn keep(mut self) -> io::Result<Option<PathBuf>> {
        let Some(file) = self.open.take() else {
            return Ok(None);
        };
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        fs::rename(self.unfinished(), &self.path)?;
        Ok(Some(self.path.clone()))
    }
}

impl Drop for RefusalsFile {
    fn drop(&mut self) {
        if self.open.take().is_some()
            && let Err(error) = fs::remove_file(self.unfinished())
        {
            tracing::debug!(%error, "an unfinished list of refused rows stays behind");
        }
    }
}

/// Quoted where needed. What a spreadsheet would take for a formula gets an apostrophe: the values are not ours.
fn cell(value: &str) -> String {
    let formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let value = if formula {
        format!("'{value}")
    } else {
        value.to_owned()
    };
    if value.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value
    }
}

/// Passes on what happens while reading.
pub(super) struct Watching {
    pub(super) progress: Progress,
    pub(super) file: RefusalsFile,
}

impl Watch for Watching {
    fn progress(&mut self, stage: &str, done: u64, total: u64) {
        self.progress.at(stage, done, total);
    }

    fn refused(&mut self, row: &RefusedRow) -> io::Result<()> {
        self.file.add(row)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn row(value: &str) -> RefusedRow {
        RefusedRow {
            file: "episodes.csv".into(),
            line: 3,
            column: "LS".into(),
            value: value.into(),
            reason: "it is not a legal status code, or \"so\"".into(),
        }
    }

    #[test]
    fn the_list_is_for_its_owner_only_and_safe_in_a_spreadsheet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder
            .path()
            .join("refusals/westshire-ssda903-2018-03-31.csv");
        let mut file = RefusalsFile::new(path.clone());
        file.add(&row("=1+1")).unwrap();
        file.add(&row("C9")).unwrap();
        assert_eq!(file.keep().unwrap(), Some(path.clone()));
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            "file,line,column,value,reason\n\
             episodes.csv,3,LS,'=1+1,\"it is not a legal status code, or \"\"so\"\"\"\n\
             episodes.csv,3,LS,C9,\"it is not a legal status code, or \"\"so\"\"\"\n"
        );
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn without_a_refused_row_or_unfinished_there_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        assert_eq!(RefusalsFile::new(path.clone()).keep().unwrap(), None);
        let mut file = RefusalsFile::new(path);
        file.add(&row("C9")).unwrap();
        drop(file);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
