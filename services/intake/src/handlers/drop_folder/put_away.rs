//! Putting away what was taken in, with what became of it beside it.

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// Moves `item` into the folder `place` beside it. What is said of it is written first: once moved, it is not looked at
/// again.
pub(super) fn put_away(
    item: &Path,
    place: &str,
    text: &str,
    refusals: Option<&Path>,
) -> io::Result<()> {
    let folder = item.parent().unwrap_or(Path::new(".")).join(place);
    fs::create_dir_all(&folder)?;
    let name = item
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let to = free(&folder, &name)?;
    write_private(&beside(&to, "summary.txt"), text.as_bytes())?;
    if let Some(list) = refusals {
        write_private(&beside(&to, "refusals.csv"), &fs::read(list)?)?;
    }
    fs::rename(item, to)
}

/// A name that is not taken yet: nothing put away is ever written over.
fn free(folder: &Path, name: &str) -> io::Result<PathBuf> {
    for n in 1..10_000 {
        let to = folder.join(if n == 1 {
            name.to_owned()
        } else {
            format!("{n} {name}")
        });
        if !to.try_exists()? {
            return Ok(to);
        }
    }
    Err(io::Error::other(format!(
        "{name} was put away ten thousand times"
    )))
}

fn beside(item: &Path, what: &str) -> PathBuf {
    let mut name = item.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(what);
    item.with_file_name(name)
}

fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = File::options();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_put_away_is_ever_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let item = folder.path().join("held.csv");
        for n in 1..=2 {
            fs::write(&item, format!("{n}")).unwrap();
            put_away(&item, "done", &format!("summary {n}"), None).unwrap();
        }
        let read = |name: &str| fs::read_to_string(folder.path().join("done").join(name)).unwrap();
        assert_eq!(
            (
                read("held.csv").as_str(),
                read("held.csv.summary.txt").as_str()
            ),
            ("1", "summary 1")
        );
        assert_eq!(
            (
                read("2 held.csv").as_str(),
                read("2 held.csv.summary.txt").as_str()
            ),
            ("2", "summary 2")
        );
        assert!(!item.exists());
    }
}
