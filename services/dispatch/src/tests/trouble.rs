use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use ::store::{Db, Statement, values};
use bus::{Bus, Context, CrashPoints, Landscape, consumer, due};
use contracts::{
    Authority, AuthorityCode, Chronology, ClockSetting, Envelope, Event, TokenKey, ids,
    obligation::DeadlineEvent,
};
use jiff::civil::date;
use runtime::{Clock, Tasks};
use tracing::{Level, Metadata, Subscriber, span};

use super::office::{Office, by, code, config};
use crate::{
    MIGRATIONS, SERVICE,
    domain::testing::{self, TODAY, at, obligation},
    store,
};

const SPOIL: Statement = Statement::new(
    "spoil",
    "UPDATE child SET held = 'spoilt' WHERE authority = $1",
);

fn context(db: Db) -> Context {
    let clock = Clock::manual(at(TODAY, 12, 0));
    Context {
        service: SERVICE,
        db,
        bus: Bus::absent(),
        landscape: Arc::new(Landscape::new(clock.clone())),
        tokens: TokenKey::new([7; 32]),
        clock,
        tasks: Tasks::new(),
        crash: CrashPoints::default(),
    }
}

fn envelope<E: Event>(context: &Context, code: &AuthorityCode, event: &E) -> Envelope {
    let id = ids::computed("test", &[&serde_json::to_string(event).unwrap()]);
    let token = context.tokens.token(code, "test", &id.to_string());
    Envelope::new(id, "test", code, &token, context.clock.now(), event)
}

/// One child and one signal of an authority.
async fn read(context: &Context, node: &bus::Node, code: &AuthorityCode) {
    let authority = Authority {
        authority: code.clone(),
        children: 1,
        revision_sum: 1,
        ..testing::authority(ClockSetting::Pinned(at(TODAY, 12, 0)))
    };
    let said = envelope(context, code, &authority);
    context.landscape.apply(&said).unwrap();
    let chronology = Chronology {
        authority: code.clone(),
        child: "1".into(),
        revision: 1,
        authority_revision: 1,
        entries: vec![],
    };
    let due = obligation("1", date(2025, 5, 7));
    let (_, mut signal) = testing::signal("1", DeadlineEvent::Raised, due);
    signal.authority = code.clone();
    let said = [
        envelope(context, code, &signal),
        envelope(context, code, &chronology),
    ];
    for (consumer, envelope) in node.consumers.iter().zip(&said) {
        let one = [consumer::Incoming::new(envelope, 1)];
        let told = consumer::process(context, consumer, &one).await.unwrap();
        assert_eq!(told, [consumer::Disposition::Ack]);
    }
}

#[tokio::test]
async fn an_authority_that_cannot_be_routed_holds_up_no_other() {
    let db = Db::memory(&[bus::MIGRATIONS, MIGRATIONS]).await.unwrap();
    let context = context(db.clone());
    let node = crate::node(&context, &config()).unwrap();
    let spoilt: AuthorityCode = "a0".parse().unwrap();
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
    let answered = async |code: &AuthorityCode| {
        let account = store::account::account(&db, Some(code)).await.unwrap();
        account.signals_answered
    };
    assert_eq!(answered(&code()).await, 1);
    assert_eq!(answered(&spoilt).await, 0);
}

/// Counts warnings.
struct Warnings(Arc<AtomicU32>);

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN
    }
    fn event(&self, _: &tracing::Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[tokio::test]
async fn that_a_chronology_never_comes_is_said_once() {
    let warnings = Arc::new(AtomicU32::new(0));
    let _listening = tracing::subscriber::set_default(Warnings(warnings.clone()));
    let mut office = Office::at(at(TODAY, 8, 30)).await;
    office.child("1", &by("sam"));
    let _never = office.chronology("2", &by("sam"));
    office.child("3", &by("kit"));
    office.settle().await;
    for minute in [39, 41, 43, 45] {
        office.later(at(TODAY, 8, minute)).await;
    }
    assert_eq!(warnings.load(Ordering::Relaxed), 1);
}
