//! Who is at work on a data folder: a lock that ends with its process, and a note on how to reach it.

use std::{
    fs::{self, File, TryLockError},
    io::{Read as _, Seek as _, Write as _},
    time::Duration,
};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::data::{DataDir, write_private};

/// How to reach a running instance; `<data>/instance.json`, for its owner's eyes only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Instance {
    pub(crate) pid: u32,
    pub(crate) nats_url: String,
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) page: String,
    /// Where health and metrics are.
    pub(crate) monitor: String,
}

/// Held while a process works on the data folder; the kernel lets go of it however the process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
    data: DataDir,
}

/// What a command finds.
#[derive(Debug)]
pub(crate) enum Found {
    /// Nobody is at work: the folder is ours. What a killed instance left has been cleared away.
    Free(Lock),
    Running(Instance),
    /// Another process holds the folder and cannot be asked: it is starting or stopping, or it is a command.
    Busy {
        pid: Option<u32>,
    },
}

/// How long a command waits for an instance that is starting.
const PATIENCE: Duration = Duration::from_mins(3);
const PAUSE: Duration = Duration::from_millis(100);

pub(crate) fn look(data: &DataDir) -> anyhow::Result<Found> {
    let path = data.join("lock");
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .with_context(|| format!("could not open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0)?;
            file.rewind()?;
            write!(file, "{}", std::process::id())?;
            let lock = Lock {
                _file: file,
                data: data.clone(),
            };
            lock.clear()?;
            Ok(Found::Free(lock))
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            file.read_to_string(&mut holder)?;
            let pid = holder.trim().parse().ok();
            Ok(match read(data) {
                Some(instance) if Some(instance.pid) == pid => Found::Running(instance),
                _ => Found::Busy { pid },
            })
        }
        Err(TryLockError::Error(e)) => {
            Err(e).with_context(|| format!("could not lock {}", path.display()))
        }
    }
}

/// As `look`, but waits for an instance that is starting, or a command that is nearly done.
pub(crate) async fn look_patiently(data: &DataDir) -> anyhow::Result<Found> {
    let mut waited = Duration::ZERO;
    loop {
        match look(data)? {
            Found::Busy { .. } if waited < PATIENCE => {
                tokio::time::sleep(PAUSE).await;
                waited += PAUSE;
            }
            found => return Ok(found),
        }
    }
}

fn read(data: &DataDir) -> Option<Instance> {
    let text = fs::read_to_string(data.join("instance.json")).ok()?;
    serde_json::from_str(&text).ok()
}

impl Lock {
    /// From now on commands find us.
    pub(crate) fn announce(&self, instance: &Instance) -> anyhow::Result<()> {
        let text = serde_json::to_vec_pretty(instance)?;
        let path = self.data.join("instance.json");
        write_private(&path, &text).with_context(|| format!("could not write {}", path.display()))
    }

    /// From now on commands find nobody to ask.
    pub(crate) fn clear(&self) -> anyhow::Result<()> {
        let path = self.data.join("instance.json");
        match fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                Err(e).with_context(|| format!("could not remove {}", path.display()))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> (tempfile::TempDir, DataDir) {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::find(Some(folder.path()), &Vec::new()).unwrap();
        (folder, data)
    }

    fn instance(pid: u32) -> Instance {
        Instance {
            pid,
            nats_url: "nats://127.0.0.1:1".to_owned(),
            user: "u".to_owned(),
            password: "p".to_owned(),
            page: "http://127.0.0.1:2".to_owned(),
            monitor: "http://127.0.0.1:3".to_owned(),
        }
    }

    #[test]
    fn a_second_process_finds_the_first_and_how_to_reach_it() {
        let (_folder, data) = data();
        let Found::Free(lock) = look(&data).unwrap() else {
            panic!("not free")
        };
        let me = std::process::id();
        assert!(matches!(look(&data).unwrap(), Found::Busy { pid } if pid == Some(me)));
        lock.announce(&instance(me)).unwrap();
        assert!(matches!(look(&data).unwrap(), Found::Running(i) if i == instance(me)));
        lock.clear().unwrap();
        assert!(matches!(look(&data).unwrap(), Found::Busy { .. }));
    }

    #[test]
    fn what_a_killed_instance_left_is_recognised_and_cleared() {
        let (_folder, data) = data();
        let Found::Free(lock) = look(&data).unwrap() else {
            panic!("not free")
        };
        lock.announce(&instance(std::process::id())).unwrap();
        drop(lock);
        assert!(data.join("instance.json").exists());
        assert!(matches!(look(&data).unwrap(), Found::Free(_)));
        assert!(!data.join("instance.json").exists());
    }

    #[test]
    fn a_note_of_somebody_else_is_not_believed() {
        let (_folder, data) = data();
        let Found::Free(lock) = look(&data).unwrap() else {
            panic!("not free")
        };
        lock.announce(&instance(1)).unwrap();
        assert!(matches!(look(&data).unwrap(), Found::Busy { .. }));
    }
}
