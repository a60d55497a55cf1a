//! Which rules run for an authority: those whose trigger and dated evidence its sources supply.

use contracts::{Authority, commands::RuleStatus};
use jiff::civil::Date;

use super::{
    decide::Established,
    rules::{Rule, Rules},
};

/// The rules that run for one authority on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running<'r> {
    pub rules: Vec<&'r Rule>,
    /// The next day on which that may change by itself.
    pub changes_on: Option<Date>,
}

impl<'r> Running<'r> {
    pub fn of(rules: &'r Rules, authority: &Authority, day: Date) -> Self {
        Self {
            rules: rules
                .in_force(day)
                .into_iter()
                .filter(|rule| missing(rule, authority).is_empty())
                .collect(),
            changes_on: rules.next_change(day),
        }
    }

    /// The pairs of source and rule whose first sight is over once everything has been worked out.
    pub fn pairs(&self, authority: &Authority) -> Established {
        let sources = authority.sources.iter();
        let pairs = sources.flat_map(|s| {
            let rules = self.rules.iter();
            rules.map(move |rule| (s.source.clone(), rule.id.clone()))
        });
        Established(pairs.collect())
    }

    /// The day the data behind a rule describes: that of the newest source of its evidence.
    pub fn data_as_at(rule_id: &str, rules: &Rules, authority: &Authority) -> Option<Date> {
        let rule = rules.all().iter().find(|r| r.id == rule_id);
        let supplies = |kind: &String| rule.is_none_or(|r| r.evidence.contains(kind));
        let sources = authority.sources.iter();
        sources
            .filter(|s| s.supplies.iter().any(supplies))
            .map(|s| s.as_at)
            .max()
    }
}

/// What runs for an authority, what does not, and why.
pub fn report(rules: &Rules, authority: &Authority, day: Date) -> Vec<RuleStatus> {
    let in_force = rules.in_force(day);
    let mut report: Vec<RuleStatus> = in_force
        .iter()
        .map(|rule| {
            let missing = missing(rule, authority);
            let why = if missing.is_empty() {
                format!("on the evidence of {}", evidence(rule, authority))
            } else {
                let words: Vec<_> = missing.iter().map(|kind| words(kind)).collect();
                format!(
                    "no source supplies {}: expected, cannot be confirmed here",
                    words.join(" and ")
                )
            };
            status(rule, Some(authority), missing.is_empty(), why)
        })
        .collect();
    for rule in rules.all().iter().filter(|r| r.effective_from > day) {
        let why = format!("effective from {}", calendar::day(rule.effective_from));
        report.push(status(rule, Some(authority), false, why));
    }
    report
}

/// The rules there are, while no authority is loaded.
pub fn report_unloaded(rules: &Rules) -> Vec<RuleStatus> {
    let why = "no authority is loaded yet".to_owned();
    rules
        .all()
        .iter()
        .map(|rule| status(rule, None, false, why.clone()))
        .collect()
}

fn status(rule: &Rule, authority: Option<&Authority>, runs: bool, why: String) -> RuleStatus {
    RuleStatus {
        authority: authority.map(|a| a.authority.clone()),
        id: rule.id.clone(),
        version: rule.version,
        title: rule.title.clone(),
        effective_from: rule.effective_from,
        source: rule.source.clone(),
        limit: rule.limit_words(),
        runs,
        why,
    }
}

/// Kinds of fact the rule needs and nobody supplies.
fn missing<'r>(rule: &'r Rule, authority: &Authority) -> Vec<&'r str> {
    let mut kinds: Vec<&str> = rule
        .trigger
        .iter()
        .chain(&rule.evidence)
        .map(String::as_str)
        .filter(|kind| suppliers(kind, authority).next().is_none())
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn suppliers<'a>(
    kind: &'a str,
    authority: &'a Authority,
) -> impl Iterator<Item = &'a contracts::SourceState> {
    let sources = authority.sources.iter();
    sources.filter(move |s| s.supplies.iter().any(|k| k == kind))
}

fn evidence(rule: &Rule, authority: &Authority) -> String {
    let mut sources: Vec<String> = rule
        .evidence
        .iter()
        .flat_map(|kind| suppliers(kind, authority))
        .map(|s| format!("{} as at {}", s.source, calendar::day(s.as_at)))
        .collect();
    sources.sort();
    sources.dedup();
    sources.join(" and ")
}

fn words(kind: &str) -> &str {
    match kind {
        "care_episode" => "periods of care",
        "looked_after_review" => "reviews of children looked after",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::testing::authority;

    #[test]
    fn a_rule_runs_where_trigger_and_evidence_are_supplied() {
        let rules = Rules::built_in();
        let runs = |supplies: &[&str]| -> Vec<String> {
            let day = date(2025, 6, 2);
            let authority = authority(supplies);
            let running = Running::of(&rules, &authority, day);
            running.rules.iter().map(|r| r.id.clone()).collect()
        };
        assert_eq!(
            runs(&["care_episode", "looked_after_review"]),
            ["en.cla.first-review", "en.cla.next-review"]
        );
        assert!(runs(&["care_episode"]).is_empty());
        assert!(runs(&["looked_after_review"]).is_empty());
        assert!(runs(&[]).is_empty());
    }

    #[test]
    fn the_report_says_why_a_rule_does_not_run() {
        let rules = Rules::built_in();
        let report = report(&rules, &authority(&["care_episode"]), date(2025, 6, 2));
        assert_eq!(report.len(), 2);
        assert!(!report[0].runs);
        assert_eq!(
            report[0].why,
            "no source supplies reviews of children looked after: expected, cannot be confirmed here"
        );
    }

    #[test]
    fn the_report_names_the_evidence_a_rule_runs_on_and_what_is_not_yet_law() {
        let rules = Rules::built_in();
        let all = authority(&["care_episode", "looked_after_review"]);
        let now = report(&rules, &all, date(2025, 6, 2));
        assert!(now.iter().all(|r| r.runs));
        assert_eq!(
            now[0].why,
            "on the evidence of ssda903 as at Mon 2 Jun 2025"
        );
        let before = report(&rules, &all, date(2011, 3, 31));
        assert_eq!(before[0].why, "effective from Fri 1 Apr 2011");
        assert!(!before[0].runs);
    }
}
