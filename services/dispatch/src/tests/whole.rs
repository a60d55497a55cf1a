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
        "First review, due Wed 7 May 2025",
        "  Thu 17 Apr 2025, 12:00: Sam Roe (sam), the reminder 15 working days ahead: not yet \
         (is the case-holder; waits for the morning mail, until Tue 22 Apr 2025, 08:30)",
        "  Tue 22 Apr 2025, 08:30: Sam Roe (sam), the reminder 15 working days ahead: put into a mail (in message",
    ]) {
        assert!(line.starts_with(said), "{lines:#?}");
    }
    assert_eq!(lines.len(), 3);
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
async fn what_was_told_where_the_clock_stands_still_was_told_on_its_own_day() {
    let mut office = Office::pinned(at(TODAY, 12, 0)).await;
    office.child("1", &by("sam"));
    office.signal("1", Raised, &obligation("1", date(2025, 5, 7)));
    office.later(at(date(2026, 11, 20), 9, 0)).await;
    office.deliver().await;
    let days: Vec<_> = office
        .post()
        .notices
        .values()
        .flat_map(|n| &n.steps)
        .map(|s| s.at.to_zoned(calendar::london()).date())
        .collect();
    assert_eq!(days, [TODAY]);
    let ask = ExplainTold {
        authority: code(),
        child: "1".into(),
    };
    let process = office.world.process("dispatch");
    let lines = process.ask(&ask).await.unwrap().lines;
    assert!(
        lines[1..]
            .iter()
            .all(|l| l.starts_with("  Thu 17 Apr 2025, 12:00: ")),
        "{lines:#?}"
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
