use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use anyhow::{Context as _, ensure};
use contracts::{AuthorityCode, chronology::InvolvementRole};
use jiff::civil::Date;
use serde::Deserialize;

use crate::{
    domain::gate::Limits,
    sources::{self, Roles, Terms},
};

/// Section `[intake]` of the settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Largest fall of a main table since the last accepted snapshot, in per cent.
    pub largest_fall_percent: u64,
    /// Largest share of a file's rows that may be refused, in per cent.
    pub largest_refused_percent: u64,
    /// Sources, the one that speaks first first.
    pub precedence: Vec<String>,
    /// Blank: none.
    pub drop_folder: PathBuf,
    pub settling_seconds: u64,
    pub ssd: Ssd,
    pub events: Events,
}

/// Section `[intake.events]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Events {
    /// Blank: no events over HTTP.
    pub listen: String,
    /// Something in front ends TLS, so that others may send.
    pub tls_in_front: bool,
    /// Largest request.
    pub max_kib: usize,
    /// Most events in one request.
    pub max_batch: usize,
    /// By name.
    pub sources: BTreeMap<String, EventSource>,
}

/// Section `[intake.events.sources.<name>]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventSource {
    /// The one authority it speaks for.
    pub authority: AuthorityCode,
    /// Holds the token it shows over HTTP; none: it tells over NATS only.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// Kinds of which it tells every one.
    #[serde(default)]
    pub supplies: Vec<String>,
}

impl Events {
    /// Where to listen, if at all.
    pub(crate) fn address(&self) -> anyhow::Result<Option<SocketAddr>> {
        if self.listen.is_empty() {
            return Ok(None);
        }
        let address: SocketAddr = self.listen.parse().ok().context(
            "listen under [intake.events] is no address and port, such as \"127.0.0.1:4880\"",
        )?;
        ensure!(
            address.ip().is_loopback() || self.tls_in_front,
            "listen under [intake.events] is an address that others can reach, and events and tokens would travel in \
             the clear: use \"127.0.0.1:{}\", or put a proxy that ends TLS in front of it and say so with \
             tls_in_front = true",
            address.port()
        );
        Ok(Some(address))
    }
}

/// Section `[intake.ssd]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ssd {
    /// How many years back the dataset looks.
    pub window_years: u8,
    /// What role codes mean, besides those that are built in.
    pub roles: BTreeMap<String, InvolvementRole>,
}

pub const DEFAULTS: &str = include_str!("../defaults.toml");

impl Config {
    /// Settings that name a source name one that exists.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        for name in &self.precedence {
            sources::named(name).context("precedence under [intake]")?;
        }
        for (name, source) in &self.events.sources {
            crate::events::check(name, source)?;
        }
        self.events.address()?;
        Ok(())
    }

    pub(crate) fn terms(&self, as_at: Date) -> Terms {
        Terms {
            as_at,
            limits: self.limits(),
            roles: Roles::new(&self.ssd.roles),
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits {
            fall_percent: self.largest_fall_percent,
            refused_percent: self.largest_refused_percent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_settings_and_name_every_source() {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            intake: Config,
        }
        let file: File = toml::from_str(DEFAULTS).unwrap();
        let mut named = file.intake.precedence.clone();
        named.sort();
        let mut all: Vec<_> = sources::ALL.iter().map(|s| s.name).collect();
        all.sort_unstable();
        assert_eq!(named, all);
    }

    #[test]
    fn a_role_of_any_code_can_be_mapped_and_to_what_there_is_only() {
        let folder = tempfile::tempdir().unwrap();
        let load = |roles: &str| {
            let file = folder.path().join("evenkeel.toml");
            std::fs::write(&file, format!("[intake.ssd]\nroles = {roles}\n")).unwrap();
            let all = runtime::Settings::load(&[DEFAULTS], Some(&file), Vec::new())?;
            all.section::<Config>("intake")
        };
        let config = load(r#"{ SW = "case_holder", "REL.IRO*" = "reviewer" }"#).unwrap();
        let roles = Roles::new(&config.ssd.roles);
        assert_eq!(roles.of("rel.iro.3"), Some(InvolvementRole::Reviewer));
        assert_eq!(roles.of("SW"), Some(InvolvementRole::CaseHolder));
        assert_eq!(config.ssd.window_years, 6);
        let error = format!("{:#}", load(r#"{ SW = "holder" }"#).unwrap_err());
        assert!(error.contains("case_holder"), "{error}");
    }

    #[test]
    fn a_source_that_does_not_exist_is_refused_with_those_that_do() {
        let mut config = crate::import::tests::defaults();
        config.check().unwrap();
        config.precedence.push("alocations".into());
        let error = format!("{:#}", config.check().unwrap_err());
        assert_eq!(
            error,
            "precedence under [intake]: there is no source \"alocations\": use one of ssd, ssda903, annexa, cin, allocations"
        );
    }
}
