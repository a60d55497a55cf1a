use contracts::{
    Obligation, ObligationState,
    message::{LineChange, Outcome},
    notice::StepState,
    obligation::{
        DeadlineEvent::{Met, Moved, Overdue, Raised, Withdrawn},
        Withdrawn as Why,
    },
    organisation::Absence,
};
use jiff::{
    ToSpan,
    civil::{Date, date},
};

use super::office::{Held, Office, by};
use crate::domain::testing::{TODAY, at, obligation};

const DUE: Date = date(2025, 5, 7);

fn near(child: &str) -> Obligation {
    obligation(child, DUE)
}

fn to(who: &str, children: &[&str]) -> (String, Vec<String>) {
    (
        who.to_owned(),
        children.iter().map(|c| (*c).to_owned()).collect(),
    )
}

/// Sam's approaching review, its mail gathered and not yet sent.
async fn in_delivery() -> Office {
    let mut office = Office::pinned(at(TODAY, 12, 0)).await;
    office.child("1", &by("sam"));
    office.signal("1", Raised, &near("1"));
    office.settle().await;
    assert_eq!(office.post().messages.len(), 1);
    office
}

/// Sam's approaching review, waiting for Tuesday's mail.
async fn held() -> Office {
    let mut office = Office::at(at(TODAY, 12, 0)).await;
    office.child("1", &by("sam"));
    office.signal("1", Raised, &near("1"));
    office.settle().await;
    assert!(office.post().messages.is_empty());
    office
}

async fn tuesday(office: &mut Office) -> Vec<(String, Vec<String>)> {
    office.later(at(date(2025, 4, 22), 8, 30)).await;
    office.deliver().await
}

#[tokio::test]
async fn raised_withdrawn_and_raised_again_tells_exactly_twice() {
    let mut office = Office::pinned(at(TODAY, 12, 0)).await;
    office.child("1", &by("sam"));
    let mut review = near("1");
    office.signal("1", Raised, &review);
    office.settle().await;
    assert_eq!(office.deliver().await, [to("sam", &["1"])]);
    review = Obligation {
        revision: 2,
        state: ObligationState::Withdrawn,
        withdrawn: Some(Why::NoLongerStarted),
        ..review
    };
    office.signal("1", Withdrawn, &review);
    office.settle().await;
    assert_eq!(office.deliver().await, []);
    review = Obligation {
        revision: 3,
        opening: 2,
        state: ObligationState::Open,
        withdrawn: None,
        ..review
    };
    office.signal("1", Raised, &review);
    office.settle().await;
    assert_eq!(office.deliver().await, [to("sam", &["1"])]);
    office.settle().await;
    assert_eq!(office.deliver().await, []);
    office.all_answered().await;
}

#[tokio::test]
async fn evidence_takes_a_line_out_of_a_mail_that_was_not_sent() {
    let mut office = in_delivery().await;
    let met = Obligation {
        revision: 2,
        state: ObligationState::Met,
        ..near("1")
    };
    office.signal("1", Met, &met);
    office.settle().await;
    assert_eq!(office.changes(), [LineChange::StoodDown]);
    assert_eq!(
        office.steps_of("sam")[0].1,
        StepState::Pending,
        "delivery has the last word"
    );
    assert_eq!(office.deliver().await, []);
    assert_eq!(office.steps_of("sam")[0].1, StepState::StoodDown);
}

#[tokio::test]
async fn a_mail_goes_on_for_the_lines_that_still_hold() {
    let mut office = Office::pinned(at(TODAY, 12, 0)).await;
    for child in ["1", "2"] {
        office.child(child, &by("sam"));
        office.signal_of(child, Raised, &near(child), Some(5));
    }
    office.computed(5, 2);
    office.settle().await;
    let met = Obligation {
        revision: 2,
        state: ObligationState::Met,
        ..near("1")
    };
    office.signal("1", Met, &met);
    office.settle().await;
    assert_eq!(office.deliver().await, [to("sam", &["2"])]);
    assert_eq!(
        office.steps_of("sam"),
        [
            ("approaching 15".to_owned(), StepState::Sent),
            ("approaching 15".to_owned(), StepState::StoodDown),
        ]
    );
}

#[tokio::test]
async fn evidence_after_the_mail_was_sent_changes_nothing_in_the_books() {
    let mut office = in_delivery().await;
    office.deliver().await;
    let met = Obligation {
        revision: 2,
        state: ObligationState::Met,
        ..near("1")
    };
    office.signal("1", Met, &met);
    office.settle().await;
    assert_eq!(office.changes(), []);
    assert_eq!(office.steps_of("sam")[0].1, StepState::Sent);
    assert!(office.post().notices.values().all(|n| !n.open));
}

#[tokio::test]
async fn a_child_that_moves_while_a_reminder_waits_takes_it_along() {
    let mut office = held().await;
    office.child("1", &by("kit"));
    office.settle().await;
    assert_eq!(
        office.deliver().await,
        [to("ann", &["1"]), to("kit", &["1"])],
        "handed over at once"
    );
    assert_eq!(tuesday(&mut office).await, []);
    assert_eq!(office.steps_of("sam")[0].1, StepState::StoodDown);
}

#[tokio::test]
async fn a_child_that_moves_while_the_mail_is_on_its_way_is_told_to_the_new_case_holder_only() {
    let mut office = in_delivery().await;
    office.child("1", &by("kit"));
    office.settle().await;
    assert_eq!(office.changes(), [LineChange::Reallocated]);
    assert_eq!(
        office.deliver().await,
        [to("ann", &["1"]), to("kit", &["1"])]
    );
    assert_eq!(office.steps_of("sam")[0].1, StepState::StoodDown);
}

#[tokio::test]
async fn a_child_that_moves_and_moves_back_is_told_to_whoever_holds_it() {
    let mut office = in_delivery().await;
    office.child("1", &by("kit"));
    office.settle().await;
    office.child("1", &by("sam"));
    office.settle().await;
    assert_eq!(
        office.deliver().await,
        [to("ann", &["1"]), to("sam", &["1"])],
        "what was on its way to Kit had fallen"
    );
    assert_eq!(office.deliver().await, []);
    office.child("1", &by("kit"));
    office.settle().await;
    assert_eq!(office.deliver().await, [to("kit", &["1"])]);
    office.child("1", &by("sam"));
    office.settle().await;
    assert_eq!(office.deliver().await, [], "Sam knows");
}

#[tokio::test]
async fn after_a_death_nothing_is_held_sent_or_said() {
    let gone = Held {
        died: true,
        ..by("sam")
    };
    let mut office = held().await;
    office.child("1", &gone);
    office.settle().await;
    assert_eq!(tuesday(&mut office).await, []);
    let mut office = in_delivery().await;
    office.child("1", &gone);
    office.settle().await;
    assert_eq!(office.deliver().await, []);
    let overdue = Obligation {
        revision: 2,
        state: ObligationState::Overdue,
        ..near("1")
    };
    office.signal("1", Overdue, &overdue);
    office.settle().await;
    assert_eq!(office.deliver().await, []);
    office.all_answered().await;
    for notice in office.post().notices.values() {
        assert!(!notice.open);
        assert!(
            notice
                .steps
                .iter()
                .all(|s| s.why.as_deref() == Some("the matter is closed"))
        );
    }
}

#[tokio::test]
async fn an_obligation_withdrawn_by_a_death_is_silent_before_the_chronology_says_so() {
    let mut office = held().await;
    let withdrawn = Obligation {
        revision: 2,
        state: ObligationState::Withdrawn,
        withdrawn: Some(Why::Died),
        ..near("1")
    };
    office.signal("1", Withdrawn, &withdrawn);
    assert_eq!(tuesday(&mut office).await, []);
    let texts = serde_json::to_string(&office.post().notices.values().collect::<Vec<_>>()).unwrap();
    assert!(!texts.contains("died") && !texts.contains("death"));
}

#[tokio::test]
async fn while_somebody_is_away_their_deputy_is_told_and_what_they_knew_is_not_repeated() {
    let mut office = in_delivery().await;
    office.child("2", &by("sam"));
    office.deliver().await;
    office.change("sam", |p| {
        p.absences = vec![Absence {
            from: TODAY,
            to: None,
        }];
    });
    office.signal("2", Raised, &near("2"));
    office.settle().await;
    assert_eq!(
        office.deliver().await,
        [to("dee", &["2"])],
        "Sam had been told of the first child"
    );
    let line = office.post().messages.last().unwrap().lines[0].clone();
    assert!(
        line.text
            .contains("for Sam Roe, who cannot be reached today"),
        "{}",
        line.text
    );
    assert_eq!(
        office.steps_of("dee"),
        [
            ("approaching 15".to_owned(), StepState::Sent),
            ("approaching 15".to_owned(), StepState::Suppressed),
        ]
    );
    office.change("sam", |p| p.absences.clear());
    office.settle().await;
    assert_eq!(
        office.deliver().await,
        [to("sam", &["2"])],
        "back at work, Sam is told what came in between"
    );
    assert_eq!(office.deliver().await, []);
}

#[tokio::test]
async fn an_absence_that_begins_overnight_moves_what_waits_to_the_deputy() {
    let mut office = held().await;
    let monday = date(2025, 4, 21);
    office.change("sam", |p| {
        p.absences = vec![Absence {
            from: monday,
            to: None,
        }];
    });
    office.settle().await;
    assert_eq!(
        office.steps_of("sam")[0].1,
        StepState::Pending,
        "not away yet"
    );
    assert_eq!(tuesday(&mut office).await, [to("dee", &["1"])]);
    assert_eq!(office.steps_of("sam")[0].1, StepState::StoodDown);
}

#[tokio::test]
async fn a_line_with_a_date_that_has_moved_is_taken_back_and_told_right() {
    let mut office = in_delivery().await;
    let later = Obligation {
        revision: 2,
        ..obligation("1", DUE + 1.day())
    };
    office.signal("1", Moved, &later);
    office.settle().await;
    assert_eq!(office.changes(), [LineChange::StoodDown]);
    assert_eq!(office.deliver().await, []);
    assert_eq!(office.deliver().await, [to("sam", &["1"])]);
    let post = office.post();
    assert_eq!(
        post.messages.last().unwrap().lines[0].due_date,
        DUE + 1.day()
    );
    assert!(post.notices.values().all(|n| n.due_date == DUE + 1.day()));
}

#[tokio::test]
async fn a_later_step_overtakes_what_still_waits() {
    let mut office = held().await;
    let overdue = Obligation {
        revision: 2,
        state: ObligationState::Overdue,
        ..near("1")
    };
    office.signal("1", Overdue, &overdue);
    office.settle().await;
    assert_eq!(
        tuesday(&mut office).await,
        [to("ann", &["1"]), to("sam", &["1"])]
    );
    assert_eq!(
        office.steps_of("sam"),
        [
            ("approaching 15".to_owned(), StepState::StoodDown),
            ("overdue".to_owned(), StepState::Sent),
        ]
    );
}

#[tokio::test]
async fn a_mail_that_failed_is_not_tried_again_from_here() {
    let mut office = in_delivery().await;
    office.attempt(|_| Outcome::Failed {
        reason: "no such mailbox".into(),
    });
    office.settle().await;
    office.change("kit", |p| p.name = "Kit Moe".into());
    office.settle().await;
    assert_eq!(office.deliver().await, []);
    assert_eq!(office.steps_of("sam")[0].1, StepState::Failed);
}
