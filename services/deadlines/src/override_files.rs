//! The files that say what an authority has decided about single children: `<authority>.csv` in a folder, read at start
//! and again when one changes.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::SystemTime,
};

use anyhow::{Context as _, anyhow, bail};
use contracts::AuthorityCode;
use tracing::{info, warn};

use crate::domain::{
    overrides::{COLUMNS, LIMIT, Overrides},
    rules::Rules,
};

#[derive(Default)]
pub(crate) struct OverrideFiles {
    folder: Option<PathBuf>,
    held: RwLock<Held>,
}

#[derive(Default)]
struct Held {
    /// Time and size of each file as last looked at.
    stamps: Stamps,
    by_authority: BTreeMap<AuthorityCode, Arc<Overrides>>,
}

type Stamps = BTreeMap<PathBuf, (SystemTime, u64)>;

impl OverrideFiles {
    /// Reads the folder, if there is one; a line that cannot be used is an error.
    pub(crate) fn open(folder: &Path, rules: &Rules) -> anyhow::Result<Self> {
        let stamps = stamps(folder)?;
        let by_authority = read(&stamps, rules)?;
        Ok(Self {
            folder: Some(folder.to_owned()),
            held: RwLock::new(Held {
                stamps,
                by_authority,
            }),
        })
    }

    /// Are there any to look at again?
    pub(crate) fn is_watched(&self) -> bool {
        self.folder.is_some()
    }

    pub(crate) fn of(&self, authority: &AuthorityCode) -> Arc<Overrides> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.by_authority
            .get(authority)
            .cloned()
            .unwrap_or_default()
    }

    /// Reads the files again if one has changed. While one cannot be used, all stay as they were, and the log says why.
    pub(crate) fn look(&self, rules: &Rules) {
        let Some(folder) = &self.folder else { return };
        let stamps = match stamps(folder) {
            Ok(stamps) => stamps,
            Err(error) => {
                return warn!(error = format!("{error:#}"), "overrides stay as they were");
            }
        };
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.stamps == stamps {
            return;
        }
        match read(&stamps, rules) {
            Ok(read) => {
                info!(files = stamps.len(), "overrides are read again");
                held.by_authority = read;
            }
            Err(error) => warn!(error = format!("{error:#}"), "overrides stay as they were"),
        }
        held.stamps = stamps;
    }
}

fn stamps(folder: &Path) -> anyhow::Result<Stamps> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Stamps::new()),
        Err(error) => {
            return Err(error).with_context(|| format!("reading the folder {}", folder.display()));
        }
    };
    let mut stamps = Stamps::new();
    for entry in entries {
        let path = entry
            .with_context(|| format!("reading the folder {}", folder.display()))?
            .path();
        if path.extension().is_some_and(|e| e == "csv") {
            let about = || format!("looking at {}", path.display());
            let of_file = fs::metadata(&path).with_context(about)?;
            let changed = of_file.modified().with_context(about)?;
            stamps.insert(path, (changed, of_file.len()));
        }
    }
    Ok(stamps)
}

fn read(stamps: &Stamps, rules: &Rules) -> anyhow::Result<BTreeMap<AuthorityCode, Arc<Overrides>>> {
    let files = stamps.keys().map(|path| {
        let name = path
            .file_stem()
            .and_then(|n| n.to_str())
            .unwrap_or_default();
        let authority: AuthorityCode = name.parse().with_context(|| {
            format!(
                "{}: name the file after the authority, such as westshire.csv",
                path.display()
            )
        })?;
        let overrides =
            file(path, rules).with_context(|| format!("the overrides in {}", path.display()))?;
        Ok((authority, Arc::new(overrides)))
    });
    files.collect()
}

fn file(path: &Path, rules: &Rules) -> anyhow::Result<Overrides> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(path)?;
    let header = reader.headers()?.clone();
    let find = |column: &str| {
        header
            .iter()
            .position(|h| h.trim_start_matches('\u{feff}') == column)
    };
    let mut places = [None; COLUMNS.len() + 1];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        let found = find(column);
        *place = Some(found.ok_or_else(|| {
            anyhow!(
                "there is no column {column}: the first line is {}",
                COLUMNS.join(",")
            )
        })?);
    }
    places[COLUMNS.len()] = find(LIMIT);
    if header.len() != places.iter().flatten().count() {
        bail!(
            "there are other columns than {} and {LIMIT}: take them out",
            COLUMNS.join(",")
        );
    }
    let records = reader.records().collect::<Result<Vec<_>, _>>()?;
    let lines = records.iter().map(|record| {
        let line = record.position().map_or(0, csv::Position::line);
        (
            line,
            places.map(|place| {
                place
                    .and_then(|place| record.get(place))
                    .unwrap_or_default()
            }),
        )
    });
    Ok(Overrides::read(lines, rules)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "child,rule,action,reason,owner,from,until\n";
    const LINE: &str = "1001,en.cla.visit.long-term,long_term,agreed,w1,2026-01-05,2026-06-30\n";

    const EXTENDED: &str =
        "1001,en.court.care-application,extended,court,w1,2026-01-05,2026-06-30,8 weeks\n";

    fn with_limit(header: &str) -> String {
        header.replace("until", "until,limit")
    }

    fn held(files: &OverrideFiles) -> usize {
        files.of(&"westshire".parse().unwrap()).0.len()
    }

    #[test]
    fn files_are_read_at_start_and_again_when_one_changes() {
        let folder = tempfile::tempdir().unwrap();
        let (rules, path) = (Rules::built_in(), folder.path().join("westshire.csv"));
        let files = OverrideFiles::open(folder.path(), &rules).unwrap();
        assert_eq!(held(&files), 0);
        fs::write(&path, format!("{HEADER}{LINE}")).unwrap();
        files.look(&rules);
        assert_eq!(held(&files), 1);
        fs::write(&path, format!("{HEADER}{LINE}1002,en.cp.visit\n")).unwrap();
        files.look(&rules);
        assert_eq!(
            held(&files),
            1,
            "a file that cannot be used changes nothing"
        );
        fs::write(&path, format!("{}{EXTENDED}", with_limit(HEADER))).unwrap();
        files.look(&rules);
        let westshire = files.of(&"westshire".parse().unwrap());
        let extended = westshire.of(&"1001".into())[0].limit.map(|limit| limit.n);
        assert_eq!(
            extended,
            Some(8),
            "the column limit is there where it is needed"
        );
        fs::remove_file(&path).unwrap();
        files.look(&rules);
        assert_eq!(held(&files), 0);
        let nowhere = OverrideFiles::open(&folder.path().join("none"), &rules).unwrap();
        assert_eq!(held(&nowhere), 0);
    }

    #[test]
    fn a_file_that_cannot_be_used_says_which_line_and_why() {
        let rules = Rules::built_in();
        for (text, words) in [
            ("child,rule\n", "there is no column action"),
            (
                "child,rule,action,reason,owner,from,until,note\n",
                "other columns",
            ),
            (
                &format!("{HEADER}{LINE}{}", LINE.replace("agreed", "because")),
                "line 3: reason is none of agreed",
            ),
            (
                &format!("{HEADER}{}", LINE.replace("long_term,", "longterm,")),
                "action is none of set_aside",
            ),
            (
                &format!("{HEADER}{}", LINE.replace(".long-term", "")),
                "belongs to the rule en.cla.visit.long-term",
            ),
            (
                &format!("{HEADER}{}", LINE.replace("en.cla", "en.clan")),
                "rule is none of those",
            ),
            (
                &format!("{HEADER}{}", LINE.replace("w1", "")),
                "owner is blank",
            ),
            (
                &format!("{HEADER}{}", LINE.replace("2026-06-30", "30/06/2026")),
                "until is not a day",
            ),
            (
                &format!("{HEADER}{}", LINE.replace("2026-06-30", "2026-01-04")),
                "ends on 2026-01-04 before",
            ),
        ] {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("westshire.csv"), text).unwrap();
            let error = OverrideFiles::open(folder.path(), &rules).err().unwrap();
            let error = format!("{error:#}");
            assert!(
                error.contains(words) && error.contains("westshire.csv"),
                "{error}"
            );
            for typed in ["because", "longterm", "en.clan", "30/06/2026"] {
                assert!(!error.contains(typed), "{error}");
            }
        }
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("West.csv"), HEADER).unwrap();
        let error = OverrideFiles::open(folder.path(), &rules).err().unwrap();
        assert!(
            format!("{error:#}").contains("name the file after the authority"),
            "{error:#}"
        );
    }

    #[test]
    fn a_limit_is_said_where_the_action_has_one_and_nowhere_else() {
        let rules = Rules::built_in();
        for (text, words) in [
            (
                &format!(
                    "{}{}",
                    with_limit(HEADER),
                    EXTENDED.replace("8 weeks", "9 weeks")
                ),
                "an extension is at most 8 weeks",
            ),
            (
                &format!("{}{}", with_limit(HEADER), EXTENDED.replace("8 weeks", "")),
                "limit says how long",
            ),
            (
                &format!(
                    "{}{}",
                    with_limit(HEADER),
                    EXTENDED.replace("extended", "set_aside")
                ),
                "this action has no limit",
            ),
        ] {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("westshire.csv"), text).unwrap();
            let error = OverrideFiles::open(folder.path(), &rules).err().unwrap();
            assert!(format!("{error:#}").contains(words), "{error:#}");
        }
    }
}
