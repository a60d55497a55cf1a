//! Which rules run for an authority: those whose trigger and dated evidence its sources supply.

use contracts::{Authority, ChildId, SourceState, commands::RuleStatus};
use jiff::civil::Date;

use super::{
    clocks::Clock,
    decide::Established,
    overrides::{Override, Overrides},
    rules::{Rule, Rules, Step},
    workers::SUPERVISION,
};

/// The rules that run for one authority on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running<'r> {
    pub rules: Vec<&'r Rule>,
    /// The next day on which that may change by itself.
    pub changes_on: Option<Date>,
    /// Sources that do not reliably say whether a child was seen: any visit of theirs counts.
    pub any_visit: Vec<String>,
    pub overrides: Option<&'r Overrides>,
}

impl<'r> Running<'r> {
    /// Those about children.
    pub fn of(rules: &'r Rules, authority: &Authority, day: Date) -> Self {
        Self::those(rules, authority, day, |clock| !clock.is_of_worker())
    }

    /// Those about the people who work there; the directory is among the authority's sources.
    pub fn of_workers(rules: &'r Rules, authority: &Authority, day: Date) -> Self {
        Self::those(rules, authority, day, Clock::is_of_worker)
    }

    fn those(
        rules: &'r Rules,
        authority: &Authority,
        day: Date,
        which: impl Fn(Clock) -> bool,
    ) -> Self {
        Self {
            rules: rules
                .in_force(day)
                .into_iter()
                .filter(|rule| which(rule.clock) && is_set(rule))
                .filter(|rule| missing(rule, authority).is_empty())
                .collect(),
            changes_on: rules.next_change(day),
            any_visit: unreliable(authority).map(|s| s.source.clone()).collect(),
            overrides: None,
        }
    }

    #[must_use]
    pub fn with(self, overrides: &'r Overrides) -> Self {
        Self {
            overrides: Some(overrides),
            ..self
        }
    }

    pub fn overrides_of(&self, child: &ChildId) -> &'r [Override] {
        self.overrides.map_or(&[], |overrides| overrides.of(child))
    }

    pub fn any_visit_counts(&self, source: &str) -> bool {
        self.any_visit.iter().any(|s| s == source)
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
            let (runs, why) = why(rule, authority);
            status(rule, Some(authority), runs, why)
        })
        .collect();
    for rule in rules.all().iter().filter(|r| r.effective_from > day) {
        let why = format!("effective from {}", calendar::day(rule.effective_from));
        report.push(status(rule, Some(authority), false, why));
    }
    report
}

fn why(rule: &Rule, authority: &Authority) -> (bool, String) {
    let missing = missing(rule, authority);
    if !missing.is_empty() {
        return (false, unconfirmed(rule, &missing, authority));
    }
    let unset: Vec<_> = rule.unset().collect();
    if !is_set(rule) {
        let seen = unset.iter().find(|(step, _)| *step == Step::Usual);
        let seen = seen.map_or("none", |(_, seen)| *seen);
        let why = format!("a local rule that is not set here: others use {seen}");
        return (false, why);
    }
    let mut why = format!("on the evidence of {}", evidence(rule, authority));
    if let Some(since) = rule.set_here {
        why = format!("{why}; limit set here from {}", calendar::day(since));
    }
    if rule.clock.is_by_agreement() {
        why.push_str("; for a child of whom an override says what was agreed");
    } else if let Some((_, seen)) = unset.first() {
        why = format!(
            "{why}; after the first it waits for the authority's own limit: others use {seen}"
        );
    }
    if rule.clock.is_visit() && unreliable(authority).next().is_some() {
        why.push_str(
            "; any visit counts, because whether the child was seen is often not recorded",
        );
    }
    (true, why)
}

/// What nobody supplies, or only a source that does not say enough of it for this rule.
fn unconfirmed(rule: &Rule, missing: &[&str], authority: &Authority) -> String {
    let all: Vec<_> = missing.iter().map(|kind| words(kind)).collect();
    let all = all.join(" and ");
    let supplies = |s: &&SourceState| {
        missing
            .iter()
            .all(|kind| s.supplies.iter().any(|k| k == kind))
    };
    let untrusted = |s: &&SourceState| rule.not_from.contains(&s.source);
    match authority.sources.iter().filter(untrusted).find(supplies) {
        Some(source) => format!(
            "what {} says of {all} is not enough for it: expected, cannot be confirmed here",
            source.source
        ),
        None => format!("no source supplies {all}: expected, cannot be confirmed here"),
    }
}

/// Has any step a limit here, or each child its own?
fn is_set(rule: &Rule) -> bool {
    rule.clock.is_by_agreement()
        || rule.at_most.is_some()
        || rule
            .clock
            .steps()
            .iter()
            .any(|step| rule.limit(*step).is_some())
}

fn unreliable(authority: &Authority) -> impl Iterator<Item = &SourceState> {
    authority
        .sources
        .iter()
        .filter(|s| s.visits_seen_unreliable)
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
        in_full: rule.in_full().to_owned(),
        effective_from: rule.effective_from,
        source: rule.source.clone(),
        limit: rule.limit_words(),
        runs,
        why,
    }
}

/// Kinds of fact the rule needs and nobody supplies.
fn missing<'r>(rule: &'r Rule, authority: &Authority) -> Vec<&'r str> {
    let unseen = |kind: &&String| suppliers(rule, kind, authority).next().is_none();
    let kinds = rule.trigger.iter().chain(&rule.evidence);
    let mut kinds: Vec<&str> = kinds.filter(unseen).map(String::as_str).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// The sources of a kind of fact that a rule trusts.
fn suppliers<'a>(
    rule: &'a Rule,
    kind: &'a str,
    authority: &'a Authority,
) -> impl Iterator<Item = &'a SourceState> {
    let is_evidence = rule.evidence.iter().any(|e| e == kind);
    let sources = authority.sources.iter();
    sources
        .filter(move |s| !(is_evidence && rule.not_from.contains(&s.source)))
        .filter(move |s| s.supplies.iter().any(|k| k == kind))
}

fn evidence(rule: &Rule, authority: &Authority) -> String {
    let mut sources: Vec<String> = rule
        .evidence
        .iter()
        .flat_map(|kind| suppliers(rule, kind, authority))
        .map(|s| format!("{} as at {}", s.source, calendar::day(s.as_at)))
        .collect();
    sources.sort();
    sources.dedup();
    sources.join(" and ")
}

/// A kind of fact in words.
fn words(kind: &str) -> &str {
    match kind {
        "referral" => "referrals",
        "assessment" => "assessments with the day they were authorised",
        "section47" => "section 47 enquiries",
        "initial_conference" => "initial conferences",
        "child_in_need_plan" => "child in need plans",
        "protection_plan" => "protection plans",
        "protection_review" => "review conferences",
        "visit" => "visits",
        "care_episode" => "periods of care",
        "legal_status" => "legal statuses",
        "placement" => "placements",
        "looked_after_review" => "reviews of children looked after",
        "health_assessment" => "health assessments",
        "missing_episode" => "missing episodes with return interviews",
        "care_leaver" => "care leavers",
        "pathway_plan" => "pathway plans",
        "care_leaver_contact" => "contacts with care leavers",
        "placed_for_adoption" => "placements for adoption",
        "involvement" => "involvements with their roles",
        "family" => "families",
        "age_band" => "ages",
        "death" => "deaths",
        "transfer_in_notified" => "notices of transfer",
        "core_group" => "core groups",
        "child_in_need_review" => "reviews of child in need plans",
        "education_plan" => "education plans",
        "emergency_placement" => "emergency placements",
        "placement_notified" => "notices of placement",
        "private_fostering" => "private fostering arrangements",
        "private_fostering_visit" => "visits to privately fostered children",
        "care_application" => "care applications",
        "reviewer_told" => "the day the reviewing service was told",
        "review_decisions" => "decisions of reviews",
        "review_record" => "records of reviews",
        SUPERVISION => "supervision of workers",
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
            [
                "en.cla.first-review",
                "en.cla.next-review",
                "en.cla.placements",
                "en.cla.temporary-approval"
            ],
            "a return shows no reviews of short breaks"
        );
        assert_eq!(
            runs(&["care_episode"]),
            ["en.cla.temporary-approval"],
            "its evidence is what the authority says of the child"
        );
        assert!(runs(&["looked_after_review"]).is_empty());
        assert!(runs(&[]).is_empty());
    }

    #[test]
    fn the_report_says_why_a_rule_does_not_run() {
        let rules = Rules::built_in();
        let supplies = ["care_episode", "protection_plan", "visit"];
        let report = report(&rules, &authority(&supplies), date(2025, 6, 2));
        assert_eq!(report.len(), rules.all().len());
        for (id, runs, why) in [
            (
                "en.cla.first-review",
                false,
                "no source supplies reviews of children looked after: expected, cannot be confirmed here",
            ),
            (
                "en.cp.core-group",
                false,
                "no source supplies core groups: expected, cannot be confirmed here",
            ),
            (
                "en.cp.visit",
                false,
                "a local rule that is not set here: others use 10 working days to 4 weeks",
            ),
            (
                "en.cla.visit",
                true,
                "on the evidence of ssda903 as at Mon 2 Jun 2025",
            ),
        ] {
            let rule = report.iter().find(|r| r.id == id).unwrap();
            assert_eq!((rule.runs, rule.why.as_str()), (runs, why), "{id}");
        }
    }

    #[test]
    fn every_kind_of_fact_has_words() {
        for kind in contracts::Fact::KINDS {
            assert!(
                words(kind).contains(' ') || words(kind).ends_with('s'),
                "{kind}"
            );
            assert!(!words(kind).contains('_'), "{kind}");
        }
    }

    #[test]
    fn a_source_whose_rows_cannot_show_the_evidence_is_none() {
        let rules = Rules::built_in();
        let mut authority = authority(&["missing_episode", "care_episode", "involvement"]);
        let runs = |authority: &Authority| {
            let running = Running::of(&rules, authority, date(2025, 6, 2));
            running
                .rules
                .iter()
                .any(|r| r.id == "en.missing.return-interview")
        };
        assert!(!runs(&authority));
        "ssd".clone_into(&mut authority.sources[0].source);
        assert!(runs(&authority));
    }

    #[test]
    fn the_report_names_the_evidence_a_rule_runs_on_and_what_is_not_yet_law() {
        let rules = Rules::built_in();
        let all = authority(&["care_episode", "looked_after_review"]);
        let first = |day| {
            let report = report(&rules, &all, day);
            let first = report.into_iter().find(|r| r.id == "en.cla.first-review");
            first.map(|r| (r.runs, r.why)).unwrap()
        };
        assert_eq!(
            first(date(2025, 6, 2)),
            (
                true,
                "on the evidence of ssda903 as at Mon 2 Jun 2025".to_owned()
            )
        );
        assert_eq!(
            first(date(2011, 3, 31)),
            (false, "effective from Fri 1 Apr 2011".to_owned())
        );
    }
}
