//! What came of messages, counted and shown.

use std::collections::BTreeMap;

use contracts::{AuthorityCode, commands::DeliveryTrouble};
use jiff::Timestamp;
use store::{Db, Insert, Result, Statement, Tx, values};
use uuid::Uuid;

/// Counts by outcome.
pub type Tally = BTreeMap<&'static str, u64>;

pub async fn add(tx: &mut Tx, authority: &AuthorityCode, tally: Tally) -> Result<()> {
    let rows = tally.into_iter().map(|(what, n)| values![what, n]);
    let mut scope = tx.authority(authority);
    scope.insert(&ADD, rows.collect()).await?;
    Ok(())
}

/// Counts of all authorities together.
pub async fn counts(db: &Db) -> Result<BTreeMap<String, u64>> {
    let rows = db.everywhere().rows(&COUNTS, vec![]).await?;
    rows.iter()
        .map(|row| Ok((row.text("outcome")?, row.count("n")?)))
        .collect()
}

/// Something a person should see about a message; the newest word replaces the one before.
pub async fn show(
    tx: &mut Tx,
    authority: &AuthorityCode,
    message: Uuid,
    recipient: &str,
    what: &str,
    now: Timestamp,
) -> Result<()> {
    let row = values![message, recipient, what, now];
    tx.authority(authority).insert(&SHOW, vec![row]).await?;
    Ok(())
}

pub async fn newest(db: &Db, most: u32) -> Result<Vec<DeliveryTrouble>> {
    let rows = db.everywhere().rows(&NEWEST, values![most]).await?;
    rows.iter()
        .map(|row| {
            Ok(DeliveryTrouble {
                message: row.uuid("message")?,
                authority: row.authority("authority")?,
                to: row.text("recipient")?,
                what: row.text("what")?,
                at: row.timestamp("at")?,
            })
        })
        .collect()
}

pub(super) const ADD: Insert = Insert {
    name: "tally.add",
    into: "tally (authority, outcome, count)",
    columns: 3,
    then: "ON CONFLICT (authority, outcome) DO UPDATE SET count = tally.count + excluded.count",
};
pub(super) const COUNTS: Statement = Statement::new(
    "tally.counts",
    "SELECT outcome, CAST(sum(count) AS BIGINT) AS n FROM tally GROUP BY outcome",
);
pub(super) const SHOW: Insert = Insert {
    name: "shown.put",
    into: "shown (authority, message, recipient, what, at)",
    columns: 5,
    then: "ON CONFLICT (authority, message) DO UPDATE SET what = excluded.what, at = excluded.at",
};
pub(super) const NEWEST: Statement = Statement::new(
    "shown.newest",
    "SELECT authority, message, recipient, what, at FROM shown ORDER BY at DESC LIMIT $1",
);
