//! Who is told what: records compiled in from `policy/`, one for a family of rules.

use contracts::obligation::{Limit, LimitUnit};
use serde::Deserialize;

use super::step::Step;

/// Every policy; the first whose pattern fits a rule is that rule's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policies(Vec<Policy>);

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub version: u32,
    /// A rule's id, or the beginning of several with a `*` at the end.
    pub rules: String,
    /// What one of these is called: `review`.
    pub one: String,
    pub many: String,
    /// What makes a line go away, for people: `a review held is recorded`.
    pub evidence: String,
    /// None: as the limit says.
    #[serde(default)]
    pub cadence: Option<Cadence>,
    pub raised: Rung,
    pub baseline: Rung,
    pub approaching: Vec<Approach>,
    pub overdue: Rung,
    #[serde(default = "Rung::still_late")]
    pub still_late: Rung,
}

/// Who is told at one step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    pub tell: Vec<Seat>,
    /// Why nobody is told, when nobody is.
    #[serde(default)]
    pub otherwise: Option<String>,
    /// Sent again when a crash left it in doubt.
    #[serde(default)]
    pub must_have: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approach {
    pub working_days: u32,
    pub tell: Vec<Seat>,
    #[serde(default)]
    pub must_have: bool,
}

/// As what somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seat {
    /// The case-holder.
    Worker,
    /// The case-holder's manager, or the team's.
    Manager,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    /// The morning mail.
    Digest,
    /// At once, within working hours.
    Immediate,
}

#[derive(Debug, thiserror::Error)]
#[error("policy {file} cannot be read")]
pub struct PolicyError {
    file: &'static str,
    #[source]
    source: toml::de::Error,
}

const FILES: &[(&str, &str)] = &[("en.cla.toml", include_str!("../../policy/en.cla.toml"))];

impl Policies {
    /// The policies this program was built with.
    pub fn compiled() -> Result<Self, PolicyError> {
        FILES
            .iter()
            .map(|(file, text)| toml::from_str(text).map_err(|source| PolicyError { file, source }))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub fn of(&self, rule: &str) -> Option<&Policy> {
        self.0
            .iter()
            .find(|policy| match policy.rules.strip_suffix('*') {
                Some(beginning) => rule.starts_with(beginning),
                None => policy.rules == rule,
            })
    }
}

impl Rung {
    /// Everybody had the summary; what is late all the same goes to the manager once.
    fn still_late() -> Self {
        Self {
            tell: vec![Seat::Manager],
            otherwise: None,
            must_have: true,
        }
    }
}

impl Policy {
    pub fn rung(&self, step: Step) -> Rung {
        match step {
            Step::Raised => self.raised.clone(),
            Step::Baseline => self.baseline.clone(),
            Step::Overdue => self.overdue.clone(),
            Step::StillLate => self.still_late.clone(),
            Step::Approaching(days) => {
                let rung = self.approaching.iter().find(|a| a.working_days == days);
                rung.map_or_else(Rung::default, |a| Rung {
                    tell: a.tell.clone(),
                    otherwise: None,
                    must_have: a.must_have,
                })
            }
        }
    }

    /// The rung of a day this many working days before it is due: the nearest above, else the farthest there is.
    pub fn approach(&self, days_left: u32) -> Option<u32> {
        let days = || self.approaching.iter().map(|a| a.working_days);
        days()
            .filter(|n| *n >= days_left)
            .min()
            .or_else(|| days().max())
    }

    /// Clocks of at most two days cannot wait for a morning.
    pub fn cadence(&self, limit: Limit) -> Cadence {
        self.cadence.unwrap_or(match limit.unit {
            LimitUnit::Days | LimitUnit::WorkingDays if limit.n <= 2 => Cadence::Immediate,
            _ => Cadence::Digest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reviews() -> Policy {
        Policies::compiled()
            .unwrap()
            .of("en.cla.first-review")
            .unwrap()
            .clone()
    }

    #[test]
    fn a_review_is_told_as_the_domain_says() {
        use Seat::{Manager, Worker};
        let policy = reviews();
        for (step, told) in [
            (Step::Raised, vec![]),
            (Step::Baseline, vec![Worker, Manager]),
            (Step::Approaching(15), vec![Worker]),
            (Step::Approaching(5), vec![Worker, Manager]),
            (Step::Overdue, vec![Worker, Manager]),
            (Step::StillLate, vec![Manager]),
        ] {
            assert_eq!(policy.rung(step).tell, told, "{step}");
        }
        assert_eq!(
            policy.rung(Step::Raised).otherwise.as_deref(),
            Some("told when it comes nearer")
        );
    }

    #[test]
    fn a_rule_without_a_policy_has_none() {
        let policies = Policies::compiled().unwrap();
        assert_eq!(policies.of("en.clan.something"), None);
        assert_eq!(policies.of("en.cp.visit"), None);
        assert!(policies.of("en.cla.review").is_some());
    }

    #[test]
    fn a_day_of_approach_finds_the_rung_at_or_above_it() {
        let policy = reviews();
        let found: Vec<_> = [0, 5, 6, 15, 40]
            .map(|left| policy.approach(left).unwrap())
            .into();
        assert_eq!(found, [5, 5, 15, 15, 15]);
    }

    #[test]
    fn only_clocks_of_at_most_two_days_are_immediate() {
        let policy = reviews();
        for (n, unit, cadence) in [
            (1, LimitUnit::WorkingDays, Cadence::Immediate),
            (2, LimitUnit::Days, Cadence::Immediate),
            (3, LimitUnit::Days, Cadence::Digest),
            (20, LimitUnit::WorkingDays, Cadence::Digest),
            (1, LimitUnit::Months, Cadence::Digest),
        ] {
            assert_eq!(policy.cadence(Limit { n, unit }), cadence, "{n} {unit:?}");
        }
        let always = Policy {
            cadence: Some(Cadence::Immediate),
            ..reviews()
        };
        assert_eq!(
            always.cadence(Limit {
                n: 6,
                unit: LimitUnit::Months
            }),
            Cadence::Immediate
        );
    }
}
