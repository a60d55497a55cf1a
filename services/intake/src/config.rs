use std::path::PathBuf;

use anyhow::Context as _;
use serde::Deserialize;

use crate::{domain::gate::Limits, sources};

/// Section `[intake]` of the settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Largest fall of a main table since the last accepted snapshot, in per cent.
    pub largest_fall_percent: u64,
    /// Largest share of a file's rows that may be refused, in per cent.
    pub largest_refused_percent: u64,
    /// How many years the dataset looks back.
    pub window_years: u8,
    /// Sources, the one that speaks first first.
    pub precedence: Vec<String>,
    /// Blank: none.
    pub drop_folder: PathBuf,
    pub settling_seconds: u64,
}

pub const DEFAULTS: &str = include_str!("../defaults.toml");

impl Config {
    /// Settings that name a source name one that exists.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        for name in &self.precedence {
            sources::named(name).context("precedence under [intake]")?;
        }
        Ok(())
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
    fn a_source_that_does_not_exist_is_refused_with_those_that_do() {
        let mut config = crate::import::tests::defaults();
        config.check().unwrap();
        config.precedence.push("alocations".into());
        let error = format!("{:#}", config.check().unwrap_err());
        assert_eq!(
            error,
            "precedence under [intake]: there is no source \"alocations\": use one of ssda903, allocations"
        );
    }
}
