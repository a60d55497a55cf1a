//! Accepted snapshots.

use std::collections::BTreeMap;

use contracts::commands::ImportSummary;
use jiff::{Timestamp, civil::Date};
use store::{Insert, Result, Scoped, Statement, Value, values};
use uuid::Uuid;

use crate::domain::gate::Last;

pub(super) const ANSWERED: Statement = Statement::new(
    "intake.answered",
    "SELECT summary FROM snapshot WHERE authority = $1 AND request = $2",
);
pub(super) const IMPORTED: Statement = Statement::new(
    "intake.imported",
    "SELECT summary FROM snapshot WHERE authority = $1 AND source = $2 AND as_at = $3 AND content = $4 \
     ORDER BY revision DESC LIMIT 1",
);
pub(super) const LAST: Statement = Statement::new(
    "intake.last_snapshot",
    "SELECT as_at, content, counts FROM source WHERE authority = $1 AND source = $2",
);
pub(super) const RECENT: Statement = Statement::new(
    "intake.recent_snapshots",
    "SELECT as_at, MAX(accepted_at) AS accepted_at FROM snapshot \
     WHERE authority = $1 AND source = $2 AND accepted_at > $3 GROUP BY as_at",
);
pub(super) const PUT_SNAPSHOT: Insert = Insert {
    name: "intake.put_snapshot",
    into: "snapshot (authority, request, source, as_at, content, revision, accepted_at, summary)",
    columns: 8,
    then: "ON CONFLICT (authority, request) DO NOTHING",
};
pub(super) const PUT_SOURCE: Insert = Insert {
    name: "intake.put_source",
    into: "source (authority, source, as_at, content, counts)",
    columns: 5,
    then: "ON CONFLICT (authority, source) DO UPDATE SET as_at = excluded.as_at, content = excluded.content, \
           counts = excluded.counts",
};

/// The answer this very request had.
pub async fn answered(scoped: &mut Scoped<'_>, request: Uuid) -> Result<Option<ImportSummary>> {
    let row = scoped.row(&ANSWERED, values![request]).await?;
    row.map(|row| row.json("summary")).transpose()
}

/// What came of a snapshot that was accepted at any time.
pub async fn imported(
    scoped: &mut Scoped<'_>,
    source: &str,
    as_at: Date,
    content: &str,
) -> Result<Option<ImportSummary>> {
    let row = scoped
        .row(&IMPORTED, values![source, as_at, content])
        .await?;
    row.map(|row| row.json("summary")).transpose()
}

/// A source's last accepted snapshot.
pub async fn last(scoped: &mut Scoped<'_>, source: &str) -> Result<Option<Last>> {
    let Some(row) = scoped.row(&LAST, values![source]).await? else {
        return Ok(None);
    };
    Ok(Some(Last {
        as_at: row.date("as_at")?,
        content: row.text("content")?,
        rows: row.json("counts")?,
    }))
}

/// Days of the source's snapshots accepted after `since`, each with when its last one was.
pub async fn recent(
    scoped: &mut Scoped<'_>,
    source: &str,
    since: Timestamp,
) -> Result<Vec<(Date, Timestamp)>> {
    let rows = scoped.rows(&RECENT, values![source, since]).await?;
    rows.iter()
        .map(|row| Ok((row.date("as_at")?, row.timestamp("accepted_at")?)))
        .collect()
}

/// A snapshot as accepted.
pub struct Accepted<'s> {
    pub request: Uuid,
    pub source: &'s str,
    pub as_at: Date,
    pub content: &'s str,
    /// The authority's, from this snapshot on.
    pub revision: u64,
    pub at: Timestamp,
    /// Rows by table; a table that was not there keeps its count.
    pub rows: &'s BTreeMap<String, u64>,
    pub summary: &'s ImportSummary,
}

pub async fn accept(scoped: &mut Scoped<'_>, accepted: &Accepted<'_>) -> Result<()> {
    let snapshot = values![
        accepted.request,
        accepted.source,
        accepted.as_at,
        accepted.content,
        accepted.revision,
        accepted.at,
        Value::json(accepted.summary),
    ];
    scoped.insert(&PUT_SNAPSHOT, vec![snapshot]).await?;
    let counts = Value::json(accepted.rows);
    let source = values![accepted.source, accepted.as_at, accepted.content, counts];
    scoped.insert(&PUT_SOURCE, vec![source]).await.map(|_| ())
}
