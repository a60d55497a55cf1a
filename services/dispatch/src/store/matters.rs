//! Obligations as last heard of, and which of them to route.

use std::collections::BTreeMap;

use contracts::{AuthorityCode, ChildId};
use store::{Insert, Result, Row, Statement, Tx, Value, values};
use uuid::Uuid;

use crate::domain::matter::Matter;

/// A matter claimed for routing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    pub obligation: Uuid,
    pub child: ChildId,
    /// None before its first signal is read.
    pub matter: Option<Matter>,
}

/// Marks obligations that were just heard of. One an obligation.
pub async fn heard(
    tx: &mut Tx,
    authority: &AuthorityCode,
    of: BTreeMap<Uuid, ChildId>,
) -> Result<()> {
    let rows = of
        .iter()
        .map(|(obligation, child)| values![*obligation, child, true, false, false])
        .collect();
    tx.authority(authority)
        .insert(&HEARD, rows)
        .await
        .map(|_| ())
}

/// Marks the matters of children about whom something changed.
pub async fn due_by_child(
    tx: &mut Tx,
    authority: &AuthorityCode,
    children: &[ChildId],
) -> Result<()> {
    let list = children.iter().map(Value::from).collect();
    tx.authority(authority)
        .run_in(&DUE_BY_CHILD, vec![], list)
        .await
        .map(|_| ())
}

/// Marks every running matter: the day or the directory has changed.
pub async fn due_all(tx: &mut Tx, authority: &AuthorityCode) -> Result<u64> {
    tx.authority(authority).run(&DUE_ALL, vec![]).await
}

/// Marks the matters with a step that waits for a batch.
pub async fn due_by_batch(tx: &mut Tx, authority: &AuthorityCode, batch: u64) -> Result<u64> {
    tx.authority(authority)
        .run(&DUE_BY_BATCH, values![batch])
        .await
}

pub async fn due_again(
    tx: &mut Tx,
    authority: &AuthorityCode,
    obligations: Vec<Value>,
) -> Result<()> {
    tx.authority(authority)
        .run_in(&DUE_AGAIN, vec![], obligations)
        .await
        .map(|_| ())
}

/// Takes some of those that are marked and whose child is known. What is heard of them from here on marks them again.
pub async fn claim(tx: &mut Tx, authority: &AuthorityCode, limit: usize) -> Result<Vec<Claimed>> {
    let rows = tx.authority(authority).rows(&CLAIM, values![limit]).await?;
    rows.iter()
        .map(|row| {
            let body = row.maybe_text("body")?;
            Ok(Claimed {
                obligation: row.uuid("obligation")?,
                child: ChildId::new(row.text("child")?),
                matter: body.map(|_| row.json("body")).transpose()?,
            })
        })
        .collect()
}

pub async fn save(
    tx: &mut Tx,
    authority: &AuthorityCode,
    matters: &[(ChildId, Matter)],
) -> Result<()> {
    let rows = matters
        .iter()
        .map(|(child, m)| {
            values![
                m.obligation.id,
                child,
                false,
                m.runs(),
                m.nobody,
                Value::json(m)
            ]
        })
        .collect();
    tx.authority(authority)
        .insert(&SAVE, rows)
        .await
        .map(|_| ())
}

pub async fn of(
    tx: &mut Tx,
    authority: &AuthorityCode,
    obligations: Vec<Value>,
) -> Result<BTreeMap<Uuid, (ChildId, Matter)>> {
    let rows = tx
        .authority(authority)
        .rows_in(&OF, vec![], obligations)
        .await?;
    let read = |row: &Row| {
        Ok((
            row.uuid("obligation")?,
            (ChildId::new(row.text("child")?), row.json("body")?),
        ))
    };
    rows.iter().map(read).collect()
}

pub(super) const HEARD: Insert = Insert {
    name: "matter.heard",
    into: "matter (authority, obligation, child, due, running, nobody)",
    columns: 6,
    then: "ON CONFLICT (authority, obligation) DO UPDATE SET due = 1",
};
pub(super) const DUE_BY_CHILD: Statement = Statement::new(
    "matter.due-by-child",
    "UPDATE matter SET due = 1 WHERE authority = $1 AND child IN ({list})",
);
pub(super) const DUE_ALL: Statement = Statement::new(
    "matter.due-all",
    "UPDATE matter SET due = 1 WHERE authority = $1 AND running = 1",
);
pub(super) const DUE_BY_BATCH: Statement = Statement::new(
    "matter.due-by-batch",
    "UPDATE matter SET due = 1 WHERE authority = $1 AND obligation IN (SELECT obligation FROM step \
     WHERE authority = $1 AND batch = $2 AND state = 'pending' AND message IS NULL)",
);
pub(super) const DUE_AGAIN: Statement = Statement::new(
    "matter.due-again",
    "UPDATE matter SET due = 1 WHERE authority = $1 AND obligation IN ({list})",
);
pub(super) const CLAIM: Statement = Statement::new(
    "matter.claim",
    "UPDATE matter SET due = 0 WHERE authority = $1 AND obligation IN (SELECT m.obligation FROM matter m \
     JOIN child c ON c.authority = m.authority AND c.child = m.child \
     WHERE m.authority = $1 AND m.due = 1 ORDER BY m.child LIMIT $2) RETURNING obligation, child, body",
);
pub(super) const SAVE: Insert = Insert {
    name: "matter.save",
    into: "matter (authority, obligation, child, due, running, nobody, body)",
    columns: 7,
    // Not `due`: whatever was heard since the claim stays marked.
    then: "ON CONFLICT (authority, obligation) DO UPDATE SET running = excluded.running, \
           nobody = excluded.nobody, body = excluded.body",
};
pub(super) const OF: Statement = Statement::new(
    "matter.of",
    "SELECT obligation, child, body FROM matter WHERE authority = $1 AND body IS NOT NULL AND obligation IN ({list})",
);
