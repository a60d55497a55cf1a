//! What each authority was last routed by, and its lock: of several replicas one at a time writes to an authority.

use contracts::AuthorityCode;
use store::{Insert, Result, Statement, Tx, values};

/// The day and the directory that every running matter was last routed for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    pub day: String,
    /// Print of the directory and the settings.
    pub print: String,
}

/// Waits for the authority's lock and holds it until the end of the transaction.
pub async fn lock(tx: &mut Tx, authority: &AuthorityCode) -> Result<()> {
    tx.authority(authority)
        .insert(&LOCK, vec![values!["", ""]])
        .await
        .map(|_| ())
}

/// Takes the authority's lock unless another replica holds it.
pub async fn try_lock(tx: &mut Tx, authority: &AuthorityCode) -> Result<Option<Watched>> {
    let row = tx.authority(authority).row(&TRY, vec![]).await?;
    row.map(|row| {
        Ok(Watched {
            day: row.text("day")?,
            print: row.text("print")?,
        })
    })
    .transpose()
}

/// Makes the row that is locked; true if there was none.
pub async fn start(tx: &mut Tx, authority: &AuthorityCode) -> Result<bool> {
    let made = tx
        .authority(authority)
        .insert_returning(&START, vec![values!["", ""]])
        .await?;
    Ok(!made.is_empty())
}

pub async fn put(tx: &mut Tx, authority: &AuthorityCode, watched: &Watched) -> Result<()> {
    let row = values![watched.day.as_str(), watched.print.as_str()];
    tx.authority(authority)
        .insert(&PUT, vec![row])
        .await
        .map(|_| ())
}

pub(super) const LOCK: Insert = Insert {
    name: "watch.lock",
    into: "watch (authority, day, print)",
    columns: 3,
    then: "ON CONFLICT (authority) DO UPDATE SET authority = excluded.authority",
};
pub(super) const START: Insert = Insert {
    name: "watch.start",
    into: "watch (authority, day, print)",
    columns: 3,
    then: "ON CONFLICT (authority) DO NOTHING RETURNING authority",
};
pub(super) const TRY: Statement = Statement::new(
    "watch.try",
    "SELECT day, print FROM watch WHERE authority = $1 {skip_locked}",
);
pub(super) const PUT: Insert = Insert {
    name: "watch.put",
    into: "watch (authority, day, print)",
    columns: 3,
    then: "ON CONFLICT (authority) DO UPDATE SET day = excluded.day, print = excluded.print",
};
