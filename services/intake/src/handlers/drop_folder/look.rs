//! What lies in the drop folder: `<authority>/<source>/<item>`.

use std::{
    fs::{self, DirEntry},
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use contracts::AuthorityCode;
use jiff::civil::Date;

use crate::sources::{self, Shape};

/// Where things are put away, beside what waits.
pub(super) const PUT_AWAY: [&str; 2] = ["done", "refused"];

/// Beside the sources: people and teams, which the directory takes in.
pub(super) const DIRECTORY: &str = "directory";

/// Something to take in, complete or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) authority: AuthorityCode,
    /// A source's name, or `DIRECTORY`.
    pub(super) source: &'static str,
    pub(super) path: PathBuf,
    /// The day its name begins with; none: today. A name that means to be a day and is none is an error.
    pub(super) as_at: Result<Option<Date>, String>,
    /// Changes whenever anything about it does.
    pub(super) looks: Vec<(String, u64, Option<SystemTime>)>,
    /// Its owner says that it is complete.
    pub(super) ready: bool,
}

#[derive(Debug, Default)]
pub(super) struct Found {
    /// In the order they are to be taken in.
    pub(super) waiting: Vec<Waiting>,
    /// What cannot be understood, in words.
    pub(super) oddities: Vec<String>,
}

pub(super) fn look(folder: &Path) -> io::Result<Found> {
    let mut found = Found::default();
    for place in folders(folder)? {
        let name = name(&place);
        match name.parse::<AuthorityCode>() {
            Ok(authority) => look_at_authority(&authority, &place.path(), &mut found)?,
            Err(error) => found
                .oddities
                .push(format!("drop folder {}: {error}", place.path().display())),
        }
    }
    // Whoever holds a child is to be known before the child.
    let order = |w: &Waiting| (w.authority.clone(), w.source != DIRECTORY, w.path.clone());
    found.waiting.sort_by_cached_key(order);
    Ok(found)
}

/// What the files in a folder of this name are, and how they lie there; or words that say which names there are.
fn named(name: &str) -> Result<(&'static str, Shape), String> {
    if name == DIRECTORY {
        return Ok((DIRECTORY, Shape::File));
    }
    match sources::named(name) {
        Ok(source) => Ok((source.name, source.shape)),
        Err(error) => Err(format!("{error}, {DIRECTORY}")),
    }
}

fn look_at_authority(
    authority: &AuthorityCode,
    folder: &Path,
    found: &mut Found,
) -> io::Result<()> {
    for place in folders(folder)? {
        let (source, shape) = match named(&name(&place)) {
            Ok(known) => known,
            Err(error) => {
                found
                    .oddities
                    .push(format!("drop folder {}: {error}", place.path().display()));
                continue;
            }
        };
        for entry in fs::read_dir(place.path())? {
            let entry = entry?;
            let name = name(&entry);
            let about = entry.file_type()?;
            let looks = match shape {
                Shape::Folder if about.is_dir() && !PUT_AWAY.contains(&name.as_str()) => {
                    looks_within(&entry.path())?
                }
                Shape::File if about.is_file() && name.to_lowercase().ends_with(".csv") => {
                    looks_of(&entry)?
                }
                Shape::Census if about.is_file() && name.to_lowercase().ends_with(".xml") => {
                    looks_of(&entry)?
                }
                Shape::Book if about.is_file() && is_book(&name) => looks_of(&entry)?,
                _ => continue,
            };
            let ready = |(file, ..): &(String, _, _)| file.eq_ignore_ascii_case("ready");
            // An empty folder was made by somebody who is about to fill it.
            if !looks.is_empty() {
                found.waiting.push(Waiting {
                    authority: authority.clone(),
                    source,
                    path: entry.path(),
                    as_at: day_of(&name),
                    ready: shape == Shape::Folder && looks.iter().any(ready),
                    looks,
                });
            }
        }
    }
    Ok(())
}

fn is_book(name: &str) -> bool {
    let name = name.to_lowercase();
    [".xlsx", ".ods", ".csv"]
        .iter()
        .any(|end| name.ends_with(end))
}

type Looks = Vec<(String, u64, Option<SystemTime>)>;

fn looks_within(folder: &Path) -> io::Result<Looks> {
    let mut looks = Vec::new();
    for entry in fs::read_dir(folder)? {
        looks.extend(looks_of(&entry?)?);
    }
    looks.sort();
    Ok(looks)
}

/// None when it is gone again.
fn looks_of(entry: &DirEntry) -> io::Result<Looks> {
    match entry.metadata() {
        Ok(about) => Ok(vec![(name(entry), about.len(), about.modified().ok())]),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Folders proper: a link could lead anywhere.
fn folders(folder: &Path) -> io::Result<Vec<DirEntry>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() && !name(&entry).starts_with('.') {
            folders.push(entry);
        }
    }
    Ok(folders)
}

fn name(entry: &DirEntry) -> String {
    entry.file_name().to_string_lossy().into_owned()
}

fn day_of(name: &str) -> Result<Option<Date>, String> {
    let Some(day) = name.get(..10) else {
        return Ok(None);
    };
    let shape = |(n, c): (usize, char)| {
        if n == 4 || n == 7 {
            c == '-'
        } else {
            c.is_ascii_digit()
        }
    };
    if !day.chars().enumerate().all(shape) {
        return Ok(None);
    }
    day.parse()
        .map(Some)
        .map_err(|_| format!("its name begins with {day}, and there is no such day: correct the name and drop it again"))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_name_gives_the_day_it_begins_with() {
        for (name, want) in [
            ("2018-03-31", Ok(Some(date(2018, 3, 31)))),
            ("2018-03-31 again", Ok(Some(date(2018, 3, 31)))),
            ("2018-03-31.csv", Ok(Some(date(2018, 3, 31)))),
            ("march", Ok(None)),
            ("march return 2018", Ok(None)),
            ("31-03-2018", Ok(None)),
        ] {
            assert_eq!(day_of(name), want, "{name}");
        }
        assert!(
            day_of("2018-02-31")
                .unwrap_err()
                .contains("there is no such day")
        );
    }

    #[test]
    fn what_waits_is_found_by_authority_and_source_and_nothing_else() {
        let drop = tempfile::tempdir().unwrap();
        let file = |path: &str| {
            let path = drop.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        };
        for path in [
            "westshire/ssda903/2018-04-01/episodes.csv",
            "westshire/ssda903/2018-03-31/episodes.csv",
            "westshire/ssda903/2018-03-31/READY",
            "westshire/ssda903/done/old/episodes.csv",
            "westshire/ssda903/loose.csv",
            "westshire/allocations/held.csv",
            "westshire/allocations/notes.txt",
            "westshire/annexa/2018-03-31.XLSX",
            "westshire/annexa/2018-03-31.docx",
            "westshire/directory/2018-03-31 people.csv",
            "westshire/directory/done/2018-03-30 people.csv",
            "westshire/elsewhere/held.csv",
            "West Shire/allocations/held.csv",
        ] {
            file(path);
        }
        fs::create_dir_all(drop.path().join("westshire/ssda903/empty")).unwrap();
        let found = look(drop.path()).unwrap();
        let seen: Vec<_> = found
            .waiting
            .iter()
            .map(|w| {
                (
                    w.source,
                    w.path.file_name().unwrap().to_str().unwrap(),
                    w.ready,
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("directory", "2018-03-31 people.csv", false),
                ("allocations", "held.csv", false),
                ("annexa", "2018-03-31.XLSX", false),
                ("ssda903", "2018-03-31", true),
                ("ssda903", "2018-04-01", false)
            ]
        );
        assert_eq!(found.oddities.len(), 2, "{:?}", found.oddities);
        let words = "there is no source \"elsewhere\": use one of ssd, ssda903, annexa, cin, allocations, directory";
        assert!(
            found.oddities.iter().any(|o| o.ends_with(words)),
            "{:?}",
            found.oddities
        );
    }
}
