//! The only code that publishes: claims outbox rows, publishes them, marks what was acknowledged.

use std::time::Duration;

use async_nats::jetstream::context::PublishAckFuture;
use futures::{StreamExt, stream::FuturesUnordered};
use jiff::SignedDuration;
use tracing::{info, warn};

use crate::{
    Context,
    connection::{MAX_UNACKED, headers},
    outbox::{self, Claimed, Published},
};

const IDLE: Duration = Duration::from_secs(5);
/// A claim outlives any publish; another replica takes over after it.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
const PRUNE_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// Relays until the tasks stop, then once more, so that what is committed leaves before the process does.
pub(crate) async fn drive(context: Context) -> anyhow::Result<()> {
    let mut commits = context.db.commits();
    republish_recent(&context).await?;
    let mut pruned = context.clock.machine_now();
    let mut backoff = Backoff::default();
    loop {
        let stopping = context.tasks.is_stopping();
        commits.borrow_and_update();
        let sleep = match relay_all(&context).await {
            Ok(true) => {
                backoff = Backoff::default();
                None
            }
            Ok(false) => Some(backoff.next("the broker did not acknowledge; is a stream full?")),
            Err(error) => Some(backoff.next(&format!("{error:#}"))),
        };
        if stopping {
            return Ok(());
        }
        let now = context.clock.machine_now();
        if now.duration_since(pruned) > PRUNE_EVERY {
            pruned = now;
            prune(&context).await;
        }
        tokio::select! {
            () = tokio::time::sleep(sleep.unwrap_or(IDLE)) => {}
            _ = commits.changed(), if sleep.is_none() => {}
            () = context.tasks.stopping() => {}
        }
    }
}

#[derive(Default)]
struct Backoff(u32);

impl Backoff {
    fn next(&mut self, why: &str) -> Duration {
        self.0 = (self.0 + 1).min(7);
        let pause = Duration::from_millis(100 << self.0);
        warn!(
            why,
            pause_ms = pause.as_millis(),
            "publishing pauses; what is recorded stays in the outbox"
        );
        pause
    }
}

/// Publishes until the outbox is empty; false when something was not acknowledged. One transaction a batch: it marks
/// the last batch and claims the next.
async fn relay_all(context: &Context) -> anyhow::Result<bool> {
    let mut published: Vec<Published> = Vec::new();
    loop {
        let mut tx = context.db.begin().await?;
        let now = context.clock.machine_now();
        let failed = published.iter().any(|p| !p.acked);
        let limit = if failed { 0 } else { MAX_UNACKED };
        let claimed = outbox::settle_and_claim(&mut tx, &published, limit, now, LEASE).await?;
        if published.is_empty() && claimed.is_empty() {
            return Ok(true);
        }
        tx.commit().await?;
        if claimed.is_empty() {
            return Ok(!failed);
        }
        published = publish(context, claimed).await;
    }
}

async fn publish(context: &Context, claimed: Vec<Claimed>) -> Vec<Published> {
    let mut waiting = FuturesUnordered::new();
    let mut published = Vec::with_capacity(claimed.len());
    for row in claimed {
        let envelope = &row.envelope;
        let sent = async {
            let jetstream = context.bus.jetstream()?;
            let data = envelope.data.clone().into();
            anyhow::Ok(
                jetstream
                    .publish_with_headers(envelope.subject.clone(), headers(envelope), data)
                    .await?,
            )
        };
        match sent.await {
            Ok(ack) => waiting.push(acknowledged(row, ack)),
            Err(error) => {
                warn!(error = %error, "could not publish");
                published.push(Published {
                    claimed: row,
                    acked: false,
                });
            }
        }
    }
    while let Some(row) = waiting.next().await {
        published.push(row);
    }
    published
}

async fn acknowledged(claimed: Claimed, ack: PublishAckFuture) -> Published {
    let acked = ack.await.inspect_err(
        |error| warn!(%error, subject = %claimed.envelope.subject, "not acknowledged"),
    );
    Published {
        claimed,
        acked: acked.is_ok(),
    }
}

async fn republish_recent(context: &Context) -> anyhow::Result<()> {
    let mut tx = context.db.begin().await?;
    if context.db.is_ours_alone() {
        outbox::release_all(&mut tx).await?;
    }
    let rows = outbox::republish_recent(&mut tx, context.clock.machine_now()).await?;
    tx.commit().await?;
    if rows > 0 {
        info!(
            service = context.service,
            rows, "publishing the last minutes again, in case the broker lost them"
        );
    }
    Ok(())
}

async fn prune(context: &Context) {
    let pruned = async {
        let mut tx = context.db.begin().await?;
        outbox::prune(&mut tx, context.clock.machine_now()).await?;
        tx.commit().await
    };
    if let Err(error) = pruned.await {
        warn!(%error, "could not prune the outbox");
    }
}
