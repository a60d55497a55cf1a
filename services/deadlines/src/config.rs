use serde::Deserialize;

/// Section `[deadlines]` of the settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Children worked out in one transaction.
    pub batch: usize,
}

pub const DEFAULTS: &str = include_str!("../defaults.toml");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_settings() {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            deadlines: Config,
        }
        let file: File = toml::from_str(DEFAULTS).unwrap();
        assert_eq!(file.deadlines.batch, 500);
    }
}
