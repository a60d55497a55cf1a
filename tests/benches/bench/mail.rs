//! Messages published -> mail accepted and receipt recorded, beside `smtp-source` into the same sink.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use bus::{Bus, ConnectOptions, CrashPoints, Landscape};
use contracts::{
    AuthorityCode, ChildId, Envelope, StaffId, TokenKey, ids,
    message::{Message, MessageKind, MessageLine, NoticeRevision, Outcome, Receipts, Recipient},
    streams,
};
use futures::{StreamExt, stream};
use jiff::{Timestamp, civil::date};
use runtime::{Clock, Settings};
use testkit::servers;

use crate::{Figure, peak_mib, per_second};

const CONNECTIONS: usize = 16;

pub(crate) async fn measure(mails: usize) -> anyhow::Result<Vec<Figure>> {
    let sink = servers::smtp_sink().await;
    let limit = raw(sink.port, mails)?;
    let folder = tempfile::tempdir()?;
    let nats = servers::nats().await;
    let context = delivering(&nats, folder.path(), sink.port).await?;

    let client = nats.client().await;
    let subjects = format!("evenkeel.*.{}.>", streams::RECEIPTS.area);
    let mut receipts = client.subscribe(subjects).await?;
    client.flush().await?;
    let started = Instant::now();
    publish(&async_nats::jetstream::new(client), &context.tokens, mails).await?;
    let published = started.elapsed();
    until_accepted(&mut receipts, mails).await?;
    let took = started.elapsed();
    let broker = nats.server.pid().map_or(0.0, peak_mib);
    Ok(vec![
        Figure {
            what: "messages published -> mail accepted, receipt recorded".to_owned(),
            ours: per_second(mails, took),
            limit,
            unit: "mails/s",
            note: format!(
                "{mails} mails; limit: smtp-source -d -s 16; publishing alone took {published:.1?}"
            ),
        },
        Figure {
            what: "the same, beside Alertmanager's 600/s".to_owned(),
            ours: per_second(mails, took),
            limit: 600.0,
            unit: "mails/s",
            note: String::new(),
        },
        Figure {
            what: "peak memory, delivery".to_owned(),
            ours: peak_mib(std::process::id()),
            limit: 0.0,
            unit: "MiB",
            note: String::new(),
        },
        Figure {
            what: "peak memory, nats-server".to_owned(),
            ours: broker,
            limit: 0.0,
            unit: "MiB",
            note: String::new(),
        },
    ])
}

/// The delivery service at work, sending to `port` of this machine.
async fn delivering(
    nats: &servers::Nats,
    folder: &Path,
    port: u16,
) -> anyhow::Result<bus::Context> {
    let options = ConnectOptions {
        url: nats.server.url.clone(),
        user: nats.server.user.clone(),
        password: nats.server.password.clone(),
    };
    let bus = Bus::connect(&options).await?;
    bus.ensure_streams(1).await?;
    let clock = Clock::real();
    let context = bus::Context {
        service: delivery::SERVICE,
        db: store::Db::sqlite(
            &folder.join("delivery.db"),
            &[bus::MIGRATIONS, delivery::MIGRATIONS],
        )
        .await?,
        bus,
        landscape: Arc::new(Landscape::new(clock.clone())),
        tokens: TokenKey::new([3; 32]),
        clock,
        tasks: nats.tasks.child(),
        crash: CrashPoints::default(),
    };
    let environment = [
        ("EVENKEEL_DELIVERY__SMTP__HOST", "127.0.0.1".to_owned()),
        ("EVENKEEL_DELIVERY__SMTP__PORT", port.to_string()),
        ("EVENKEEL_DELIVERY__SMTP__STARTTLS", "never".to_owned()),
        (
            "EVENKEEL_DELIVERY__SMTP__CONNECTIONS",
            CONNECTIONS.to_string(),
        ),
    ];
    let environment = environment.map(|(k, v)| (k.into(), v.into()));
    let config = Settings::load(&[delivery::DEFAULTS], None, environment)?.section("delivery")?;
    delivery::run(context.clone(), config).await?;
    Ok(context)
}

/// What the sink takes from a program that does nothing else.
fn raw(port: u16, mails: usize) -> anyhow::Result<f64> {
    let started = Instant::now();
    let status = servers::smtp_source()
        .args(["-d", "-s", "16", "-l", "4000", "-m", &mails.to_string()])
        .args([
            "-f",
            "from@authority.example",
            "-t",
            "to@authority.example",
            &format!("127.0.0.1:{port}"),
        ])
        .status()
        .context("could not run smtp-source")?;
    ensure!(status.success(), "smtp-source ended with {status}");
    Ok(per_second(mails, started.elapsed()))
}

async fn publish(
    jetstream: &async_nats::jetstream::Context,
    tokens: &TokenKey,
    mails: usize,
) -> anyhow::Result<()> {
    let sent = stream::iter(0..mails).map(|n| async move {
        let envelope = message(tokens, n);
        let mut headers = async_nats::HeaderMap::new();
        for (name, value) in envelope.headers() {
            headers.insert(name, value.as_str());
        }
        jetstream
            .publish_with_headers(envelope.subject, headers, envelope.data.into())
            .await?
            .await?;
        anyhow::Ok(())
    });
    let mut sent = sent.buffer_unordered(256);
    while let Some(result) = sent.next().await {
        result?;
    }
    Ok(())
}

fn message(tokens: &TokenKey, n: usize) -> Envelope {
    let authority: AuthorityCode = "bench".parse().expect("a constant code parses");
    let staff_id = StaffId::new(format!("w{n}"));
    let line = |k: usize| {
        MessageLine {
        notices: vec![NoticeRevision { notice: ids::computed("bench", &[&n.to_string(), &k.to_string()]), revision: 1 }],
        children: vec![ChildId::new(format!("{}", 10_000 + k))],
        title: "Review".to_owned(),
        due_date: date(2025, 5, 7),
        text: "due Wed 7 May 2025".to_owned(),
        why: "15 working days from Fri 11 Apr 2025, skipping the bank holidays of 18 and 21 April and 5 May".to_owned(),
        link: None,
        late: false,
        found: false,
    }
    };
    let message = Message {
        id: ids::computed("bench-message", &[&n.to_string()]),
        authority: authority.clone(),
        authority_name: "Bench".to_owned(),
        recipient: Recipient::Person {
            staff_id: staff_id.clone(),
            name: format!("Worker {n}"),
            email: format!("w{n}@authority.example"),
        },
        kind: MessageKind::Digest,
        must_have: true,
        title: "Your day: 3 reviews coming up".to_owned(),
        intro: "Good morning. This is what is coming up for the children you work with.".to_owned(),
        lines: (0..3).map(line).collect(),
        unlisted: Vec::new(),
        closing: vec!["If something here is wrong, please say so on your page.".to_owned()],
        data_as_at: date(2025, 4, 11),
        gathered_at: Timestamp::UNIX_EPOCH,
        synthetic: true,
        pinned: false,
    };
    let token = tokens.person(&authority, &staff_id);
    Envelope::new(
        message.id,
        "bench",
        &authority,
        &token,
        Timestamp::UNIX_EPOCH,
        &message,
    )
}

/// Waits until so many mails were accepted; any other end is not what is measured.
async fn until_accepted(told: &mut async_nats::Subscriber, mails: usize) -> anyhow::Result<()> {
    let mut accepted = 0;
    while accepted < mails {
        let message = tokio::time::timeout(Duration::from_mins(2), told.next())
            .await
            .context("no receipt came for two minutes")?
            .context("the broker went away")?;
        let receipts: Receipts = serde_json::from_slice(&message.payload)?;
        for receipt in receipts.receipts {
            ensure!(receipt.outcome == Outcome::Accepted, "{receipt:?}");
            accepted += 1;
        }
    }
    Ok(())
}
