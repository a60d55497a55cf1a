//! Chronologies, lists of obligations, and when to work a child out again.

use std::collections::BTreeMap;

use contracts::{AuthorityCode, ChildId, Chronology, obligation::ChildObligations};
use jiff::civil::Date;
use store::{Db, Insert, Result, Statement, Tx, Value, values};

/// Stands for "at once": earlier than any day.
const AT_ONCE_MARK: &str = "";

/// A child whose time has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    pub child: ChildId,
    /// A chronology is the cause, or other rules; not the passing of days.
    pub chronology: bool,
    /// The authority's revision that the chronology came with.
    pub after_revision: u64,
}

/// Keeps the chronologies that are newer than those kept, and gives their children. One a child.
pub async fn keep(
    tx: &mut Tx,
    authority: &AuthorityCode,
    chronologies: &BTreeMap<ChildId, Chronology>,
) -> Result<Vec<ChildId>> {
    let rows = chronologies
        .iter()
        .map(|(child, c)| vec![child.into(), c.revision.into(), Value::json(c)])
        .collect();
    let kept = tx
        .authority(authority)
        .insert_returning(&PUT_CHRONOLOGY, rows)
        .await?;
    kept.iter()
        .map(|row| Ok(ChildId::new(row.text("child")?)))
        .collect()
}

/// Marks children due at once, each after a revision of the authority.
pub async fn at_once(
    tx: &mut Tx,
    authority: &AuthorityCode,
    children: &[(ChildId, u64)],
) -> Result<()> {
    let rows = children
        .iter()
        .map(|(child, revision)| values![child, AT_ONCE_MARK, *revision, true])
        .collect();
    tx.authority(authority)
        .insert(&AT_ONCE, rows)
        .await
        .map(|_| ())
}

/// Marks every child of an authority due at once; gives how many.
pub async fn at_once_all(tx: &mut Tx, authority: &AuthorityCode) -> Result<u64> {
    tx.authority(authority)
        .run(&AT_ONCE_ALL, values![AT_ONCE_MARK])
        .await
}

/// Some of the children that are due, those due at once first; other replicas pass over them.
pub async fn claim(
    tx: &mut Tx,
    authority: &AuthorityCode,
    today: Date,
    revision: u64,
    limit: usize,
) -> Result<Vec<Claimed>> {
    let args = values![today, revision, limit];
    let rows = tx.authority(authority).rows(&CLAIM, args).await?;
    rows.iter()
        .map(|row| {
            Ok(Claimed {
                child: ChildId::new(row.text("child")?),
                chronology: row.truth("snapshot")?,
                after_revision: row.count("after_revision")?,
            })
        })
        .collect()
}

/// The chronologies of some children.
pub async fn chronologies(
    tx: &mut Tx,
    authority: &AuthorityCode,
    children: &[Claimed],
) -> Result<BTreeMap<ChildId, Chronology>> {
    let rows = tx
        .authority(authority)
        .rows_in(&CHRONOLOGIES, vec![], ids(children))
        .await?;
    let read = |row: &store::Row| row.json::<Chronology>("body").map(|c| (c.child.clone(), c));
    rows.iter().map(read).collect()
}

/// The lists of some children as last published.
pub async fn obligations(
    tx: &mut Tx,
    authority: &AuthorityCode,
    children: &[Claimed],
) -> Result<BTreeMap<ChildId, ChildObligations>> {
    let rows = tx
        .authority(authority)
        .rows_in(&OBLIGATIONS, vec![], ids(children))
        .await?;
    let read = |row: &store::Row| {
        row.json::<ChildObligations>("body")
            .map(|o| (o.child.clone(), o))
    };
    rows.iter().map(read).collect()
}

fn ids(children: &[Claimed]) -> Vec<Value> {
    children.iter().map(|c| Value::from(&c.child)).collect()
}

/// What became of a claimed child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub child: ChildId,
    pub next_on: Option<Date>,
    /// The new list, where it changed.
    pub list: Option<ChildObligations>,
}

/// Keeps the new lists, and the days on which to look again.
pub async fn schedule(tx: &mut Tx, authority: &AuthorityCode, kept: &[Kept]) -> Result<()> {
    let lists = kept
        .iter()
        .filter_map(|k| k.list.as_ref())
        .map(|list| {
            vec![
                (&list.child).into(),
                list.revision.into(),
                Value::json(list),
            ]
        })
        .collect();
    tx.authority(authority)
        .insert(&PUT_OBLIGATIONS, lists)
        .await?;
    let days = kept
        .iter()
        .map(|k| values![&k.child, k.next_on, 0_u64, false])
        .collect();
    tx.authority(authority)
        .insert(&SCHEDULE, days)
        .await
        .map(|_| ())
}

/// One child's chronology.
pub async fn chronology(
    db: &Db,
    authority: &AuthorityCode,
    child: &ChildId,
) -> Result<Option<Chronology>> {
    let row = db
        .authority(authority)
        .row(&CHRONOLOGY, values![child])
        .await?;
    row.map(|row| row.json("body")).transpose()
}

/// Chronologies of an authority, by child, from the one after `child` on.
pub async fn after(
    db: &Db,
    authority: &AuthorityCode,
    child: Option<&ChildId>,
    limit: usize,
) -> Result<Vec<Chronology>> {
    let after = child.map_or("", ChildId::as_str);
    let rows = db
        .authority(authority)
        .rows(&AFTER, values![after, limit])
        .await?;
    rows.iter().map(|row| row.json("body")).collect()
}

pub(super) const PUT_CHRONOLOGY: Insert = Insert {
    name: "chronology.put",
    into: "chronology (authority, child, revision, body)",
    columns: 4,
    then: "ON CONFLICT (authority, child) DO UPDATE SET revision = excluded.revision, body = excluded.body \
           WHERE excluded.revision > chronology.revision RETURNING child",
};
pub(super) const AT_ONCE: Insert = Insert {
    name: "due.at-once",
    into: "due (authority, child, due_on, after_revision, snapshot)",
    columns: 5,
    then: "ON CONFLICT (authority, child) DO UPDATE SET due_on = excluded.due_on, \
           after_revision = excluded.after_revision, snapshot = excluded.snapshot",
};
pub(super) const AT_ONCE_ALL: Statement = Statement::new(
    "due.at-once-all",
    "UPDATE due SET due_on = $2, snapshot = 1 WHERE authority = $1",
);
pub(super) const CLAIM: Statement = Statement::new(
    "due.claim",
    "SELECT child, snapshot, after_revision FROM due WHERE authority = $1 AND due_on <= $2 AND after_revision <= $3 \
     ORDER BY due_on, child LIMIT $4 {skip_locked}",
);
pub(super) const CHRONOLOGIES: Statement = Statement::new(
    "chronology.of",
    "SELECT body FROM chronology WHERE authority = $1 AND child IN ({list})",
);
pub(super) const CHRONOLOGY: Statement = Statement::new(
    "chronology.one",
    "SELECT body FROM chronology WHERE authority = $1 AND child = $2",
);
pub(super) const AFTER: Statement = Statement::new(
    "chronology.after",
    "SELECT body FROM chronology WHERE authority = $1 AND child > $2 ORDER BY child LIMIT $3",
);
pub(super) const OBLIGATIONS: Statement = Statement::new(
    "obligations.of",
    "SELECT body FROM obligations WHERE authority = $1 AND child IN ({list})",
);
pub(super) const PUT_OBLIGATIONS: Insert = Insert {
    name: "obligations.put",
    into: "obligations (authority, child, revision, body)",
    columns: 4,
    then: "ON CONFLICT (authority, child) DO UPDATE SET revision = excluded.revision, body = excluded.body",
};
pub(super) const SCHEDULE: Insert = Insert {
    name: "due.schedule",
    into: "due (authority, child, due_on, after_revision, snapshot)",
    columns: 5,
    then: "ON CONFLICT (authority, child) DO UPDATE SET due_on = excluded.due_on, snapshot = excluded.snapshot",
};
