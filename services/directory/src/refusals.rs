//! The file that lists every refused row, beside the data: a summary shows the first few only.

use std::{
    io,
    path::{Path, PathBuf},
};

use contracts::{AuthorityCode, commands::RefusedRow};
use jiff::civil::Date;
use tokio::{
    fs::{DirBuilder, OpenOptions, rename},
    io::AsyncWriteExt,
};

/// Writes them all for their owner's eyes, replacing the list of an earlier import of that source and day once this one is whole;
/// nothing for nothing.
pub(crate) async fn write(
    folder: &Path,
    (authority, source): (&AuthorityCode, &str),
    as_at: Date,
    refused: &[RefusedRow],
) -> io::Result<Option<PathBuf>> {
    if refused.is_empty() {
        return Ok(None);
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .await?;
    let path = folder.join(format!("{authority}-{source}-{as_at}.csv"));
    let unfinished = path.with_extension("csv.part");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)
        .await?;
    file.write_all(&as_csv(refused)?).await?;
    file.sync_all().await?;
    rename(&unfinished, &path).await?;
    Ok(Some(path))
}

fn as_csv(refused: &[RefusedRow]) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["file", "line", "column", "value", "reason"])?;
    for row in refused {
        let line = row.line.to_string();
        let cells = [&row.file, &line, &row.column, &row.value, &row.reason];
        writer.write_record(cells.map(|cell| harmless(cell)))?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// What a spreadsheet would take for a formula gets an apostrophe: the values are not ours.
fn harmless(value: &str) -> String {
    let formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!("{}{value}", if formula { "'" } else { "" })
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    async fn written(folder: &Path, value: &str) -> io::Result<Option<PathBuf>> {
        let row = RefusedRow {
            file: "people.csv".into(),
            line: 3,
            column: "email".into(),
            value: value.into(),
            reason: "this is not an email address".into(),
        };
        let day = Date::constant(2025, 3, 31);
        write(
            folder,
            (&"westshire".parse().unwrap(), "directory"),
            day,
            &[row],
        )
        .await
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn the_list_is_for_its_owner_only_and_safe_in_a_spreadsheet() {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("refusals");
        let path = written(&folder, "=cmd|'/c calc'!A1")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            "file,line,column,value,reason\n\
             people.csv,3,email,'=cmd|'/c calc'!A1,this is not an email address\n"
        );
        assert_eq!((mode(&folder), mode(&path)), (0o700, 0o600));
    }

    #[tokio::test]
    async fn a_list_that_cannot_be_finished_leaves_the_earlier_one_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path(), "first").await.unwrap().unwrap();
        // Something is in the way of the unfinished list, as a full disk would be.
        fs::create_dir(path.with_extension("csv.part")).unwrap();
        written(folder.path(), "second").await.unwrap_err();
        assert!(fs::read_to_string(&path).unwrap().contains(",first,"));
    }
}
