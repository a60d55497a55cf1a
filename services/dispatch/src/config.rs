use std::collections::{BTreeMap, BTreeSet};

use contracts::{AuthorityCode, TeamId};
use jiff::civil::{Date, Time};
use serde::Deserialize;

use crate::domain::{policy::Policies, scene::Settings, stages::brake::Limits};

/// Compiled-in settings, the lowest of all sources.
pub const DEFAULTS: &str = include_str!("../defaults.toml");

/// Section `[dispatch]`; `defaults.toml` says what each is for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub day_starts: Time,
    pub day_ends: Time,
    pub line_limit: usize,
    pub link_pattern: String,
    pub contact: String,
    pub conference_office: String,
    pub health_office: String,
    pub brake_factor: u64,
    pub brake_floor: u64,
    pub usual_batches: usize,
    pub batch: usize,
    pub settle_ms: u32,
    pub patience_s: u32,
    #[serde(default)]
    pub closures: BTreeMap<AuthorityCode, BTreeSet<Date>>,
}

impl Config {
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            factor: self.brake_factor,
            floor: self.brake_floor,
        }
    }

    pub(crate) fn settings(&self) -> anyhow::Result<Settings> {
        Ok(Settings {
            policies: Policies::compiled()?,
            day_starts: self.day_starts,
            day_ends: self.day_ends,
            closures: self.closures.clone(),
            line_limit: self.line_limit.max(1),
            link_pattern: self.link_pattern.clone(),
            contact: self.contact.clone(),
            conference_office: team(&self.conference_office),
            health_office: team(&self.health_office),
        })
    }
}

fn team(id: &str) -> Option<TeamId> {
    (!id.is_empty()).then(|| TeamId::new(id))
}

#[cfg(test)]
pub(crate) fn defaults() -> Config {
    #[derive(Deserialize)]
    struct File {
        dispatch: Config,
    }
    toml::from_str::<File>(DEFAULTS).unwrap().dispatch
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_what_the_settings_expect() {
        let config = defaults();
        assert_eq!((config.line_limit, config.brake_factor), (15, 3));
        assert!(config.day_starts < config.day_ends);
        assert!(config.settings().is_ok());
    }

    #[test]
    fn an_unknown_setting_is_refused() {
        let text = DEFAULTS.replace("line_limit", "lines_limit");
        let error = toml::from_str::<toml::Table>(&text).unwrap()["dispatch"]
            .clone()
            .try_into::<Config>()
            .unwrap_err();
        assert!(error.to_string().contains("lines_limit"), "{error}");
    }
}
