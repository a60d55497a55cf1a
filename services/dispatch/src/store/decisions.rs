//! The decision trace.

use std::collections::BTreeMap;

use contracts::{AuthorityCode, ChildId, ids};
use jiff::Timestamp;
use store::{Insert, Result, Row, Statement, Tx, Value, values};
use uuid::Uuid;

use super::notices::read_addressee;
use crate::domain::{
    notice::Who,
    trace::{Verdict, Versions},
};

/// A verdict as it is kept.
#[derive(Clone, Debug)]
pub struct Decision {
    pub child: ChildId,
    pub obligation: Uuid,
    pub verdict: Verdict,
    pub versions: Versions,
}

/// A verdict as it is read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The authority's own time.
    pub at: Timestamp,
    pub obligation: Uuid,
    pub rule: String,
    pub who: Option<Who>,
    pub step: Option<String>,
    pub verdict: String,
    pub why: String,
}

/// Keeps verdicts in the order given; the same one at the same moment is the same one.
pub async fn put(
    tx: &mut Tx,
    authority: &AuthorityCode,
    decisions: &[Decision],
    at: Timestamp,
) -> Result<()> {
    let rows: BTreeMap<Uuid, Vec<Value>> = decisions
        .iter()
        .enumerate()
        .map(|(place, decision)| row_of(decision, place, at))
        .collect();
    tx.authority(authority)
        .insert(&PUT, rows.into_values().collect())
        .await
        .map(|_| ())
}

fn row_of(decision: &Decision, place: usize, at: Timestamp) -> (Uuid, Vec<Value>) {
    let Decision {
        child,
        obligation,
        verdict: v,
        versions,
    } = decision;
    let notice = v.notice.map(|n| n.to_string()).unwrap_or_default();
    let step = v.step.as_deref().unwrap_or_default();
    let parts = [
        &obligation.to_string(),
        &notice,
        step,
        v.stage,
        v.verdict,
        &v.why,
        &at.to_string(),
    ];
    let id = ids::computed("decision", &parts);
    let row = values![
        id,
        child,
        *obligation,
        v.notice,
        v.step.clone(),
        v.stage,
        v.verdict,
        v.why.as_str(),
        at,
        place,
        Value::json(versions),
    ];
    (id, row)
}

/// Everything decided about a child, oldest first.
pub async fn of_child(
    tx: &mut Tx,
    authority: &AuthorityCode,
    child: &ChildId,
) -> Result<Vec<Kept>> {
    let rows = tx
        .authority(authority)
        .rows(&OF_CHILD, values![child])
        .await?;
    let read = |row: &Row| {
        let versions: Versions = row.json("versions")?;
        let addressee = row.maybe_text("addressee")?;
        Ok(Kept {
            at: versions.now.map_or_else(|| row.timestamp("at"), Ok)?,
            obligation: row.uuid("obligation")?,
            rule: versions.rule,
            who: addressee.as_deref().map(read_addressee).transpose()?,
            step: row.maybe_text("step")?,
            verdict: row.text("verdict")?,
            why: row.text("why")?,
        })
    };
    rows.iter().map(read).collect()
}

pub(super) const PUT: Insert = Insert {
    name: "decision.put",
    into: "decision (authority, id, child, obligation, notice, step, stage, verdict, why, at, place, versions)",
    columns: 12,
    then: "ON CONFLICT (authority, id) DO NOTHING",
};
pub(super) const OF_CHILD: Statement = Statement::new(
    "decision.of-child",
    "SELECT d.at, d.obligation, d.step, d.verdict, d.why, d.versions, n.addressee FROM decision d \
     LEFT JOIN notice n ON n.authority = d.authority AND n.notice = d.notice \
     WHERE d.authority = $1 AND d.child = $2 ORDER BY d.at, d.place, d.id",
);
