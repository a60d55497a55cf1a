//! What is true of the service as a whole: its books, its reasons, its statements.

use ::store::Db;
use contracts::{commands::ExplainTold, obligation::DeadlineEvent::Raised};
use jiff::civil::date;
use runtime::telemetry::Metrics as Measured;

use super::office::{Office, by, code, config};
use crate::{
    MIGRATIONS,
    domain::testing::{TODAY, at, obligation},
    metrics::Metrics,
    store::ALL,
    work::Reconcile,
};

#[tokio::test]
async fn why_somebody_was_told_or_not_has_an_answer() {
    let mut office = Office::at(at(TODAY, 12, 0)).await;
    office.child("1", &by("sam"));
    office.signal("1", Raised, &obligation("1", date(2025, 5, 7)));
    office.settle().await;
    office.later(at(date(2025, 4, 22), 8, 30)).await;
    let ask = ExplainTold {
        authority: code(),
        child: "1".into(),
    };
    let lines = office
        .world
        .process("dispatch")
        .ask(&ask)
        .await
        .unwrap()
        .lines;
    for (line, said) in lines.iter().zip([
        "2025-04-17 12:00 en.cla.first-review, approaching 15, person sam: held (quiet hours): \
         is the case-holder; waits for the morning mail, until 2025-04-22T07:30:00Z",
        "2025-04-22 08:30 en.cla.first-review, approaching 15, person sam: gathered (digest): in message",
    ]) {
        assert!(line.starts_with(said), "{lines:#?}");
    }
    assert_eq!(lines.len(), 2);
    let nothing = ExplainTold {
        authority: code(),
        child: "2".into(),
    };
    let no = office
        .world
        .process("dispatch")
        .ask(&nothing)
        .await
        .unwrap_err();
    assert_eq!(
        no.to_string(),
        "nothing has been decided about child 2 in aa"
    );
}

#[tokio::test]
async fn the_books_are_added_up_and_exported() {
    let mut office = Office::pinned(at(TODAY, 12, 0)).await;
    office.child("1", &by("sam"));
    office.signal("1", Raised, &obligation("1", date(2025, 5, 7)));
    office.settle().await;
    let measured = Measured::new().unwrap();
    let context = &office.world.process("dispatch").context;
    let desk =
        crate::desk::Desk::new(context, &config(), &Metrics::new(&measured.meter())).unwrap();
    let reconcile = Reconcile::new(desk.into());
    bus::due::once(context, &reconcile).await.unwrap();
    let text = measured.text();
    for line in [
        "dispatch_steps{state=\"pending\"} 1",
        "dispatch_steps_created 1",
        "dispatch_account_unbalanced 0",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[tokio::test]
async fn books_that_do_not_balance_are_noticed() {
    use contracts::commands::Account;
    let account = Account {
        created: 3,
        pending: 1,
        sent: 1,
        ..Account::default()
    };
    let measured = Measured::new().unwrap();
    Metrics::new(&measured.meter()).account(&account, 2);
    let text = measured.text();
    assert!(
        text.contains("dispatch_account_unbalanced 1") && text.contains("dispatch_batches_held 2"),
        "{text}"
    );
}

async fn every_statement_is_sound_on(db: Db) {
    for statement in ALL {
        db.prepare(*statement).await.unwrap();
    }
}

#[tokio::test]
async fn every_statement_is_sound_on_sqlite() {
    every_statement_is_sound_on(Db::memory(&[bus::MIGRATIONS, MIGRATIONS]).await.unwrap()).await;
}

#[tokio::test]
async fn every_statement_is_sound_on_postgresql() {
    let server = testkit::servers::postgres().await;
    let db = Db::postgres(&server.url, "dispatch", 2, &[bus::MIGRATIONS, MIGRATIONS])
        .await
        .unwrap();
    every_statement_is_sound_on(db).await;
}
