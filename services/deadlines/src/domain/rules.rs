//! Rules as data: one record each, compiled in.

use std::collections::BTreeMap;

use contracts::{
    Fact,
    obligation::{Limit, LimitUnit, RuleKind, RuleRef},
};
use jiff::civil::Date;
use serde::Deserialize;

const BUILT_IN: [&str; 2] = [
    include_str!("../../rules/en.cla.first-review.toml"),
    include_str!("../../rules/en.cla.next-review.toml"),
];

/// One version of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Such as `en.cla.first-review`: stays when the version rises.
    pub id: String,
    pub version: u32,
    /// Replaces earlier versions for every evaluation from this day on, whenever the clock started.
    pub effective_from: Date,
    pub title: String,
    pub kind: RuleKind,
    /// The law or guidance.
    pub source: String,
    pub clock: Clock,
    /// Kinds of fact that start and end the clock.
    pub trigger: Vec<String>,
    /// Kinds of fact that meet it.
    pub evidence: Vec<String>,
    pub limit: Limit,
    /// In place of `limit` for the clock that the first review of a period starts.
    #[serde(default)]
    pub first_limit: Option<Limit>,
    /// Most first.
    #[serde(default)]
    pub approach_working_days: Vec<u32>,
}

/// How a clock starts, what meets it and what ends it: the part of a rule that is code (`reckon`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    BecomesLookedAfter,
    ReviewHeld,
}

/// Every version of every rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules(Vec<Rule>);

#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    #[error("a rule record cannot be read")]
    Unreadable(#[from] toml::de::Error),
    #[error("rule {id} version {version}: {problem}")]
    Wrong {
        id: String,
        version: u32,
        problem: &'static str,
    },
}

impl Rules {
    pub fn built_in() -> Self {
        Self::parse(&BUILT_IN).expect("the built-in rules are valid, checked by a test")
    }

    pub fn parse(records: &[&str]) -> Result<Self, RuleError> {
        let rules: Vec<Rule> = records
            .iter()
            .map(|r| toml::from_str(r))
            .collect::<Result<_, _>>()?;
        for (i, rule) in rules.iter().enumerate() {
            let twice = rules[..i]
                .iter()
                .any(|r| (&r.id, r.version) == (&rule.id, rule.version));
            let problem = if twice {
                Some("it is there twice")
            } else {
                rule.problem()
            };
            if let Some(problem) = problem {
                return Err(RuleError::Wrong {
                    id: rule.id.clone(),
                    version: rule.version,
                    problem,
                });
            }
        }
        Ok(Self(rules))
    }

    /// The latest version of each rule that is effective on `day`, by id.
    pub fn in_force(&self, day: Date) -> Vec<&Rule> {
        let mut latest: BTreeMap<&str, &Rule> = BTreeMap::new();
        for rule in self.0.iter().filter(|r| r.effective_from <= day) {
            let held = latest.entry(&rule.id).or_insert(rule);
            if (held.effective_from, held.version) < (rule.effective_from, rule.version) {
                *held = rule;
            }
        }
        latest.into_values().collect()
    }

    /// The next day after `day` on which a version becomes effective.
    pub fn next_change(&self, day: Date) -> Option<Date> {
        let days = self.0.iter().map(|r| r.effective_from);
        days.filter(|d| *d > day).min()
    }

    pub fn all(&self) -> &[Rule] {
        &self.0
    }
}

impl Rule {
    fn problem(&self) -> Option<&'static str> {
        let known = |kinds: &[String]| {
            !kinds.is_empty() && kinds.iter().all(|k| Fact::KINDS.contains(&k.as_str()))
        };
        if !known(&self.trigger) || !known(&self.evidence) {
            return Some("trigger and evidence name kinds of fact");
        }
        if self.limit.n == 0 || self.first_limit.is_some_and(|l| l.n == 0) {
            return Some("a limit of nothing");
        }
        if !self.approach_working_days.is_sorted_by(|a, b| a > b) {
            return Some("approach_working_days goes from most to least");
        }
        None
    }

    pub fn reference(&self, limit: Limit) -> RuleRef {
        RuleRef {
            id: self.id.clone(),
            version: self.version,
            title: self.title.clone(),
            source: self.source.clone(),
            kind: self.kind,
            limit,
        }
    }

    /// `20 working days`; `6 months, 3 after the first`.
    pub fn limit_words(&self) -> String {
        let usual = words(self.limit);
        match self.first_limit {
            Some(first) => format!("{usual}; {} after the first", words(first)),
            None => usual,
        }
    }
}

/// The calendar's word for a limit's unit.
pub fn unit(unit: LimitUnit) -> calendar::Unit {
    match unit {
        LimitUnit::WorkingDays => calendar::Unit::WorkingDays,
        LimitUnit::Days => calendar::Unit::Days,
        LimitUnit::Weeks => calendar::Unit::Weeks,
        LimitUnit::Hours => calendar::Unit::Hours,
        LimitUnit::Months => calendar::Unit::Months,
    }
}

fn words(limit: Limit) -> String {
    let one = match limit.unit {
        LimitUnit::WorkingDays => "working day",
        LimitUnit::Days => "day",
        LimitUnit::Weeks => "week",
        LimitUnit::Hours => "hour",
        LimitUnit::Months => "month",
    };
    let plural = if limit.n == 1 { "" } else { "s" };
    format!("{} {one}{plural}", limit.n)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn record() -> String {
        BUILT_IN[0].to_owned()
    }

    #[test]
    fn the_built_in_rules_are_rows_11_and_12() {
        let rules = Rules::built_in();
        let limits: Vec<_> = rules
            .all()
            .iter()
            .map(|r| (r.id.as_str(), r.limit_words()))
            .collect();
        assert_eq!(
            limits,
            [
                ("en.cla.first-review", "20 working days".to_owned()),
                (
                    "en.cla.next-review",
                    "6 months; 3 months after the first".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn a_rule_that_makes_no_sense_is_refused_by_name() {
        for (from, to) in [
            ("n = 20", "n = 0"),
            ("[15, 5]", "[5, 15]"),
            ("\"looked_after_review\"", "\"visit\""),
        ] {
            let error = Rules::parse(&[&record().replace(from, to)]).unwrap_err();
            assert!(error.to_string().contains("en.cla.first-review"), "{error}");
        }
        assert!(Rules::parse(&[&record(), &record()]).is_err(), "twice");
        assert!(Rules::parse(&[&record().replace("title", "titel")]).is_err());
    }

    #[test]
    fn a_later_version_replaces_the_earlier_one_from_its_day_on() {
        let later = record()
            .replace("version = 1", "version = 2")
            .replace("2011-04-01", "2027-04-01");
        let rules = Rules::parse(&[&later, &record()]).unwrap();
        let version = |day| rules.in_force(day).first().map(|r| r.version);
        assert_eq!(version(date(2010, 1, 1)), None);
        assert_eq!(version(date(2027, 3, 31)), Some(1));
        assert_eq!(version(date(2027, 4, 1)), Some(2));
        assert_eq!(rules.next_change(date(2027, 3, 31)), Some(date(2027, 4, 1)));
        assert_eq!(rules.next_change(date(2027, 4, 1)), None);
    }
}
