//! The same work on SQLite and on PostgreSQL, by one replica and by two at once.

use std::{collections::BTreeMap, sync::Arc};

use bus::{Bus, Context, CrashPoints, Landscape, Node, consumer, due, outbox};
use contracts::{
    Authority, Chronology, ClockSetting, Envelope, SourceState, TokenKey,
    obligation::{BatchComputed, DeadlineSignal},
};
use deadlines::Config;
use jiff::SignedDuration;
use runtime::{Clock, Tasks};
use store::Db;

use crate::story::{care, code, day, noon, review, state};

const CHILDREN: u64 = 40;

fn context(db: &Db) -> Context {
    let clock = Clock::manual(noon("2025-06-10"));
    Context {
        service: deadlines::SERVICE,
        db: db.clone(),
        bus: Bus::absent(),
        landscape: Arc::new(Landscape::new(clock.clone())),
        tokens: TokenKey::new([7; 32]),
        clock,
        tasks: Tasks::new(),
        crash: CrashPoints::default(),
    }
}

fn authority(revision: u64) -> Authority {
    Authority {
        authority: code(),
        name: "Testshire".to_owned(),
        revision,
        snapshot: revision,
        clock: ClockSetting::Real,
        sources: vec![SourceState {
            source: "ssda903".to_owned(),
            as_at: day("2025-06-10"),
            accepted_at: noon("2025-06-10"),
            supplies: vec!["care_episode".to_owned(), "looked_after_review".to_owned()],
            visits_seen_unreliable: false,
        }],
        children: CHILDREN,
        revision_sum: CHILDREN * revision,
        synthetic: true,
    }
}

/// Every child in care since May; from the second revision on with a review held.
fn chronology(child: u64, revision: u64) -> Chronology {
    let mut entries = vec![care("a", "2025-05-03", None)];
    if revision > 1 {
        entries.push(review("r", "2025-06-09"));
    }
    Chronology {
        authority: code(),
        child: child.to_string().as_str().into(),
        revision,
        authority_revision: revision,
        entries,
    }
}

async fn read(context: &Context, node: &Node, revision: u64) {
    let now = context.clock.now();
    let token = context.tokens.token(&code(), "authority", "");
    let envelope = state("intake", &token, revision, &authority(revision), now);
    context.landscape.apply(&envelope).unwrap();
    let batch: Vec<_> = (0..CHILDREN)
        .map(|child| {
            let c = chronology(child, revision);
            let token = context.tokens.child(&code(), &c.child);
            consumer::Incoming::new(&state("intake", &token, revision, &c, now), 1)
        })
        .collect();
    for _ in 0..2 {
        consumer::process(context, &node.consumers[0], &batch)
            .await
            .unwrap();
    }
}

async fn work(context: &Context, node: &Node) {
    for due in &node.due {
        while due::once(context, due.as_ref()).await.unwrap().done > 0 {}
    }
}

async fn published(db: &Db) -> Vec<Envelope> {
    let mut tx = db.begin().await.unwrap();
    let claimed = outbox::settle_and_claim(
        &mut tx,
        &[],
        10_000,
        noon("2025-06-10"),
        SignedDuration::from_secs(1),
    );
    claimed
        .await
        .unwrap()
        .into_iter()
        .map(|c| c.envelope)
        .collect()
}

/// Two snapshots, worked out by two replicas at once where the engine allows it.
pub(crate) async fn works_on(db: Db) {
    for statement in deadlines::store::ALL {
        db.prepare(*statement).await.unwrap();
    }
    let contexts = [context(&db), context(&db)];
    let nodes = contexts.each_ref().map(|c| {
        deadlines::node(
            c,
            &Config {
                batch: 3,
                local: deadlines::Local::default(),
            },
        )
    });
    crate::workers::published_to(&contexts[0], &nodes[0]).await;
    for revision in [1, 2] {
        for (context, node) in contexts.iter().zip(&nodes) {
            read(context, node, revision).await;
        }
        tokio::join!(work(&contexts[0], &nodes[0]), work(&contexts[1], &nodes[1]));
    }
    let published = published(&db).await;
    crate::workers::each_is_worked_out_once(&published);
    let mut told: BTreeMap<(String, Option<u64>), u64> = BTreeMap::new();
    for signal in published
        .iter()
        .filter_map(|e| e.decode::<DeadlineSignal>().ok())
    {
        *told
            .entry((format!("{:?}", signal.what), signal.batch))
            .or_default() += 1;
    }
    let told: Vec<_> = told
        .iter()
        .map(|((what, batch), n)| (what.as_str(), *batch, *n))
        .collect();
    assert_eq!(
        told,
        [
            ("Met", Some(2), CHILDREN),
            ("Raised", Some(1), CHILDREN),
            ("Raised", Some(2), CHILDREN),
        ]
    );
    let mut batches: Vec<_> = published
        .iter()
        .filter_map(|e| e.decode::<BatchComputed>().ok())
        .map(|b| (b.batch, b.signals))
        .collect();
    batches.sort_unstable();
    assert_eq!(batches, [(1, CHILDREN), (2, 2 * CHILDREN)]);
}
