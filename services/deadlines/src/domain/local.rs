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
    /// None for a number that counts no time.
    #[serde(default)]
    pub unit: Option<LimitUnit>,
    /// Which of the rule's limits; none: the usual one.
    #[serde(default)]
    pub step: Option<Step>,
}

/// The limits of one authority, by rule.
pub type LocalLimits = BTreeMap<String, Vec<LocalLimit>>;

/// Of the day a limit starts no more than this is compared: a whole cycle of leap years.
const COMPARED: (Date, Date) = (date(2024, 1, 1), date(2028, 12, 31));

impl LocalLimit {
    fn limit(&self) -> Option<Limit> {
        let n = self.n;
        self.unit.map(|unit| Limit { n, unit })
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
            let step = limit.step();
            if limit.n == 0 {
                return Err(format!("{id}: a limit of nothing from {}", limit.from));
            }
            if let Some(most) = rule.at_most {
                number(limit, most).map_err(|why| format!("{id}: {why} ({})", rule.source))?;
                continue;
            }
            let Some(given) = limit.limit() else {
                return Err(format!(
                    "{id}: the limit from {} has no unit: write days, weeks, ...",
                    limit.from
                ));
            };
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

/// A number that counts no time can be made smaller only.
fn number(limit: &LocalLimit, most: u32) -> Result<(), String> {
    if limit.unit.is_some() || limit.step.is_some() {
        return Err("it is a number without a unit or a step".to_owned());
    }
    if limit.n > most {
        return Err(format!(
            "{} is more than {most}: a number can be tightened, never loosened",
            limit.n
        ));
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
                match limit.limit() {
                    Some(own) => _ = version.limits.insert(limit.step(), own),
                    None => version.at_most = Some(limit.n),
                }
                version.set_here = Some(limit.from);
            }
            version
        })
        .collect()
}
