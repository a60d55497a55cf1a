//! Days of supervision: as files have them, as events told them, and as published.

use std::collections::BTreeSet;

use contracts::{StaffId, Supervision, SupervisionRecord, SupervisionTold};
use jiff::civil::Date;
use store::{Insert, Result, Row, Scoped, Statement, Value, values};

use super::entries::missing_since;
use crate::domain::supervision::{FileRows, Held};

pub(super) const ROWS: Statement = Statement::new(
    "directory.supervision_rows",
    "SELECT staff_id, row_key, held_on, supervisor_id, missing_since, missing_at, removed \
     FROM supervision WHERE authority = $1",
);
pub(super) const ROWS_OF: Statement = Statement::new(
    "directory.supervision_rows_of",
    "SELECT staff_id, row_key, held_on, supervisor_id, missing_since, missing_at, removed \
     FROM supervision WHERE authority = $1 AND staff_id IN ({list})",
);
pub(super) const TOLD: Statement = Statement::new(
    "directory.supervision_told",
    "SELECT body FROM supervision_told WHERE authority = $1",
);
pub(super) const TOLD_OF: Statement = Statement::new(
    "directory.supervision_told_of",
    "SELECT body FROM supervision_told WHERE authority = $1 AND staff_id IN ({list})",
);
pub(super) const SAID: Statement = Statement::new(
    "directory.supervision_said",
    "SELECT body FROM supervision_said WHERE authority = $1",
);
pub(super) const SAID_OF: Statement = Statement::new(
    "directory.supervision_said_of",
    "SELECT body FROM supervision_said WHERE authority = $1 AND staff_id IN ({list})",
);
pub(super) const RECORD: Statement = Statement::new(
    "directory.supervision_record",
    "SELECT body FROM supervision_record WHERE authority = $1",
);
pub(super) const FIRST: Statement = Statement::new(
    "directory.supervision_first",
    "SELECT min(day) AS first FROM ( \
     SELECT min(held_on) AS day FROM supervision WHERE authority = $1 AND removed = 0 \
     UNION ALL SELECT min(first_on) AS day FROM supervision_told WHERE authority = $1) AS days",
);
pub(super) const PUT_ROWS: Insert = Insert {
    name: "directory.put_supervision_rows",
    into: "supervision (authority, staff_id, row_key, held_on, supervisor_id, missing_since, missing_at, removed)",
    columns: 8,
    then: "ON CONFLICT (authority, staff_id, row_key) DO UPDATE SET held_on = excluded.held_on, \
           supervisor_id = excluded.supervisor_id, missing_since = excluded.missing_since, \
           missing_at = excluded.missing_at, removed = excluded.removed",
};
pub(super) const PUT_TOLD: Insert = Insert {
    name: "directory.put_supervision_told",
    into: "supervision_told (authority, staff_id, revision, first_on, body)",
    columns: 5,
    then: "ON CONFLICT (authority, staff_id) DO UPDATE SET revision = excluded.revision, \
           first_on = excluded.first_on, body = excluded.body \
           WHERE excluded.revision > supervision_told.revision RETURNING staff_id",
};
pub(super) const PUT_SAID: Insert = Insert {
    name: "directory.put_supervision_said",
    into: "supervision_said (authority, staff_id, revision, body)",
    columns: 4,
    then: "ON CONFLICT (authority, staff_id) DO UPDATE SET revision = excluded.revision, body = excluded.body",
};
pub(super) const PUT_RECORD: Insert = Insert {
    name: "directory.put_supervision_record",
    into: "supervision_record (authority, revision, body)",
    columns: 3,
    then: "ON CONFLICT (authority) DO UPDATE SET revision = excluded.revision, body = excluded.body",
};

/// Whose: of everybody, or of some.
#[derive(Clone, Copy)]
pub enum Whose<'a> {
    All,
    Of(&'a BTreeSet<StaffId>),
}

impl Whose<'_> {
    async fn rows(
        self,
        scoped: &mut Scoped<'_>,
        all: &Statement,
        of: &Statement,
    ) -> Result<Vec<Row>> {
        match self {
            Self::All => scoped.rows(all, values![]).await,
            Self::Of(people) => {
                let list = people.iter().map(Value::from).collect();
                scoped.rows_in(of, values![], list).await
            }
        }
    }
}

/// What the files say, rows that are gone included.
pub async fn supervision_rows(scoped: &mut Scoped<'_>, whose: Whose<'_>) -> Result<FileRows> {
    let rows = whose.rows(scoped, &ROWS, &ROWS_OF).await?;
    let row = |row: &Row| {
        let id = (StaffId::new(row.text("staff_id")?), row.text("row_key")?);
        let held = Held {
            held_on: row.date("held_on")?,
            supervisor: row.maybe_text("supervisor_id")?.map(StaffId::new),
            missing_since: missing_since(row)?,
            removed: row.truth("removed")?,
        };
        Ok((id, held))
    };
    rows.iter().map(row).collect()
}

pub async fn supervision_told(
    scoped: &mut Scoped<'_>,
    whose: Whose<'_>,
) -> Result<Vec<SupervisionTold>> {
    let rows = whose.rows(scoped, &TOLD, &TOLD_OF).await?;
    rows.iter().map(|row| row.json("body")).collect()
}

/// As last published.
pub async fn supervision_said(
    scoped: &mut Scoped<'_>,
    whose: Whose<'_>,
) -> Result<Vec<Supervision>> {
    let rows = whose.rows(scoped, &SAID, &SAID_OF).await?;
    rows.iter().map(|row| row.json("body")).collect()
}

pub async fn supervision_record(scoped: &mut Scoped<'_>) -> Result<Option<SupervisionRecord>> {
    let row = scoped.row(&RECORD, values![]).await?;
    row.map(|row| row.json("body")).transpose()
}

pub async fn put_supervision_rows(scoped: &mut Scoped<'_>, rows: &FileRows) -> Result<()> {
    let row = |((staff, key), held): (&(StaffId, String), &Held)| {
        values![
            staff,
            key,
            held.held_on,
            held.supervisor.as_ref(),
            held.missing_since.map(|m| m.as_at),
            held.missing_since.map(|m| m.at),
            held.removed
        ]
    };
    let rows = rows.iter().map(row).collect();
    scoped.insert(&PUT_ROWS, rows).await.map(|_| ())
}

/// The earliest day recorded of anybody.
pub async fn first_day_of_supervision(scoped: &mut Scoped<'_>) -> Result<Option<Date>> {
    let row = scoped.row(&FIRST, values![]).await?;
    row.map_or(Ok(None), |row| row.maybe_date("first"))
}

/// Keeps what is newer than what is kept, and gives whose it is. One a person.
pub async fn keep_supervision_told(
    scoped: &mut Scoped<'_>,
    told: &[SupervisionTold],
) -> Result<BTreeSet<StaffId>> {
    let row = |told: &SupervisionTold| {
        let first = told.held.iter().map(|held| held.held_on).min();
        values![&told.staff_id, told.revision, first, Value::json(told)]
    };
    let rows = told.iter().map(row).collect();
    let kept = scoped.insert_returning(&PUT_TOLD, rows).await?;
    kept.iter()
        .map(|row| Ok(StaffId::new(row.text("staff_id")?)))
        .collect()
}

pub async fn put_supervision_said(
    scoped: &mut Scoped<'_>,
    said: &[Supervision],
    record: Option<&SupervisionRecord>,
) -> Result<()> {
    let row = |said: &Supervision| values![&said.staff_id, said.revision, Value::json(said)];
    let rows = said.iter().map(row).collect();
    scoped.insert(&PUT_SAID, rows).await?;
    let row = |record: &SupervisionRecord| values![record.revision, Value::json(record)];
    let rows = record.into_iter().map(row).collect();
    scoped.insert(&PUT_RECORD, rows).await.map(|_| ())
}
