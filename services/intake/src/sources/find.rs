//! Which files a path holds.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{Shape, Source, Table, Unreadable, annexa::book};
use crate::domain::gate::Guard;

/// The files of a source.
#[derive(Debug)]
pub struct Found {
    /// With the name to show.
    pub tables: Vec<(&'static Table, Place, String)>,
    /// Files in the folder that this source does not read.
    pub others: Vec<String>,
}

/// Where a table's text is.
#[derive(Debug)]
pub enum Place {
    File(PathBuf),
    Here(Vec<u8>),
}

pub fn find(source: &'static Source, path: &Path) -> Result<Found, Unreadable> {
    let shown = path.display();
    let about = fs::metadata(path).map_err(|e| cannot_open(path, &e))?;
    match source.shape {
        Shape::Folder if !about.is_dir() => Err(Unreadable(format!(
            "{shown} is a file: {} is read from a folder that holds {}",
            source.name,
            names(source)
        ))),
        Shape::Folder => in_folder(source, path),
        Shape::File if about.is_dir() => Err(Unreadable(format!(
            "{shown} is a folder: {} is read from one CSV file with the columns {}",
            source.name,
            source.tables[0].columns.needed.join(",")
        ))),
        Shape::File => Ok(Found {
            tables: vec![(
                &source.tables[0],
                Place::File(path.to_owned()),
                file_name(path),
            )],
            others: Vec::new(),
        }),
        Shape::Census if about.is_dir() => Err(Unreadable(format!(
            "{shown} is a folder: {} is read from one XML file",
            source.name
        ))),
        // Its blocks are found while it is read.
        Shape::Census => Ok(Found {
            tables: Vec::new(),
            others: Vec::new(),
        }),
        Shape::Book if about.is_dir() => Err(Unreadable(format!(
            "{shown} is a folder: {} is read from one file, xlsx, ods or CSV",
            source.name
        ))),
        Shape::Book => {
            let (lists, others) = book::open(source.tables, path)?;
            let place = |(table, name, text)| (table, Place::Here(text), name);
            Ok(Found {
                tables: lists.into_iter().map(place).collect(),
                others,
            })
        }
    }
}

fn in_folder(source: &'static Source, folder: &Path) -> Result<Found, Unreadable> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| cannot_open(folder, &e))? {
        let path = entry.map_err(|e| cannot_open(folder, &e))?.path();
        let name = file_name(&path);
        // Marks of the drop folder and of desktops are nobody's data.
        if path.is_file() && !name.starts_with('.') && !name.eq_ignore_ascii_case("ready") {
            files.push((name, path));
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Unreadable(format!(
            "the folder {} is empty: {} is read from a folder that holds {}",
            folder.display(),
            source.name,
            names(source)
        )));
    }
    let mut tables = Vec::new();
    for table in source.tables {
        let mut same = files
            .iter()
            .filter(|(name, _)| name.to_lowercase() == table.file);
        match (same.next(), same.next()) {
            (Some((name, path)), None) => {
                tables.push((table, Place::File(path.clone()), name.clone()));
            }
            (Some((one, _)), Some((two, _))) => {
                let both = format!(
                    "{one} and {two} in {} differ in case only: remove one",
                    folder.display()
                );
                return Err(Unreadable(both));
            }
            (None, _) if table.guard == Guard::Core => {
                return Err(not_there(table, folder, &files));
            }
            (None, _) => {}
        }
    }
    if tables.is_empty() {
        return Err(Unreadable(format!(
            "the folder {} holds none of the files that {} is read from: {}",
            folder.display(),
            source.name,
            names(source)
        )));
    }
    let read = |name: &String| tables.iter().any(|(_, _, read)| read == name);
    let others = files
        .iter()
        .filter(|(name, _)| !read(name))
        .map(|(name, _)| name.clone())
        .collect();
    Ok(Found { tables, others })
}

fn not_there(table: &Table, folder: &Path, files: &[(String, PathBuf)]) -> Unreadable {
    let nearest = files
        .iter()
        .map(|(name, _)| (strsim::jaro_winkler(&name.to_lowercase(), table.file), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| format!(" (nearest: {name})"))
        .unwrap_or_default();
    let found: Vec<_> = files
        .iter()
        .take(20)
        .map(|(name, _)| name.as_str())
        .collect();
    Unreadable(format!(
        "{} is not in {}; found {}{nearest}. Export it into the folder and import again",
        table.file,
        folder.display(),
        found.join(", ")
    ))
}

fn cannot_open(path: &Path, error: &io::Error) -> Unreadable {
    let shown = path.display();
    Unreadable(match error.kind() {
        io::ErrorKind::NotFound => {
            format!("{shown} is not there: check the path, on the machine that Evenkeel runs on")
        }
        io::ErrorKind::PermissionDenied => {
            format!(
                "{shown} may not be read by the user that Evenkeel runs as: change its permissions"
            )
        }
        _ => format!("{shown} could not be opened: {error}"),
    })
}

/// A table's text and its size.
pub(super) fn text(place: Place) -> Result<(Box<dyn io::Read>, u64), Unreadable> {
    Ok(match place {
        Place::File(path) => {
            let (file, size) = open(&path)?;
            (Box::new(file), size)
        }
        Place::Here(text) => {
            let size = text.len() as u64;
            (Box::new(io::Cursor::new(text)), size)
        }
    })
}

pub(super) fn open(path: &Path) -> Result<(fs::File, u64), Unreadable> {
    let file = fs::File::open(path).map_err(|e| cannot_open(path, &e))?;
    let size = file.metadata().map_err(|e| cannot_open(path, &e))?.len();
    Ok((file, size))
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |n| n.to_string_lossy().into_owned(),
    )
}

fn names(source: &Source) -> String {
    let names: Vec<_> = source.tables.iter().map(|t| t.file).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::named;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            fs::write(folder.path().join(file), "CHILD\n").unwrap();
        }
        folder
    }

    fn refused(source: &str, path: &Path) -> String {
        find(named(source).unwrap(), path).unwrap_err().to_string()
    }

    #[test]
    fn files_are_found_in_any_case_and_read_in_the_order_of_the_source() {
        let folder = folder(&[
            "Reviews.CSV",
            "EPISODES.csv",
            "header.csv",
            "notes.txt",
            "READY",
            ".hidden",
        ]);
        let found = find(named("ssda903").unwrap(), folder.path()).unwrap();
        let names: Vec<_> = found
            .tables
            .iter()
            .map(|(_, _, name)| name.as_str())
            .collect();
        assert_eq!(names, ["EPISODES.csv", "Reviews.CSV"]);
        assert_eq!(found.others, ["header.csv", "notes.txt"]);
    }

    #[test]
    fn a_path_of_the_wrong_shape_is_refused_with_the_right_one() {
        let empty = folder(&[]);
        assert!(refused("ssda903", empty.path()).contains("is empty"));
        let none = refused("ssd", folder(&["episodes.csv"]).path());
        assert!(
            none.contains("holds none of the files that ssd is read from: ssd_"),
            "{none}"
        );
        assert!(refused("ssda903", &empty.path().join("nowhere")).contains("is not there"));
        assert!(
            refused("allocations", empty.path())
                .contains("is a folder: allocations is read from one CSV file")
        );
        let folder = folder(&["episodes.csv"]);
        assert!(
            refused("ssda903", &folder.path().join("episodes.csv"))
                .contains("is a file: ssda903 is read from a folder")
        );
    }

    #[test]
    fn a_missing_core_file_is_named_with_what_is_there() {
        let error = refused(
            "ssda903",
            folder(&["episodes.csv", "review.csv", "header.csv"]).path(),
        );
        assert!(error.starts_with("reviews.csv is not in "), "{error}");
        assert!(
            error.contains("found episodes.csv, header.csv, review.csv (nearest: review.csv)"),
            "{error}"
        );
    }

    #[test]
    fn two_files_that_differ_in_case_only_are_refused() {
        let error = refused(
            "ssda903",
            folder(&["episodes.csv", "Episodes.csv", "reviews.csv"]).path(),
        );
        assert!(
            error.starts_with("Episodes.csv and episodes.csv in "),
            "{error}"
        );
    }

    #[test]
    fn an_unknown_source_names_those_there_are() {
        let error = named("ssa903").unwrap_err().to_string();
        assert_eq!(
            error,
            "there is no source \"ssa903\": use one of ssd, ssda903, annexa, cin, allocations"
        );
    }
}
