//! Notices with their steps.

use std::collections::BTreeMap;

use contracts::{AuthorityCode, ChildId, StaffId, TeamId, notice::StepState};
use jiff::Timestamp;
use store::{Error, Insert, Result, Row, Statement, Tx, Value, values};
use uuid::Uuid;

use crate::domain::{
    notice::{Notice, StepRow, Who},
    step::NotAStep,
};

/// Notices of some obligations, by obligation.
pub async fn of_matters(
    tx: &mut Tx,
    authority: &AuthorityCode,
    obligations: Vec<Value>,
) -> Result<BTreeMap<Uuid, Vec<Notice>>> {
    let rows = tx
        .authority(authority)
        .rows_in(&OF_MATTERS, vec![], obligations.clone())
        .await?;
    let steps = tx
        .authority(authority)
        .rows_in(&STEPS_OF_MATTERS, vec![], obligations)
        .await?;
    let mut all: BTreeMap<Uuid, Vec<Notice>> = BTreeMap::new();
    for notice in together(&rows, &steps)? {
        all.entry(notice.obligation).or_default().push(notice);
    }
    Ok(all)
}

pub async fn of_ids(
    tx: &mut Tx,
    authority: &AuthorityCode,
    ids: Vec<Value>,
) -> Result<Vec<Notice>> {
    let rows = tx
        .authority(authority)
        .rows_in(&OF_IDS, vec![], ids.clone())
        .await?;
    let steps = tx
        .authority(authority)
        .rows_in(&STEPS_OF_NOTICES, vec![], ids)
        .await?;
    together(&rows, &steps)
}

/// Notices of which some message carried a step, by message.
pub async fn carried_by(
    tx: &mut Tx,
    authority: &AuthorityCode,
    messages: Vec<Value>,
) -> Result<BTreeMap<Uuid, Vec<Uuid>>> {
    let rows = tx
        .authority(authority)
        .rows_in(&CARRIED, vec![], messages)
        .await?;
    let mut carried: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for row in rows {
        carried
            .entry(row.uuid("message")?)
            .or_default()
            .push(row.uuid("notice")?);
    }
    Ok(carried)
}

/// Writes whole notices; gives how many steps were made.
pub async fn save<'n>(
    tx: &mut Tx,
    authority: &AuthorityCode,
    notices: impl Iterator<Item = &'n Notice> + Clone,
) -> Result<usize> {
    let rows = notices.clone().map(row_of).collect();
    tx.authority(authority).insert(&PUT, rows).await?;
    let steps = notices.clone().flat_map(|n| {
        n.steps
            .iter()
            .enumerate()
            .map(|(place, s)| row_of_step(n, place, s))
    });
    tx.authority(authority)
        .insert(&PUT_STEP, steps.collect())
        .await?;
    Ok(notices.flat_map(|n| &n.steps).filter(|s| s.fresh).count())
}

/// Some of those to whom something may go now.
pub async fn ready_addressees(
    tx: &mut Tx,
    authority: &AuthorityCode,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<Value>> {
    let rows = tx
        .authority(authority)
        .rows(&READY_ADDRESSEES, values![now, limit])
        .await?;
    rows.iter()
        .map(|row| Ok(Value::from(row.text("addressee")?)))
        .collect()
}

/// What may go to them now, by addressee.
pub async fn ready(
    tx: &mut Tx,
    authority: &AuthorityCode,
    now: Timestamp,
    addressees: Vec<Value>,
) -> Result<BTreeMap<Who, Vec<Notice>>> {
    let rows = tx
        .authority(authority)
        .rows_in(&READY_NOTICES, values![now], addressees)
        .await?;
    let ids = rows
        .iter()
        .map(|row| row.text("notice").map(Value::from))
        .collect::<Result<_>>()?;
    let mut by_addressee: BTreeMap<Who, Vec<Notice>> = BTreeMap::new();
    for notice in of_ids(tx, authority, ids).await? {
        by_addressee
            .entry(notice.who.clone())
            .or_default()
            .push(notice);
    }
    Ok(by_addressee)
}

/// When the next waiting step may go.
pub async fn next(tx: &mut Tx, authority: &AuthorityCode) -> Result<Option<Timestamp>> {
    match tx.authority(authority).row(&NEXT, vec![]).await? {
        Some(row) => row.maybe_timestamp("next"),
        None => Ok(None),
    }
}

fn together(rows: &[Row], steps: &[Row]) -> Result<Vec<Notice>> {
    let mut steps_of: BTreeMap<Uuid, Vec<(i64, StepRow)>> = BTreeMap::new();
    for row in steps {
        steps_of
            .entry(row.uuid("notice")?)
            .or_default()
            .push((row.int("place")?, read_step(row)?));
    }
    rows.iter()
        .map(|row| {
            let mut steps = steps_of.remove(&row.uuid("notice")?).unwrap_or_default();
            steps.sort_by_key(|(place, _)| *place);
            read(row, steps.into_iter().map(|(_, step)| step).collect())
        })
        .collect()
}

fn addressee(who: &Who) -> String {
    match who {
        Who::Person(id) => format!("person {id}"),
        Who::Mailbox(id) => format!("mailbox {id}"),
    }
}

pub(super) fn read_addressee(text: &str) -> Result<Who> {
    match text.split_once(' ') {
        Some(("person", id)) => Ok(Who::Person(StaffId::new(id))),
        Some(("mailbox", id)) => Ok(Who::Mailbox(TeamId::new(id))),
        _ => Err(bad("addressee", "it is neither a person nor a mailbox")),
    }
}

fn bad(column: &str, problem: &str) -> Error {
    Error::Column {
        column: column.to_owned(),
        problem: problem.to_owned(),
    }
}

fn read(row: &Row, steps: Vec<StepRow>) -> Result<Notice> {
    Ok(Notice {
        id: row.uuid("notice")?,
        who: read_addressee(&row.text("addressee")?)?,
        child: ChildId::new(row.text("child")?),
        obligation: row.uuid("obligation")?,
        opening: u32::try_from(row.int("opening")?).map_err(|_| bad("opening", "too large"))?,
        revision: row.count("revision")?,
        open: row.truth("is_open")?,
        due_date: row.date("due_date")?,
        steps,
        changed: false,
    })
}

fn read_step(row: &Row) -> Result<StepRow> {
    let state = row.text("state")?;
    Ok(StepRow {
        key: row
            .text("step")?
            .parse()
            .map_err(|NotAStep| bad("step", "it is no step"))?,
        state: StepState::ALL
            .into_iter()
            .find(|s| s.as_str() == state)
            .ok_or_else(|| bad("state", "it is no state"))?,
        message: row.maybe_uuid("message")?,
        leaving: row.truth("leaving")?,
        not_before: row.maybe_timestamp("not_before")?,
        why: row.maybe_text("why")?,
        at: row.timestamp("at")?,
        batch: row.maybe_int("batch")?.and_then(|b| u64::try_from(b).ok()),
        said_due: row.maybe_date("said_due")?,
        fresh: false,
    })
}

fn row_of(n: &Notice) -> Vec<Value> {
    values![
        n.id,
        n.obligation,
        &n.child,
        n.opening,
        addressee(&n.who),
        n.revision,
        n.open,
        n.due_date
    ]
}

fn row_of_step(n: &Notice, place: usize, s: &StepRow) -> Vec<Value> {
    values![
        n.id,
        s.key.to_string(),
        place,
        n.obligation,
        addressee(&n.who),
        s.state.as_str(),
        s.message,
        s.leaving,
        s.not_before,
        s.why.clone(),
        s.at,
        s.batch,
        s.said_due,
    ]
}

pub(super) const OF_MATTERS: Statement = Statement::new(
    "notice.of-matters",
    "SELECT notice, obligation, child, opening, addressee, revision, is_open, due_date FROM notice \
     WHERE authority = $1 AND obligation IN ({list})",
);
pub(super) const OF_IDS: Statement = Statement::new(
    "notice.of-ids",
    "SELECT notice, obligation, child, opening, addressee, revision, is_open, due_date FROM notice \
     WHERE authority = $1 AND notice IN ({list})",
);
pub(super) const STEPS_OF_MATTERS: Statement = Statement::new(
    "step.of-matters",
    "SELECT notice, step, place, state, message, leaving, not_before, why, at, batch, said_due FROM step \
     WHERE authority = $1 AND obligation IN ({list})",
);
pub(super) const STEPS_OF_NOTICES: Statement = Statement::new(
    "step.of-notices",
    "SELECT notice, step, place, state, message, leaving, not_before, why, at, batch, said_due FROM step \
     WHERE authority = $1 AND notice IN ({list})",
);
pub(super) const PUT: Insert = Insert {
    name: "notice.put",
    into: "notice (authority, notice, obligation, child, opening, addressee, revision, is_open, due_date)",
    columns: 9,
    then: "ON CONFLICT (authority, notice) DO UPDATE SET revision = excluded.revision, \
           is_open = excluded.is_open, due_date = excluded.due_date",
};
pub(super) const PUT_STEP: Insert = Insert {
    name: "step.put",
    into: "step (authority, notice, step, place, obligation, addressee, state, message, leaving, not_before, why, \
           at, batch, said_due)",
    columns: 14,
    then: "ON CONFLICT (authority, notice, step) DO UPDATE SET state = excluded.state, message = excluded.message, \
           leaving = excluded.leaving, not_before = excluded.not_before, why = excluded.why, at = excluded.at, \
           batch = excluded.batch, said_due = excluded.said_due",
};
pub(super) const READY_ADDRESSEES: Statement = Statement::new(
    "step.ready-addressees",
    "SELECT addressee FROM step WHERE authority = $1 AND state = 'pending' AND message IS NULL \
     AND not_before <= $2 GROUP BY addressee ORDER BY addressee LIMIT $3",
);
pub(super) const READY_NOTICES: Statement = Statement::new(
    "step.ready-notices",
    "SELECT DISTINCT notice FROM step WHERE authority = $1 AND state = 'pending' AND message IS NULL \
     AND not_before <= $2 AND addressee IN ({list})",
);
pub(super) const NEXT: Statement = Statement::new(
    "step.next",
    "SELECT min(not_before) AS next FROM step WHERE authority = $1 AND state = 'pending' AND message IS NULL",
);
pub(super) const CARRIED: Statement = Statement::new(
    "step.carried",
    "SELECT DISTINCT message, notice FROM step WHERE authority = $1 AND message IN ({list})",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_column_and_never_what_stands_in_it() {
        let error = read_addressee("Ann.Lee@example.test").unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(
            said.contains("addressee") && !said.contains("Ann.Lee"),
            "{said}"
        );
    }
}
