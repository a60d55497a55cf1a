//! Several processes of one service over one PostgreSQL, and a broker that somebody else runs.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use bus::{Bus, ConnectOptions, Context, Lease, Node, Unfit, outbox};
use contracts::streams;
use futures::StreamExt;
use jiff::ToSpan;
use runtime::{Clock, Tasks};
use store::Db;
use testkit::servers::{postgres, until};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

use super::{Broker, Counting, batch, node, on, publish};

const EVENTS: u64 = 3_000;

#[tokio::test(flavor = "multi_thread")]
async fn of_two_replicas_one_publishes_each_row_and_one_reads_each_message() {
    let (broker, server) = (Broker::start().await, postgres().await);
    let seen = Arc::new(Counting::default());
    let one = broker.service_over("reader", on(&server).await).await;
    let two = broker.service_over("reader", on(&server).await).await;
    // Every publish is heard here, also one that the stream takes for a repetition.
    let published = Arc::new(AtomicUsize::new(0));
    let mut heard = broker
        .nats
        .client()
        .await
        .subscribe(streams::SIGNALS.subjects())
        .await
        .unwrap();
    let count = published.clone();
    broker.nats.tasks.spawn("count", async move {
        while heard.next().await.is_some() {
            count.fetch_add(1, SeqCst);
        }
    });
    for replica in [&one, &two] {
        bus::run(replica, node(&seen)).await.unwrap();
    }
    let recorded = async |replica: &Context, from: u64| {
        for n in (from..EVENTS).step_by(20) {
            publish(replica, &(n..n + 10).map(batch).collect::<Vec<_>>()).await;
        }
    };
    tokio::join!(recorded(&one, 0), recorded(&two, 10));
    until("every message to be read", async || {
        (seen.seen().len() as u64 == EVENTS).then_some(())
    })
    .await;
    until("the outbox to be empty", async || {
        (outbox::depth(&one.db).await.unwrap() == 0).then_some(())
    })
    .await;
    assert_eq!(published.load(SeqCst) as u64, EVENTS, "published twice");
    let twice: Vec<_> = seen.seen.lock().unwrap().clone().into_iter().collect();
    let twice: Vec<_> = twice.into_iter().filter(|(_, times)| *times > 1).collect();
    assert!(twice.is_empty(), "read twice: {twice:?}");
}

#[tokio::test]
async fn two_relays_that_claim_at_the_same_moment_never_claim_the_same_row_or_more_than_asked() {
    let server = postgres().await;
    let (one, two) = (on(&server).await, on(&server).await);
    let mut tx = one.begin().await.unwrap();
    let events: Vec<_> = (0..400).map(batch).collect();
    outbox::put(&mut tx, &events).await.unwrap();
    tx.commit().await.unwrap();
    let now = Clock::real().machine_now();
    let claim = async |db: &Db| {
        let mut tx = db.begin().await.unwrap();
        let lease = jiff::SignedDuration::from_mins(1);
        let claimed = outbox::settle_and_claim(&mut tx, &[], 50, now, lease).await;
        // The other claims while this one's rows are held.
        tokio::time::sleep(Duration::from_millis(20)).await;
        tx.commit().await.unwrap();
        claimed.unwrap().into_iter().map(|row| row.key)
    };
    let mut all = Vec::new();
    for _ in 0..4 {
        let (first, second) = tokio::join!(claim(&one), claim(&two));
        assert_eq!((first.len(), second.len()), (50, 50));
        all.extend(first.chain(second));
    }
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 400);
}

#[tokio::test]
async fn a_lease_is_held_by_one_until_it_is_let_go_or_not_renewed_in_time() {
    let server = postgres().await;
    let broker = Broker::start().await;
    let mut context = broker.service_over("reader", on(&server).await).await;
    context.clock = Clock::manual("2025-03-03T09:00:00Z".parse().unwrap());
    let lease = || Lease::new("sending", Duration::from_secs(30));
    let (one, two) = (lease(), lease());
    assert!(one.take(&context).await.unwrap() && one.is_held());
    assert!(!two.take(&context).await.unwrap() && !two.is_held());
    context.clock.advance(20.seconds());
    assert!(one.take(&context).await.unwrap(), "renewed");
    context.clock.advance(20.seconds());
    assert!(!two.take(&context).await.unwrap(), "it was renewed");
    context.clock.advance(20.seconds());
    assert!(two.take(&context).await.unwrap(), "not renewed in time");
    assert!(!one.take(&context).await.unwrap() && !one.is_held());
    one.release(&context).await.unwrap();
    assert!(
        !one.take(&context).await.unwrap(),
        "it was not its own to let go"
    );
    two.release(&context).await.unwrap();
    assert!(one.take(&context).await.unwrap(), "let go");
}

#[tokio::test]
async fn a_lease_whose_transaction_was_rolled_back_is_not_held() {
    let server = postgres().await;
    let broker = Broker::start().await;
    let context = broker.service_over("reader", on(&server).await).await;
    let lease = || Lease::new("sending", Duration::from_secs(30));
    let (one, two) = (lease(), lease());
    let mut tx = context.db.begin().await.unwrap();
    let taken = one.hold(&mut tx, &context).await.unwrap();
    assert!(taken.is_some() && !one.is_held(), "not committed yet");
    drop(tx);
    assert!(!one.is_held());
    assert!(two.take(&context).await.unwrap(), "nobody has it");

    let mut tx = context.db.begin().await.unwrap();
    let taken = two.hold(&mut tx, &context).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    two.committed(taken);
    assert!(two.is_held() && !one.take(&context).await.unwrap());
}

/// Says that it is a broker of some version and size, as one does to whoever connects.
async fn calls_itself(version: &str, max_payload: usize) -> (ConnectOptions, Tasks) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("nats://{}", listener.local_addr().unwrap());
    let info = format!(
        "INFO {{\"server_id\":\"X\",\"version\":\"{version}\",\"max_payload\":{max_payload},\"headers\":true}}\r\n"
    );
    let tasks = Tasks::new();
    tasks.spawn("broker", async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (read, mut write) = stream.into_split();
        write.write_all(info.as_bytes()).await.unwrap();
        let mut lines = BufReader::new(read).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if line.starts_with("PING") {
                write.write_all(b"PONG\r\n").await.unwrap();
            }
        }
    });
    (options(&url, "", ""), tasks)
}

fn options(url: &str, user: &str, password: &str) -> ConnectOptions {
    ConnectOptions {
        url: url.to_owned(),
        user: user.to_owned(),
        password: password.to_owned(),
    }
}

async fn refused(options: &ConnectOptions) -> Unfit {
    match Bus::meet(options).await {
        Ok(_) => panic!("it was let in"),
        Err(unfit) => unfit,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_of_somebody_else_is_looked_at_before_it_is_worked_with() {
    let broker = Broker::start().await;
    let server = &broker.nats.server;
    let good = options(&server.url, &server.user, &server.password);
    let bus = Bus::meet(&good).await.unwrap();
    bus.ensure_streams(1).await.unwrap();
    let wrong = refused(&options(&server.url, &server.user, "hunter2")).await;
    assert!(matches!(wrong, Unfit::NotLetIn(_)), "{wrong}");
    assert!(!wrong.to_string().contains("hunter2"));
    let nobody = refused(&options("nats://127.0.0.1:1", "", "")).await;
    assert!(matches!(nobody, Unfit::Away { .. }), "{nobody}");
    let (old, _tasks) = calls_itself("2.9.10", 1_048_576).await;
    let said = refused(&old).await.to_string();
    assert!(
        said.contains("is version 2.9.10") && said.contains("2.14 or newer"),
        "{said}"
    );
    let (small, _tasks) = calls_itself("2.15.1", 65_536).await;
    let said = refused(&small).await.to_string();
    assert!(said.contains("65536 bytes at most"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_a_service_that_does_not_run_is_told_so_at_once() {
    let broker = Broker::start().await;
    let context = broker.service("writer").await;
    bus::run(&context, Node::default()).await.unwrap();
    let standing = contracts::commands::standing_subject;
    let asked: anyhow::Result<contracts::commands::Standing> =
        context.bus.ask_subject(&standing("writer"), &()).await;
    asked.unwrap();
    let asked: anyhow::Result<contracts::commands::Standing> =
        context.bus.ask_subject(&standing("nobody"), &()).await;
    let error = asked.unwrap_err();
    assert!(error.is::<bus::NotThere>(), "{error:#}");
    assert!(
        error.to_string().starts_with("nobody is not running"),
        "{error}"
    );
}

#[tokio::test]
async fn pools_that_the_database_has_no_room_for_together_are_refused_with_who_has_what() {
    let server = postgres().await;
    let open = async |schema: &str, connections| {
        Db::postgres(&server.url, schema, connections, &[bus::MIGRATIONS]).await
    };
    let first = open("dispatch", 60).await.unwrap();
    let refused = open("intake", 60).await.err().unwrap().to_string();
    assert!(
        refused.contains(
            "room for 97 connections; intake wants 60, and 60 are spoken for (dispatch 60,"
        ),
        "{refused}"
    );
    first.close().await;
    until("the first to be gone", async || {
        open("intake", 60).await.ok()
    })
    .await;
}
