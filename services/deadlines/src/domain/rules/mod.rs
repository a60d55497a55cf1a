//! Rules as data: one record each, compiled in.

use std::collections::BTreeMap;

use contracts::{
    Entry, Fact,
    obligation::{Limit, LimitUnit, RuleKind, RuleRef},
};
use jiff::civil::Date;
use serde::Deserialize;

use super::{clocks::Clock, workers::SUPERVISION};

const BUILT_IN: [&str; 44] = [
    include_str!("../../../rules/en.adoption.review.toml"),
    include_str!("../../../rules/en.adoption.visit.toml"),
    include_str!("../../../rules/en.assessment.toml"),
    include_str!("../../../rules/en.cin.review.toml"),
    include_str!("../../../rules/en.cin.visit.toml"),
    include_str!("../../../rules/en.cla.education-plan.toml"),
    include_str!("../../../rules/en.cla.first-review.toml"),
    include_str!("../../../rules/en.cla.health.toml"),
    include_str!("../../../rules/en.cla.next-review.toml"),
    include_str!("../../../rules/en.cla.placement-notice.toml"),
    include_str!("../../../rules/en.cla.placements.toml"),
    include_str!("../../../rules/en.cla.review-decisions.toml"),
    include_str!("../../../rules/en.cla.review-record.toml"),
    include_str!("../../../rules/en.cla.reviewer-named.toml"),
    include_str!("../../../rules/en.cla.reviewer-told.toml"),
    include_str!("../../../rules/en.cla.short-break-review.toml"),
    include_str!("../../../rules/en.cla.short-break-visit.toml"),
    include_str!("../../../rules/en.cla.temporary-approval.toml"),
    include_str!("../../../rules/en.cla.visit.long-term.toml"),
    include_str!("../../../rules/en.cla.visit.parent-interim.toml"),
    include_str!("../../../rules/en.cla.visit.parent-order.toml"),
    include_str!("../../../rules/en.cla.visit.parent-unassessed.toml"),
    include_str!("../../../rules/en.cla.visit.toml"),
    include_str!("../../../rules/en.court.care-application.toml"),
    include_str!("../../../rules/en.cp.core-group.toml"),
    include_str!("../../../rules/en.cp.long-plan.toml"),
    include_str!("../../../rules/en.cp.review.toml"),
    include_str!("../../../rules/en.cp.second-enquiry.toml"),
    include_str!("../../../rules/en.cp.third-plan.toml"),
    include_str!("../../../rules/en.cp.transfer-in.toml"),
    include_str!("../../../rules/en.cp.visit.toml"),
    include_str!("../../../rules/en.fostering.private-visit.toml"),
    include_str!("../../../rules/en.leaver.contact.toml"),
    include_str!("../../../rules/en.leaver.pathway-plan.toml"),
    include_str!("../../../rules/en.leaver.visit.toml"),
    include_str!("../../../rules/en.missing.return-interview.toml"),
    include_str!("../../../rules/en.record.legal-status.toml"),
    include_str!("../../../rules/en.record.placement.toml"),
    include_str!("../../../rules/en.record.seen.toml"),
    include_str!("../../../rules/en.referral.decision.toml"),
    include_str!("../../../rules/en.s47.conference.toml"),
    include_str!("../../../rules/en.worker.reviewing-officer.toml"),
    include_str!("../../../rules/en.worker.supervision.first-year.toml"),
    include_str!("../../../rules/en.worker.supervision.toml"),
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
    /// What a line about one child calls it.
    pub title: String,
    /// What tells it from every other rule in a list; the title where that does.
    #[serde(default)]
    pub in_full: Option<String>,
    pub kind: RuleKind,
    /// The law or guidance.
    pub source: String,
    pub clock: Clock,
    /// Kinds of fact that start and end the clock.
    pub trigger: Vec<String>,
    /// Kinds of fact that meet it.
    pub evidence: Vec<String>,
    /// Sources whose rows of an evidence kind cannot show the evidence.
    #[serde(default)]
    pub not_from: Vec<String>,
    /// What the next clock is counted from.
    #[serde(default)]
    pub next_from: NextFrom,
    #[serde(default)]
    pub limits: BTreeMap<Step, Limit>,
    /// A number that is not to be passed, for a rule that counts no time.
    #[serde(default)]
    pub at_most: Option<u32>,
    /// Steps whose number is the authority's to enter, with what others use.
    #[serde(default)]
    pub local: BTreeMap<Step, String>,
    /// Since when the authority's own number holds.
    #[serde(skip)]
    pub set_here: Option<Date>,
}

/// What the clock after a met one is counted from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextFrom {
    /// There is no next one.
    #[default]
    Nothing,
    /// The day it was held, not the day it was due.
    Held,
}

/// Which of a rule's limits holds; what decides is in the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    First,
    Second,
    /// The first six weeks of a worker's first year, then up to six months.
    SixWeeks,
    SixMonths,
    /// The child was under five on day 0.
    UnderFive,
    YearOne,
    /// After a year in one placement.
    Settled,
    Usual,
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

    pub(super) fn of(rules: Vec<Rule>) -> Self {
        Self(rules)
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
            let is_known = |k: &String| Fact::KINDS.contains(&k.as_str()) || k == SUPERVISION;
            !kinds.is_empty() && kinds.iter().all(is_known)
        };
        if !known(&self.trigger) || !known(&self.evidence) {
            return Some("trigger and evidence name kinds of fact");
        }
        let mut steps: Vec<Step> = self
            .limits
            .keys()
            .chain(self.local.keys())
            .copied()
            .collect();
        steps.sort_unstable();
        if steps != self.clock.steps() {
            return Some("limits and local name each step of the clock once");
        }
        if self.at_most.is_some() != (self.clock == Clock::WorkerReviews) {
            return Some("at_most is for what counts no time, and only for that");
        }
        if self.limits.values().any(|l| l.n == 0) {
            return Some("a limit of nothing");
        }
        if (self.next_from == NextFrom::Held) != self.clock.goes_on() {
            return Some("next_from is \"held\" where one clock follows the other, and only there");
        }
        None
    }

    /// Its name in a list of rules: no two are alike.
    pub fn in_full(&self) -> &str {
        self.in_full.as_deref().unwrap_or(&self.title)
    }

    /// The limit of a step; the usual one where a first one is the authority's to set and is not.
    pub fn limit(&self, step: Step) -> Option<Limit> {
        let own = self.limits.get(&step);
        let usual = || {
            self.limits
                .get(&Step::Usual)
                .filter(|_| self.local.contains_key(&step))
        };
        own.or_else(usual).copied()
    }

    /// Steps that wait for the authority's number: the rule is off, or in part.
    pub fn unset(&self) -> impl Iterator<Item = (Step, &str)> {
        let unset = self
            .local
            .iter()
            .filter(|(step, _)| self.limit(**step).is_none());
        unset.map(|(step, seen)| (*step, seen.as_str()))
    }

    /// False for evidence from a source whose rows cannot show it.
    pub fn trusts(&self, entry: &Entry) -> bool {
        !self.not_from.contains(&entry.source)
            || !self.evidence.iter().any(|kind| kind == entry.fact.kind())
    }

    pub fn reference(&self, step: Step, limit: Limit) -> RuleRef {
        let local = self.local.contains_key(&step);
        RuleRef {
            id: self.id.clone(),
            version: self.version,
            title: self.title.clone(),
            source: self.source.clone(),
            kind: if local { RuleKind::Local } else { self.kind },
            limit,
        }
    }

    /// `20 working days`; `3 months the first time, then 6 months`.
    pub fn limit_words(&self) -> String {
        if self.clock.is_by_agreement() {
            return "as agreed for each child".to_owned();
        }
        let at_most = self.at_most.map(|n| format!("{n} children at most"));
        let mut parts: Vec<String> = at_most.into_iter().collect();
        for step in self.clock.steps() {
            let limit = self.limit(*step);
            let limit = limit.map_or_else(|| "not set here".to_owned(), words);
            let when = match step {
                Step::First => " the first time",
                Step::Second => " the second time",
                Step::SixWeeks => " in the first 6 weeks",
                Step::SixMonths => " up to 6 months",
                Step::UnderFive => " while under five",
                Step::YearOne => " in the first year",
                Step::Settled => " after a year in one placement",
                Step::Usual => "",
            };
            parts.push(format!("{limit}{when}"));
        }
        parts.join(", then ")
    }
}

/// `20 working days`.
pub fn words(limit: Limit) -> String {
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
mod tests;
