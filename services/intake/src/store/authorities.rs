//! Authorities as last published.

use contracts::Authority;
use store::{Result, Scoped, Statement, Value, values};

/// The update changes nothing; on PostgreSQL it holds the row, so that imports of one authority follow each other
/// whichever process they run in.
pub(super) const LOCK: Statement = Statement::new(
    "intake.lock_authority",
    "INSERT INTO authority (authority, revision) VALUES ($1, 0) \
     ON CONFLICT (authority) DO UPDATE SET revision = authority.revision RETURNING state",
);
pub(super) const SAVE: Statement = Statement::new(
    "intake.save_authority",
    "UPDATE authority SET revision = $2, state = $3 WHERE authority = $1",
);

/// The authority's state, held until the transaction ends; none before its first accepted snapshot.
pub async fn lock(scoped: &mut Scoped<'_>) -> Result<Option<Authority>> {
    let row = scoped.row(&LOCK, values![]).await?;
    match row {
        Some(row) if row.maybe_text("state")?.is_some() => row.json("state").map(Some),
        _ => Ok(None),
    }
}

pub async fn save(scoped: &mut Scoped<'_>, authority: &Authority) -> Result<()> {
    let args = values![authority.revision, Value::json(authority)];
    scoped.run(&SAVE, args).await.map(|_| ())
}
