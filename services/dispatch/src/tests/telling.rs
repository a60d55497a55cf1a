use contracts::{
    Obligation,
    message::{MessageKind, Outcome},
    notice::StepState,
    obligation::DeadlineEvent::{Met, Overdue, Raised},
};
use jiff::{
    ToSpan,
    civil::{Date, date},
};

use super::office::{Held, Office, by, name};
use crate::domain::testing::{TODAY, at, obligation, person};

const DUE: Date = date(2025, 5, 7);

/// `obligation`, 15 working days before it is due.
fn near(child: &str) -> Obligation {
    obligation(child, DUE)
}

fn sent(pairs: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
    let own = |of: &[&str]| of.iter().map(|c| (*c).to_owned()).collect();
    pairs
        .iter()
        .map(|(who, of)| ((*who).to_owned(), own(of)))
        .collect()
}

#[tokio::test]
async fn a_baseline_of_forty_children_is_one_mail_to_each_person() {
    let mut office = Office::pinned(at(TODAY, 12, 0)).await;
    let ids: Vec<String> = (0..40).map(|n| format!("C{n:02}")).collect();
    let children: Vec<&str> = ids.iter().map(String::as_str).collect();
    for child in &children {
        office.child(child, &by("sam"));
    }
    let all: Vec<_> = children.iter().map(|c| near(c)).collect();
    office.baseline(1, &all, &children);
    office.settle().await;
    {
        let post = office.post();
        let to: Vec<_> = post
            .messages
            .iter()
            .map(|m| (name(&m.recipient), m.kind))
            .collect();
        assert_eq!(
            to,
            [
                ("ann".to_owned(), MessageKind::Baseline),
                ("sam".to_owned(), MessageKind::Baseline)
            ]
        );
        assert!(
            post.messages
                .iter()
                .all(|m| m.lines.len() == 15 && m.unlisted.len() == 25 && m.pinned)
        );
    }
    office.deliver().await;
    office.all_answered().await;
    let account = office.account().await;
    assert_eq!((account.created, account.sent, account.nobody), (80, 80, 0));
}

#[tokio::test]
async fn after_going_live_nothing_climbs_for_ten_working_days_and_what_is_still_late_then_climbs_once()
 {
    let mut office = Office::at(at(TODAY, 7, 0)).await;
    let mut all = [
        Obligation {
            state: contracts::ObligationState::Overdue,
            baseline: true,
            ..obligation("C-late", date(2025, 3, 3))
        },
        Obligation {
            baseline: true,
            ..obligation("C-near", date(2025, 4, 28))
        },
        Obligation {
            state: contracts::ObligationState::Overdue,
            baseline: true,
            ..obligation("C-done", date(2025, 3, 4))
        },
    ];
    for child in ["C-late", "C-near", "C-done"] {
        office.child(child, &by("sam"));
    }
    office.baseline(1, &all, &["C-late", "C-near", "C-done"]);
    office.later(at(TODAY, 8, 30)).await;
    let everything: &[&str] = &["C-late", "C-done", "C-near"];
    assert_eq!(
        office.deliver().await,
        sent(&[("ann", everything), ("sam", everything)]),
        "one summary each"
    );
    all[1].revision = 2;
    all[1].state = contracts::ObligationState::Overdue;
    office.world.clock.set(at(date(2025, 4, 29), 0, 5));
    office.signal("C-near", Overdue, &all[1]);
    all[2].revision = 2;
    all[2].state = contracts::ObligationState::Met;
    office.signal("C-done", Met, &all[2]);
    office.later(at(date(2025, 4, 29), 8, 30)).await;
    assert_eq!(office.deliver().await, sent(&[("sam", &["C-near"])]));
    let next = office.post().messages.last().unwrap().closing[0].clone();
    assert_eq!(
        next,
        "If it is not recorded by Fri 2 May 2025, your manager, Ann Lee, is told in their morning mail.",
        "ten working days after Thursday 17 April, over Easter and the early May holiday"
    );
    office.later(at(date(2025, 5, 2), 16, 0)).await;
    assert_eq!(office.deliver().await, sent(&[]));
    office.later(at(date(2025, 5, 6), 8, 30)).await;
    assert_eq!(
        office.deliver().await,
        sent(&[("ann", &["C-late", "C-near"])]),
        "and what was recorded in the meantime is not among them"
    );
    for day in 7..20 {
        office.later(at(date(2025, 5, day), 8, 30)).await;
        assert_eq!(office.deliver().await, sent(&[]), "once");
    }
    office.all_answered().await;
}

#[tokio::test]
async fn the_digest_waits_for_the_morning_and_nothing_is_ever_repeated() {
    let mut office = Office::at(at(TODAY, 12, 0)).await;
    office.child("1", &by("sam"));
    office.signal("1", Raised, &near("1"));
    office.settle().await;
    assert!(office.post().messages.is_empty(), "it is noon");
    let tuesday = date(2025, 4, 22);
    office.later(at(tuesday, 8, 29)).await;
    assert!(office.post().messages.is_empty(), "over Easter");
    office.later(at(tuesday, 8, 30)).await;
    assert_eq!(office.deliver().await, sent(&[("sam", &["1"])]));
    for day in 1..5 {
        office.later(at(tuesday + day.days(), 9, 0)).await;
        assert_eq!(office.deliver().await, sent(&[]), "nothing on a quiet day");
    }
    assert_eq!(
        office.steps_of("sam"),
        [("approaching 15".to_owned(), StepState::Sent)]
    );
    office.all_answered().await;
}

#[tokio::test]
async fn a_morning_that_was_missed_is_made_up_the_same_day() {
    let mut office = Office::at(at(TODAY, 12, 0)).await;
    office.child("1", &by("sam"));
    office.signal("1", Raised, &near("1"));
    office.settle().await;
    let tuesday = date(2025, 4, 22);
    office.world.clock.set(at(tuesday, 11, 0));
    office.change("kit", |p| p.name = "Kit Moe".into());
    office.settle().await;
    assert_eq!(
        office.deliver().await,
        sent(&[("sam", &["1"])]),
        "routed again at eleven, and not held again"
    );
}

#[tokio::test]
async fn a_review_is_told_at_fifteen_and_five_days_and_when_it_is_not_recorded() {
    let mut office = Office::at(at(TODAY, 7, 0)).await;
    office.child("1", &by("sam"));
    let mut review = near("1");
    office.signal("1", Raised, &review);
    office.later(at(TODAY, 8, 30)).await;
    assert_eq!(office.deliver().await, sent(&[("sam", &["1"])]));
    let five = date(2025, 4, 29);
    office.later(at(five, 8, 30)).await;
    assert_eq!(
        office.deliver().await,
        sent(&[("ann", &["1"]), ("sam", &["1"])])
    );
    review.revision = 2;
    review.state = contracts::ObligationState::Overdue;
    office.world.clock.set(at(date(2025, 5, 8), 0, 5));
    office.signal("1", Overdue, &review);
    office.later(at(date(2025, 5, 8), 8, 30)).await;
    assert_eq!(
        office.deliver().await,
        sent(&[("ann", &["1"]), ("sam", &["1"])])
    );
    let account = office.account().await;
    assert_eq!((account.created, account.sent), (5, 5));
    assert!(office.post().messages.last().unwrap().must_have);
}

#[tokio::test]
async fn what_is_only_raised_tells_nobody_and_says_why() {
    let mut office = Office::at(at(TODAY, 8, 30)).await;
    office.child("1", &by("sam"));
    let mut review = obligation("1", date(2025, 9, 8));
    review.rule.id = "en.cla.next-review".into();
    review.trigger_date = date(2025, 3, 8);
    office.signal("1", Raised, &review);
    office.settle().await;
    office.all_answered().await;
    assert_eq!(office.account().await.created, 0);
    let context = &office.world.process("dispatch").context;
    let mut tx = context.db.begin().await.unwrap();
    let trace = crate::store::decisions::of_child(&mut tx, &super::office::code(), &"1".into())
        .await
        .unwrap();
    assert_eq!(
        (trace[0].verdict.as_str(), trace[0].why.as_str()),
        ("policy", "told when it comes nearer")
    );
}

#[tokio::test]
async fn what_begins_with_coming_into_care_is_one_notice_to_worker_and_manager() {
    let mut office = Office::at(at(TODAY, 7, 0)).await;
    office.child("C-1", &by("sam"));
    let clocks = [
        ("en.cla.first-review", "First review", date(2025, 5, 15)),
        ("en.cla.visit", "Visit", date(2025, 4, 23)),
        ("en.cla.health", "Health assessment", date(2025, 5, 15)),
    ];
    for (rule, title, due) in clocks {
        let mut clock = obligation("C-1", due);
        clock.id = contracts::ids::computed("test", &[rule]);
        (clock.rule.id, clock.rule.title) = (rule.into(), title.into());
        clock.trigger_date = date(2025, 4, 16);
        office.signal_of("C-1", Raised, &clock, Some(3));
    }
    office.computed(3, 3);
    office.later(at(TODAY, 8, 30)).await;
    {
        let post = office.post();
        let titles: Vec<_> = post.messages.iter().map(|m| m.title.as_str()).collect();
        assert_eq!(
            titles,
            [
                "Newly started in your team: 3 dates coming up",
                "Newly started: 3 dates coming up"
            ]
        );
        let sam = &post.messages[1];
        assert_eq!(sam.lines[0].title, "Visit");
        assert_eq!(
            sam.lines[0].text,
            "due Wed 23 Apr 2025; new from Wed 16 Apr 2025; yours since Sun 12 Jan 2025"
        );
    }
    let all: &[&str] = &["C-1", "C-1", "C-1"];
    assert_eq!(office.deliver().await, sent(&[("ann", all), ("sam", all)]));
}

#[tokio::test]
async fn siblings_are_one_line() {
    let mut office = Office::pinned(at(TODAY, 12, 0)).await;
    for child in ["1", "2", "3"] {
        office.child(
            child,
            &Held {
                family: Some("F1"),
                ..by("sam")
            },
        );
        office.signal_of(child, Raised, &near(child), Some(9));
    }
    office.computed(9, 3);
    office.settle().await;
    {
        let post = office.post();
        assert_eq!(post.messages.len(), 1);
        assert_eq!(post.messages[0].lines.len(), 1);
        assert_eq!(post.messages[0].title, "Your day: 3 reviews coming up");
    }
    assert_eq!(office.deliver().await, sent(&[("sam", &["1", "2", "3"])]));
}

#[tokio::test]
async fn without_a_case_holder_the_manager_gets_the_ids_and_the_mailbox_a_count() {
    let mut office = Office::pinned(at(TODAY, 12, 0)).await;
    office.child(
        "1",
        &Held {
            team: Some("north"),
            ..Held::default()
        },
    );
    office.signal("1", Raised, &near("1"));
    office.settle().await;
    {
        let post = office.post();
        let mailbox = post
            .messages
            .iter()
            .find(|m| name(&m.recipient) == "mailbox of north")
            .unwrap();
        assert_eq!(
            mailbox.lines[0].text,
            "1 review without a case-holder; Ann Lee has the list"
        );
        assert!(mailbox.lines[0].children.is_empty());
        assert!(
            post.notices.values().all(|n| n.person.as_str() == "ann"),
            "a mailbox has no notice of its own to show"
        );
    }
    let told = office.deliver().await;
    assert_eq!(told, sent(&[("ann", &["1"]), ("mailbox of north", &[])]));
    office.child("1", &by("kit"));
    office.settle().await;
    assert_eq!(
        office.deliver().await,
        sent(&[("kit", &["1"])]),
        "and the case-holder once there is one"
    );
}

#[tokio::test]
async fn with_nobody_to_tell_it_is_recorded_and_told_when_a_directory_comes() {
    let mut office = Office::empty(at(TODAY, 12, 0), 1, super::office::config()).await;
    office.pin(at(TODAY, 12, 0));
    office.child("1", &by("sam"));
    office.signal("1", Raised, &near("1"));
    office.settle().await;
    office.all_answered().await;
    let account = office.account().await;
    assert_eq!((account.created, account.nobody), (0, 1));
    office.directory();
    office.settle().await;
    assert_eq!(office.deliver().await, sent(&[("sam", &["1"])]));
    assert_eq!(office.account().await.nobody, 0);
}

#[tokio::test]
async fn somebody_without_an_address_is_covered_for() {
    let mut office = Office::pinned(at(TODAY, 12, 0)).await;
    office.person(&contracts::Person {
        email: String::new(),
        manager_id: Some("ann".into()),
        ..person("new", "New Hand")
    });
    office.child("1", &by("new"));
    office.signal("1", Raised, &near("1"));
    office.settle().await;
    assert_eq!(office.deliver().await, sent(&[("ann", &["1"])]));
    assert!(
        office.post().messages[0].lines[0]
            .text
            .contains("for New Hand, who cannot be reached today")
    );
}

#[tokio::test]
async fn receipts_say_what_became_of_each_step() {
    for (outcome, state) in [
        (Outcome::Accepted, StepState::Sent),
        (
            Outcome::Failed {
                reason: "no such mailbox".into(),
            },
            StepState::Failed,
        ),
        (Outcome::InDoubt, StepState::Pending),
    ] {
        let mut office = Office::pinned(at(TODAY, 12, 0)).await;
        office.child("1", &by("sam"));
        office.signal("1", Raised, &near("1"));
        office.settle().await;
        office.attempt(|_| outcome.clone());
        office.settle().await;
        assert_eq!(
            office.steps_of("sam"),
            [("approaching 15".to_owned(), state)]
        );
        if outcome == Outcome::InDoubt {
            office.forget_receipts();
            office.attempt(|_| Outcome::Accepted);
            office.settle().await;
            assert_eq!(
                office.steps_of("sam")[0].1,
                StepState::Sent,
                "in doubt is not the last word"
            );
        }
        assert_eq!(office.post().messages.len(), 1);
    }
}

#[tokio::test]
async fn what_is_met_before_it_is_told_is_never_told() {
    let mut office = Office::at(at(TODAY, 12, 0)).await;
    office.child("1", &by("sam"));
    let mut review = near("1");
    office.signal("1", Raised, &review);
    office.settle().await;
    review.revision = 2;
    review.state = contracts::ObligationState::Met;
    office.signal("1", Met, &review);
    office.later(at(date(2025, 4, 22), 8, 30)).await;
    assert!(office.post().messages.is_empty());
    assert_eq!(
        office.steps_of("sam"),
        [("approaching 15".to_owned(), StepState::StoodDown)]
    );
    office.all_answered().await;
}
