use contracts::{
    Obligation, ObligationState,
    commands::Account,
    obligation::DeadlineEvent::{Met, Overdue, Raised},
};
use jiff::civil::date;

use super::office::{Held, Office, by, config};
use crate::domain::testing::{TODAY, at, obligation};

#[tokio::test]
async fn a_signal_before_its_chronology_waits_for_it() {
    let mut office = Office::pinned(at(TODAY, 12, 0)).await;
    office.signal("1", Raised, &obligation("1", date(2025, 5, 7)));
    office.settle().await;
    let account = office.account().await;
    assert_eq!(
        (account.signals, account.signals_answered),
        (1, 0),
        "the account shows it"
    );
    office.child("1", &by("sam"));
    office.settle().await;
    office.all_answered().await;
    assert_eq!(office.deliver().await.len(), 1);
}

#[tokio::test]
async fn nothing_is_sent_while_chronologies_of_the_snapshot_are_missing() {
    let mut office = Office::pinned(at(TODAY, 12, 0)).await;
    office.child("1", &by("sam"));
    let second = office.chronology("2", &by("sam"));
    office.child("3", &by("kit"));
    for child in ["1", "2", "3"] {
        office.signal(child, Raised, &obligation(child, date(2025, 5, 7)));
    }
    office.settle().await;
    assert!(
        office.post().messages.is_empty(),
        "half a digest would be two"
    );
    office.publish_chronology(&second);
    office.settle().await;
    let told = office.deliver().await;
    assert_eq!(
        told,
        [
            ("kit".into(), vec!["3".into()]),
            ("sam".into(), vec!["1".into(), "2".into()])
        ]
    );
}

#[tokio::test]
async fn what_is_known_goes_out_when_a_chronology_never_comes() {
    let mut office = Office::at(at(TODAY, 8, 30)).await;
    office.child("1", &by("sam"));
    let _never = office.chronology("2", &by("sam"));
    office.child("3", &by("kit"));
    office.signal("1", Raised, &obligation("1", date(2025, 5, 7)));
    office.settle().await;
    assert!(office.post().messages.is_empty());
    office.later(at(TODAY, 8, 39)).await;
    assert!(office.post().messages.is_empty());
    office.later(at(TODAY, 8, 41)).await;
    assert_eq!(office.post().messages.len(), 1);
}

#[tokio::test]
async fn an_older_revision_is_answered_and_changes_nothing() {
    let mut office = Office::pinned(at(TODAY, 12, 0)).await;
    office.child("1", &by("sam"));
    let review = obligation("1", date(2025, 5, 7));
    office.signal(
        "1",
        Met,
        &Obligation {
            revision: 4,
            state: ObligationState::Met,
            ..review.clone()
        },
    );
    office.settle().await;
    office.signal(
        "1",
        Raised,
        &Obligation {
            revision: 2,
            ..review.clone()
        },
    );
    office.signal(
        "1",
        Overdue,
        &Obligation {
            revision: 3,
            state: ObligationState::Overdue,
            ..review
        },
    );
    office.settle().await;
    office.all_answered().await;
    assert!(office.post().messages.is_empty());
}

/// A month of an office, told in whatever order the seed has it, while everything goes wrong that can.
async fn month(seed: u64, steps: u32) -> (Account, Vec<(String, Vec<String>)>) {
    let mut office = Office::empty(at(TODAY, 12, 0), seed, config()).await;
    office.pin(at(TODAY, 12, 0));
    office.directory();
    let due = date(2025, 5, 7);
    for (child, worker) in [("1", "sam"), ("2", "kit"), ("3", "sam"), ("4", "dee")] {
        office.child(child, &by(worker));
        office.signal_of(child, Raised, &obligation(child, due), Some(2));
    }
    office.computed(2, 4);
    office.faults(steps).await;
    office.child("2", &by("sam"));
    office.faults(steps).await;
    let met = Obligation {
        revision: 2,
        state: ObligationState::Met,
        ..obligation("3", due)
    };
    office.signal_of("3", Met, &met, Some(3));
    let late = Obligation {
        revision: 2,
        state: ObligationState::Overdue,
        ..obligation("1", due)
    };
    office.signal_of("1", Overdue, &late, Some(3));
    office.computed(3, 2);
    office.child(
        "4",
        &Held {
            died: true,
            ..by("dee")
        },
    );
    office.faults(steps).await;
    office.settle().await;
    let mut told = Vec::new();
    for _ in 0..6 {
        office.faults(steps).await;
        told.extend(office.deliver().await);
    }
    office.all_answered().await;
    (office.account().await, told)
}

#[tokio::test]
async fn in_every_order_and_through_every_crash_each_thing_is_told_once() {
    for seed in 0..40 {
        let (account, told) = month(seed, 40).await;
        let of = |who: &str, child: &str| {
            let times = told
                .iter()
                .filter(|(w, of)| w == who && of.iter().any(|c| c == child));
            times.count()
        };
        assert_eq!(account.pending, 0, "seed {seed}: {account:?}");
        assert!(
            of("sam", "2") <= 1 && of("kit", "2") <= 1,
            "seed {seed}: {told:?}"
        );
        assert_eq!(
            of("sam", "2"),
            1,
            "seed {seed}: whoever holds it now knows: {told:?}"
        );
        assert!(
            (1..=2).contains(&of("sam", "1")),
            "seed {seed}: near, and not recorded: {told:?}"
        );
        assert_eq!(of("ann", "1"), 1, "seed {seed}: {told:?}");
        assert_eq!(
            (of("sam", "3"), of("dee", "4")),
            (0, 0),
            "seed {seed}: stood down before it was sent: {told:?}"
        );
    }
}
