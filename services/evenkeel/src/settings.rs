//! All settings of the process: every crate's defaults, one file, the environment.

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use anyhow::{bail, ensure};
use bus::{ConnectOptions, server};
use runtime::Secret;
use serde::Deserialize;
use store::Login;

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

/// Section `[bus]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bus {
    /// Blank: a broker of our own.
    pub(crate) url: String,
    allow_plaintext: bool,
    user: String,
    password: Secret,
    #[serde(rename = "password_file")]
    _password_file: PathBuf,
    pub(crate) replicas: usize,
    pub(crate) token_key: Secret,
    #[serde(rename = "token_key_file")]
    _token_key_file: PathBuf,
}

impl Bus {
    /// Does somebody else run the broker?
    pub(crate) fn is_elsewhere(&self) -> bool {
        !self.url.is_empty()
    }

    pub(crate) fn options(&self) -> ConnectOptions {
        ConnectOptions {
            url: self.url.clone(),
            user: self.user.clone(),
            password: self.password.reveal().to_owned(),
        }
    }

    fn check(&self) -> anyhow::Result<()> {
        ensure!(
            user_of(&self.url).is_none(),
            "[bus] url names a user: set user and password beside it, the password in the environment \
             (EVENKEEL_BUS__PASSWORD) or a file (password_file)"
        );
        let open = self.options().host_without_tls();
        if let Some(host) = open.filter(|_| self.is_elsewhere() && !self.allow_plaintext)
            && !is_this_machine(&host)
        {
            bail!(
                "[bus] url leads to {host} without TLS, and what is said of children, and the password, would travel in \
                 the clear: write tls:// for nats://, or, where only Evenkeel's own machines are on that network, say so \
                 with allow_plaintext = true under [bus] (EVENKEEL_BUS__ALLOW_PLAINTEXT=true)"
            );
        }
        ensure!(
            matches!(self.replicas, 1 | 3 | 5),
            "[bus] replicas is {}; it must be 1, 3 or 5, and no more than the cluster has servers",
            self.replicas
        );
        Ok(())
    }
}

/// Section `[store]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Store {
    /// Blank: SQLite.
    pub(crate) url: String,
    allow_plaintext: bool,
    password: Secret,
    #[serde(rename = "password_file")]
    _password_file: PathBuf,
    pub(crate) connections: u32,
}

impl Store {
    pub(crate) fn is_shared(&self) -> bool {
        !self.url.is_empty()
    }

    /// As whom a service signs in: as itself, unless the address says otherwise.
    pub(crate) fn login<'l>(&'l self, service: &'l str) -> Login<'l> {
        Login {
            role: user_of(&self.url).map_or(service, |_| ""),
            password: self.password.reveal(),
        }
    }

    fn check(&self) -> anyhow::Result<()> {
        let with_password = user_of(&self.url).is_some_and(|user| user.contains(':'));
        let in_query = self
            .url
            .split('?')
            .nth(1)
            .is_some_and(|q| q.split('&').any(|pair| pair.starts_with("password=")));
        ensure!(
            !with_password && !in_query,
            "[store] url holds a password, and more people read it than should: set the password in the environment \
             (EVENKEEL_STORE__PASSWORD) or a file (password_file)"
        );
        let known = ["postgres://", "postgresql://"];
        ensure!(
            self.url.is_empty() || known.iter().any(|scheme| self.url.starts_with(scheme)),
            "[store] url begins with neither postgres:// nor postgresql://: leave it blank for SQLite"
        );
        let open = store::host_without_tls(&self.url);
        if let Some(host) = open.filter(|_| self.is_shared() && !self.allow_plaintext)
            && !is_this_machine(&host)
        {
            bail!(
                "[store] url leads to {host} and does not insist on TLS, and records of children, and the password, would \
                 travel in the clear: add ?sslmode=verify-full to it (or verify-ca, or require), or, where only Evenkeel's \
                 own machines are on that network, say so with allow_plaintext = true under [store] \
                 (EVENKEEL_STORE__ALLOW_PLAINTEXT=true)"
            );
        }
        ensure!(
            (2..=100).contains(&self.connections),
            "[store] connections is {}; it must be between 2 and 100",
            self.connections
        );
        Ok(())
    }
}

/// Is it this machine's loopback?
fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// What stands before the `@` of an address.
fn user_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let place = rest.split(['/', '?']).next()?;
    place.rsplit_once('@').map(|(user, _)| user)
}

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) evenkeel: Config,
    pub(crate) bus: Bus,
    pub(crate) store: Store,
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
        let (bus, store): (Bus, Store) = (all.section("bus")?, all.section("store")?);
        bus.check()?;
        store.check()?;
        Ok(Self {
            evenkeel: all.section("evenkeel")?,
            bus,
            store,
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

    fn load(variables: &[(&str, &str)]) -> anyhow::Result<Settings> {
        let folder = tempfile::tempdir()?;
        let data = DataDir::find(Some(folder.path()), &Vec::new())?;
        let environment = variables.iter().map(|(k, v)| (k.into(), v.into()));
        Settings::load(&data, None, environment.collect())
    }

    #[test]
    fn a_service_signs_in_as_itself_unless_the_address_says_otherwise() {
        let url = "EVENKEEL_STORE__URL";
        let role = |address: &str| {
            let settings = load(&[(url, address), ("EVENKEEL_STORE__PASSWORD", "hunter2")]);
            let store = settings.unwrap().store;
            assert!(!format!("{store:?}").contains("hunter2"));
            assert_eq!(store.login("intake").password, "hunter2");
            store.login("intake").role.to_owned()
        };
        assert_eq!(role("postgres://127.0.0.1:5432/evenkeel"), "intake");
        assert_eq!(role("postgres://one@127.0.0.1:5432/evenkeel"), "");
    }

    #[test]
    fn addresses_that_cannot_be_meant_are_refused_with_what_to_do() {
        for (variable, value, said) in [
            (
                "STORE__URL",
                "postgres://a:hunter2@db/x",
                "EVENKEEL_STORE__PASSWORD",
            ),
            (
                "STORE__URL",
                "postgres://db/x?password=hunter2",
                "EVENKEEL_STORE__PASSWORD",
            ),
            ("STORE__URL", "mysql://db/x", "leave it blank for SQLite"),
            ("STORE__CONNECTIONS", "1", "between 2 and 100"),
            (
                "BUS__URL",
                "nats://a:hunter2@nats:4222",
                "EVENKEEL_BUS__PASSWORD",
            ),
            ("BUS__REPLICAS", "0", "must be 1, 3 or 5"),
            ("STORE__CONECTIONS", "4", "EVENKEEL_STORE__CONNECTIONS"),
            ("BUS__URLS", "nats://nats", "EVENKEEL_BUS__URL"),
        ] {
            let variable = format!("EVENKEEL_{variable}");
            let error = load(&[(&variable, value)]).err().unwrap().to_string();
            assert!(error.contains(said), "{variable}: {error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn what_would_travel_in_the_clear_is_refused_unless_the_settings_allow_it() {
        let refused = |section: &str, url: &str, allowed: &str| {
            let names = ["URL", "ALLOW_PLAINTEXT"].map(|n| format!("EVENKEEL_{section}__{n}"));
            let loaded = load(&[(&names[0], url), (&names[1], allowed)]);
            loaded.err().map(|error| error.to_string())
        };
        for (section, host, url, remedy) in [
            ("BUS", "nats", "nats://nats:4222", "tls://"),
            ("BUS", "nats.example", "nats.example", "tls://"),
            ("BUS", "10.0.0.7", "nats://10.0.0.7", "tls://"),
            ("STORE", "db", "postgres://db/x", "sslmode=verify-full"),
            ("STORE", "db", "postgres://db/x?sslmode=prefer", "sslmode"),
            ("STORE", "db", "postgres:///x?host=db", "sslmode"),
            ("STORE", "::2", "postgres://[::2]/x", "sslmode"),
        ] {
            let words = refused(section, url, "false").unwrap();
            let allow = format!("EVENKEEL_{section}__ALLOW_PLAINTEXT=true");
            for part in [host, remedy, "in the clear", &allow] {
                assert!(words.contains(part), "{url}: {words}");
            }
            assert_eq!(refused(section, url, "true"), None, "{url}");
        }
        for (section, url) in [
            ("BUS", "nats://127.0.0.1:4222"),
            ("BUS", "nats://[::1]:4222"),
            ("BUS", "nats://localhost:4222"),
            ("BUS", "tls://nats:4222"),
            ("STORE", "postgres://localhost/x"),
            ("STORE", "postgres://[::1]/x"),
            ("STORE", "postgres:///x?host=/run/postgresql"),
            ("STORE", "postgres://db/x?sslmode=require"),
            ("STORE", "postgres://db/x?sslmode=verify-full"),
        ] {
            assert_eq!(refused(section, url, "false"), None, "{url}");
        }
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
