//! The only code that publishes: claims outbox rows, publishes them, marks what was acknowledged.

use std::time::Duration;

use async_nats::jetstream::{
    self,
    context::{PublishError, PublishErrorKind},
};
use futures::{StreamExt, stream::FuturesUnordered};
use jiff::SignedDuration;
use tokio::time::Instant;
use tracing::{info, warn};

use crate::{
    Context,
    connection::{MAX_UNACKED, headers},
    outbox::{self, Claimed, Published},
    pause::Pause,
};

/// As troubles name it.
const RELAY: &str = "publishing";

const IDLE: Duration = Duration::from_secs(5);
/// What is committed this soon after the last look waits until then, so that a busy service publishes in batches.
const APART: Duration = Duration::from_millis(20);
/// A claim outlives any publish; another replica takes over after it.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
const PRUNE_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// Relays until the tasks stop, then once more, so that what is committed leaves before the process does.
pub(crate) async fn drive(context: Context) -> anyhow::Result<()> {
    let broker = context.bus.publisher()?;
    let mut commits = context.db.commits();
    republish_recent(&context).await?;
    let mut pruned = context.clock.machine_now();
    let mut pause = Pause::new(Duration::from_millis(200), Duration::from_millis(12_800));
    let troubles = context.bus.troubles();
    loop {
        let stopping = context.tasks.is_stopping();
        commits.borrow_and_update();
        let looked = Instant::now();
        let sleep = match relay_all(&context, &broker).await {
            Ok(None) => {
                pause.reset();
                troubles.end(context.service, RELAY);
                None
            }
            Ok(Some(why)) => Some(pauses(&context, &mut pause, why)),
            Err(error) => Some(pauses(&context, &mut pause, format!("{error:#}"))),
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
            _ = commits.changed(), if sleep.is_none() => {
                tokio::time::sleep_until(looked + APART).await;
            }
            () = context.tasks.stopping() => {}
        }
    }
}

fn pauses(context: &Context, pause: &mut Pause, why: String) -> Duration {
    let pause = pause.longer();
    warn!(
        service = context.service,
        why,
        pause_ms = pause.as_millis(),
        "publishing pauses; what is recorded stays in the outbox"
    );
    let now = context.clock.machine_now();
    let troubles = context.bus.troubles();
    troubles.begin(context.service, RELAY, why, now);
    pause
}

/// Publishes until the outbox is empty, or gives why not. One transaction a batch: it marks the last batch and claims
/// the next.
async fn relay_all(
    context: &Context,
    broker: &jetstream::Context,
) -> anyhow::Result<Option<String>> {
    let mut turn = Turn::default();
    loop {
        let mut tx = context.db.begin().await?;
        let now = context.clock.machine_now();
        for (claimed, reason) in &turn.refused {
            outbox::refuse(&mut tx, claimed, reason).await?;
        }
        let limit = if turn.failure.is_some() {
            0
        } else {
            MAX_UNACKED
        };
        let published = &turn.published;
        let claimed = outbox::settle_and_claim(&mut tx, published, limit, now, LEASE).await?;
        if turn.is_empty() && claimed.is_empty() {
            return Ok(None);
        }
        tx.commit().await?;
        if claimed.is_empty() {
            return Ok(turn.failure);
        }
        turn = publish(broker, claimed).await;
    }
}

/// What became of claimed rows.
#[derive(Default)]
struct Turn {
    published: Vec<Published>,
    /// The broker will never take these, for this reason.
    refused: Vec<(Claimed, String)>,
    /// Why the first of those not acknowledged was not, in the broker's words.
    failure: Option<String>,
}

impl Turn {
    fn is_empty(&self) -> bool {
        self.published.is_empty() && self.refused.is_empty()
    }

    fn came(&mut self, claimed: Claimed, sent: Result<(), PublishError>) {
        match sent {
            Ok(()) => self.published.push(Published {
                claimed,
                acked: true,
            }),
            Err(error) if error.kind() == PublishErrorKind::MaxPayloadExceeded => {
                self.refused
                    .push((claimed, format!("too large to publish: {error}")));
            }
            Err(error) => {
                let why = || format!("{} was not acknowledged: {error}", claimed.envelope.subject);
                self.failure.get_or_insert_with(why);
                self.published.push(Published {
                    claimed,
                    acked: false,
                });
            }
        }
    }
}

async fn publish(broker: &jetstream::Context, claimed: Vec<Claimed>) -> Turn {
    let mut waiting = FuturesUnordered::new();
    let mut turn = Turn::default();
    for row in claimed {
        let (envelope, data) = (&row.envelope, row.envelope.data.clone().into());
        let sent = broker
            .publish_with_headers(envelope.subject.clone(), headers(envelope), data)
            .await;
        match sent {
            Ok(ack) => waiting.push(async { (row, ack.await.map(drop)) }),
            Err(error) => turn.came(row, Err(error)),
        }
    }
    while let Some((row, acked)) = waiting.next().await {
        turn.came(row, acked);
    }
    turn
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
