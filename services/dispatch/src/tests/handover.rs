use contracts::{
    Obligation,
    message::MessageKind,
    obligation::{DeadlineEvent::Raised, RuleRef},
};
use jiff::civil::date;

use super::office::{Held, Office, by, name};
use crate::domain::testing::{TODAY, at, obligation, person};

fn of_rule(child: &str, rule: &str, title: &str, due: jiff::civil::Date) -> Obligation {
    let of = obligation(child, due);
    Obligation {
        id: contracts::ids::computed("test", &[child, rule]),
        rule: RuleRef {
            id: rule.into(),
            title: title.into(),
            ..of.rule
        },
        trigger_date: date(2025, 1, 12),
        ..of
    }
}

fn to(who: &str, children: &[&str]) -> (String, Vec<String>) {
    let children = children.iter().map(|c| (*c).to_owned()).collect();
    (who.to_owned(), children)
}

/// Two clocks of Sam's child, both too far away to be told.
async fn far_away(hour: i8) -> Office {
    let mut office = Office::at(at(TODAY, hour, 0)).await;
    office.child("C-1", &by("sam"));
    office.child("C-2", &by("sam"));
    for child in ["C-1", "C-2"] {
        let due = date(2025, 9, 8);
        let review = of_rule(child, "en.cla.next-review", "Review", due);
        office.signal(child, Raised, &review);
        let plan = of_rule(child, "en.cin.review", "Review of a plan", due);
        office.signal(child, Raised, &plan);
    }
    office.settle().await;
    assert!(office.post().messages.is_empty());
    office
}

#[tokio::test]
async fn the_incoming_worker_and_their_manager_hear_at_once_of_everything_due_for_that_child() {
    let mut office = far_away(12).await;
    office.child("C-1", &by("kit"));
    office.settle().await;
    {
        let post = office.post();
        let titles: Vec<_> = post
            .messages
            .iter()
            .map(|m| (name(&m.recipient), m.kind, m.title.as_str(), m.lines.len()))
            .collect();
        let kind = MessageKind::Immediate;
        assert_eq!(
            titles,
            [
                (
                    "ann".into(),
                    kind,
                    "Handed over in your team: 2 dates coming up",
                    2
                ),
                (
                    "kit".into(),
                    kind,
                    "Handed over to you: 2 dates coming up",
                    2
                ),
            ]
        );
        let of_ann = &post.messages[0].lines[0];
        assert!(
            of_ann.text.ends_with("handed over to Kit Poe"),
            "{}",
            of_ann.text
        );
    }
    let both: &[&str] = &["C-1", "C-1"];
    assert_eq!(office.deliver().await, [to("ann", both), to("kit", both)]);
    office.child("C-1", &by("kit"));
    for day in 22..30 {
        office.later(at(date(2025, 4, day), 9, 0)).await;
        assert_eq!(office.deliver().await, [], "once");
    }
    office.later(at(date(2025, 8, 18), 8, 30)).await;
    assert_eq!(
        office.deliver().await,
        [to("kit", both), to("sam", &["C-2", "C-2"])],
        "the next rung is told as ever"
    );
    office.all_answered().await;
}

#[tokio::test]
async fn a_handover_in_the_evening_waits_for_the_next_working_morning() {
    let mut office = far_away(19).await;
    office.child("C-1", &by("kit"));
    office.settle().await;
    assert!(office.post().messages.is_empty());
    office.later(at(date(2025, 4, 22), 8, 30)).await;
    assert_eq!(office.deliver().await.len(), 2);
}

#[tokio::test]
async fn when_nobody_holds_any_more_the_manager_gets_the_ids_and_the_mailbox_a_count() {
    let mut office = far_away(7).await;
    let nobody = Held {
        team: Some("north"),
        ..Held::default()
    };
    office.child("C-1", &nobody);
    office.later(at(TODAY, 8, 30)).await;
    assert_eq!(
        office.post().messages[0].title,
        "No case-holder any more: 2 dates coming up"
    );
    let told = office.deliver().await;
    assert_eq!(
        told,
        [to("ann", &["C-1", "C-1"]), to("mailbox of north", &[])]
    );
    office.child("C-1", &by("sam"));
    office.settle().await;
    assert_eq!(office.deliver().await, [], "Sam has it back, and knows it");
    office.child("C-1", &nobody);
    office.settle().await;
    office.child("C-1", &by("kit"));
    office.later(at(date(2025, 4, 22), 8, 30)).await;
    let told = office.deliver().await;
    assert_eq!(
        told,
        [to("ann", &["C-1", "C-1"]), to("kit", &["C-1", "C-1"])]
    );
}

#[tokio::test]
async fn the_first_to_hold_a_child_takes_nothing_over() {
    let mut office = Office::pinned(at(TODAY, 12, 0)).await;
    office.child("C-1", &Held::default());
    let review = of_rule("C-1", "en.cla.next-review", "Review", date(2025, 9, 8));
    office.signal("C-1", Raised, &review);
    office.settle().await;
    office.child("C-1", &by("kit"));
    office.settle().await;
    assert_eq!(office.deliver().await, []);
}

#[tokio::test]
async fn a_reviewing_officer_is_told_of_their_children_and_nobody_of_what_they_are_told() {
    let mut office = Office::at(at(TODAY, 7, 0)).await;
    office.person(&person("ira", "Ira Day"));
    let reviewed = Held {
        reviewer: Some("ira"),
        ..by("sam")
    };
    office.child("C-1", &reviewed);
    office.child("C-2", &by("sam"));
    // Thirty working days before 30 May, and long before fifteen.
    for child in ["C-1", "C-2"] {
        let review = of_rule(child, "en.cla.next-review", "Review", date(2025, 5, 30));
        office.signal(child, Raised, &review);
    }
    office.later(at(TODAY, 8, 30)).await;
    {
        let post = office.post();
        let lines: Vec<_> = post
            .messages
            .iter()
            .map(|m| (name(&m.recipient), m.lines[0].text.as_str()))
            .collect();
        assert_eq!(
            lines,
            [
                (
                    "ann".to_owned(),
                    "due Fri 30 May 2025; no reviewing officer is recorded"
                ),
                ("ira".to_owned(), "due Fri 30 May 2025; held by Sam Roe"),
            ]
        );
    }
    let told = office.deliver().await;
    assert_eq!(told, [to("ann", &["C-2"]), to("ira", &["C-1"])]);
}
