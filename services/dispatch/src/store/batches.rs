//! Snapshots that gave signals, and whether they may be told.

use std::collections::{BTreeMap, BTreeSet};

use contracts::{AuthorityCode, commands::HeldBatch};
use store::{Db, Insert, Result, Row, Statement, Tx, values};

use crate::domain::{batch::BatchState, stages::brake::Weighed};

/// Makes sure a batch is known before any of its steps waits for it.
pub async fn seen(tx: &mut Tx, authority: &AuthorityCode, batches: BTreeSet<u64>) -> Result<()> {
    let rows = batches
        .into_iter()
        .map(|batch| {
            values![
                batch,
                None::<u64>,
                BatchState::Collecting.as_str(),
                0_u64,
                0_u64
            ]
        })
        .collect();
    tx.authority(authority)
        .insert(&SEEN, rows)
        .await
        .map(|_| ())
}

/// How many signals some batches gave.
pub async fn computed(
    tx: &mut Tx,
    authority: &AuthorityCode,
    batches: BTreeMap<u64, u64>,
) -> Result<()> {
    let rows = batches
        .into_iter()
        .map(|(batch, signals)| {
            values![
                batch,
                signals,
                BatchState::Collecting.as_str(),
                0_u64,
                0_u64
            ]
        })
        .collect();
    tx.authority(authority)
        .insert(&COMPUTED, rows)
        .await
        .map(|_| ())
}

pub async fn unreleased(
    tx: &mut Tx,
    authority: &AuthorityCode,
) -> Result<BTreeMap<u64, BatchState>> {
    let rows = tx.authority(authority).rows(&UNRELEASED, vec![]).await?;
    rows.iter()
        .map(|row| Ok((row.count("batch")?, BatchState::read(&row.text("state")?))))
        .collect()
}

/// Collecting batches whose every signal has come and been answered. When a later batch is computed everything up to it
/// is, so one that was never counted itself waits for nothing.
pub async fn complete(tx: &mut Tx, authority: &AuthorityCode) -> Result<Vec<u64>> {
    let last = tx.authority(authority).row(&LAST_COMPUTED, vec![]).await?;
    let last = last.map(|row| row.maybe_int("last")).transpose()?.flatten();
    let rows = tx.authority(authority).rows(&COUNTS, vec![]).await?;
    let mut complete = Vec::new();
    for row in rows {
        let (batch, counted) = (row.int("batch")?, row.maybe_int("signals")?);
        let known = counted.or_else(|| last.filter(|last| *last > batch).map(|_| 0));
        let (seen, answered) = (row.int("seen")?, row.int("answered")?);
        if known.is_some_and(|signals| seen >= signals && answered == seen) {
            complete.push(row.count("batch")?);
        }
    }
    Ok(complete)
}

/// The people a batch would tell besides the baseline.
pub async fn people(tx: &mut Tx, authority: &AuthorityCode, batch: u64) -> Result<u64> {
    let row = tx.authority(authority).row(&PEOPLE, values![batch]).await?;
    row.map_or(Ok(0), |row| row.count("people"))
}

/// The same count of the last batches that were let go and told anybody.
pub async fn earlier(tx: &mut Tx, authority: &AuthorityCode, limit: usize) -> Result<Vec<u64>> {
    let rows = tx
        .authority(authority)
        .rows(&EARLIER, values![limit])
        .await?;
    rows.iter().map(|row| row.count("people")).collect()
}

pub async fn decide(
    tx: &mut Tx,
    authority: &AuthorityCode,
    batch: u64,
    weighed: Weighed,
) -> Result<()> {
    let args = values![batch, weighed.state.as_str(), weighed.people, weighed.usual];
    tx.authority(authority).run(&DECIDE, args).await.map(|_| ())
}

/// Where a batch stands, and how many people it tells.
pub async fn one(tx: &mut Tx, authority: &AuthorityCode, batch: u64) -> Result<Option<Weighed>> {
    let row = tx.authority(authority).row(&ONE, values![batch]).await?;
    row.map(|row| {
        Ok(Weighed {
            people: row.count("people")?,
            usual: row.count("usual")?,
            state: BatchState::read(&row.text("state")?),
        })
    })
    .transpose()
}

pub async fn held(db: &Db) -> Result<Vec<HeldBatch>> {
    let read = |row: &Row| {
        Ok(HeldBatch {
            authority: row.authority("authority")?,
            batch: row.count("batch")?,
            people: row.count("people")?,
            usual: row.count("usual")?,
        })
    };
    db.everywhere()
        .rows(&HELD, vec![])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// How many batches are held, as a transaction sees it.
pub async fn held_within(tx: &mut Tx) -> Result<usize> {
    Ok(tx.everywhere().rows(&HELD, vec![]).await?.len())
}

pub(super) const SEEN: Insert = Insert {
    name: "batch.seen",
    into: "batch (authority, batch, signals, state, people, usual)",
    columns: 6,
    then: "ON CONFLICT (authority, batch) DO NOTHING",
};
pub(super) const COMPUTED: Insert = Insert {
    name: "batch.computed",
    into: "batch (authority, batch, signals, state, people, usual)",
    columns: 6,
    then: "ON CONFLICT (authority, batch) DO UPDATE SET signals = excluded.signals",
};
pub(super) const UNRELEASED: Statement = Statement::new(
    "batch.unreleased",
    "SELECT batch, state FROM batch WHERE authority = $1 AND state <> 'released'",
);
pub(super) const COUNTS: Statement = Statement::new(
    "batch.counts",
    "SELECT b.batch, b.signals, count(s.id) AS seen, count(s.answer) AS answered FROM batch b \
     LEFT JOIN signal s ON s.authority = b.authority AND s.batch = b.batch \
     WHERE b.authority = $1 AND b.state = 'collecting' GROUP BY b.batch, b.signals ORDER BY b.batch",
);
pub(super) const LAST_COMPUTED: Statement = Statement::new(
    "batch.last-computed",
    "SELECT max(batch) AS last FROM batch WHERE authority = $1 AND signals IS NOT NULL",
);
pub(super) const PEOPLE: Statement = Statement::new(
    "batch.people",
    "SELECT count(DISTINCT addressee) AS people FROM step WHERE authority = $1 AND batch = $2 \
     AND state = 'pending' AND message IS NULL AND step NOT LIKE 'baseline%' AND addressee LIKE 'person %'",
);
pub(super) const EARLIER: Statement = Statement::new(
    "batch.earlier",
    "SELECT people FROM batch WHERE authority = $1 AND state = 'released' AND people > 0 \
     ORDER BY batch DESC LIMIT $2",
);
pub(super) const DECIDE: Statement = Statement::new(
    "batch.decide",
    "UPDATE batch SET state = $3, people = $4, usual = $5 WHERE authority = $1 AND batch = $2",
);
pub(super) const ONE: Statement = Statement::new(
    "batch.one",
    "SELECT state, people, usual FROM batch WHERE authority = $1 AND batch = $2",
);
pub(super) const HELD: Statement = Statement::new(
    "batch.held",
    "SELECT authority, batch, people, usual FROM batch WHERE state = 'held' ORDER BY authority, batch",
);
