//! Compiled defaults, then a file, then the environment; what none of the defaults knows is refused.

mod given;
mod known;
mod secret;

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt, fs,
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;
use toml::{Table, Value};

use given::{Given, Raw};
use known::Known;
pub use secret::Secret;

/// Variables that begin as settings do and are none.
const NOT_SETTINGS: [&str; 3] = ["EVENKEEL_CONFIG", "EVENKEEL_DATA", "EVENKEEL_SOAK"];

/// The settings in force.
#[derive(Clone)]
pub struct Settings {
    table: Table,
    /// Where each setting that is no default came from, by its dotted path.
    origins: BTreeMap<String, String>,
}

/// Everything wrong with the settings, a line each.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct SettingsError(pub Vec<String>);

impl Settings {
    /// `defaults` are whole TOML documents and name every setting there is; an empty table in them takes any keys.
    /// `environment` is `std::env::vars_os()`: `EVENKEEL_DELIVERY__SMTP__HOST` sets `host` of `[delivery.smtp]`.
    pub fn load(
        defaults: &[&str],
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, SettingsError> {
        let known = Known::new(defaults);
        let mut settings = Self {
            table: known.defaults().clone(),
            origins: BTreeMap::new(),
        };
        let mut problems = Vec::new();
        let given = match file.map(read).transpose() {
            Ok(given) => given.unwrap_or_default(),
            Err(problem) => return Err(SettingsError(vec![problem])),
        };
        let variables = given::in_environment(environment, &NOT_SETTINGS);
        for given in given.into_iter().chain(variables) {
            problems.extend(settings.take(&known, &given).err());
        }
        settings.read_secrets(&known, &mut problems);
        if problems.is_empty() {
            Ok(settings)
        } else {
            Err(SettingsError(problems))
        }
    }

    /// The defaults alone.
    pub fn defaults(defaults: &[&str]) -> Self {
        Self {
            table: Known::new(defaults).defaults().clone(),
            origins: BTreeMap::new(),
        }
    }

    /// One section, as the crate that owns it wants it.
    pub fn section<T: DeserializeOwned>(&self, name: &str) -> Result<T, SettingsError> {
        let value = self.table.get(name).cloned();
        let value = value.unwrap_or_else(|| Value::Table(Table::new()));
        value.try_into().map_err(|error: toml::de::Error| {
            let words = error.to_string();
            let words = words.trim().replace('\n', " ");
            let from = self.origin_of_error(name, &words);
            SettingsError(vec![format!("settings of [{name}]: {words}{from}")])
        })
    }

    fn take(&mut self, known: &Known, given: &Given) -> Result<(), String> {
        let value = known.accept(given)?;
        let (path, origin) = (given.path.join("."), given.origin.clone());
        if matches!(given.value, Raw::Typed(_)) && known.secrets().contains(&given.path) {
            return Err(format!(
                "{origin}: {path} is a secret and does not belong in this file: set {}, or name a file that holds it \
                 in {path}_file",
                known::variable(&given.path)
            ));
        }
        put(&mut self.table, &given.path, value);
        self.origins.insert(path, origin);
        Ok(())
    }

    /// A setting beside which there is one of the same name and `_file` is a secret: it is not written into the file
    /// of settings, which more people read, but set in the environment or put in a file of its own.
    fn read_secrets(&mut self, known: &Known, problems: &mut Vec<String>) {
        for path in known.secrets() {
            problems.extend(self.read_secret(&path, &path.join(".")).err());
        }
    }

    fn read_secret(&mut self, path: &[String], dotted: &str) -> Result<(), String> {
        let beside = format!("{dotted}_file");
        let file: Vec<_> = beside.split('.').map(str::to_owned).collect();
        let Some(file) = get(&self.table, &file)
            .and_then(Value::as_str)
            .filter(|f| !f.is_empty())
        else {
            return Ok(());
        };
        let file = PathBuf::from(file);
        let origin = self.origins.get(&beside).cloned().unwrap_or_default();
        if self.origins.contains_key(dotted) {
            return Err(format!(
                "{origin}: {dotted} and {beside} are both set: keep one"
            ));
        }
        let secret = fs::read_to_string(&file).map_err(|error| {
            format!(
                "{origin}: {beside}: cannot read {}: {error}",
                file.display()
            )
        })?;
        put(
            &mut self.table,
            path,
            secret.trim_end_matches(['\r', '\n']).into(),
        );
        Ok(())
    }

    /// Names the origin of the setting an error is about: serde says its path inside the section.
    fn origin_of_error(&self, section: &str, words: &str) -> String {
        let inside = words
            .split("in `")
            .nth(1)
            .and_then(|rest| rest.split('`').next());
        let path = format!("{section}.{}", inside.unwrap_or_default());
        let origin = self.origins.get(&path);
        origin
            .map(|origin| format!(" ({origin})"))
            .unwrap_or_default()
    }
}

/// Values are left out: some are secrets.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("set", &self.origins)
            .finish_non_exhaustive()
    }
}

fn read(file: &Path) -> Result<Vec<Given>, String> {
    let text = fs::read_to_string(file)
        .map_err(|error| format!("cannot read the settings in {}: {error}", file.display()))?;
    given::in_file(&text, &file.display().to_string())
}

fn get<'a>(table: &'a Table, path: &[String]) -> Option<&'a Value> {
    let (last, sections) = path.split_last()?;
    let table = sections
        .iter()
        .try_fold(table, |table, name| table.get(name)?.as_table())?;
    table.get(last)
}

fn put(table: &mut Table, path: &[String], value: Value) {
    let Some((last, sections)) = path.split_last() else {
        return;
    };
    let mut table = table;
    for name in sections {
        let next = table
            .entry(name)
            .or_insert_with(|| Value::Table(Table::new()));
        let Value::Table(next) = next else { return };
        table = next;
    }
    table.insert(last.clone(), value);
}

#[cfg(test)]
mod tests;
