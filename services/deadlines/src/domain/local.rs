//! An authority's own limits: national ones tightened, local ones set.

use std::collections::{BTreeMap, BTreeSet};

use calendar::Calendar;
use contracts::obligation::{Limit, LimitUnit};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use serde::Deserialize;

use super::rules::{Rule, Rules, Step, words};

/// A limit that an authority sets for itself, from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalLimit {
    pub from: Date,
    pub n: u32,
    pub unit: LimitUnit,
    /// Which of the rule's limits; none: the usual one.
    #[serde(default)]
    pub step: Option<Step>,
}

/// The limits of one authority, by rule.
pub type LocalLimits = BTreeMap<String, Vec<LocalLimit>>;

/// Of the day a limit starts no more than this is compared: a whole cycle of leap years.
const COMPARED: (Date, Date) = (date(2024, 1, 1), date(2028, 12, 31));

impl LocalLimit {
    fn limit(&self) -> Limit {
        Limit {
            n: self.n,
            unit: self.unit,
        }
    }

    fn step(&self) -> Step {
        self.step.unwrap_or(Step::Usual)
    }
}

/// Are these limits for rules that there are, and nowhere looser than the law?
pub fn check(local: &LocalLimits, rules: &Rules, calendar: &Calendar) -> Result<(), String> {
    for (id, limits) in local {
        let versions: Vec<&Rule> = rules.all().iter().filter(|r| r.id == *id).collect();
        let Some(rule) = versions.last() else {
            return Err(format!(
                "there is no rule {id}: `evenkeel rules` lists them"
            ));
        };
        for (n, limit) in limits.iter().enumerate() {
            let (given, step) = (limit.limit(), limit.step());
            if limit.n == 0 {
                return Err(format!("{id}: a limit of nothing from {}", limit.from));
            }
            if !rule.clock.steps().contains(&step) {
                return Err(format!(
                    "{id} has no limit {step:?}: leave `step` out, or see `evenkeel rules`"
                ));
            }
            if limits[..n]
                .iter()
                .any(|l| (l.from, l.step()) == (limit.from, step))
            {
                return Err(format!("{id}: two limits from {}: keep one", limit.from));
            }
            for law in versions.iter().filter_map(|v| v.limits.get(&step)) {
                if let Some(day) = looser(given, *law, calendar) {
                    return Err(format!(
                        "{id}: {} is later than {} for what starts on {}: a national limit can be tightened, never \
                         loosened ({})",
                        words(given),
                        words(*law),
                        calendar::day(day),
                        rule.source
                    ));
                }
            }
        }
    }
    Ok(())
}

/// A day from which `given` ends later than `law`.
fn looser(given: Limit, law: Limit, calendar: &Calendar) -> Option<Date> {
    let due = |day, limit: Limit| calendar.add(day, limit.n, limit.unit.into()).date;
    if given.unit == law.unit {
        return (given.n > law.n).then_some(COMPARED.0);
    }
    let days = COMPARED
        .0
        .series(1.day())
        .take_while(|day| *day <= COMPARED.1);
    days.into_iter()
        .find(|day| due(*day, given) > due(*day, law))
}

impl Rules {
    /// The rules as they are here: a version from each day on which the law or the authority's own limits change.
    #[must_use]
    pub fn here(&self, local: &LocalLimits) -> Self {
        let here = self
            .all()
            .iter()
            .flat_map(|rule| match local.get(&rule.id) {
                Some(limits) => versions(rule, limits),
                None => vec![rule.clone()],
            });
        Self::of(here.collect())
    }
}

fn versions(rule: &Rule, limits: &[LocalLimit]) -> Vec<Rule> {
    let own = limits.iter().map(|l| l.from);
    let days: BTreeSet<Date> = own
        .filter(|day| *day > rule.effective_from)
        .chain([rule.effective_from])
        .collect();
    days.into_iter()
        .map(|day| {
            let mut version = Rule {
                effective_from: day,
                ..rule.clone()
            };
            let mut held: Vec<&LocalLimit> = limits.iter().filter(|l| l.from <= day).collect();
            held.sort_by_key(|l| l.from);
            for limit in held {
                version.limits.insert(limit.step(), limit.limit());
                version.set_here = Some(limit.from);
            }
            version
        })
        .collect()
}
