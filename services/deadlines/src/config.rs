use std::collections::BTreeMap;

use calendar::Calendar;
use contracts::AuthorityCode;
use serde::Deserialize;

use crate::domain::{
    local::{self, LocalLimits},
    rules::Rules,
};

/// Section `[deadlines]` of the settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Children worked out in one transaction.
    pub batch: usize,
    /// Each authority's own limits.
    #[serde(default)]
    pub local: Local,
}

pub const DEFAULTS: &str = include_str!("../defaults.toml");

/// Limits of authorities, checked: for rules that there are, and none looser than the law.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<AuthorityCode, LocalLimits>")]
pub struct Local(BTreeMap<AuthorityCode, LocalLimits>);

impl Local {
    /// The rules as they are in each authority that has limits of its own.
    pub fn rules(&self, rules: &Rules) -> BTreeMap<AuthorityCode, Rules> {
        let here = self.0.iter();
        here.map(|(code, local)| (code.clone(), rules.here(local)))
            .collect()
    }
}

impl TryFrom<BTreeMap<AuthorityCode, LocalLimits>> for Local {
    type Error = String;
    fn try_from(limits: BTreeMap<AuthorityCode, LocalLimits>) -> Result<Self, String> {
        let (rules, calendar) = (Rules::built_in(), Calendar::england_and_wales());
        for (code, local) in &limits {
            local::check(local, &rules, &calendar)
                .map_err(|problem| format!("deadlines.local.{code}: {problem}"))?;
        }
        Ok(Self(limits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(file: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("evenkeel.toml");
        std::fs::write(&path, file).unwrap();
        let settings = runtime::Settings::load(&[DEFAULTS], Some(&path), Vec::new());
        let settings = settings.map_err(|e| e.to_string())?;
        settings.section("deadlines").map_err(|e| e.to_string())
    }

    #[test]
    fn the_defaults_are_settings() {
        let config = settings("").unwrap();
        assert_eq!((config.batch, config.local), (500, Local::default()));
    }

    #[test]
    fn an_authority_sets_limits_of_its_own() {
        let config = settings(
            "[deadlines.local.westshire]\n\
             \"en.cp.visit\" = [{ from = \"2026-01-01\", n = 10, unit = \"working_days\" }]\n\
             \"en.cla.visit\" = [{ from = \"2026-01-01\", step = \"usual\", n = 28, unit = \"days\" }]\n",
        )
        .unwrap();
        let rules = config.local.rules(&Rules::built_in());
        let here = &rules[&"westshire".parse().unwrap()];
        let words = |day: &str| {
            let in_force = here.in_force(day.parse().unwrap());
            let rule = in_force.iter().find(|r| r.id == "en.cp.visit");
            rule.map(|r| r.limit_words())
        };
        assert_eq!(words("2025-12-31").as_deref(), Some("not set here"));
        assert_eq!(words("2026-01-01").as_deref(), Some("10 working days"));
    }

    #[test]
    fn a_limit_that_cannot_be_is_refused_in_words() {
        for (line, words) in [
            (
                "\"en.cp.vist\" = [{ from = \"2026-01-01\", n = 1, unit = \"days\" }]",
                "there is no rule en.cp.vist",
            ),
            (
                "\"en.cla.visit\" = [{ from = \"2026-01-01\", n = 7, unit = \"weeks\" }]",
                "never loosened",
            ),
            (
                "\"en.cla.visit\" = [{ from = \"2026-01-01\", n = 2, unit = \"months\" }]",
                "2 months is later than 6 weeks",
            ),
            (
                "\"en.cla.first-review\" = [{ from = \"2026-01-01\", n = 29, unit = \"days\" }]",
                "29 days is later than 20 working days",
            ),
            (
                "\"en.cp.visit\" = [{ from = \"2026-01-01\", n = 0, unit = \"days\" }]",
                "a limit of nothing",
            ),
            (
                "\"en.cp.visit\" = [{ from = \"2026-01-01\", step = \"first\", n = 1, unit = \"days\" }]",
                "en.cp.visit has no limit First",
            ),
            (
                "\"en.cp.visit\" = [{ from = \"2026-01-01\", n = 1, unit = \"years\" }]",
                "years",
            ),
        ] {
            let error = settings(&format!("[deadlines.local.westshire]\n{line}\n")).unwrap_err();
            assert!(error.contains(words), "{line}: {error}");
        }
    }
}
