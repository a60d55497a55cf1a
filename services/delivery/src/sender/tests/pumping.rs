//! The sender as it really runs, against real servers.

use std::{
    collections::HashSet,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use async_trait::async_trait;
use bus::{Bus, ConnectOptions, Context};
use contracts::{commands::AskDelivery, message::Receipts};
use runtime::Clock;
use store::{Db, Statement};
use testkit::servers::{Smtp, nats, smtp, until};

use super::{flow::status, stage::*};
use crate::{
    Config, MIGRATIONS,
    channels::{self, Channel},
    domain::Verdict,
    render::Mail,
    sender::{Sender, run},
};

async fn on_disk(folder: &Path) -> Context {
    let path = folder.join("delivery.db");
    let db = Db::sqlite(&path, &[bus::MIGRATIONS, MIGRATIONS]).await;
    context(db.unwrap(), Clock::real())
}

fn to(server: &Smtp) -> Config {
    let mut config = config();
    config.smtp.host = "127.0.0.1".into();
    config.smtp.port = server.port;
    config.trouble_longest_ms = 200;
    config
}

fn start(context: &Context, channel: Arc<dyn Channel>, config: &Config) -> Arc<Sender> {
    let sender = Arc::new(Sender::new(context.clone(), channel, config));
    context.tasks.spawn_essential("sender", run(sender.clone()));
    sender
}

async fn accepted(sender: &Arc<Sender>, count: u64) {
    let what = format!("{count} accepted");
    until(&what, async || {
        (status(sender).await.accepted >= count).then_some(())
    })
    .await;
}

#[tokio::test]
async fn messages_wait_for_a_server_that_is_down_and_each_arrives_once() {
    let folder = tempfile::tempdir().unwrap();
    let context = on_disk(folder.path()).await;
    let mut server = smtp().await;
    server.stop().await;
    let config = to(&server);
    let sender = start(&context, channels::open(&config).unwrap(), &config);
    let events: Vec<_> = (1..=60)
        .map(|n| gathered(&message(n, &[n * 1000])))
        .collect();
    receive(&context, &events).await;
    let words = until("trouble", async || status(&sender).await.trouble).await;
    assert!(words.contains("nothing listens at 127.0.0.1:"), "{words}");
    server.start().await;
    accepted(&sender, 60).await;
    assert_eq!(status(&sender).await.trouble, None);
    let ids: HashSet<_> = server.mails().iter().map(|m| m.to[0].clone()).collect();
    assert_eq!((server.mails().len(), ids.len()), (60, 60));
    assert!(receipts(&context).await.iter().all(|r| r.attempt == 1));
    assert!(context.tasks.stop(Duration::from_secs(20)).await.is_empty());
}

/// Slow, and watches how much is under way.
#[derive(Default)]
struct Slow {
    under_way: AtomicUsize,
    most: AtomicUsize,
    sent: AtomicUsize,
}

#[async_trait]
impl Channel for Slow {
    fn name(&self) -> &'static str {
        "slow"
    }
    fn lanes(&self) -> usize {
        20
    }
    async fn prepare(&self, _want: usize) -> Result<(), String> {
        Ok(())
    }
    async fn send(&self, _mail: &Mail) -> Verdict {
        let now = self.under_way.fetch_add(1, SeqCst) + 1;
        self.most.fetch_max(now, SeqCst);
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.under_way.fetch_sub(1, SeqCst);
        self.sent.fetch_add(1, SeqCst);
        Verdict::Sent
    }
}

const ATTEMPTING: Statement = Statement::new(
    "attempting",
    "SELECT count(*) AS n FROM sending WHERE state = 'attempting'",
);

#[tokio::test]
async fn connections_are_kept_busy_with_no_more_in_doubt_than_allowed_and_a_stop_leaves_none() {
    let folder = tempfile::tempdir().unwrap();
    let first = on_disk(folder.path()).await;
    let channel = Arc::new(Slow::default());
    let events: Vec<_> = (1..=400)
        .map(|n| gathered(&message(n, &[n * 1000])))
        .collect();
    receive(&first, &events).await;
    let sender = start(&first, channel.clone(), &config());
    let attempting = async |context: &Context| {
        let row = context.db.everywhere().row(&ATTEMPTING, vec![]).await;
        row.unwrap().unwrap().count("n").unwrap()
    };
    let mut most = 0;
    until("half of them", async || {
        most = most.max(attempting(&first).await);
        (status(&sender).await.accepted >= 150).then_some(())
    })
    .await;
    assert!(most <= 64, "{most} in doubt");
    assert_eq!(
        channel.most.load(SeqCst),
        20,
        "all lanes are used, and no more"
    );
    assert!(first.tasks.stop(Duration::from_secs(20)).await.is_empty());
    assert_eq!(attempting(&first).await, 0);
    first.db.close().await;

    let second = on_disk(folder.path()).await;
    let sender = start(&second, channel.clone(), &config());
    accepted(&sender, 400).await;
    assert_eq!(channel.sent.load(SeqCst), 400);
    assert_eq!(status(&sender).await.in_doubt, 0);
    second.tasks.stop(Duration::from_secs(20)).await;
}

#[tokio::test]
async fn over_the_bus_a_message_becomes_a_mail_and_a_receipt() {
    let broker = nats().await;
    let server = smtp().await;
    let folder = tempfile::tempdir().unwrap();
    let options = ConnectOptions {
        url: broker.server.url.clone(),
        user: broker.server.user.clone(),
        password: broker.server.password.clone(),
    };
    let bus = Bus::connect(&options).await.unwrap();
    bus.ensure_streams(1).await.unwrap();
    let context = Context {
        bus: bus.clone(),
        ..on_disk(folder.path()).await
    };
    crate::run(context.clone(), to(&server)).await.unwrap();
    let events: Vec<_> = (1..=20)
        .map(|n| gathered(&message(n, &[n * 1000])))
        .collect();
    let mut tx = context.db.begin().await.unwrap();
    bus::outbox::put(&mut tx, &events).await.unwrap();
    tx.commit().await.unwrap();
    let mails = server.wait_for(20).await;
    assert_eq!(mails.len(), 20);
    until("20 accepted", async || {
        let status = bus.ask(&AskDelivery {}).await.ok()?;
        (status.accepted == 20 && status.channel == "smtp").then_some(())
    })
    .await;
    let jetstream = async_nats::jetstream::new(broker.client().await);
    let stream = jetstream.get_stream("RECEIPTS").await.unwrap();
    until("20 receipts", async || {
        let mut told = 0;
        for sequence in 1.. {
            let Ok(message) = stream.get_raw_message(sequence).await else {
                break;
            };
            let receipts: Receipts = serde_json::from_slice(&message.payload).unwrap();
            told += receipts.receipts.len();
        }
        (told == 20).then_some(())
    })
    .await;
    assert!(context.tasks.stop(Duration::from_secs(20)).await.is_empty());
}
