use std::fmt::Write as _;

use contracts::obligation::RuleRef;
use jiff::{ToSpan, civil::date};

use super::*;
use crate::domain::testing;

/// Every rule of the deadlines service.
const RULES: [&str; 41] = [
    "en.referral.decision",
    "en.assessment",
    "en.s47.conference",
    "en.cp.transfer-in",
    "en.cp.core-group",
    "en.cp.review",
    "en.cp.visit",
    "en.cin.visit",
    "en.cin.review",
    "en.cla.first-review",
    "en.cla.next-review",
    "en.cla.visit",
    "en.cla.visit.parent-interim",
    "en.cla.visit.parent-order",
    "en.cla.visit.parent-unassessed",
    "en.cla.visit.long-term",
    "en.cla.short-break-review",
    "en.cla.health",
    "en.cla.education-plan",
    "en.cla.placement-notice",
    "en.missing.return-interview",
    "en.leaver.pathway-plan",
    "en.leaver.contact",
    "en.fostering.private-visit",
    "en.court.care-application",
    "en.cla.reviewer-named",
    "en.cla.reviewer-told",
    "en.cla.review-decisions",
    "en.cla.review-record",
    "en.adoption.visit",
    "en.adoption.review",
    "en.cla.short-break-visit",
    "en.cla.temporary-approval",
    "en.leaver.visit",
    "en.cp.long-plan",
    "en.cp.second-enquiry",
    "en.cp.third-plan",
    "en.cla.placements",
    "en.record.seen",
    "en.record.placement",
    "en.record.legal-status",
];

fn policy(rule: &str) -> Policy {
    Policies::compiled().unwrap().of(rule).unwrap().clone()
}

/// A clock that starts on Thu 3 April 2025 and runs over Easter.
fn obligation(rule: &str, n: u32, unit: LimitUnit) -> Obligation {
    let trigger = date(2025, 4, 3);
    let due = Calendar::england_and_wales()
        .add(trigger, n, unit.into())
        .date;
    let template = testing::obligation("1", due);
    Obligation {
        trigger_date: trigger,
        rule: RuleRef {
            id: rule.into(),
            limit: Limit { n, unit },
            ..template.rule
        },
        ..template
    }
}

/// Who is told on which day, if nothing is ever recorded: a line a rung.
fn ladder(rule: &str, n: u32, unit: LimitUnit) -> String {
    let (policy, obligation) = (policy(rule), obligation(rule, n, unit));
    let calendar = Calendar::england_and_wales();
    let mut out = String::new();
    let mut last = None;
    let days = obligation.trigger_date.series(1.day());
    for day in days.take_while(|day| *day <= obligation.due_date + 30.days()) {
        let step = policy.nearest(&obligation, &calendar, day);
        if last.replace(step) == Some(step) {
            continue;
        }
        let tell = policy.rung(step, &obligation).tell;
        if !tell.is_empty() {
            let how = match policy.cadence(step, obligation.rule.limit) {
                Cadence::Digest => "",
                Cadence::Immediate => ", at once",
                Cadence::Monthly => ", monthly",
            };
            writeln!(out, "{} {step}: {tell:?}{how}", day.strftime("%a %-d %b")).unwrap();
        }
    }
    out
}

#[test]
fn every_rule_has_its_words_and_tells_somebody() {
    let policies = Policies::compiled().unwrap();
    for rule in RULES {
        let policy = policies.of(rule).unwrap_or_else(|| panic!("{rule}"));
        assert!(!policy.one.is_empty() && !policy.many.is_empty(), "{rule}");
        // "A line goes away by itself once …": what has been recorded, or what has come about.
        assert!(
            [" is recorded", " has ended", " is over"]
                .iter()
                .any(|end| policy.evidence.ends_with(end)),
            "{rule}: {}",
            policy.evidence
        );
        let told = ladder(rule, 6, LimitUnit::Months);
        assert!(!told.is_empty(), "{rule}");
    }
    assert_eq!(policies.of("en.clan.something"), None);
}

#[test]
fn who_is_told_on_which_day() {
    use LimitUnit::{Hours, Months, Weeks, WorkingDays};
    let mut all = String::new();
    for (rule, n, unit) in [
        ("en.referral.decision", 1, WorkingDays),
        ("en.assessment", 45, WorkingDays),
        ("en.s47.conference", 15, WorkingDays),
        ("en.cp.transfer-in", 15, WorkingDays),
        ("en.cp.core-group", 10, WorkingDays),
        ("en.cp.review", 3, Months),
        ("en.cp.visit", 10, WorkingDays),
        ("en.cin.visit", 6, Weeks),
        ("en.cin.review", 3, Months),
        ("en.cla.first-review", 20, WorkingDays),
        ("en.cla.next-review", 6, Months),
        ("en.cla.visit", 1, Weeks),
        ("en.cla.visit", 6, Weeks),
        ("en.cla.visit.parent-interim", 1, Weeks),
        ("en.cla.visit.long-term", 6, Months),
        ("en.cla.short-break-review", 3, Months),
        ("en.cla.health", 20, WorkingDays),
        ("en.cla.health", 6, Months),
        ("en.cla.education-plan", 10, WorkingDays),
        ("en.cla.placement-notice", 5, WorkingDays),
        ("en.missing.return-interview", 72, Hours),
        ("en.leaver.pathway-plan", 3, Months),
        ("en.leaver.contact", 2, Months),
        ("en.fostering.private-visit", 7, WorkingDays),
        ("en.court.care-application", 26, Weeks),
        ("en.cla.reviewer-named", 5, WorkingDays),
        ("en.cla.reviewer-told", 2, WorkingDays),
        ("en.cla.review-decisions", 5, WorkingDays),
        ("en.cla.review-record", 20, WorkingDays),
        ("en.adoption.visit", 1, Weeks),
        ("en.adoption.review", 4, Weeks),
    ] {
        let obligation = obligation(rule, n, unit);
        let due = obligation.due_date.strftime("%a %-d %b");
        writeln!(all, "{rule}, {n} {unit:?}, due {due}").unwrap();
        for line in ladder(rule, n, unit).lines() {
            writeln!(all, "  {line}").unwrap();
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_summary_reaches_those_whose_it_is_and_what_is_still_late_climbs() {
    use Seat::{Manager, Reviewer, Worker};
    for (rule, step, told) in [
        ("en.cla.first-review", Step::Baseline, vec![Worker, Manager]),
        ("en.cla.first-review", Step::StillLate, vec![Manager]),
        ("en.cla.review-record", Step::Baseline, vec![Reviewer]),
        ("en.cla.review-record", Step::StillLate, vec![Reviewer]),
        (
            "en.cp.visit",
            Step::Handover(date(2025, 5, 6)),
            vec![Worker, Manager],
        ),
        ("en.cp.visit", Step::Unheld(date(2025, 5, 6)), vec![Worker]),
    ] {
        let of = obligation(rule, 20, LimitUnit::WorkingDays);
        assert_eq!(policy(rule).rung(step, &of).tell, told, "{rule} {step}");
    }
}

#[test]
fn what_begins_with_something_new_is_told_as_it_begins_and_what_follows_is_not() {
    let told = |rule: &str, n, unit| {
        let of = obligation(rule, n, unit);
        !policy(rule).rung(Step::Raised, &of).tell.is_empty()
    };
    assert!(told("en.cla.visit", 1, LimitUnit::Weeks));
    assert!(!told("en.cla.visit", 6, LimitUnit::Weeks));
    assert!(told("en.cla.first-review", 20, LimitUnit::WorkingDays));
    assert!(!told("en.cla.next-review", 3, LimitUnit::Months));
    assert!(told("en.cla.health", 20, LimitUnit::WorkingDays));
    assert!(!told("en.cla.health", 6, LimitUnit::Months));
    let later = obligation("en.cla.next-review", 3, LimitUnit::Months);
    assert_eq!(
        policy("en.cla.next-review")
            .rung(Step::Raised, &later)
            .otherwise
            .as_deref(),
        Some("told when it comes nearer")
    );
}

#[test]
fn a_reminder_on_a_day_when_nobody_works_comes_on_the_last_working_day_before() {
    let visit = Obligation {
        due_date: date(2025, 4, 20),
        ..obligation("en.cla.visit", 6, LimitUnit::Weeks)
    };
    let calendar = Calendar::england_and_wales();
    let on = |day| policy("en.cla.visit").nearest(&visit, &calendar, day);
    assert_eq!(on(date(2025, 4, 16)), Step::Share(80));
    assert_eq!(
        on(date(2025, 4, 17)),
        Step::Approaching(0),
        "Easter Sunday's"
    );
    assert_eq!(on(date(2025, 4, 21)), Step::Overdue);
}

#[test]
fn most_of_the_time_is_counted_as_the_limit_is() {
    let calendar = Calendar::england_and_wales();
    // Ten working days from Thu 15 May 2025, over the bank holiday of 26 May.
    let visit = Obligation {
        trigger_date: date(2025, 5, 15),
        due_date: date(2025, 5, 30),
        ..obligation("en.cp.visit", 10, LimitUnit::WorkingDays)
    };
    let on = |of: &Obligation, day| policy("en.cp.visit").nearest(of, &calendar, day);
    assert_eq!(on(&visit, date(2025, 5, 27)), Step::Raised);
    assert_eq!(on(&visit, date(2025, 5, 28)), Step::Share(80), "the eighth");
    let weeks = Obligation {
        due_date: date(2025, 6, 12),
        ..visit
    };
    let weeks = Obligation {
        rule: obligation("en.cp.visit", 4, LimitUnit::Weeks).rule,
        ..weeks
    };
    assert_eq!(on(&weeks, date(2025, 6, 5)), Step::Raised);
    assert_eq!(
        on(&weeks, date(2025, 6, 6)),
        Step::Share(80),
        "the 22nd of 28 days"
    );
}

#[test]
fn reminders_lead_up_to_the_earlier_of_our_date_and_the_system_s() {
    let mut visit = obligation("en.cla.next-review", 6, LimitUnit::Months);
    let calendar = Calendar::england_and_wales();
    let day = date(2025, 9, 8);
    let on = |of: &Obligation| policy("en.cla.next-review").nearest(of, &calendar, day);
    assert_eq!(on(&visit), Step::Approaching(30));
    visit.stated_due = Some(date(2025, 9, 26));
    assert_eq!(on(&visit), Step::Approaching(15));
    visit.stated_due = Some(date(2025, 10, 20));
    assert_eq!(
        on(&visit),
        Step::Approaching(30),
        "a later one postpones nothing"
    );
}

#[test]
fn clocks_of_hours_or_two_days_conferences_and_handovers_are_at_once() {
    use Cadence::{Digest, Immediate, Monthly};
    use LimitUnit::{Days, Hours, Months, Weeks, WorkingDays};
    let handover = Step::Handover(date(2025, 5, 6));
    for (rule, step, (n, unit), expected) in [
        ("en.cla.visit", Step::Overdue, (1, WorkingDays), Immediate),
        ("en.cla.visit", Step::Overdue, (2, Days), Immediate),
        ("en.cla.visit", Step::Overdue, (72, Hours), Immediate),
        ("en.cla.visit", Step::Overdue, (3, Days), Digest),
        ("en.cla.visit", Step::Overdue, (1, Weeks), Digest),
        ("en.cla.next-review", handover, (6, Months), Immediate),
        (
            "en.s47.conference",
            Step::Day(8),
            (15, WorkingDays),
            Immediate,
        ),
        (
            "en.s47.conference",
            Step::Baseline,
            (15, WorkingDays),
            Digest,
        ),
        ("en.cp.review", Step::Approaching(5), (6, Months), Digest),
        ("en.cla.health", Step::Approaching(30), (6, Months), Monthly),
        ("en.cla.health", Step::Raised, (20, WorkingDays), Digest),
    ] {
        let cadence = policy(rule).cadence(step, Limit { n, unit });
        assert_eq!(cadence, expected, "{rule} {step} {n} {unit:?}");
    }
}

#[test]
fn no_mail_names_a_rule_that_says_where_a_child_lives_or_as_what() {
    let policies = Policies::compiled().unwrap();
    for (rule, discreet) in [
        ("en.cla.visit", false),
        ("en.cla.visit.parent-interim", true),
        ("en.cla.visit.long-term", true),
        ("en.cla.short-break-review", true),
        ("en.cla.next-review", false),
        ("en.adoption.visit", true),
        ("en.adoption.review", true),
    ] {
        assert_eq!(policies.of(rule).unwrap().discreet, discreet, "{rule}");
    }
}
