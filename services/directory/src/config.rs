use serde::Deserialize;

/// Section `[directory]` of the settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Share of the people or teams of the last file that may be gone from the next, in per cent.
    pub max_lost_percent: u32,
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
            directory: Config,
        }
        let file: File = toml::from_str(DEFAULTS).unwrap();
        assert_eq!(file.directory.max_lost_percent, 20);
    }
}
