use jiff::civil::date;

use super::*;

const FIRST_REVIEW: &str = include_str!("../../../rules/en.cla.first-review.toml");

#[test]
fn the_built_in_rules_are_the_rows_of_the_domain() {
    let rules = Rules::built_in();
    let limits: Vec<_> = rules
        .all()
        .iter()
        .map(|r| format!("{} {}", r.id, r.limit_words()))
        .collect();
    assert_eq!(
        limits,
        [
            "en.adoption.review 4 weeks the first time, then 3 months the second time, then 6 months",
            "en.adoption.visit 1 week the first time, then not set here",
            "en.assessment 45 working days",
            "en.cin.review not set here the first time, then not set here",
            "en.cin.visit not set here",
            "en.cla.education-plan 10 working days the first time, then not set here",
            "en.cla.first-review 20 working days",
            "en.cla.health 20 working days the first time, then 6 months while under five, then 12 months",
            "en.cla.next-review 3 months the first time, then 6 months",
            "en.cla.placement-notice 5 working days",
            "en.cla.placements 12 months",
            "en.cla.review-decisions 5 working days",
            "en.cla.review-record 20 working days",
            "en.cla.reviewer-named 5 working days",
            "en.cla.reviewer-told 2 working days",
            "en.cla.short-break-review 3 months the first time, then 6 months",
            "en.cla.short-break-visit as agreed for each child",
            "en.cla.temporary-approval 16 weeks",
            "en.cla.visit.long-term 6 months",
            "en.cla.visit.parent-interim 1 week the first time, then 4 weeks",
            "en.cla.visit.parent-order 1 week the first time, then 6 weeks",
            "en.cla.visit.parent-unassessed 1 week the first time, then 6 weeks",
            "en.cla.visit 1 week the first time, then 3 months after a year in one placement, then 6 weeks",
            "en.court.care-application 26 weeks",
            "en.cp.core-group 10 working days the first time, then not set here",
            "en.cp.long-plan 15 months",
            "en.cp.review 3 months the first time, then 6 months",
            "en.cp.second-enquiry 15 working days",
            "en.cp.third-plan 24 months",
            "en.cp.transfer-in 15 working days",
            "en.cp.visit not set here",
            "en.fostering.private-visit 7 working days the first time, then 6 weeks in the first year, then 12 weeks",
            "en.leaver.contact not set here",
            "en.leaver.pathway-plan 3 months the first time, then 6 months",
            "en.leaver.visit 7 days the first time, then 28 days the second time, then 2 months",
            "en.missing.return-interview 72 hours",
            "en.record.legal-status 5 working days",
            "en.record.placement 5 working days",
            "en.record.seen 5 working days",
            "en.referral.decision 1 working day",
            "en.s47.conference 15 working days",
            "en.worker.reviewing-officer 70 children at most",
            "en.worker.supervision.first-year 1 week in the first 6 weeks, then 2 weeks up to 6 months, then 1 month",
            "en.worker.supervision 1 month",
        ]
    );
}

#[test]
fn a_rule_that_makes_no_sense_is_refused_by_name() {
    for (from, to) in [
        ("n = 20", "n = 0"),
        ("\"looked_after_review\"", "\"a_review\""),
        ("usual =", "first ="),
        ("[limits]", "at_most = 70\n[limits]"),
        ("[limits]", "next_from = \"held\"\n[limits]"),
    ] {
        let error = Rules::parse(&[&FIRST_REVIEW.replace(from, to)]).unwrap_err();
        assert!(error.to_string().contains("en.cla.first-review"), "{error}");
    }
    assert!(
        Rules::parse(&[FIRST_REVIEW, FIRST_REVIEW]).is_err(),
        "twice"
    );
    assert!(Rules::parse(&[&FIRST_REVIEW.replace("title", "titel")]).is_err());
}

#[test]
fn a_later_version_replaces_the_earlier_one_from_its_day_on() {
    let later = FIRST_REVIEW
        .replace("version = 1", "version = 2")
        .replace("2011-04-01", "2027-04-01");
    let rules = Rules::parse(&[&later, FIRST_REVIEW]).unwrap();
    let version = |day| rules.in_force(day).first().map(|r| r.version);
    assert_eq!(version(date(2010, 1, 1)), None);
    assert_eq!(version(date(2027, 3, 31)), Some(1));
    assert_eq!(version(date(2027, 4, 1)), Some(2));
    assert_eq!(rules.next_change(date(2027, 3, 31)), Some(date(2027, 4, 1)));
    assert_eq!(rules.next_change(date(2027, 4, 1)), None);
}

#[test]
fn every_record_is_compiled_in() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let records = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(Rules::built_in().all().len(), records);
}

#[test]
fn in_a_list_no_two_rules_have_the_same_name() {
    let rules = Rules::built_in();
    let names: std::collections::BTreeSet<&str> = rules.all().iter().map(Rule::in_full).collect();
    assert_eq!(names.len(), rules.all().len());
}
