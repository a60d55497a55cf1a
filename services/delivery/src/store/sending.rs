//! Where each message is.

use std::collections::BTreeMap;

use contracts::{AuthorityCode, message::Message};
use jiff::Timestamp;
use store::{Db, Result, Row, Statement, Tx, Value, values};
use uuid::Uuid;

use crate::domain::{Decision, lines::Changed};

/// A message at hand, and how often it was tried before.
pub struct Held {
    pub message: Message,
    pub attempt: u32,
    pub lost: u32,
}

/// One whose attempt was recorded, and nothing after it.
pub struct Interrupted {
    pub held: Held,
    /// The attempt's channel, and the notices that had stood down before it.
    pub channel: String,
    pub stood_down: Vec<Uuid>,
}

/// The times at which waiting messages are to be tried, earliest first.
pub async fn peek(db: &Db, most: usize) -> Result<Vec<Timestamp>> {
    let rows = db.everywhere().rows(&PEEK, values![most]).await?;
    rows.iter().map(|row| row.timestamp("next_at")).collect()
}

/// Messages not at their end yet.
pub async fn waiting(db: &Db) -> Result<u64> {
    let row = db.everywhere().row(&WAITING, vec![]).await?;
    row.map_or(Ok(0), |row| row.count("n"))
}

/// Messages whose time has come, those waiting longest first.
pub async fn ready(tx: &mut Tx, now: Timestamp, most: usize) -> Result<Vec<Held>> {
    let rows = tx.everywhere().rows(&READY, values![now, most]).await?;
    rows.iter().map(held).collect()
}

/// What was attempted through `channel`, whose only sender asks, and through any that nobody sends through now.
pub async fn interrupted(tx: &mut Tx, channel: &str, now: Timestamp) -> Result<Vec<Interrupted>> {
    let args = values![channel, now];
    let rows = tx.everywhere().rows(&INTERRUPTED, args).await?;
    let read = |row: &Row| {
        Ok(Interrupted {
            held: held(row)?,
            channel: row.text("channel")?,
            stood_down: row.json("stood_down")?,
        })
    };
    rows.iter().map(read).collect()
}

/// What is known to have changed among these notices.
pub async fn changed(
    tx: &mut Tx,
    authority: &AuthorityCode,
    notices: Vec<Uuid>,
) -> Result<Changed> {
    let notices = notices.into_iter().map(Value::from).collect();
    let rows = tx
        .authority(authority)
        .rows_in(&CHANGED, vec![], notices)
        .await?;
    rows.iter()
        .map(|row| Ok((row.uuid("notice")?, row.count("revision")?)))
        .collect()
}

/// Records attempts; `parts` names the notices left out of a message, where there are any.
pub async fn attempt(
    tx: &mut Tx,
    authority: &AuthorityCode,
    messages: &[Uuid],
    parts: &BTreeMap<Uuid, Vec<Uuid>>,
    channel: &str,
    now: Timestamp,
) -> Result<()> {
    let list = messages.iter().map(|m| Value::from(*m)).collect();
    let mut scope = tx.authority(authority);
    scope.run_in(&ATTEMPT, values![channel, now], list).await?;
    for (message, left_out) in parts {
        let args = vec![Value::from(*message), Value::json(left_out)];
        scope.run(&ATTEMPT_PART, args).await?;
    }
    Ok(())
}

pub async fn stand_down(
    tx: &mut Tx,
    authority: &AuthorityCode,
    messages: Vec<Uuid>,
    now: Timestamp,
) -> Result<()> {
    let list = messages.into_iter().map(Value::from).collect();
    let mut scope = tx.authority(authority);
    scope.run_in(&STAND_DOWN, values![now], list).await?;
    Ok(())
}

/// Records the commonest end, many at once.
pub async fn accept(
    tx: &mut Tx,
    authority: &AuthorityCode,
    messages: Vec<Uuid>,
    now: Timestamp,
) -> Result<()> {
    let list = messages.into_iter().map(Value::from).collect();
    let mut scope = tx.authority(authority);
    scope.run_in(&ACCEPT, values![now], list).await?;
    Ok(())
}

/// Records any other decision.
pub async fn settle(
    tx: &mut Tx,
    authority: &AuthorityCode,
    message: Uuid,
    decision: &Decision,
    now: Timestamp,
) -> Result<()> {
    let args = values![
        message,
        decision.state.as_str(),
        decision.next_at,
        decision.attempt,
        decision.lost,
        now
    ];
    tx.authority(authority).run(&SETTLE, args).await?;
    Ok(())
}

fn held(row: &Row) -> Result<Held> {
    let small = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(Held {
        message: row.json("body")?,
        attempt: small(row.int("attempt")?),
        lost: small(row.int("lost")?),
    })
}

pub(super) const PEEK: Statement = Statement::new(
    "sending.peek",
    "SELECT next_at FROM sending WHERE state = 'waiting' ORDER BY next_at LIMIT $1",
);
pub(super) const WAITING: Statement = Statement::new(
    "sending.waiting",
    "SELECT (SELECT count(*) FROM sending WHERE state = 'waiting') \
     + (SELECT count(*) FROM sending WHERE state = 'attempting') AS n",
);
pub(super) const READY: Statement = Statement::new(
    "sending.ready",
    "SELECT s.attempt, s.lost, m.body FROM sending s \
     JOIN message m ON m.authority = s.authority AND m.message = s.message \
     WHERE s.state = 'waiting' AND s.next_at <= $1 ORDER BY s.next_at LIMIT $2 {skip_locked}",
);
pub(super) const CHANGED: Statement = Statement::new(
    "change.of",
    "SELECT notice, revision FROM change WHERE authority = $1 AND notice IN ({list})",
);
pub(super) const ATTEMPT: Statement = Statement::new(
    "sending.attempt",
    "UPDATE sending SET state = 'attempting', attempt = attempt + 1, channel = $2, stood_down = '[]', at = $3 \
     WHERE authority = $1 AND message IN ({list})",
);
pub(super) const ATTEMPT_PART: Statement = Statement::new(
    "sending.attempt_part",
    "UPDATE sending SET stood_down = $3 WHERE authority = $1 AND message = $2",
);
pub(super) const STAND_DOWN: Statement = Statement::new(
    "sending.stand_down",
    "UPDATE sending SET state = 'stood_down', at = $2 WHERE authority = $1 AND message IN ({list})",
);
pub(super) const ACCEPT: Statement = Statement::new(
    "sending.accept",
    "UPDATE sending SET state = 'accepted', at = $2 WHERE authority = $1 AND message IN ({list})",
);
pub(super) const SETTLE: Statement = Statement::new(
    "sending.settle",
    "UPDATE sending SET state = $3, next_at = $4, attempt = $5, lost = $6, at = $7 \
     WHERE authority = $1 AND message = $2",
);
pub(super) const INTERRUPTED: Statement = Statement::new(
    "sending.interrupted",
    "SELECT s.attempt, s.lost, s.channel, s.stood_down, m.body FROM sending s \
     JOIN message m ON m.authority = s.authority AND m.message = s.message \
     WHERE s.state = 'attempting' AND (s.channel = $1 OR NOT EXISTS \
     (SELECT 1 FROM lease l WHERE l.name = 'sender of ' || s.channel AND l.held_until > $2)) ORDER BY s.at",
);
