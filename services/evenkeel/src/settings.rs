//! All settings of the process: every crate's defaults, one file, the environment.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use bus::server;
use serde::Deserialize;

use crate::data::{DataDir, Environment};

pub(crate) const DEFAULTS: &str = include_str!("../defaults.toml");

/// Section `[evenkeel]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Make the sample authority at the first start.
    pub(crate) sample: bool,
    pub(crate) stop_seconds: u64,
    /// Where health and metrics are served.
    pub(crate) monitor: SocketAddr,
}

/// Section `[broker]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Broker {
    /// Blank: find one.
    binary: PathBuf,
    sync: server::Sync,
    max_file_mib: u64,
    max_memory_mib: u64,
}

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) evenkeel: Config,
    pub(crate) broker: server::Config,
    pub(crate) intake: intake::Config,
    pub(crate) directory: directory::Config,
    pub(crate) deadlines: deadlines::Config,
    pub(crate) dispatch: dispatch::Config,
    pub(crate) delivery: delivery::Config,
    pub(crate) dashboard: dashboard::Config,
    /// For telemetry, which reads its own sections.
    pub(crate) all: runtime::Settings,
}

impl Settings {
    /// From the file named, else the data folder's own if there is one.
    pub(crate) fn load(
        data: &DataDir,
        file: Option<&Path>,
        environment: Environment,
    ) -> anyhow::Result<Self> {
        let own = data.settings_file();
        let file = file.or_else(|| own.exists().then_some(own.as_path()));
        let defaults = [
            DEFAULTS,
            intake::DEFAULTS,
            directory::DEFAULTS,
            deadlines::DEFAULTS,
            dispatch::DEFAULTS,
            delivery::DEFAULTS,
            dashboard::DEFAULTS,
            runtime::telemetry::DEFAULTS,
        ];
        let all = runtime::Settings::load(&defaults, file, environment)?;
        let broker: Broker = all.section("broker")?;
        Ok(Self {
            evenkeel: all.section("evenkeel")?,
            broker: server::Config {
                binary: Some(broker.binary).filter(|b| !b.as_os_str().is_empty()),
                sync: broker.sync,
                max_file_mib: broker.max_file_mib,
                max_memory_mib: broker.max_memory_mib,
            },
            intake: all.section("intake")?,
            directory: all.section("directory")?,
            deadlines: all.section("deadlines")?,
            dispatch: all.section("dispatch")?,
            delivery: all.section("delivery")?,
            dashboard: all.section("dashboard")?,
            all,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_settings_and_the_broker_is_found_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::find(Some(folder.path()), &Vec::new()).unwrap();
        let settings = Settings::load(&data, None, Vec::new()).unwrap();
        assert_eq!(settings.broker, server::Config::default());
        assert!(settings.evenkeel.sample);
    }

    #[test]
    fn the_data_folders_own_file_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::find(Some(folder.path()), &Vec::new()).unwrap();
        std::fs::write(data.settings_file(), "[evenkeel]\nsample = false\n").unwrap();
        assert!(
            !Settings::load(&data, None, Vec::new())
                .unwrap()
                .evenkeel
                .sample
        );
        std::fs::write(data.settings_file(), "[evenkeel]\nsmaple = false\n").unwrap();
        let error = Settings::load(&data, None, Vec::new())
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains("did you mean evenkeel.sample"), "{error}");
    }
}
