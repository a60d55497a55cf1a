//! How far each authority has been worked out.

use std::collections::BTreeSet;

use contracts::AuthorityCode;
use jiff::civil::Date;
use store::{Insert, Result, Statement, Tx, values};

use crate::domain::decide::Established;

/// How far an authority has been worked out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Newest revision of the authority acted on.
    pub revision: u64,
    /// Print of the rules and the calendar that every child was last marked due for.
    pub reckoned_with: String,
    /// Newest revision whose every chronology has been worked out.
    pub reconciled: u64,
}

/// How far an authority has been worked out; none before the first time.
pub async fn progress(tx: &mut Tx, authority: &AuthorityCode) -> Result<Option<Progress>> {
    let row = tx.authority(authority).row(&PROGRESS, vec![]).await?;
    row.map(|row| {
        Ok(Progress {
            revision: row.count("revision")?,
            reckoned_with: row.text("reckoned_with")?,
            reconciled: row.count("reconciled")?,
        })
    })
    .transpose()
}

pub async fn record(tx: &mut Tx, authority: &AuthorityCode, progress: &Progress) -> Result<()> {
    let row = values![
        progress.revision,
        &progress.reckoned_with,
        progress.reconciled
    ];
    tx.authority(authority)
        .insert(&RECORD, vec![row])
        .await
        .map(|_| ())
}

pub async fn established(tx: &mut Tx, authority: &AuthorityCode) -> Result<Established> {
    let rows = tx.authority(authority).rows(&ESTABLISHED, vec![]).await?;
    let pairs = rows
        .iter()
        .map(|row| Ok((row.text("source")?, row.text("rule")?)));
    pairs.collect::<Result<_>>().map(Established)
}

/// First sight is over for these pairs of source and rule; it comes again for all others, which do not run.
pub async fn establish(
    tx: &mut Tx,
    authority: &AuthorityCode,
    pairs: &BTreeSet<(String, String)>,
) -> Result<()> {
    let Established(held) = established(tx, authority).await?;
    for (source, rule) in held.difference(pairs) {
        let pair = values![source, rule];
        tx.authority(authority).run(&UNESTABLISH, pair).await?;
    }
    let rows = pairs
        .iter()
        .map(|(source, rule)| values![source, rule])
        .collect();
    tx.authority(authority)
        .insert(&ESTABLISH, rows)
        .await
        .map(|_| ())
}

/// How many children have a chronology here, and the sum of its revisions.
pub async fn sums(tx: &mut Tx, authority: &AuthorityCode) -> Result<(u64, u64)> {
    match tx.authority(authority).row(&SUMS, vec![]).await? {
        Some(row) => Ok((row.count("children")?, row.count("revisions")?)),
        None => Ok((0, 0)),
    }
}

/// Is any child of the authority due by `today`, whatever revision it waits for?
pub async fn waits(tx: &mut Tx, authority: &AuthorityCode, today: Date) -> Result<bool> {
    let row = tx.authority(authority).row(&WAITS, values![today]).await?;
    Ok(row.is_some())
}

pub async fn add_signals(
    tx: &mut Tx,
    authority: &AuthorityCode,
    batch: u64,
    signals: usize,
) -> Result<()> {
    let row = values![batch, signals, 0_u64];
    tx.authority(authority)
        .insert(&ADD_SIGNALS, vec![row])
        .await
        .map(|_| ())
}

/// The batches up to the `last` snapshot that gave signals since they were last published: each with its number of
/// signals, in order. Only that snapshot's is still kept, in case what comes late or other rules add to it.
pub async fn complete_batches(
    tx: &mut Tx,
    authority: &AuthorityCode,
    last: u64,
) -> Result<Vec<(u64, u64)>> {
    let rows = tx
        .authority(authority)
        .rows(&COMPLETE, values![last])
        .await?;
    tx.authority(authority).run(&FORGET, values![last]).await?;
    let mut batches = rows
        .iter()
        .map(|row| Ok((row.count("batch")?, row.count("signals")?)))
        .collect::<Result<Vec<_>>>()?;
    batches.sort_unstable();
    Ok(batches)
}

pub(super) const PROGRESS: Statement = Statement::new(
    "progress.of",
    "SELECT revision, reckoned_with, reconciled FROM progress WHERE authority = $1",
);
pub(super) const RECORD: Insert = Insert {
    name: "progress.record",
    into: "progress (authority, revision, reckoned_with, reconciled)",
    columns: 4,
    then: "ON CONFLICT (authority) DO UPDATE SET revision = excluded.revision, \
           reckoned_with = excluded.reckoned_with, reconciled = excluded.reconciled \
           WHERE excluded.revision >= progress.revision",
};
pub(super) const ESTABLISHED: Statement = Statement::new(
    "established.of",
    "SELECT source, rule FROM established WHERE authority = $1",
);
pub(super) const ESTABLISH: Insert = Insert {
    name: "established.put",
    into: "established (authority, source, rule)",
    columns: 3,
    then: "ON CONFLICT (authority, source, rule) DO NOTHING",
};
pub(super) const UNESTABLISH: Statement = Statement::new(
    "established.drop",
    "DELETE FROM established WHERE authority = $1 AND source = $2 AND rule = $3",
);
pub(super) const SUMS: Statement = Statement::new(
    "chronology.sums",
    "SELECT count(*) AS children, CAST(coalesce(sum(revision), 0) AS BIGINT) AS revisions \
     FROM chronology WHERE authority = $1",
);
pub(super) const WAITS: Statement = Statement::new(
    "due.waits",
    "SELECT child FROM due WHERE authority = $1 AND due_on <= $2 LIMIT 1",
);
pub(super) const ADD_SIGNALS: Insert = Insert {
    name: "batch.add",
    into: "batch (authority, batch, signals, published)",
    columns: 4,
    then: "ON CONFLICT (authority, batch) DO UPDATE SET signals = batch.signals + excluded.signals",
};
pub(super) const COMPLETE: Statement = Statement::new(
    "batch.complete",
    "UPDATE batch SET published = signals WHERE authority = $1 AND batch <= $2 AND published < signals \
     RETURNING batch, signals",
);
pub(super) const FORGET: Statement = Statement::new(
    "batch.forget",
    "DELETE FROM batch WHERE authority = $1 AND batch < $2",
);
