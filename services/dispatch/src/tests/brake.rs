use bus::Refusal;
use contracts::{
    commands::{ListHeld, ReleaseBatch},
    notice::StepState,
    obligation::DeadlineEvent::Raised,
};
use jiff::civil::date;

use super::office::{Office, by, code};
use crate::domain::testing::{TODAY, at, obligation, person};

/// An office with `n` workers who hold a child each.
async fn many(n: usize) -> Office {
    let mut office = Office::pinned(at(TODAY, 12, 0)).await;
    for i in 0..n {
        office.person(&person(&format!("w{i:02}"), &format!("Worker {i}")));
        office.child(&format!("c{i:02}"), &by(&format!("w{i:02}")));
    }
    office
}

fn snapshot(office: &mut Office, batch: u64, n: usize) {
    for i in 0..n {
        let child = format!("c{i:02}");
        let mut review = obligation(&child, date(2025, 5, 7));
        review.revision = batch;
        review.opening = u32::try_from(batch).unwrap();
        office.signal_of(&child, Raised, &review, Some(batch));
    }
    office.computed(batch, n as u64);
}

#[tokio::test]
async fn a_snapshot_that_would_tell_far_more_people_than_usual_waits_for_somebody() {
    let mut office = many(31).await;
    snapshot(&mut office, 5, 31);
    office.settle().await;
    assert!(office.post().messages.is_empty());
    let held = office
        .world
        .process("dispatch")
        .ask(&ListHeld {})
        .await
        .unwrap()
        .batches;
    assert_eq!((held[0].batch, held[0].people, held[0].usual), (5, 31, 10));
    assert!(office.post().notices.values().all(|n| {
        n.steps[0]
            .why
            .as_ref()
            .unwrap()
            .starts_with("held: the snapshot")
    }));
    let release = ReleaseBatch {
        authority: code(),
        batch: 5,
    };
    for _ in 0..2 {
        let released = office
            .world
            .process("dispatch")
            .ask(&release)
            .await
            .unwrap();
        assert_eq!(released.people, 31, "asked twice, answered the same");
        office.settle().await;
    }
    assert_eq!(office.deliver().await.len(), 31);
    assert!(
        office
            .world
            .process("dispatch")
            .ask(&ListHeld {})
            .await
            .unwrap()
            .batches
            .is_empty()
    );
    office.all_answered().await;
}

#[tokio::test]
async fn a_batch_nobody_holds_cannot_be_let_go() {
    let office = many(1).await;
    let release = ReleaseBatch {
        authority: code(),
        batch: 7,
    };
    let error = office
        .world
        .process("dispatch")
        .ask(&release)
        .await
        .unwrap_err();
    assert!(
        error
            .downcast_ref::<Refusal>()
            .unwrap()
            .0
            .contains("no snapshot 7 is held for aa"),
        "{error}"
    );
}

#[tokio::test]
async fn a_usual_snapshot_passes_and_a_first_sight_is_never_held() {
    let mut office = many(40).await;
    let ids: Vec<String> = (0..40).map(|i| format!("c{i:02}")).collect();
    let children: Vec<&str> = ids.iter().map(String::as_str).collect();
    let all: Vec<_> = children
        .iter()
        .map(|c| obligation(c, date(2025, 5, 7)))
        .collect();
    office.baseline(1, &all, &children);
    office.settle().await;
    assert_eq!(
        office.deliver().await.len(),
        41,
        "one summary each, the manager included"
    );
    snapshot(&mut office, 2, 20);
    office.settle().await;
    assert_eq!(office.deliver().await.len(), 20);
    office.all_answered().await;
}

#[tokio::test]
async fn a_batch_waits_until_all_its_signals_have_come() {
    let mut office = many(2).await;
    office.computed(5, 2);
    office.settle().await;
    let first = obligation("c00", date(2025, 5, 7));
    office.signal_of("c00", Raised, &first, Some(5));
    office.settle().await;
    assert!(office.post().messages.is_empty());
    assert_eq!(office.steps_of("w00")[0].1, StepState::Pending);
    office.signal_of("c01", Raised, &obligation("c01", date(2025, 5, 7)), Some(5));
    office.settle().await;
    assert_eq!(office.post().messages.len(), 2);
}

#[tokio::test]
async fn a_batch_that_was_never_counted_goes_with_the_next_one() {
    let mut office = many(2).await;
    office.signal_of("c00", Raised, &obligation("c00", date(2025, 5, 7)), Some(5));
    office.settle().await;
    assert!(office.post().messages.is_empty());
    office.signal_of("c01", Raised, &obligation("c01", date(2025, 5, 7)), Some(6));
    office.computed(6, 1);
    office.settle().await;
    assert_eq!(office.post().messages.len(), 2);
}
