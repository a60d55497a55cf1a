//! Whom each child is held by.

use std::collections::BTreeMap;

use contracts::{AuthorityCode, ChildId, chronology::InvolvementRole};
use store::{Insert, Result, Row, Statement, Tx, Value, values};

use crate::domain::child::{Child, Recorded};

/// Keeps those that are newer than what is kept, and gives their ids. One a child.
pub async fn keep(
    tx: &mut Tx,
    authority: &AuthorityCode,
    children: Vec<Child>,
) -> Result<Vec<ChildId>> {
    let rows = children
        .into_iter()
        .map(|c| {
            values![
                &c.held.child,
                c.held.revision,
                Value::json(&c.held),
                c.family.clone(),
                c.silent_from,
                c.records(InvolvementRole::Reviewer),
                c.records(InvolvementRole::ConferenceChair)
            ]
        })
        .collect();
    let kept = tx.authority(authority).insert_returning(&PUT, rows).await?;
    kept.iter()
        .map(|row| Ok(ChildId::new(row.text("child")?)))
        .collect()
}

pub async fn of(
    tx: &mut Tx,
    authority: &AuthorityCode,
    children: impl IntoIterator<Item = &ChildId>,
) -> Result<BTreeMap<ChildId, Child>> {
    let list = children.into_iter().map(Value::from).collect();
    let rows = tx.authority(authority).rows_in(&OF, vec![], list).await?;
    rows.iter()
        .map(|row| read(row).map(|c| (c.held.child.clone(), c)))
        .collect()
}

/// How many children are known here, and the sum of their revisions.
pub async fn sums(tx: &mut Tx, authority: &AuthorityCode) -> Result<(u64, u64)> {
    match tx.authority(authority).row(&SUMS, vec![]).await? {
        Some(row) => Ok((row.count("children")?, row.count("revisions")?)),
        None => Ok((0, 0)),
    }
}

/// Which seats are recorded of any child at all.
pub async fn recorded(tx: &mut Tx, authority: &AuthorityCode) -> Result<Recorded> {
    let reviewers = tx.authority(authority).row(&A_REVIEWER, vec![]).await?;
    let chairs = tx.authority(authority).row(&A_CHAIR, vec![]).await?;
    Ok(Recorded {
        reviewers: reviewers.is_some(),
        chairs: chairs.is_some(),
    })
}

fn read(row: &Row) -> Result<Child> {
    Ok(Child {
        held: row.json("held")?,
        family: row.maybe_text("family")?,
        silent_from: row.maybe_date("silent_from")?,
    })
}

pub(super) const PUT: Insert = Insert {
    name: "child.put",
    into: "child (authority, child, revision, held, family, silent_from, has_reviewer, has_chair)",
    columns: 8,
    then: "ON CONFLICT (authority, child) DO UPDATE SET revision = excluded.revision, held = excluded.held, \
           family = excluded.family, silent_from = excluded.silent_from, \
           has_reviewer = excluded.has_reviewer, has_chair = excluded.has_chair \
           WHERE excluded.revision > child.revision RETURNING child",
};
pub(super) const OF: Statement = Statement::new(
    "child.of",
    "SELECT held, family, silent_from FROM child WHERE authority = $1 AND child IN ({list})",
);
pub(super) const SUMS: Statement = Statement::new(
    "child.sums",
    "SELECT count(*) AS children, CAST(coalesce(sum(revision), 0) AS BIGINT) AS revisions \
     FROM child WHERE authority = $1",
);
pub(super) const A_REVIEWER: Statement = Statement::new(
    "child.a-reviewer",
    "SELECT child FROM child WHERE authority = $1 AND has_reviewer = 1 LIMIT 1",
);
pub(super) const A_CHAIR: Statement = Statement::new(
    "child.a-chair",
    "SELECT child FROM child WHERE authority = $1 AND has_chair = 1 LIMIT 1",
);
