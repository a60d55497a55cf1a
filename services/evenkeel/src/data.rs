//! The data folder: everything one installation keeps.

use std::{
    ffi::OsString,
    fs, io,
    io::Write as _,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use contracts::TokenKey;
use rand::Rng;

/// The process's environment, read once.
pub(crate) type Environment = Vec<(OsString, OsString)>;

/// A path in the environment, unless it is blank.
pub(crate) fn variable(environment: &Environment, name: &str) -> Option<PathBuf> {
    environment
        .iter()
        .find(|(known, value)| known == name && !value.is_empty())
        .map(|(_, value)| PathBuf::from(value))
}

#[derive(Clone, Debug)]
pub(crate) struct DataDir(PathBuf);

impl DataDir {
    /// The folder named, else the environment's, else the user's own.
    pub(crate) fn find(named: Option<&Path>, environment: &Environment) -> anyhow::Result<Self> {
        let from_environment = variable(environment, "EVENKEEL_DATA");
        let path = named
            .map(Path::to_owned)
            .or(from_environment)
            .or_else(|| dirs::data_dir().map(|d| d.join("evenkeel")))
            .context("there is no home folder to keep data in: name a folder with --data")?;
        let path = std::path::absolute(&path)
            .with_context(|| format!("{} is no folder", path.display()))?;
        Ok(Self(path))
    }

    /// Makes the folder, readable by its owner only.
    pub(crate) fn create(&self) -> anyhow::Result<()> {
        private_folder(&self.0).with_context(|| {
            format!(
                "could not make the data folder {}: choose another with --data",
                self.0.display()
            )
        })
    }

    /// A slip in a folder's name is said, instead of making an empty one of that name.
    pub(crate) fn is_there(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.0.is_dir(),
            "there is nothing at {}: check --data, or begin with `evenkeel up` or `evenkeel import`",
            self.0.display()
        );
        Ok(())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The settings file that is read when none is named.
    pub(crate) fn settings_file(&self) -> PathBuf {
        self.join("evenkeel.toml")
    }

    /// The key behind every token on the bus; made at the first start. Whoever loses it cannot find a child's subjects
    /// again, so it belongs into the backup.
    pub(crate) fn token_key(&self) -> anyhow::Result<TokenKey> {
        let path = self.join("keys").join("token.key");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                make_key(&path).with_context(|| format!("could not write {}", path.display()))?
            }
            Err(e) => {
                return Err(e).with_context(|| format!("could not read {}", path.display()));
            }
        };
        text.parse::<TokenKey>().map_err(|problem| {
            anyhow::anyhow!(
                "{} is damaged ({problem}): put the file back from a backup",
                path.display()
            )
        })
    }
}

fn make_key(path: &Path) -> io::Result<String> {
    let bytes: [u8; 32] = rand::rng().random();
    let text: String = bytes
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect::<Vec<_>>()
        .concat();
    if let Some(folder) = path.parent() {
        private_folder(folder)?;
    }
    write_private(path, text.as_bytes())?;
    Ok(text)
}

fn private_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

/// Writes a file whole or not at all, readable by its owner only.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension("part");
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use contracts::ChildId;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_folder_named_wins_over_the_environment() {
        let environment = vec![("EVENKEEL_DATA".into(), "/from/environment".into())];
        let named = DataDir::find(Some(Path::new("/named")), &environment).unwrap();
        assert_eq!(named.path(), Path::new("/named"));
        let other = DataDir::find(None, &environment).unwrap();
        assert_eq!(other.path(), Path::new("/from/environment"));
    }

    #[test]
    fn a_key_is_made_once_and_is_nobody_elses_to_read() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir(folder.path().join("data"));
        data.create().unwrap();
        assert_eq!(mode(data.path()), 0o700);
        let (authority, child) = ("westshire".parse().unwrap(), ChildId::new("1"));
        let first = data.token_key().unwrap().child(&authority, &child);
        let again = data.token_key().unwrap().child(&authority, &child);
        assert_eq!(first, again);
        assert_eq!(mode(&data.join("keys/token.key")), 0o600);
        fs::write(data.join("keys/token.key"), "short").unwrap();
        let error = data.token_key().unwrap_err().to_string();
        assert!(error.contains("damaged"), "{error}");
    }
}
