//! Which binary to run: the named one, else the first good one of the usual places, else one that is obtained.

use std::{
    fmt,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::process::Command;

use super::{Error, obtain};

/// Older servers accept what they do not know and then do nothing: a schedule would never fire.
pub const OLDEST: Version = Version(2, 14);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u32, u32);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// A nats-server of at least `OLDEST`. `named` is used or refused; without it the `PATH`, the usual folders and the
/// cache are searched, and what is in none of them is obtained into the cache.
pub async fn binary(named: Option<&Path>, cache: &Path) -> Result<PathBuf, Error> {
    if let Some(named) = named {
        return check(named)
            .await
            .map(|()| named.to_owned())
            .map_err(|found| Error::Unsuitable {
                found,
                oldest: OLDEST.to_string(),
            });
    }
    let found = match first_good(candidates(cache)).await {
        Ok(binary) => return Ok(binary),
        Err(found) if found.is_empty() => "there is none on the PATH".to_owned(),
        Err(found) => found.join(", "),
    };
    obtain_into(cache).await.map_err(|why| Error::NotFound {
        oldest: OLDEST.to_string(),
        found,
        why,
        package: obtain::package(),
    })
}

/// The first one to be used, or what each of them is.
async fn first_good(candidates: Vec<PathBuf>) -> Result<PathBuf, Vec<String>> {
    let mut found = Vec::new();
    for candidate in candidates {
        match check(&candidate).await {
            Ok(()) => return Ok(candidate),
            Err(why) => found.push(why),
        }
    }
    Err(found)
}

async fn obtain_into(cache: &Path) -> Result<PathBuf, String> {
    let obtained = obtain::obtain(cache).await?;
    check(&obtained).await.map(|()| obtained)
}

fn candidates(cache: &Path) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin"];
    let mut all: Vec<PathBuf> = std::env::split_paths(&path)
        .chain(usual.map(PathBuf::from))
        .map(|folder| folder.join("nats-server"))
        .chain([obtain::cached(cache)])
        .filter(|path| path.is_file())
        .collect();
    let mut seen = std::collections::HashSet::new();
    all.retain(|path| seen.insert(path.clone()));
    all
}

/// Whether this file is there and to be used.
pub(super) async fn is_good(binary: &Path) -> bool {
    binary.is_file() && check(binary).await.is_ok()
}

/// Asks a binary for its version; if it is not to be used, says what it is.
async fn check(binary: &Path) -> Result<(), String> {
    let name = binary.display();
    let output = Command::new(binary)
        .arg("--version")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = match tokio::time::timeout(Duration::from_secs(20), output).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => return Err(format!("{name} cannot be run ({error})")),
        Err(_) => return Err(format!("{name} does not answer --version")),
    };
    match version(&String::from_utf8_lossy(&output.stdout)) {
        Some(version) if version >= OLDEST => Ok(()),
        Some(version) => Err(format!("{name} is {version}")),
        None => Err(format!("{name} is not a nats-server")),
    }
}

/// Whether a running server that calls itself so, such as `2.15.1`, is to be used.
pub(crate) fn is_new_enough(version: &str) -> bool {
    numbers(version).is_some_and(|version| version >= OLDEST)
}

/// Reads `nats-server: v2.15.1`.
fn version(answer: &str) -> Option<Version> {
    let (_, version) = answer.trim().split_once("nats-server: v")?;
    numbers(version)
}

fn numbers(version: &str) -> Option<Version> {
    let mut parts = version.split('.');
    Some(Version(
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn program(folder: &Path, answer: &str) -> PathBuf {
        let path = folder.join("nats-server");
        std::fs::write(&path, format!("#!/bin/sh\necho '{answer}'\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn versions_compare_by_number() {
        assert_eq!(version("nats-server: v2.15.1\n"), Some(Version(2, 15)));
        assert!(version("nats-server: v2.9.10").unwrap() < OLDEST);
        assert!(version("nats-server: v2.14.0-RC.1").unwrap() >= OLDEST);
        assert!(version("nats-server: v3.0.0").unwrap() >= OLDEST);
        assert_eq!(version("Python 3.11.2"), None);
        assert!(is_new_enough("2.14.0") && !is_new_enough("2.13.9") && !is_new_enough(""));
    }

    #[tokio::test]
    async fn an_old_server_that_was_named_is_refused_with_its_version() {
        let folder = tempfile::tempdir().unwrap();
        let old = program(folder.path(), "nats-server: v2.9.10");
        let refused = binary(Some(&old), folder.path())
            .await
            .unwrap_err()
            .to_string();
        let found = format!("{} is 2.9, and Evenkeel needs 2.14 or newer", old.display());
        assert!(refused.starts_with(&found), "{refused}");
    }

    #[tokio::test]
    async fn an_old_server_is_passed_over_and_told_about_when_there_is_no_other() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let old = program(one.path(), "nats-server: v2.9.10");
        let new = program(two.path(), "nats-server: v2.15.1");
        assert_eq!(first_good(vec![old.clone(), new.clone()]).await, Ok(new));
        let found = first_good(vec![old.clone()]).await.unwrap_err();
        assert_eq!(found, [format!("{} is 2.9", old.display())]);
    }

    #[tokio::test]
    async fn something_else_that_was_named_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        for (named, what) in [
            (program(folder.path(), "hello"), "is not a nats-server"),
            (folder.path().join("nothing"), "cannot be run"),
        ] {
            let refused = binary(Some(&named), folder.path())
                .await
                .unwrap_err()
                .to_string();
            assert!(refused.contains(what), "{refused}");
        }
    }
}
