//! What is to be published, recorded in the transaction whose state it tells of.

use std::sync::atomic::{AtomicI64, Ordering};

use contracts::{Envelope, STREAMS, StreamKind};
use jiff::{SignedDuration, Timestamp};
use store::{Insert, Prepared, Row, Statement, Tx, Value, values};
use tracing::error;

use crate::{consumer::Incoming, dead_letter};

/// Longest body that goes on the bus: what the broker takes, 1 MB, less room for headers.
pub const LARGEST: usize = 1024 * 1024 - 8 * 1024;

/// Puts events into the outbox. A state subject keeps its newest row only; an event that is there already, by id, is
/// left as it is. What is too large for the broker becomes a dead letter at once, and holds up nothing.
pub async fn put(tx: &mut Tx, events: &[Envelope]) -> store::Result<()> {
    let (small, large): (Vec<_>, Vec<_>) =
        events.iter().partition(|event| event.data.len() <= LARGEST);
    for event in large {
        let (bytes, most) = (event.data.len(), LARGEST);
        let reason = format!("too large to publish: {bytes} bytes, and the broker takes {most}");
        give_up(tx, event, &reason).await?;
    }
    put_small(tx, &small).await
}

/// What cannot be published is kept where the operator sees it, and can be tried again.
async fn give_up(tx: &mut Tx, event: &Envelope, reason: &str) -> store::Result<()> {
    error!(subject = event.subject, id = %event.id, reason, "dead letter: it cannot be published");
    let now = runtime::Clock::real().machine_now();
    let incoming = Incoming::new(event, 0);
    dead_letter::put(tx, dead_letter::OUTBOX, &incoming, reason, now).await
}

async fn put_small(tx: &mut Tx, events: &[&Envelope]) -> store::Result<()> {
    let traceparent = runtime::trace::current_traceparent();
    let mut rows = std::collections::HashMap::with_capacity(events.len());
    let mut order = Vec::with_capacity(events.len());
    for event in events {
        let authority = event
            .authority()
            .expect("an envelope's subject names its authority");
        let key = if is_state(&event.subject) {
            event.subject.clone()
        } else {
            event.id.to_string()
        };
        let row = (
            next_position(),
            event,
            event.traceparent.clone().or_else(|| traceparent.clone()),
        );
        if rows.insert(key.clone(), row).is_none() {
            order.push((authority, key));
        }
    }
    let rows = order
        .into_iter()
        .map(|at| {
            let (position, event, traceparent) = &rows[&at.1];
            values![
                at.1.as_str(),
                &at.0,
                *position,
                event.id,
                event.subject.as_str(),
                event.event_type.as_str(),
                event.source.as_str(),
                event.time,
                traceparent.clone(),
                String::from_utf8_lossy(&event.data).into_owned(),
                0_i64,
                None::<i64>,
            ]
        })
        .collect();
    tx.everywhere().insert(&PUT, rows).await.map(|_| ())
}

fn is_state(subject: &str) -> bool {
    let area = subject.split('.').nth(2).unwrap_or_default();
    STREAMS
        .iter()
        .any(|s| s.area == area && s.kind == StreamKind::State)
}

/// Rises within a process and, roughly, across restarts: publishing follows recording.
fn next_position() -> i64 {
    static LAST: AtomicI64 = AtomicI64::new(0);
    let now = runtime::Clock::real().machine_now().as_microsecond();
    let last = LAST.fetch_max(now, Ordering::Relaxed);
    if last < now {
        now
    } else {
        LAST.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// A row that a relay has claimed.
#[derive(Debug)]
pub struct Claimed {
    pub key: String,
    pub envelope: Envelope,
}

/// Releases what a relay published before (marking what was acknowledged) and claims the next rows, oldest first.
pub async fn settle_and_claim(
    tx: &mut Tx,
    published: &[Published],
    limit: usize,
    now: Timestamp,
    lease: SignedDuration,
) -> store::Result<Vec<Claimed>> {
    settle(tx, published, now).await?;
    let until = now.checked_add(lease).unwrap_or(now);
    let mut rows = tx
        .everywhere()
        .rows(&CLAIM, values![until, now, limit])
        .await?;
    let mut claimed = rows
        .drain(..)
        .map(|row| Ok((row.int("position")?, read(&row)?)))
        .collect::<store::Result<Vec<_>>>()?;
    claimed.sort_by_key(|(position, _)| *position);
    Ok(claimed.into_iter().map(|(_, row)| row).collect())
}

/// What became of a claimed row.
#[derive(Debug)]
pub struct Published {
    pub claimed: Claimed,
    pub acked: bool,
}

/// What the broker will never take leaves the outbox for the dead letters.
pub(crate) async fn refuse(tx: &mut Tx, claimed: &Claimed, reason: &str) -> store::Result<()> {
    give_up(tx, &claimed.envelope, reason).await?;
    tx.everywhere()
        .run(&REFUSE, values![&claimed.key, claimed.envelope.id])
        .await
        .map(|_| ())
}

async fn settle(tx: &mut Tx, published: &[Published], now: Timestamp) -> store::Result<()> {
    let keys = |acked: bool| {
        published
            .iter()
            .filter(|p| p.acked == acked)
            .map(|p| Value::from(&p.claimed.key))
            .collect::<Vec<_>>()
    };
    tx.everywhere()
        .run_in(&MARK, values![now], keys(true))
        .await?;
    tx.everywhere()
        .run_in(&RELEASE, vec![], keys(false))
        .await?;
    Ok(())
}

fn read(row: &Row) -> store::Result<Claimed> {
    Ok(Claimed {
        key: row.text("key")?,
        envelope: Envelope {
            id: row.uuid("id")?,
            subject: row.text("subject")?,
            event_type: row.text("event_type")?,
            source: row.text("source")?,
            time: row.timestamp("time")?,
            traceparent: row.maybe_text("traceparent")?,
            data: row.text("data")?.into_bytes(),
        },
    })
}

/// At start: what was acknowledged in the last ten minutes is published again, since a broker that lost power may have
/// lost it. Ids are computed from causes, so a second publish changes nothing.
pub async fn republish_recent(tx: &mut Tx, now: Timestamp) -> store::Result<u64> {
    let since = now.checked_sub(KEEP).unwrap_or(now);
    tx.everywhere().run(&REPUBLISH, values![since]).await
}

/// At start over a store that is ours alone: whoever claimed rows before us is gone, so their leases are too.
pub async fn release_all(tx: &mut Tx) -> store::Result<u64> {
    tx.everywhere().run(&RELEASE_ALL, values![]).await
}

/// Forgets rows acknowledged more than ten minutes ago.
pub async fn prune(tx: &mut Tx, now: Timestamp) -> store::Result<u64> {
    let before = now.checked_sub(KEEP).unwrap_or(now);
    tx.everywhere().run(&PRUNE, values![before]).await
}

/// How many rows wait to be published.
pub async fn depth(db: &store::Db) -> store::Result<u64> {
    db.everywhere()
        .row(&DEPTH, vec![])
        .await?
        .map_or(Ok(0), |row| row.count("n"))
}

const KEEP: SignedDuration = SignedDuration::from_mins(10);

const PUT: Insert = Insert {
    name: "outbox.put",
    into: "outbox (key, authority, position, id, subject, event_type, source, time, traceparent, data, claimed_until, acked_at)",
    columns: 12,
    then: "ON CONFLICT (key) DO UPDATE SET position = excluded.position, id = excluded.id, \
           event_type = excluded.event_type, source = excluded.source, time = excluded.time, \
           traceparent = excluded.traceparent, data = excluded.data, acked_at = NULL WHERE outbox.id <> excluded.id",
};
const CLAIM: Statement = Statement::new(
    "outbox.claim",
    // Materialized: as a plain subquery PostgreSQL may run it more than once, and claim more than the limit.
    "WITH next AS MATERIALIZED (SELECT key FROM outbox \
     WHERE acked_at IS NULL AND claimed_until <= $2 ORDER BY position LIMIT $3 {skip_locked}) \
     UPDATE outbox SET claimed_until = $1, claimed_id = id WHERE key IN (SELECT key FROM next) \
     RETURNING key, position, id, subject, event_type, source, time, traceparent, data",
);
const MARK: Statement = Statement::new(
    "outbox.mark",
    "UPDATE outbox SET claimed_until = 0, acked_at = CASE WHEN id = claimed_id THEN $1 ELSE acked_at END \
     WHERE key IN ({list})",
);
const RELEASE: Statement = Statement::new(
    "outbox.release",
    "UPDATE outbox SET claimed_until = 0 WHERE key IN ({list})",
);
const REFUSE: Statement = Statement::new(
    "outbox.refuse",
    "DELETE FROM outbox WHERE key = $1 AND id = $2",
);
const RELEASE_ALL: Statement = Statement::new(
    "outbox.release_all",
    "UPDATE outbox SET claimed_until = 0 WHERE acked_at IS NULL AND claimed_until > 0",
);
const REPUBLISH: Statement = Statement::new(
    "outbox.republish",
    "UPDATE outbox SET acked_at = NULL WHERE acked_at > $1",
);
const PRUNE: Statement = Statement::new("outbox.prune", "DELETE FROM outbox WHERE acked_at <= $1");
const DEPTH: Statement = Statement::new(
    "outbox.depth",
    "SELECT count(*) AS n FROM outbox WHERE acked_at IS NULL",
);

pub(crate) const STATEMENTS: [&dyn Prepared; 9] = [
    &REFUSE,
    &RELEASE_ALL,
    &PUT,
    &CLAIM,
    &MARK,
    &RELEASE,
    &REPUBLISH,
    &PRUNE,
    &DEPTH,
];
