use std::path::PathBuf;

use serde::Deserialize;

/// The embedded server's settings.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The nats-server to use; none: the first good one on the `PATH` or in the cache, else one is obtained.
    pub binary: Option<PathBuf>,
    pub sync: Sync,
    /// Room for all streams together; their own limits must fit in it.
    pub max_file_mib: u64,
    pub max_memory_mib: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            binary: None,
            sync: Sync::EverySecond,
            max_file_mib: 40 * 1024,
            max_memory_mib: 256,
        }
    }
}

/// When a stored message is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sync {
    /// Before it is acknowledged: survives a power loss.
    Always,
    /// Within a second: survives a killed process, and a power loss but for that second.
    EverySecond,
}

/// Where this server lives.
#[derive(Clone, Debug)]
pub struct Options {
    pub config: Config,
    /// Its own folder: streams, configuration, log. Created, private.
    pub store: PathBuf,
    /// Where an obtained binary is kept, shared by all data folders of this user.
    pub cache: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_declared_stream_fits_in_the_default_store() {
        let needed: i64 = contracts::streams::STREAMS
            .iter()
            .map(|s| s.max_bytes)
            .sum();
        let room = Config::default().max_file_mib * 1024 * 1024;
        assert!(u64::try_from(needed).unwrap() < room, "{needed} in {room}");
    }
}
