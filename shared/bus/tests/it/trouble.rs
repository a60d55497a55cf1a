//! What goes wrong is told, holds up nothing else, and ends when its cause does.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use bus::{
    Due, Question, Worked, consumer, consumer::Disposition, consumer::Incoming, dead_letter,
};
use contracts::commands::{Standing, standing_subject};
use runtime::Metrics;
use store::{Statement, values};

use super::*;

async fn standing(context: &Context) -> Standing {
    let subject = standing_subject(context.service);
    context.bus.ask_subject(&subject, &()).await.unwrap()
}

async fn run(context: &Context, node: Node) {
    bus::run(context, node).await.unwrap();
    context
        .bus
        .ask_subject::<(), Standing>(&standing_subject(context.service), &())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_panics_is_refused_at_once_and_the_next_is_answered() {
    let broker = Broker::start().await;
    let service = broker.service("service").await;
    let divide = Question::on(
        "evenkeel.ask.service.divide".to_owned(),
        |by: u32| async move { Ok(12_u32.checked_div(by).expect("not by nothing")) },
    );
    let node = Node {
        questions: vec![divide],
        ..Node::default()
    };
    run(&service, node).await;
    let ask = async |by: u32| {
        let asked = service
            .bus
            .ask_subject::<u32, u32>("evenkeel.ask.service.divide", &by);
        tokio::time::timeout(PATIENCE, asked).await.unwrap()
    };
    let refused = ask(0).await.unwrap_err();
    assert!(refused.downcast_ref::<bus::Refusal>().is_some());
    assert!(
        refused.to_string().contains("its log says where"),
        "{refused}"
    );
    assert_eq!(ask(4).await.unwrap(), 3);
}

const LIMIT: Statement = Statement::new("limit", "PRAGMA max_page_count = 1");
const FREE: Statement = Statement::new("free", "PRAGMA max_page_count = 1000000");
const CREATE: Statement = Statement::new("create", "CREATE TABLE kept (n BIGINT, body TEXT)");
const KEEP: Statement = Statement::new("keep", "INSERT INTO kept (n, body) VALUES ($1, $2)");

/// Keeps a body that does not fit on the disk until the sixth try is over.
#[derive(Default)]
struct Keeping(AtomicU32);

#[async_trait]
impl Handler for Keeping {
    async fn handle(&self, tx: &mut Tx, batch: &[Envelope]) -> Result<(), Failure> {
        let tries = self.0.fetch_add(1, Ordering::Relaxed);
        let room = if tries < 6 { &LIMIT } else { &FREE };
        tx.everywhere().rows(room, vec![]).await?;
        for _ in batch {
            let body = "x".repeat(100_000);
            tx.everywhere().run(&KEEP, values![1_i64, body]).await?;
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_counts_against_no_message_however_long_it_is_full() {
    let broker = Broker::start().await;
    let reader = broker.service("reader").await;
    let mut tx = reader.db.begin().await.unwrap();
    tx.everywhere().run(&CREATE, vec![]).await.unwrap();
    tx.commit().await.unwrap();
    let keeping = Arc::new(Keeping::default());
    let consumer = Consumer::new("reader-signals", &streams::SIGNALS, keeping);
    let alone = [Incoming::new(&batch(1), 4)];
    for n in 0..6 {
        let full = consumer::process(&reader, &consumer, &alone).await;
        let failure = full.unwrap_err();
        assert!(
            matches!(&failure, Failure::Store(e) if e.to_string().contains("the disk is full")),
            "try {n}: {failure:?}"
        );
    }
    let told = consumer::process(&reader, &consumer, &alone).await.unwrap();
    assert_eq!(told, [Disposition::Ack]);
    let mut tx = reader.db.begin().await.unwrap();
    let dead = dead_letter::count_of(&mut tx, &west(), consumer.name).await;
    assert_eq!(dead.unwrap(), 0);
}

const ROWS: Statement =
    Statement::new("rows", "CREATE TABLE pair (n BIGINT PRIMARY KEY, v BIGINT)");
const FILL: Statement = Statement::new("fill", "INSERT INTO pair (n, v) VALUES (1, 0), (2, 0)");
const TAKE: Statement = Statement::new("take", "UPDATE pair SET v = v + 1 WHERE n = $1");

/// Takes row 1, then row 2, while the test holds row 2 and waits for row 1.
struct Crossing(tokio::sync::Barrier);

#[async_trait]
impl Handler for Crossing {
    async fn handle(&self, tx: &mut Tx, _: &[Envelope]) -> Result<(), Failure> {
        tx.everywhere().run(&TAKE, values![1_i64]).await?;
        self.0.wait().await;
        tx.everywhere().run(&TAKE, values![2_i64]).await?;
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_with_another_replica_is_tried_again_and_counts_against_no_message() {
    let (broker, server) = (Broker::start().await, postgres().await);
    let reader = broker.service_over("reader", on(&server).await).await;
    let mut tx = reader.db.begin().await.unwrap();
    tx.everywhere().run(&ROWS, vec![]).await.unwrap();
    tx.everywhere().run(&FILL, vec![]).await.unwrap();
    tx.commit().await.unwrap();
    let crossing = Arc::new(Crossing(tokio::sync::Barrier::new(2)));
    let consumer = Consumer::new("reader-signals", &streams::SIGNALS, crossing.clone());
    let alone = [Incoming::new(&batch(1), 4)];
    let mut given_way = 0;
    // Of two that wait for each other PostgreSQL ends one, of its own choice.
    while given_way < 6 {
        let ours = async {
            let mut tx = reader.db.begin().await.unwrap();
            tx.everywhere().run(&TAKE, values![2_i64]).await.unwrap();
            crossing.0.wait().await;
            tx.everywhere().run(&TAKE, values![1_i64]).await.is_ok()
        };
        let (told, ours) = tokio::join!(consumer::process(&reader, &consumer, &alone), ours);
        let told = told.unwrap();
        if ours {
            assert!(matches!(told[..], [Disposition::Nak(_)]), "{told:?}");
            given_way += 1;
        } else {
            assert_eq!(told, [Disposition::Ack]);
        }
    }
}

/// Work of two authorities; east's is broken until it is mended.
#[derive(Default)]
struct Halves {
    east: AtomicU32,
    west: AtomicU32,
    is_mended: AtomicBool,
}

const EAST: &str = "east";

#[async_trait]
impl Due for Halves {
    fn name(&self) -> &'static str {
        "halves"
    }

    async fn work(&self, _: &mut Tx) -> Result<Worked, Failure> {
        Ok(Worked::default())
    }

    fn authorities(&self) -> Vec<AuthorityCode> {
        vec![EAST.parse().unwrap(), west()]
    }

    async fn work_for(&self, tx: &mut Tx, authority: &AuthorityCode) -> Result<Worked, Failure> {
        let of = if authority.as_str() == EAST {
            &self.east
        } else {
            &self.west
        };
        let times = of.fetch_add(1, Ordering::Relaxed);
        if authority.as_str() == EAST && !self.is_mended.load(Ordering::Relaxed) {
            // What was begun must not be kept by the neighbour's commit.
            outbox::put(tx, &[batch(99)]).await?;
            assert!(times % 2 == 1, "east is broken");
            return Err(Failure::Reject(anyhow!("east cannot be worked")));
        }
        Ok(Worked {
            done: usize::from(times < 100),
            next: None,
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_work_that_panics_in_one_authority_goes_on_in_the_next_and_is_told_until_mended() {
    let broker = Broker::start().await;
    let service = broker.service("service").await;
    let halves = Arc::new(Halves::default());
    let node = Node {
        due: vec![halves.clone()],
        ..Node::default()
    };
    run(&service, node).await;
    until("west is worked and east is told", async || {
        let now = standing(&service).await;
        let told = now.troubles.iter().any(|t| t.part == "halves of east");
        (told && halves.west.load(Ordering::Relaxed) > 100 && now.rest.due == 1).then_some(())
    })
    .await;
    assert!(
        halves.east.load(Ordering::Relaxed) < 20,
        "what fails rests before it is tried again"
    );
    assert!(!service.tasks.is_stopping());
    let last = service.bus.last_sequence(&streams::SIGNALS).await.unwrap();
    assert_eq!(last, 0, "what a failed batch had begun is not published");
    halves.is_mended.store(true, Ordering::Relaxed);
    until("east is worked", async || {
        let now = standing(&service).await;
        (now.troubles.is_empty() && now.rest.is_at_rest()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn once_a_round_what_fails_is_the_outcome_when_nothing_else_is_left() {
    let broker = Broker::start().await;
    let service = broker.service("service").await;
    let halves = Halves::default();
    let mut worked = 0;
    let failure = loop {
        match bus::due::once(&service, &halves).await {
            Ok(w) => worked += w.done,
            Err(failure) => break failure,
        }
    };
    assert_eq!(worked, 100);
    assert!(
        failure.to_string().contains("cannot be handled"),
        "{failure}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_is_deleted_on_the_broker_is_made_anew_and_misses_nothing() {
    let broker = Broker::start().await;
    let reader = broker.service("reader").await;
    let seen = Arc::new(Counting::default());
    run(&reader, super::node(&seen)).await;
    publish(&reader, &[batch(1)]).await;
    until("the first is read", async || {
        (seen.seen() == [1]).then_some(())
    })
    .await;
    let jetstream = async_nats::jetstream::new(broker.nats.client().await);
    for n in 2..4 {
        let stream = jetstream.get_stream(streams::SIGNALS.name).await.unwrap();
        until("the consumer is deleted", async || {
            stream.delete_consumer("reader-signals").await.ok()
        })
        .await;
        publish(&reader, &[batch(n)]).await;
        until("the next is read", async || {
            seen.seen().contains(&n).then_some(())
        })
        .await;
    }
    until("it is well again", async || {
        standing(&reader).await.troubles.is_empty().then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_landscape_whose_stream_is_made_anew_is_followed_further() {
    let broker = Broker::start().await;
    let service = broker.service("service").await;
    service
        .landscape
        .follow(&service.bus, &service.tasks)
        .await
        .unwrap();
    run(&service, Node::default()).await;
    publish(&service, &[authority(1)]).await;
    let revision = || service.landscape.authority(&west()).map(|a| a.revision);
    until("the first is read", async || {
        (revision() == Some(1)).then_some(())
    })
    .await;
    let jetstream = async_nats::jetstream::new(broker.nats.client().await);
    jetstream
        .delete_stream(streams::AUTHORITY.name)
        .await
        .unwrap();
    service.bus.ensure_streams(1).await.unwrap();
    publish(&service, &[authority(2)]).await;
    until("the second is read", async || {
        let at_rest = standing(&service).await.rest.is_at_rest();
        (at_rest && revision() == Some(2)).then_some(())
    })
    .await;
    assert!(!service.tasks.is_stopping());
}

#[tokio::test(flavor = "multi_thread")]
async fn state_that_cannot_be_read_is_a_trouble_until_its_subject_has_a_newer_message() {
    let broker = Broker::start().await;
    let service = broker.service("service").await;
    let mut odd = authority(2);
    odd.data = br#"{"name": "Robin Doe"}"#.to_vec();
    publish(&service, &[authority(1)]).await;
    run(&service, Node::default()).await;
    service
        .landscape
        .follow(&service.bus, &service.tasks)
        .await
        .unwrap();
    publish(&service, &[odd]).await;
    let told = until("it is told", async || {
        standing(&service).await.troubles.pop()
    })
    .await;
    assert_eq!(told.part, "state of AUTHORITY contents");
    assert!(
        told.what.contains("1 cannot be read") && !told.what.contains("Robin"),
        "{told:?}"
    );
    assert_eq!(service.landscape.authority(&west()).unwrap().revision, 1);
    publish(&service, &[authority(3)]).await;
    until("it is over", async || {
        standing(&service).await.troubles.is_empty().then_some(())
    })
    .await;
    assert_eq!(service.landscape.authority(&west()).unwrap().revision, 3);
}

fn long(n: u64, bytes: usize) -> Envelope {
    let mut long = batch(n);
    long.data.resize(bytes, b' ');
    long
}

async fn dead(context: &Context) -> Vec<contracts::commands::DeadLetter> {
    let subject = dead_letter_subject(context.service);
    let asked = context.bus.ask_subject(&subject, &DeadLetterAsk::List);
    match asked.await.unwrap() {
        DeadLetterReply::List(letters) => letters,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_for_the_broker_is_a_dead_letter_and_holds_up_nothing() {
    let broker = Broker::start().await;
    let service = broker.service("service").await;
    let seen = Arc::new(Counting::default());
    let largest = long(2, outbox::LARGEST);
    publish(&service, &[long(1, outbox::LARGEST + 1), largest, batch(3)]).await;
    run(&service, super::node(&seen)).await;
    until("the others are read", async || {
        (seen.seen() == [2, 3]).then_some(())
    })
    .await;
    let letters = dead(&service).await;
    assert_eq!(letters.len(), 1);
    let reason = &letters[0].reason;
    assert!(
        reason.contains("too large to publish: 1040385 bytes"),
        "{reason}"
    );
    assert!(
        letters[0].subject.starts_with("evenkeel.west.deadline."),
        "{letters:?}"
    );
    let replayed = service
        .bus
        .ask_subject::<_, DeadLetterReply>(
            &dead_letter_subject("service"),
            &DeadLetterAsk::Replay(letters[0].id),
        )
        .await;
    let refused = replayed.unwrap_err().to_string();
    assert!(refused.contains("still too large"), "{refused}");
    assert_eq!(standing(&service).await.dead_letters, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn relays_over_one_connection_never_wait_for_each_other() {
    const EACH: u64 = 1_000;
    let broker = Broker::start().await;
    let names = ["one", "two", "three", "four", "five"];
    let bus = broker.connect().await;
    let mut services = Vec::new();
    for (name, n) in names.into_iter().zip(0..) {
        let service = Context {
            bus: bus.clone(),
            ..broker.service(name).await
        };
        let events: Vec<_> = (n * EACH..(n + 1) * EACH).map(batch).collect();
        publish(&service, &events).await;
        services.push(service);
    }
    for service in &services {
        run(service, Node::default()).await;
    }
    for service in &services {
        until("everything is published", async || {
            (standing(service).await.rest.outbox == 0).then_some(())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_broker_takes_nothing_its_reason_is_told() {
    let broker = Broker::start().await;
    let service = broker.service("service").await;
    let jetstream = async_nats::jetstream::new(broker.nats.client().await);
    let stream = jetstream.get_stream(streams::SIGNALS.name).await.unwrap();
    let mut full = stream.cached_info().config.clone();
    full.max_messages = 1;
    jetstream.update_stream(&full).await.unwrap();
    run(&service, Node::default()).await;
    publish(&service, &[batch(1), batch(2)]).await;
    let told = until("it is told", async || {
        standing(&service).await.troubles.pop()
    })
    .await;
    assert_eq!(told.part, "publishing");
    assert!(told.what.contains("maximum messages exceeded"), "{told:?}");
    full.max_messages = -1;
    jetstream.update_stream(&full).await.unwrap();
    until("it is published", async || {
        let now = standing(&service).await;
        (now.troubles.is_empty() && now.rest.outbox == 0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_what_is_unread_and_the_outbox_are_measured() {
    let metrics = Metrics::new().unwrap();
    metrics.are_of_the_process();
    let broker = Broker::start().await;
    let service = broker.service("service").await;
    let mut odd = batch(1);
    odd.data = b"not json".to_vec();
    publish(&service, &[odd]).await;
    run(&service, super::node(&Arc::default())).await;
    until("the dead letter is measured", async || {
        metrics
            .text()
            .contains("bus_dead_letters{service=\"service\"} 1")
            .then_some(())
    })
    .await;
    for gauge in ["bus_outbox", "bus_unread", "bus_troubles"] {
        let text = metrics.text();
        assert!(
            text.contains(&format!("{gauge}{{service=\"service\"}} 0")),
            "{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_at_rest_only_when_its_parts_say_so() {
    let broker = Broker::start().await;
    let service = broker.service("service").await;
    let left = Arc::new(AtomicU32::new(3));
    let (reported, waiting) = (left.clone(), Arc::new(Halting::default()));
    let report: bus::Report = Arc::new(move || {
        let due = u64::from(reported.load(Ordering::Relaxed));
        Box::pin(async move {
            Ok(Rest {
                due,
                ..Rest::default()
            })
        })
    });
    let node = Node {
        due: vec![waiting.clone()],
        reports: vec![report],
        ..Node::default()
    };
    run(&service, node).await;
    until("both are counted", async || {
        (standing(&service).await.rest.due == 4).then_some(())
    })
    .await;
    left.store(0, Ordering::Relaxed);
    assert_eq!(
        standing(&service).await.rest.due,
        1,
        "it waits for something"
    );
    waiting.0.store(true, Ordering::Relaxed);
    publish(&service, &[batch(1)]).await;
    until("it is at rest", async || {
        standing(&service).await.rest.is_at_rest().then_some(())
    })
    .await;
}

/// Waits for something until told not to.
#[derive(Default)]
struct Halting(AtomicBool);

#[async_trait]
impl Due for Halting {
    fn name(&self) -> &'static str {
        "halting"
    }

    async fn work(&self, _: &mut Tx) -> Result<Worked, Failure> {
        Ok(Worked::default())
    }

    fn is_waiting(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
    }
}
