//! What events told of the supervision of people who work there.

use std::collections::BTreeMap;

use contracts::StaffId;
use store::{Insert, Result, Row, Scoped, Statement, Value, values};

use crate::domain::supervision::{Known, Last};

pub(super) const TOLD: Statement = Statement::new(
    "intake.told_supervision",
    "SELECT staff_id, source, fact_key, told_at, told_on, held_on FROM told_supervision \
     WHERE authority = $1 AND staff_id IN ({list})",
);
pub(super) const WORKERS: Statement = Statement::new(
    "intake.told_workers",
    "SELECT staff_id, revision FROM told_worker WHERE authority = $1 AND staff_id IN ({list})",
);
pub(super) const PUT_TOLD: Insert = Insert {
    name: "intake.put_told_supervision",
    into: "told_supervision (authority, staff_id, source, fact_key, told_at, told_on, held_on)",
    columns: 7,
    then: "ON CONFLICT (authority, staff_id, source, fact_key) DO UPDATE SET told_at = excluded.told_at, \
           told_on = excluded.told_on, held_on = excluded.held_on",
};
pub(super) const PUT_WORKERS: Insert = Insert {
    name: "intake.put_told_workers",
    into: "told_worker (authority, staff_id, revision)",
    columns: 3,
    then: "ON CONFLICT (authority, staff_id) DO UPDATE SET revision = excluded.revision",
};

/// All that was told of these people.
pub async fn told_supervision(
    scoped: &mut Scoped<'_>,
    people: &[StaffId],
) -> Result<BTreeMap<StaffId, Known>> {
    let list = people.iter().map(Value::from).collect();
    let mut told: BTreeMap<StaffId, Known> = BTreeMap::new();
    for row in scoped.rows_in(&TOLD, values![], list).await? {
        let said = Last {
            at: row.timestamp("told_at")?,
            on: row.date("told_on")?,
            held_on: row.maybe_date("held_on")?,
        };
        let known = told.entry(StaffId::new(row.text("staff_id")?)).or_default();
        known.insert((row.text("source")?, row.text("fact_key")?), said);
    }
    Ok(told)
}

/// The revision of what was passed on of each of these people; nobody of whom nothing was.
pub async fn told_revisions(
    scoped: &mut Scoped<'_>,
    people: &[StaffId],
) -> Result<BTreeMap<StaffId, u64>> {
    let list = people.iter().map(Value::from).collect();
    let rows = scoped.rows_in(&WORKERS, values![], list).await?;
    let row = |row: &Row| Ok((StaffId::new(row.text("staff_id")?), row.count("revision")?));
    rows.iter().map(row).collect()
}

/// Remembers what a source told of these people, and the revisions that were passed on.
pub async fn put_told_supervision(
    scoped: &mut Scoped<'_>,
    source: &str,
    told: &BTreeMap<StaffId, Known>,
    revisions: &[(StaffId, u64)],
) -> Result<()> {
    let mut rows = Vec::new();
    for (staff, known) in told {
        for ((of, key), last) in known.iter().filter(|((of, _), _)| of == source) {
            rows.push(values![staff, of, key, last.at, last.on, last.held_on]);
        }
    }
    scoped.insert(&PUT_TOLD, rows).await?;
    let row = |(staff, revision): &(StaffId, u64)| values![staff, *revision];
    let rows = revisions.iter().map(row).collect();
    scoped.insert(&PUT_WORKERS, rows).await.map(|_| ())
}
