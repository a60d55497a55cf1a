//! The same work on SQLite and on PostgreSQL, by two replicas at once.

use std::sync::Arc;

use ::store::Db;
use bus::{Bus, Context, CrashPoints, Landscape, Node, consumer, due, outbox};
use contracts::{
    Chronology, ClockSetting, Entry, Envelope, Event, Fact, Obligation, TokenKey,
    chronology::InvolvementRole,
    commands::Account,
    ids,
    message::{Message, Outcome, Receipt, Receipts},
    obligation::{BatchComputed, DeadlineEvent},
};
use jiff::civil::date;
use runtime::{Clock, Tasks};
use uuid::Uuid;

use super::office::code;
use crate::{
    MIGRATIONS, SERVICE,
    domain::testing::{self, TODAY, at, obligation, people, teams},
    store,
};

const CHILDREN: usize = 60;
const WORKERS: [&str; 3] = ["sam", "kit", "dee"];

struct Replica {
    context: Context,
    node: Node,
}

impl Replica {
    fn over(db: &Db) -> Self {
        let clock = Clock::manual(at(TODAY, 12, 0));
        let context = Context {
            service: SERVICE,
            db: db.clone(),
            bus: Bus::absent(),
            landscape: Arc::new(Landscape::new(clock.clone())),
            tokens: TokenKey::new([7; 32]),
            clock,
            tasks: Tasks::new(),
            crash: CrashPoints::default(),
        };
        let config = crate::Config {
            batch: 7,
            ..super::office::config()
        };
        let node = crate::node(&context, &config).unwrap();
        let replica = Self { context, node };
        let now = at(TODAY, 12, 0);
        let mut authority = testing::authority(ClockSetting::Pinned(now));
        (authority.children, authority.revision_sum) = (CHILDREN as u64, CHILDREN as u64);
        let mut all = vec![replica.envelope(&authority)];
        all.extend(people().iter().map(|p| replica.envelope(p)));
        all.extend(teams().iter().map(|t| replica.envelope(t)));
        for envelope in all {
            replica.context.landscape.apply(&envelope).unwrap();
        }
        replica
    }

    fn envelope<E: Event>(&self, event: &E) -> Envelope {
        let body = serde_json::to_string(event).unwrap();
        let id = ids::computed("test", &[&body]);
        let token = self.context.tokens.token(&code(), "test", &id.to_string());
        Envelope::new(id, "test", &code(), &token, self.context.clock.now(), event)
    }

    async fn read(&self, consumer: usize, envelopes: &[Envelope]) {
        let incoming: Vec<_> = envelopes
            .iter()
            .map(|e| consumer::Incoming::new(e, 1))
            .collect();
        for _ in 0..2 {
            consumer::process(&self.context, &self.node.consumers[consumer], &incoming)
                .await
                .unwrap();
        }
    }

    /// Works until there is nothing left, or the other replica is at it.
    async fn work(&self) {
        while due::once(&self.context, self.node.due[0].as_ref())
            .await
            .unwrap()
            .done
            > 0
        {}
    }
}

fn chronology(child: usize) -> Chronology {
    let day = date(2025, 1, 12);
    let involvement = Entry {
        key: "1".into(),
        source: "test".into(),
        start: day,
        end: None,
        known_from: day,
        missing_since: None,
        fact: Fact::Involvement {
            worker: Some(WORKERS[child % 3].into()),
            team: None,
            role: InvolvementRole::CaseHolder,
            change_reason: None,
        },
    };
    Chronology {
        authority: code(),
        child: format!("C{child}").as_str().into(),
        revision: 1,
        authority_revision: 1,
        entries: vec![involvement],
    }
}

async fn published(db: &Db) -> Vec<Message> {
    let mut tx = db.begin().await.unwrap();
    let lease = jiff::SignedDuration::from_secs(1);
    let claimed = outbox::settle_and_claim(&mut tx, &[], 10_000, at(TODAY, 12, 0), lease)
        .await
        .unwrap();
    claimed
        .iter()
        .filter_map(|c| c.envelope.decode::<Message>().ok())
        .collect()
}

fn receipts(message: &Message) -> Receipts {
    let told: Vec<Uuid> = message
        .lines
        .iter()
        .flat_map(|l| &l.notices)
        .chain(&message.unlisted)
        .map(|n| n.notice)
        .collect();
    let receipt = Receipt {
        message: message.id,
        channel: "test".into(),
        outcome: Outcome::Accepted,
        attempt: 1,
        at: message.gathered_at,
        told,
        stood_down: vec![],
    };
    Receipts {
        authority: code(),
        receipts: vec![receipt],
    }
}

async fn works_on(db: Db) {
    let replicas = [Replica::over(&db), Replica::over(&db)];
    let chronologies: Vec<_> = (0..CHILDREN)
        .map(|c| replicas[0].envelope(&chronology(c)))
        .collect();
    let mut signals: Vec<_> = (0..CHILDREN)
        .map(|c| {
            let child = format!("C{c}");
            let baseline = Obligation {
                baseline: true,
                ..obligation(&child, date(2025, 5, 7))
            };
            let (_, mut signal) = testing::signal(&child, DeadlineEvent::Raised, baseline);
            signal.batch = Some(1);
            replicas[0].envelope(&signal)
        })
        .collect();
    let complete = BatchComputed {
        authority: code(),
        batch: 1,
        signals: CHILDREN as u64,
    };
    signals.insert(0, replicas[0].envelope(&complete));
    tokio::join!(
        replicas[0].read(0, &signals),
        replicas[1].read(1, &chronologies)
    );
    tokio::join!(replicas[0].work(), replicas[1].work());
    replicas[0].work().await;
    let messages = published(&db).await;
    assert_eq!(
        messages.len(),
        4,
        "one to each worker and one to the manager"
    );
    let receipts: Vec<_> = messages
        .iter()
        .map(|m| replicas[0].envelope(&receipts(m)))
        .collect();
    tokio::join!(
        replicas[0].read(2, &receipts),
        replicas[1].read(2, &receipts)
    );
    let told = 2 * CHILDREN as u64;
    let expected = Account {
        created: told,
        sent: told,
        signals: CHILDREN as u64,
        signals_answered: CHILDREN as u64,
        ..Account::default()
    };
    assert_eq!(
        store::account::account(&db, Some(&code())).await.unwrap(),
        expected
    );
    assert_eq!(store::account::account(&db, None).await.unwrap(), expected);
}

#[tokio::test]
async fn it_works_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dispatch.sqlite");
    works_on(
        Db::sqlite(&path, &[bus::MIGRATIONS, MIGRATIONS])
            .await
            .unwrap(),
    )
    .await;
}

#[tokio::test]
async fn it_works_on_postgresql() {
    let server = testkit::servers::postgres().await;
    works_on(
        Db::postgres(&server.url, "dispatch", 4, &[bus::MIGRATIONS, MIGRATIONS])
            .await
            .unwrap(),
    )
    .await;
}
