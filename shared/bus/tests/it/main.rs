//! The bus over a real nats-server and real databases.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails its test")]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use anyhow::anyhow;
use async_trait::async_trait;
use bus::{
    Bus, ConnectOptions, Consumer, Context, CrashPoints, Failure, Handler, Landscape, Node, outbox,
    server::NatsServer,
};
use contracts::{
    Authority, AuthorityCode, ClockSetting, Envelope, TokenKey,
    commands::{DeadLetterAsk, DeadLetterReply, Rest, dead_letter_subject, rest_subject},
    ids,
    obligation::BatchComputed,
    streams,
};
use runtime::Clock;
use store::{Db, Tx};
use testkit::servers::{Nats, PATIENCE, Postgres, nats, postgres, until};

mod replicas;
mod trouble;

struct Broker {
    nats: Nats,
    folder: tempfile::TempDir,
}

impl Broker {
    async fn start() -> Self {
        let broker = Self {
            nats: nats().await,
            folder: tempfile::tempdir().unwrap(),
        };
        broker.connect().await.ensure_streams(1).await.unwrap();
        broker
    }

    async fn connect(&self) -> Bus {
        let NatsServer {
            url,
            user,
            password,
            ..
        } = &self.nats.server;
        let options = ConnectOptions {
            url: url.clone(),
            user: user.clone(),
            password: password.clone(),
        };
        Bus::connect(&options).await.unwrap()
    }

    async fn service(&self, service: &'static str) -> Context {
        let path = self.folder.path().join(format!("{service}.db"));
        let db = Db::sqlite(&path, &[bus::MIGRATIONS]).await.unwrap();
        self.service_over(service, db).await
    }

    async fn service_over(&self, service: &'static str, db: Db) -> Context {
        let clock = Clock::real();
        Context {
            service,
            db,
            bus: self.connect().await,
            landscape: Arc::new(Landscape::new(clock.clone())),
            tokens: TokenKey::new([1; 32]),
            clock,
            tasks: self.nats.tasks.child(),
            crash: CrashPoints::default(),
        }
    }
}

fn west() -> AuthorityCode {
    "west".parse().unwrap()
}

fn batch(n: u64) -> Envelope {
    let event = BatchComputed {
        authority: west(),
        batch: n,
        signals: 0,
    };
    let token = TokenKey::new([1; 32]).token(&west(), "batch", &n.to_string());
    let id = ids::computed("batch", &[&n.to_string()]);
    Envelope::new(id, "test", &west(), &token, Clock::real().now(), &event)
}

fn authority(revision: u64) -> Envelope {
    let event = Authority {
        authority: west(),
        name: "West".to_owned(),
        revision,
        snapshot: revision,
        clock: ClockSetting::Real,
        sources: Vec::new(),
        children: 0,
        revision_sum: 0,
        synthetic: false,
    };
    let token = TokenKey::new([1; 32]).token(&west(), "authority", "west");
    let subject = streams::AUTHORITY.subject(&west(), "state", &token);
    Envelope::new(
        ids::state(&subject, revision),
        "test",
        &west(),
        &token,
        Clock::real().now(),
        &event,
    )
}

async fn publish(context: &Context, events: &[Envelope]) {
    let mut tx = context.db.begin().await.unwrap();
    outbox::put(&mut tx, events).await.unwrap();
    tx.commit().await.unwrap();
}

/// Counts what it sees; panics at the batch numbers in `poison`.
#[derive(Default)]
struct Counting {
    seen: Mutex<BTreeMap<u64, u32>>,
    poison: Mutex<Vec<u64>>,
}

#[async_trait]
impl Handler for Counting {
    async fn handle(&self, _: &mut Tx, batch: &[Envelope]) -> Result<(), Failure> {
        let numbers: Vec<u64> = batch
            .iter()
            .map(|e| Ok(e.decode::<BatchComputed>()?.batch))
            .collect::<Result<_, Failure>>()?;
        let poison = self.poison.lock().unwrap().clone();
        if let Some(bad) = numbers.iter().find(|n| poison.contains(n)) {
            assert!(bad % 2 == 1, "batch {bad} is poison");
            return Err(Failure::Reject(anyhow!("batch {bad} is refused")));
        }
        for n in numbers {
            *self.seen.lock().unwrap().entry(n).or_default() += 1;
        }
        Ok(())
    }
}

impl Counting {
    fn seen(&self) -> Vec<u64> {
        self.seen.lock().unwrap().keys().copied().collect()
    }
}

fn node(handler: &Arc<Counting>) -> Node {
    let consumer = Consumer::new("reader-signals", &streams::SIGNALS, handler.clone());
    Node {
        consumers: vec![consumer],
        ..Node::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_is_published_and_read_though_the_broker_is_killed_meanwhile() {
    let broker = Broker::start().await;
    let writer = broker.service("writer").await;
    let reader = broker.service("reader").await;
    let seen = Arc::new(Counting::default());
    bus::run(&writer, Node::default()).await.unwrap();
    bus::run(&reader, node(&seen)).await.unwrap();
    for n in 0..1_000 {
        publish(&writer, &[batch(n)]).await;
        if n == 300 {
            broker.nats.kill();
        }
    }
    until("every batch is read", async || {
        (seen.seen().len() == 1_000).then_some(())
    })
    .await;
    until("both are at rest", async || {
        let mut at_rest = true;
        for service in ["writer", "reader"] {
            let rest: Rest = writer
                .bus
                .ask_subject(&rest_subject(service), &())
                .await
                .unwrap();
            at_rest &= rest.is_at_rest();
        }
        at_rest.then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_always_fails_becomes_a_dead_letter_and_its_neighbours_go_through() {
    let broker = Broker::start().await;
    poison(broker.service("reader").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql_a_message_that_always_fails_becomes_a_dead_letter_too() {
    let (broker, server) = (Broker::start().await, postgres().await);
    let reader = broker.service_over("reader", on(&server).await).await;
    poison(reader).await;
}

async fn on(server: &Postgres) -> Db {
    Db::postgres(&server.url, "reader", 4, &[bus::MIGRATIONS])
        .await
        .unwrap()
}

async fn poison(reader: Context) {
    let seen = Arc::new(Counting::default());
    seen.poison.lock().unwrap().extend([4, 7]);
    publish(&reader, &(0..10).map(batch).collect::<Vec<_>>()).await;
    bus::run(&reader, node(&seen)).await.unwrap();
    let ask = async |ask: DeadLetterAsk| {
        let asked = reader
            .bus
            .ask_subject(&dead_letter_subject("reader"), &ask)
            .await;
        asked.map(|reply: DeadLetterReply| reply)
    };
    let list = async || match ask(DeadLetterAsk::List).await.unwrap() {
        DeadLetterReply::List(letters) => letters,
        other => panic!("{other:?}"),
    };
    until("two letters are dead", async || {
        (list().await.len() == 2).then_some(())
    })
    .await;
    until("the others are read", async || {
        (seen.seen() == [0, 1, 2, 3, 5, 6, 8, 9]).then_some(())
    })
    .await;
    let letters = list().await;
    let reasons: Vec<_> = letters.iter().map(|l| l.reason.as_str()).collect();
    assert!(
        reasons
            .iter()
            .any(|r| r.contains("panicked: batch 4 is poison")),
        "{reasons:?}"
    );
    assert!(
        reasons.iter().any(|r| r.contains("batch 7 is refused")),
        "{reasons:?}"
    );
    let refused = ask(DeadLetterAsk::Replay(letters[0].id)).await.unwrap_err();
    assert!(refused.to_string().contains("stays"), "{refused}");
    seen.poison.lock().unwrap().clear();
    for letter in letters {
        ask(DeadLetterAsk::Replay(letter.id)).await.unwrap();
    }
    assert_eq!(seen.seen().len(), 10);
    assert!(list().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_a_dead_letter_never_lost() {
    let broker = Broker::start().await;
    let reader = broker.service("reader").await;
    let seen = Arc::new(Counting::default());
    let mut odd = batch(1);
    odd.data = b"not json".to_vec();
    publish(&reader, &[odd, batch(2)]).await;
    bus::run(&reader, node(&seen)).await.unwrap();
    let letters = async || {
        let subject = dead_letter_subject("reader");
        match reader
            .bus
            .ask_subject(&subject, &DeadLetterAsk::List)
            .await
            .unwrap()
        {
            DeadLetterReply::List(letters) => letters,
            other => panic!("{other:?}"),
        }
    };
    until("the letter is dead", async || {
        (letters().await.len() == 1).then_some(())
    })
    .await;
    let (subject, ask) = (
        dead_letter_subject("reader"),
        DeadLetterAsk::Show(letters().await[0].id),
    );
    match reader.bus.ask_subject(&subject, &ask).await.unwrap() {
        DeadLetterReply::Shown(_, body) => assert_eq!(body, "not json"),
        other => panic!("{other:?}"),
    }
    until("its neighbour is read", async || {
        (seen.seen() == [2]).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_subject_keeps_its_newest_revision_though_the_outbox_is_published_twice() {
    let broker = Broker::start().await;
    let writer = broker.service("writer").await;
    publish(&writer, &[authority(1)]).await;
    publish(&writer, &[authority(2)]).await;
    bus::run(&writer, Node::default()).await.unwrap();
    publish(&writer, &[authority(3)]).await;
    until("the outbox is empty", async || {
        (outbox::depth(&writer.db).await.unwrap() == 0).then_some(())
    })
    .await;
    let mut tx = writer.db.begin().await.unwrap();
    assert_eq!(
        outbox::republish_recent(&mut tx, writer.clock.machine_now())
            .await
            .unwrap(),
        1
    );
    tx.commit().await.unwrap();
    until("it is published again", async || {
        (outbox::depth(&writer.db).await.unwrap() == 0).then_some(())
    })
    .await;
    let landscape = Arc::new(Landscape::new(Clock::real()));
    landscape.follow(&writer.bus, &writer.tasks).await.unwrap();
    assert_eq!(landscape.authority(&west()).unwrap().revision, 3);
}

#[tokio::test]
async fn every_statement_prepares_on_both_engines() {
    let server = postgres().await;
    let memory = Db::memory(&[bus::MIGRATIONS]).await.unwrap();
    for db in [memory, on(&server).await] {
        for statement in bus::statements() {
            db.prepare(statement).await.unwrap();
        }
    }
}
