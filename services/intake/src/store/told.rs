//! Events taken in.

use std::collections::{BTreeMap, HashMap, HashSet};

use contracts::ChildId;
use jiff::Timestamp;
use store::{Insert, Result, Scoped, Statement, Value, values};
use uuid::Uuid;

pub(super) const EVENTS: Statement = Statement::new(
    "intake.told_events",
    "SELECT event, content FROM told WHERE authority = $1 AND source = $2 AND event IN ({list})",
);
pub(super) const FACTS: Statement = Statement::new(
    "intake.told_facts",
    "SELECT child, kind, fact_key, told_at FROM told_fact \
     WHERE authority = $1 AND source = $2 AND child IN ({list})",
);
/// Every source of events has a name between these two.
pub(super) const CHILDREN: Statement = Statement::new(
    "intake.told_children",
    "SELECT DISTINCT child FROM said \
     WHERE authority = $1 AND source > 'events/' AND source < 'events0' AND loose > 0",
);
pub(super) const PUT_EVENTS: Insert = Insert {
    name: "intake.put_told_events",
    into: "told (authority, source, event, content, taken_in_at)",
    columns: 5,
    then: "ON CONFLICT (authority, source, event) DO NOTHING",
};
pub(super) const PUT_FACTS: Insert = Insert {
    name: "intake.put_told_facts",
    into: "told_fact (authority, child, source, kind, fact_key, told_at)",
    columns: 6,
    then: "ON CONFLICT (authority, child, source, kind, fact_key) DO UPDATE SET told_at = excluded.told_at",
};

/// Of these events those that were taken in before, each with what it said, as a digest.
pub async fn events(
    scoped: &mut Scoped<'_>,
    source: &str,
    events: &[Uuid],
) -> Result<HashMap<Uuid, String>> {
    let list = events.iter().map(|event| Value::from(*event)).collect();
    let rows = scoped.rows_in(&EVENTS, values![source], list).await?;
    let row = |row: &store::Row| Ok((row.uuid("event")?, row.text("content")?));
    rows.iter().map(row).collect()
}

/// A child's fact: kind and key.
pub type FactId = (ChildId, String, String);

/// When each fact of these children was last told of by a source.
pub async fn facts(
    scoped: &mut Scoped<'_>,
    source: &str,
    children: &[ChildId],
) -> Result<BTreeMap<FactId, Timestamp>> {
    let list = children.iter().map(Value::from).collect();
    let rows = scoped.rows_in(&FACTS, values![source], list).await?;
    let row = |row: &store::Row| {
        let child = ChildId::new(row.text("child")?);
        let fact = (child, row.text("kind")?, row.text("fact_key")?);
        Ok((fact, row.timestamp("told_at")?))
    };
    rows.iter().map(row).collect()
}

/// Children of whom something counts that only events told.
pub async fn told_children(scoped: &mut Scoped<'_>) -> Result<HashSet<String>> {
    let rows = scoped.rows(&CHILDREN, values![]).await?;
    rows.iter().map(|row| row.text("child")).collect()
}

/// Remembers events, each with its digest, and when the facts they tell of were told.
pub async fn put_told(
    scoped: &mut Scoped<'_>,
    source: &str,
    events: &[(Uuid, String)],
    facts: &BTreeMap<FactId, Timestamp>,
    now: Timestamp,
) -> Result<()> {
    let event = |(id, content): &(Uuid, String)| values![source, *id, content, now];
    let rows = events.iter().map(event).collect();
    scoped.insert(&PUT_EVENTS, rows).await?;
    let fact =
        |((child, kind, key), at): (&FactId, &Timestamp)| values![child, source, kind, key, *at];
    let rows = facts.iter().map(fact).collect();
    scoped.insert(&PUT_FACTS, rows).await.map(|_| ())
}
