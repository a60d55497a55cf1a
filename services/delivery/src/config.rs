use std::time::Duration;

use serde::Deserialize;

use crate::{channels::smtp, domain::Limits};

/// The settings of this service as shipped, with what they mean.
pub const DEFAULTS: &str = include_str!("../defaults.toml");

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub attempts: u32,
    pub backoff_first_ms: u64,
    pub backoff_longest_ms: u64,
    pub trouble_first_ms: u64,
    pub trouble_longest_ms: u64,
    pub takeover_ms: u64,
    /// Blank: the domain of `smtp.from`.
    pub message_id_domain: String,
    pub smtp: smtp::Config,
}

impl Config {
    /// The right half of every Message-ID.
    pub(crate) fn domain(&self) -> String {
        if self.message_id_domain.is_empty() {
            smtp::domain_of(&self.smtp.from).unwrap_or_else(|| "localhost".to_owned())
        } else {
            self.message_id_domain.clone()
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits {
            attempts: self.attempts.max(1),
            message: (
                Duration::from_millis(self.backoff_first_ms),
                Duration::from_millis(self.backoff_longest_ms),
            ),
            channel: (
                Duration::from_millis(self.trouble_first_ms),
                Duration::from_millis(self.trouble_longest_ms),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_settings_and_passwords_are_never_shown() {
        let variable = ("EVENKEEL_DELIVERY__SMTP__PASSWORD", "hunter2");
        let given = [(variable.0.into(), variable.1.into())];
        let settings = runtime::Settings::load(&[DEFAULTS], None, given).unwrap();
        let config: Config = settings.section("delivery").unwrap();
        assert!(config.smtp.host.is_empty());
        assert_eq!(config.domain(), "localhost");
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
