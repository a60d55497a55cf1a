//! What sources say of children.

use std::collections::HashMap;

use contracts::{ChildId, Entry};
use store::{Insert, Result, Scoped, Statement, Value, values};

pub(super) const HEADS: Statement = Statement::new(
    "intake.heads",
    "SELECT child, digest, loose FROM said WHERE authority = $1 AND source = $2 AND child > $3 \
     ORDER BY child LIMIT $4",
);
pub(super) const SAID: Statement = Statement::new(
    "intake.said",
    "SELECT child, source, entries FROM said WHERE authority = $1 AND child IN ({list})",
);
pub(super) const REVISIONS: Statement = Statement::new(
    "intake.revisions",
    "SELECT child, revision FROM child WHERE authority = $1 AND child IN ({list})",
);
pub(super) const PUT_SAID: Insert = Insert {
    name: "intake.put_said",
    into: "said (authority, child, source, digest, loose, entries)",
    columns: 6,
    then: "ON CONFLICT (authority, child, source) DO UPDATE SET digest = excluded.digest, loose = excluded.loose, \
           entries = excluded.entries",
};
pub(super) const PUT_CHILDREN: Insert = Insert {
    name: "intake.put_children",
    into: "child (authority, child, revision)",
    columns: 3,
    then: "ON CONFLICT (authority, child) DO UPDATE SET revision = excluded.revision",
};

/// Rows of one page of heads.
const PAGE: u32 = 4096;

/// Whether a child can have anything new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub digest: String,
    /// Entries that still count although the last snapshot did not say them.
    pub loose: u64,
}

/// Every child a source has spoken of.
pub async fn heads(scoped: &mut Scoped<'_>, source: &str) -> Result<HashMap<String, Head>> {
    let mut heads = HashMap::new();
    let mut after = String::new();
    loop {
        let rows = scoped.rows(&HEADS, values![source, &after, PAGE]).await?;
        for row in &rows {
            let head = Head {
                digest: row.text("digest")?,
                loose: row.count("loose")?,
            };
            after = row.text("child")?;
            heads.insert(after.clone(), head);
        }
        if rows.len() < PAGE as usize {
            return Ok(heads);
        }
    }
}

/// What every source says of these children.
pub async fn said(
    scoped: &mut Scoped<'_>,
    children: &[ChildId],
) -> Result<HashMap<ChildId, Vec<(String, Vec<Entry>)>>> {
    let mut said: HashMap<_, Vec<_>> = HashMap::new();
    for row in scoped.rows_in(&SAID, values![], ids(children)).await? {
        let child = ChildId::new(row.text("child")?);
        let of_source = (row.text("source")?, row.json("entries")?);
        said.entry(child).or_default().push(of_source);
    }
    Ok(said)
}

/// The revisions of these children's chronologies; a child without one is not in it.
pub async fn revisions(
    scoped: &mut Scoped<'_>,
    children: &[ChildId],
) -> Result<HashMap<ChildId, u64>> {
    let rows = scoped.rows_in(&REVISIONS, values![], ids(children)).await?;
    let revision =
        |row: &store::Row| Ok((ChildId::new(row.text("child")?), row.count("revision")?));
    rows.iter().map(revision).collect()
}

/// What one source says of a child after a snapshot.
pub struct Said {
    pub child: ChildId,
    pub head: Head,
    pub entries: Vec<Entry>,
}

pub async fn put_said(scoped: &mut Scoped<'_>, source: &str, said: &[Said]) -> Result<()> {
    let row = |s: &Said| {
        let entries = Value::json(&s.entries);
        values![&s.child, source, &s.head.digest, s.head.loose, entries]
    };
    let rows = said.iter().map(row).collect();
    scoped.insert(&PUT_SAID, rows).await.map(|_| ())
}

pub async fn put_children(scoped: &mut Scoped<'_>, revisions: &[(ChildId, u64)]) -> Result<()> {
    let row = |(child, revision): &(ChildId, u64)| values![child, *revision];
    let rows = revisions.iter().map(row).collect();
    scoped.insert(&PUT_CHILDREN, rows).await.map(|_| ())
}

fn ids(children: &[ChildId]) -> Vec<Value> {
    children.iter().map(Value::from).collect()
}
