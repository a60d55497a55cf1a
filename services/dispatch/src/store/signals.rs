//! Signals: each once, and what it came to.

use std::collections::{BTreeMap, BTreeSet};

use contracts::{AuthorityCode, obligation::DeadlineSignal};
use store::{Insert, Result, Statement, Tx, Value, values};
use uuid::Uuid;

/// Records those not seen before, and gives their ids. One an id.
pub async fn record(
    tx: &mut Tx,
    authority: &AuthorityCode,
    signals: &BTreeMap<Uuid, DeadlineSignal>,
) -> Result<BTreeSet<Uuid>> {
    let rows = signals
        .iter()
        .map(|(id, s)| values![*id, s.obligation.id, s.batch, Value::json(s)])
        .collect();
    let fresh = tx
        .authority(authority)
        .insert_returning(&RECORD, rows)
        .await?;
    fresh.iter().map(|row| row.uuid("id")).collect()
}

/// Signals of some obligations that have not been answered.
pub async fn unanswered(
    tx: &mut Tx,
    authority: &AuthorityCode,
    obligations: Vec<Value>,
) -> Result<BTreeMap<Uuid, Vec<(Uuid, DeadlineSignal)>>> {
    let rows = tx
        .authority(authority)
        .rows_in(&UNANSWERED, vec![], obligations)
        .await?;
    let mut all: BTreeMap<Uuid, Vec<_>> = BTreeMap::new();
    for row in rows {
        all.entry(row.uuid("obligation")?)
            .or_default()
            .push((row.uuid("id")?, row.json("body")?));
    }
    Ok(all)
}

pub async fn answer(
    tx: &mut Tx,
    authority: &AuthorityCode,
    answers: BTreeMap<&'static str, Vec<Value>>,
) -> Result<()> {
    for (answer, ids) in answers {
        tx.authority(authority)
            .run_in(&ANSWER, values![answer], ids)
            .await?;
    }
    Ok(())
}

pub(super) const RECORD: Insert = Insert {
    name: "signal.record",
    into: "signal (authority, id, obligation, batch, body)",
    columns: 5,
    then: "ON CONFLICT (authority, id) DO NOTHING RETURNING id",
};
pub(super) const UNANSWERED: Statement = Statement::new(
    "signal.unanswered",
    "SELECT id, obligation, body FROM signal WHERE authority = $1 AND answer IS NULL AND obligation IN ({list})",
);
pub(super) const ANSWER: Statement = Statement::new(
    "signal.answer",
    "UPDATE signal SET answer = $2, body = NULL WHERE authority = $1 AND id IN ({list})",
);
