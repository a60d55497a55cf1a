//! Matters without a due date: who is told of them, in which words, and when they stand down.

use contracts::{
    Obligation, ObligationState,
    message::MessageKind,
    obligation::{
        DeadlineEvent::{Raised, Withdrawn},
        Limit, LimitUnit, RuleRef,
    },
};
use jiff::civil::date;

use super::office::{Held, Office, by};
use crate::domain::testing::{TODAY, at, obligation, person};

/// What a rule found about a child some weeks ago.
fn found(child: &str, rule: &str, title: &str, says: &str) -> Obligation {
    let template = obligation(child, date(2025, 4, 1));
    Obligation {
        rule: RuleRef {
            id: rule.into(),
            title: title.into(),
            limit: Limit {
                n: 15,
                unit: LimitUnit::Months,
            },
            ..template.rule
        },
        found: Some(says.into()),
        ..template
    }
}

fn long_plan(child: &str) -> Obligation {
    let says = "the plan began on Mon 1 Jan 2024, more than 15 months ago";
    found(child, "en.cp.long-plan", "Plan open for long", says)
}

fn blank(child: &str) -> Obligation {
    let says = "whether the child was seen at the visit on Tue 25 Mar 2025 is not recorded";
    found(child, "en.record.seen", "To complete", says)
}

async fn office() -> Office {
    let mut office = Office::at(at(TODAY, 7, 0)).await;
    office.person(&person("ira", "Ira Low"));
    office
}

fn chaired<'a>(worker: &'a str, chair: &'a str) -> Held<'a> {
    Held {
        chair: Some(chair),
        ..by(worker)
    }
}

fn to(who: &str, children: &[&str]) -> (String, Vec<String>) {
    let children = children.iter().map(|c| (*c).to_owned()).collect();
    (who.to_owned(), children)
}

#[tokio::test]
async fn a_new_enquiry_is_the_chair_s_and_where_nobody_records_chairs_the_manager_s() {
    let says = "an enquiry began on Wed 26 Mar 2025 while the plan of Tue 4 Feb 2025 is open";
    let enquiry = found(
        "1",
        "en.cp.second-enquiry",
        "New enquiry on an open plan",
        says,
    );
    for (chair, whom) in [(Some("ira"), "ira"), (None, "ann")] {
        let mut office = office().await;
        office.child("1", &Held { chair, ..by("sam") });
        office.signal("1", Raised, &enquiry);
        office.later(at(TODAY, 8, 30)).await;
        assert_eq!(office.deliver().await, [to(whom, &["1"])], "{chair:?}");
        office.later(at(TODAY, 12, 0)).await;
        assert_eq!(office.deliver().await, [], "once");
    }
}

#[tokio::test]
async fn a_plan_that_drifts_is_told_once_to_its_chair_and_the_manager_and_never_late() {
    let mut office = office().await;
    office.child("1", &chaired("sam", "ira"));
    office.signal("1", Raised, &long_plan("1"));
    office.later(at(TODAY, 8, 30)).await;
    assert_eq!(
        office.deliver().await,
        [to("ann", &["1"]), to("ira", &["1"])]
    );
    {
        let post = office.post();
        let message = &post.messages[0];
        assert_eq!(message.title, "Your team today: 1 to look at");
        let line = &message.lines[0];
        assert_eq!(
            (line.title.as_str(), line.late),
            ("Plan open for long", false)
        );
        let says = "the plan began on Mon 1 Jan 2024, more than 15 months ago; held by Sam Roe";
        assert_eq!(line.text, says);
        assert!(
            line.why.starts_with("True since Tue 1 Apr 2025. Rule"),
            "{}",
            line.why
        );
        assert_eq!(
            message.closing[0],
            "This goes no further: nobody above you is told about it."
        );
    }
    for day in [22, 23, 24, 25, 28, 29, 30] {
        office.later(at(date(2025, 4, day), 8, 30)).await;
        assert_eq!(office.deliver().await, [], "once");
    }
    office.all_answered().await;
}

#[tokio::test]
async fn what_no_longer_holds_is_taken_back_before_it_is_said() {
    let mut office = office().await;
    office.child("1", &chaired("sam", "ira"));
    office.signal("1", Raised, &long_plan("1"));
    office.settle().await;
    let ended = Obligation {
        revision: 2,
        state: ObligationState::Withdrawn,
        withdrawn: Some(contracts::obligation::Withdrawn::Ended),
        ..long_plan("1")
    };
    office.signal("1", Withdrawn, &ended);
    office.later(at(TODAY, 8, 30)).await;
    assert_eq!(office.deliver().await, []);
    office.all_answered().await;
}

#[tokio::test]
async fn placements_that_drift_are_told_to_the_reviewing_officer_alone() {
    let mut office = office().await;
    let held = Held {
        reviewer: Some("ira"),
        ..by("sam")
    };
    office.child("1", &held);
    let says = "3 placements began within 12 months after the second review on Mon 6 May 2024";
    let moved = found("1", "en.cla.placements", "Placements", says);
    office.signal("1", Raised, &moved);
    office.later(at(TODAY, 8, 30)).await;
    assert_eq!(office.deliver().await, [to("ira", &["1"])]);
    assert_eq!(office.post().messages[0].title, "Your day: 1 to look at");
    office.child(
        "1",
        &Held {
            worker: Some("kit"),
            ..held
        },
    );
    office.later(at(date(2025, 4, 22), 8, 30)).await;
    assert_eq!(
        office.deliver().await,
        [],
        "another case-holder changes nothing"
    );
}

#[tokio::test]
async fn a_record_to_complete_is_the_case_holder_s_alone() {
    let mut office = office().await;
    office.child("1", &by("sam"));
    office.child(
        "2",
        &Held {
            team: Some("north"),
            ..Held::default()
        },
    );
    office.signal("1", Raised, &blank("1"));
    office.signal("2", Raised, &blank("2"));
    office.change("sam", |p| {
        p.absences = vec![contracts::organisation::Absence {
            from: TODAY,
            to: Some(date(2025, 4, 22)),
        }];
    });
    office.later(at(TODAY, 8, 30)).await;
    assert_eq!(
        office.deliver().await,
        [],
        "no deputy, no manager, no mailbox"
    );
    office.later(at(date(2025, 4, 23), 8, 30)).await;
    assert_eq!(office.deliver().await, [to("sam", &["1"])]);
    {
        let post = office.post();
        let message = &post.messages[0];
        assert!(!message.must_have);
        assert_eq!(
            message.closing[0],
            "Only you are told this: it goes to nobody else."
        );
    }
    office.child("1", &by("kit"));
    office.settle().await;
    office.later(at(date(2025, 4, 24), 8, 30)).await;
    let told = office.deliver().await;
    assert!(told.iter().all(|(who, _)| who == "kit"), "{told:?}");
    office.all_answered().await;
}

#[tokio::test]
async fn what_was_found_before_going_live_is_part_of_the_one_summary_and_never_climbs() {
    let mut office = office().await;
    office.child("1", &chaired("sam", "ira"));
    office.baseline(1, &[long_plan("1")], &["1"]);
    office.later(at(TODAY, 8, 30)).await;
    assert_eq!(
        office.deliver().await,
        [to("ann", &["1"]), to("ira", &["1"])]
    );
    assert_eq!(office.post().messages[0].kind, MessageKind::Baseline);
    for day in 1..20 {
        office.later(at(date(2025, 5, day), 8, 30)).await;
        assert_eq!(office.deliver().await, [], "May {day}");
    }
}
