//! Which rules run for an authority, and what the others wait for, as a manager reads it.

use std::collections::BTreeMap;

use contracts::commands::RuleStatus;

use super::board::alphabetical;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    pub(crate) run: Vec<RuleLine>,
    /// Those that wait for the same.
    pub(crate) others: Vec<Waiting>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) why: String,
    pub(crate) rules: Vec<RuleLine>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RuleLine {
    pub(crate) name: String,
    pub(crate) limit: String,
    /// Where what it goes by is said rule by rule.
    pub(crate) why: String,
    pub(crate) source: String,
    pub(crate) id: String,
}

impl Rules {
    /// Rules in order of their names; what most of the others wait for comes first.
    pub(crate) fn new(report: &[RuleStatus]) -> Self {
        let mut run = Vec::new();
        let mut others: BTreeMap<&str, Vec<RuleLine>> = BTreeMap::new();
        for rule in report {
            if rule.runs {
                run.push(RuleLine::new(rule));
            } else {
                others
                    .entry(&rule.why)
                    .or_default()
                    .push(RuleLine::new(rule));
            }
        }
        let mut others: Vec<Waiting> = others
            .into_iter()
            .map(|(why, rules)| Waiting {
                why: capital(why),
                rules: sorted(rules),
            })
            .collect();
        others.sort_by_key(|w| std::cmp::Reverse(w.rules.len()));
        Self {
            run: sorted(run),
            others,
        }
    }

    /// `2 of 41 rules run on what has been read so far.`
    pub(crate) fn line(&self) -> String {
        let waiting: usize = self.others.iter().map(|w| w.rules.len()).sum();
        let all = self.run.len() + waiting;
        if waiting == 0 {
            format!("All {all} rules run here.")
        } else {
            format!(
                "{} of {all} rules run on what has been read so far; of the others nothing is counted here.",
                self.run.len()
            )
        }
    }
}

impl RuleLine {
    fn new(rule: &RuleStatus) -> Self {
        Self {
            name: name(rule).to_owned(),
            limit: rule.limit.clone(),
            why: rule.why.clone(),
            source: rule.source.clone(),
            id: rule.id.clone(),
        }
    }
}

/// What tells a rule from every other; an older service says only its title.
pub(crate) fn name(rule: &RuleStatus) -> &str {
    if rule.in_full.is_empty() {
        &rule.title
    } else {
        &rule.in_full
    }
}

fn sorted(mut rules: Vec<RuleLine>) -> Vec<RuleLine> {
    rules.sort_by(|a, b| alphabetical(&a.name, &b.name));
    rules
}

fn capital(words: &str) -> String {
    let mut chars = words.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

#[cfg(test)]
pub(crate) mod tests {
    use jiff::civil::date;

    use super::*;

    pub(crate) fn status(id: &str, in_full: &str, runs: bool, why: &str) -> RuleStatus {
        RuleStatus {
            authority: None,
            id: id.to_owned(),
            version: 1,
            title: "Visit".to_owned(),
            in_full: in_full.to_owned(),
            effective_from: date(2011, 4, 1),
            source: "Regulations 2010".to_owned(),
            limit: "6 weeks".to_owned(),
            runs,
            why: why.to_owned(),
        }
    }

    #[test]
    fn what_most_rules_wait_for_comes_first_and_how_many_run_is_said() {
        let report = [
            status("a", "visit b", true, "on the evidence of ssd"),
            status("b", "Visit a", true, "on the evidence of ssd"),
            status("c", "Contact", false, "a local rule that is not set here"),
            status("d", "Core group", false, "no source supplies core groups"),
            status("e", "Plan", false, "no source supplies core groups"),
        ];
        let rules = Rules::new(&report);
        let names = |lines: &[RuleLine]| lines.iter().map(|l| l.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&rules.run), ["Visit a", "visit b"]);
        assert_eq!(rules.others[0].why, "No source supplies core groups");
        assert_eq!(names(&rules.others[0].rules), ["Core group", "Plan"]);
        assert!(
            rules.line().starts_with("2 of 5 rules run"),
            "{}",
            rules.line()
        );
        assert_eq!(Rules::new(&report[..2]).line(), "All 2 rules run here.");
    }
}
