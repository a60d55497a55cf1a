//! Files taken in.

use contracts::commands::ImportSummary;
use jiff::{Timestamp, civil::Date};
use store::{Insert, Result, Scoped, Statement, Value, values};
use uuid::Uuid;

use crate::domain::{kind::FileKind, order::Latest};

pub(super) const ANSWERED: Statement = Statement::new(
    "directory.answered",
    "SELECT summary FROM taken_file WHERE authority = $1 AND request = $2",
);
pub(super) const LATEST: Statement = Statement::new(
    "directory.latest_file",
    "SELECT as_at, content FROM taken_file WHERE authority = $1 AND kind = $2 \
     ORDER BY as_at DESC, number DESC LIMIT 1",
);
pub(super) const TAKEN: Statement = Statement::new(
    "directory.taken_file",
    "SELECT summary FROM taken_file WHERE authority = $1 AND kind = $2 AND as_at = $3 AND content = $4 \
     ORDER BY number DESC LIMIT 1",
);
pub(super) const PUT: Insert = Insert {
    name: "directory.put_file",
    into: "taken_file (authority, number, request, kind, as_at, content, at, summary)",
    columns: 8,
    then: "ON CONFLICT (authority, request) DO NOTHING",
};
pub(super) const TURN: Statement = Statement::new(
    "directory.turn",
    "INSERT INTO turn (authority, files) VALUES ($1, 1) \
     ON CONFLICT (authority) DO UPDATE SET files = turn.files + 1 RETURNING files",
);

/// Waits until no other import of this authority is going on; gives this file's number.
pub async fn take_turn(scoped: &mut Scoped<'_>) -> Result<u64> {
    let row = scoped.row(&TURN, values![]).await?;
    row.map_or(Ok(1), |row| row.count("files"))
}

/// A file as taken in.
pub struct Taken<'a> {
    pub number: u64,
    pub request: Uuid,
    pub kind: FileKind,
    pub as_at: Date,
    /// SHA-256 of its bytes.
    pub content: &'a str,
    pub at: Timestamp,
    pub summary: &'a ImportSummary,
}

/// The answer this very request had.
pub async fn answered(scoped: &mut Scoped<'_>, request: Uuid) -> Result<Option<ImportSummary>> {
    let row = scoped.row(&ANSWERED, values![request]).await?;
    row.map(|row| row.json("summary")).transpose()
}

/// The file of this kind that describes the latest day.
pub async fn latest(scoped: &mut Scoped<'_>, kind: FileKind) -> Result<Option<Latest>> {
    let Some(row) = scoped.row(&LATEST, values![kind.as_str()]).await? else {
        return Ok(None);
    };
    Ok(Some(Latest {
        as_at: row.date("as_at")?,
        content: row.text("content")?,
    }))
}

/// What came of a file with this content and day, taken in at any time.
pub async fn taken(
    scoped: &mut Scoped<'_>,
    kind: FileKind,
    as_at: Date,
    content: &str,
) -> Result<Option<ImportSummary>> {
    let row = scoped
        .row(&TAKEN, values![kind.as_str(), as_at, content])
        .await?;
    row.map(|row| row.json("summary")).transpose()
}

pub async fn record(scoped: &mut Scoped<'_>, taken: &Taken<'_>) -> Result<()> {
    let row = values![
        taken.number,
        taken.request,
        taken.kind.as_str(),
        taken.as_at,
        taken.content,
        taken.at,
        Value::json(taken.summary),
    ];
    scoped.insert(&PUT, vec![row]).await.map(|_| ())
}
