//! What goes wrong for one child or one authority holds up no other.

use std::sync::Arc;

use bus::{Bus, Context, CrashPoints, Landscape, Node, consumer, due};
use contracts::{Authority, AuthorityCode, Chronology, ClockSetting, SourceState, TokenKey};
use deadlines::{Config, Local};
use jiff::ToSpan;
use runtime::{Clock, Tasks};
use store::{Db, Statement, values};

use crate::story::{Story, care, code, day, noon, state};

#[tokio::test]
async fn a_chronology_that_never_comes_holds_its_snapshot_up_for_ten_minutes_and_is_told_when_it_comes()
 {
    let mut story = Story::at("2025-06-10").await;
    story.child("1", vec![care("a", "2025-05-03", None)]);
    let mut authority = story.prepare();
    (authority.children, authority.revision_sum) = (2, 2);
    story.publish_authority(&authority).await;
    story.world.clock.advance(9.minutes());
    story.world.settle().await.unwrap();
    assert!(story.batches().is_empty());
    story.world.clock.advance(2.minutes());
    story.world.settle().await.unwrap();
    assert_eq!(story.batches(), [(1, 1)]);
    assert!(story.is_reconciled(1).await);
    story.child("2", vec![care("a", "2025-06-09", None)]);
    story.send_children(1);
    story.world.settle().await.unwrap();
    assert_eq!(story.batches(), [(1, 1), (1, 2)]);
    assert!(story.is_reconciled(1).await);
    // Also after events, which are of no batch.
    story.child("3", vec![care("a", "2025-06-09", None)]);
    story.tell().await;
    story.child("1", vec![]);
    story.send_children(1);
    story.world.settle().await.unwrap();
    story.world.clock.advance(11.minutes());
    story.world.settle().await.unwrap();
    assert_eq!(story.batches(), [(1, 1), (1, 2), (1, 3)]);
    let told: Vec<_> = story.signals().iter().map(|s| s.batch).collect();
    assert_eq!(told, [Some(1), Some(1), None, Some(1)]);
}

#[tokio::test]
async fn while_chronologies_keep_coming_their_snapshot_is_waited_for() {
    let mut story = Story::at("2025-06-10").await;
    story.child("0", vec![]);
    let mut authority = story.prepare();
    (authority.children, authority.revision_sum) = (5, 5);
    story.publish_authority(&authority).await;
    for n in 1..4 {
        story.world.clock.advance(6.minutes());
        story.child(&n.to_string(), vec![care("a", "2025-06-09", None)]);
        story.send_children(1);
        story.world.settle().await.unwrap();
        assert!(!story.is_reconciled(1).await);
    }
    story.world.clock.advance(11.minutes());
    story.world.settle().await.unwrap();
    assert_eq!(story.batches(), [(1, 3)]);
}

#[tokio::test]
async fn the_next_snapshot_is_waited_for_anew() {
    let mut story = Story::at("2025-06-10").await;
    story.child("1", vec![care("a", "2025-05-03", None)]);
    let mut first = story.prepare();
    first.children = 2;
    story.publish_authority(&first).await;
    story.world.clock.advance(11.minutes());
    story.world.settle().await.unwrap();
    assert_eq!(story.batches(), [(1, 1)]);
    story.child("1", vec![]);
    let mut second = story.prepare();
    second.children = 2;
    story.publish_authority(&second).await;
    assert_eq!(story.batches(), [(1, 1)]);
    story.world.clock.advance(11.minutes());
    story.world.settle().await.unwrap();
    assert_eq!(story.batches(), [(1, 1), (2, 1)]);
}

const SPOIL: Statement = Statement::new(
    "spoil",
    "UPDATE chronology SET body = 'spoilt' WHERE authority = $1",
);

fn authority(code: &AuthorityCode) -> Authority {
    Authority {
        authority: code.clone(),
        name: String::new(),
        revision: 1,
        snapshot: 1,
        clock: ClockSetting::Real,
        sources: vec![SourceState {
            source: "ssda903".to_owned(),
            as_at: day("2025-06-10"),
            accepted_at: noon("2025-06-10"),
            supplies: vec!["care_episode".to_owned(), "looked_after_review".to_owned()],
            visits_seen_unreliable: false,
        }],
        children: 1,
        revision_sum: 1,
        synthetic: true,
    }
}

async fn read(context: &Context, node: &Node, code: &AuthorityCode) {
    let now = context.clock.now();
    let token = context.tokens.token(code, "authority", "");
    let envelope = state("intake", &token, 1, &authority(code), now);
    context.landscape.apply(&envelope).unwrap();
    let chronology = Chronology {
        authority: code.clone(),
        child: "1".into(),
        revision: 1,
        authority_revision: 1,
        entries: vec![care("a", "2025-05-03", None)],
    };
    let token = context.tokens.child(code, &chronology.child);
    let one = consumer::Incoming::new(&state("intake", &token, 1, &chronology, now), 1);
    let told = consumer::process(context, &node.consumers[0], &[one]).await;
    assert_eq!(told.unwrap(), [consumer::Disposition::Ack]);
}

#[tokio::test]
async fn an_authority_that_cannot_be_worked_out_holds_up_no_other() {
    let db = Db::memory(&[bus::MIGRATIONS, deadlines::MIGRATIONS])
        .await
        .unwrap();
    let clock = Clock::manual(noon("2025-06-10"));
    let context = Context {
        service: deadlines::SERVICE,
        db: db.clone(),
        bus: Bus::absent(),
        landscape: Arc::new(Landscape::new(clock.clone())),
        tokens: TokenKey::new([7; 32]),
        clock,
        tasks: Tasks::new(),
        crash: CrashPoints::default(),
    };
    let node = deadlines::node(
        &context,
        &Config {
            batch: 3,
            local: Local::default(),
        },
    );
    let spoilt: AuthorityCode = "aa-first".parse().unwrap();
    for code in [&spoilt, &code()] {
        read(&context, &node, code).await;
    }
    let mut tx = db.begin().await.unwrap();
    tx.authority(&spoilt).run(&SPOIL, values![]).await.unwrap();
    tx.commit().await.unwrap();
    let failure = loop {
        match due::once(&context, node.due[0].as_ref()).await {
            Ok(worked) => assert!(worked.done > 0, "the spoilt one is told"),
            Err(failure) => break failure,
        }
    };
    assert!(matches!(failure, bus::Failure::Reject(_)), "{failure:?}");
    let mut tx = db.begin().await.unwrap();
    for (authority, reconciled) in [(&code(), 1), (&spoilt, 0)] {
        let progress = deadlines::store::progress(&mut tx, authority).await;
        assert_eq!(progress.unwrap().unwrap().reconciled, reconciled);
    }
}
