//! The file that lists every refused row, beside the data: a summary shows the first few only.

use std::{
    io,
    path::{Path, PathBuf},
};

use contracts::{AuthorityCode, commands::RefusedRow};
use jiff::civil::Date;
use tokio::io::AsyncWriteExt;

/// Writes them all, replacing the list of an earlier import of that day; nothing for nothing.
pub(crate) async fn write(
    folder: &Path,
    authority: &AuthorityCode,
    as_at: Date,
    refused: &[RefusedRow],
) -> io::Result<Option<PathBuf>> {
    if refused.is_empty() {
        return Ok(None);
    }
    let path = folder.join(format!("{authority}-directory-{as_at}.csv"));
    tokio::fs::create_dir_all(folder).await?;
    let mut file = tokio::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)
        .await?;
    file.write_all(&as_csv(refused)?).await?;
    file.sync_all().await?;
    Ok(Some(path))
}

fn as_csv(refused: &[RefusedRow]) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["file", "line", "column", "value", "reason"])?;
    for row in refused {
        let line = row.line.to_string();
        writer.write_record([&row.file, &line, &row.column, &row.value, &row.reason])?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}
