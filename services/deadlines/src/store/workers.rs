//! People, their supervision, their lists of obligations, and when to work a person out again.

use std::collections::{BTreeMap, BTreeSet};

use contracts::{
    AuthorityCode, ChildId, Person, StaffId, Supervision, SupervisionRecord, WorkerObligations,
};
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use store::{Db, Insert, Result, Row, Statement, Tx, Value, values};

/// Stands for "at once": earlier than any day.
const AT_ONCE_MARK: &str = "";

/// Keeps the people that are newer than those kept, and gives who they are. Each once.
pub async fn keep_people(
    tx: &mut Tx,
    authority: &AuthorityCode,
    people: &BTreeMap<StaffId, Person>,
) -> Result<Vec<StaffId>> {
    let row = |p: &Person| values![&p.staff_id, p.revision, Value::json(p)];
    kept(
        tx,
        authority,
        &PUT_PERSON,
        people.values().map(row).collect(),
    )
    .await
}

/// As `keep_people`.
pub async fn keep_supervision(
    tx: &mut Tx,
    authority: &AuthorityCode,
    supervision: &BTreeMap<StaffId, Supervision>,
) -> Result<Vec<StaffId>> {
    let row = |s: &Supervision| values![&s.staff_id, s.revision, Value::json(s)];
    let rows = supervision.values().map(row).collect();
    kept(tx, authority, &PUT_SUPERVISION, rows).await
}

async fn kept(
    tx: &mut Tx,
    authority: &AuthorityCode,
    put: &Insert,
    rows: Vec<Vec<Value>>,
) -> Result<Vec<StaffId>> {
    let kept = tx.authority(authority).insert_returning(put, rows).await?;
    kept.iter().map(staff_id).collect()
}

pub async fn keep_record(
    tx: &mut Tx,
    authority: &AuthorityCode,
    record: &SupervisionRecord,
) -> Result<()> {
    let row = values![record.revision, Value::json(record)];
    tx.authority(authority)
        .insert(&PUT_RECORD, vec![row])
        .await
        .map(|_| ())
}

pub async fn supervision_record(
    db: &Db,
    authority: &AuthorityCode,
) -> Result<Option<SupervisionRecord>> {
    let row = db.authority(authority).row(&RECORD, vec![]).await?;
    row.as_ref().map_or(Ok(None), in_force)
}

/// As `supervision_record`, within a transaction.
pub async fn record_held(
    tx: &mut Tx,
    authority: &AuthorityCode,
) -> Result<Option<SupervisionRecord>> {
    let row = tx.authority(authority).row(&RECORD, vec![]).await?;
    row.as_ref().map_or(Ok(None), in_force)
}

fn in_force(row: &Row) -> Result<Option<SupervisionRecord>> {
    let record: SupervisionRecord = row.json("body")?;
    Ok(Some(record).filter(|record| !record.removed))
}

/// Marks people due at once.
pub async fn workers_at_once(
    tx: &mut Tx,
    authority: &AuthorityCode,
    people: &BTreeSet<StaffId>,
) -> Result<()> {
    let row = |staff: &StaffId| values![staff, AT_ONCE_MARK];
    let rows = people.iter().map(row).collect();
    tx.authority(authority)
        .insert(&SCHEDULE, rows)
        .await
        .map(|_| ())
}

/// Marks everybody due at once, if `print` is not what they were last marked due for; gives whether it is not.
pub async fn begin_workers(tx: &mut Tx, authority: &AuthorityCode, print: &str) -> Result<bool> {
    let mut scoped = tx.authority(authority);
    let held = scoped.row(&PROGRESS, vec![]).await?;
    if held.map(|row| row.text("reckoned_with")).transpose()? == Some(print.to_owned()) {
        return Ok(false);
    }
    scoped.run(&AT_ONCE_ALL, values![AT_ONCE_MARK]).await?;
    scoped.insert(&PUT_PROGRESS, vec![values![print]]).await?;
    Ok(true)
}

/// Some of the people who are due, those due at once first; other replicas pass over them.
pub async fn claim_workers(
    tx: &mut Tx,
    authority: &AuthorityCode,
    today: Date,
    limit: usize,
) -> Result<Vec<StaffId>> {
    let args = values![today, limit];
    let rows = tx.authority(authority).rows(&CLAIM, args).await?;
    rows.iter().map(staff_id).collect()
}

/// What is known of some people.
#[derive(Debug, Default)]
pub struct Workers {
    pub people: BTreeMap<StaffId, Person>,
    pub supervision: BTreeMap<StaffId, Supervision>,
    /// How many children looked after each reviews; nobody with none.
    pub reviews: BTreeMap<StaffId, u64>,
    /// As last published.
    pub lists: BTreeMap<StaffId, WorkerObligations>,
}

pub async fn workers(
    tx: &mut Tx,
    authority: &AuthorityCode,
    people: &[StaffId],
) -> Result<Workers> {
    let list: Vec<Value> = people.iter().map(Value::from).collect();
    let mut scoped = tx.authority(authority);
    let people = scoped.rows_in(&PEOPLE, vec![], list.clone()).await?;
    let supervision = scoped.rows_in(&SUPERVISION, vec![], list.clone()).await?;
    let reviews = scoped.rows_in(&REVIEWS, vec![], list.clone()).await?;
    let lists = scoped.rows_in(&OBLIGATIONS, vec![], list).await?;
    let review = |row: &Row| Ok((StaffId::new(row.text("reviewer")?), row.count("children")?));
    Ok(Workers {
        people: bodies(&people, |p: &Person| &p.staff_id)?,
        supervision: bodies(&supervision, |s: &Supervision| &s.staff_id)?,
        reviews: reviews.iter().map(review).collect::<Result<_>>()?,
        lists: bodies(&lists, |l: &WorkerObligations| &l.staff_id)?,
    })
}

fn bodies<T: DeserializeOwned>(
    rows: &[Row],
    whose: impl Fn(&T) -> &StaffId,
) -> Result<BTreeMap<StaffId, T>> {
    let body = |row: &Row| {
        let body: T = row.json("body")?;
        Ok((whose(&body).clone(), body))
    };
    rows.iter().map(body).collect()
}

/// Keeps the new lists, and the days on which to look again.
pub async fn schedule_workers(
    tx: &mut Tx,
    authority: &AuthorityCode,
    lists: &[WorkerObligations],
    days: &[(StaffId, Option<Date>)],
) -> Result<()> {
    let mut scoped = tx.authority(authority);
    let row = |l: &WorkerObligations| values![&l.staff_id, l.revision, Value::json(l)];
    let rows = lists.iter().map(row).collect();
    scoped.insert(&PUT_OBLIGATIONS, rows).await?;
    let rows = days.iter().map(|(staff, day)| values![staff, *day]);
    scoped.insert(&SCHEDULE, rows.collect()).await.map(|_| ())
}

/// Keeps who reviews these children, and gives those of whose children this changes any.
pub async fn keep_reviewers(
    tx: &mut Tx,
    authority: &AuthorityCode,
    children: &BTreeMap<ChildId, Option<StaffId>>,
) -> Result<BTreeSet<StaffId>> {
    let mut scoped = tx.authority(authority);
    let list = children.keys().map(Value::from).collect();
    let mut before: BTreeMap<ChildId, Option<StaffId>> = BTreeMap::new();
    for row in scoped.rows_in(&REVIEWED, vec![], list).await? {
        let reviewer = row.maybe_text("reviewer")?.map(StaffId::new);
        before.insert(ChildId::new(row.text("child")?), reviewer);
    }
    let (mut rows, mut touched) = (Vec::new(), BTreeSet::new());
    for (child, reviewer) in children {
        let held = before.remove(child);
        if held.as_ref() == Some(reviewer) {
            continue;
        }
        rows.push(values![child, reviewer.as_ref()]);
        touched.extend(held.flatten().into_iter().chain(reviewer.clone()));
    }
    scoped.insert(&PUT_REVIEWED, rows).await?;
    Ok(touched)
}

/// One person, with the days of supervision held.
pub async fn worker(
    db: &Db,
    authority: &AuthorityCode,
    staff: &StaffId,
) -> Result<Option<(Person, Vec<Date>, Option<WorkerObligations>)>> {
    let list = || vec![Value::from(staff)];
    let reader = db.authority(authority);
    let people = reader.rows_in(&PEOPLE, vec![], list()).await?;
    let Some(person) = people.first() else {
        return Ok(None);
    };
    let supervision = reader.rows_in(&SUPERVISION, vec![], list()).await?;
    let held = supervision
        .first()
        .map(|row| row.json::<Supervision>("body"));
    let lists = reader.rows_in(&OBLIGATIONS, vec![], list()).await?;
    let list = lists.first().map(|row| row.json("body")).transpose()?;
    let held = held.transpose()?.map_or(Vec::new(), |s| s.held);
    Ok(Some((person.json("body")?, held, list)))
}

/// People of an authority with their days, by id, from the one after `staff` on.
pub async fn workers_after(
    db: &Db,
    authority: &AuthorityCode,
    staff: Option<&StaffId>,
    limit: usize,
) -> Result<Vec<(Person, Vec<Date>)>> {
    let after = staff.map_or("", StaffId::as_str);
    let reader = db.authority(authority);
    let rows = reader.rows(&AFTER, values![after, limit]).await?;
    let row = |row: &Row| {
        let held = row
            .maybe_text("held")?
            .map(|_| row.json::<Supervision>("held"));
        let held = held.transpose()?.map_or(Vec::new(), |s| s.held);
        Ok((row.json("body")?, held))
    };
    rows.iter().map(row).collect()
}

fn staff_id(row: &Row) -> Result<StaffId> {
    Ok(StaffId::new(row.text("staff_id")?))
}

pub(super) const PUT_PERSON: Insert = Insert {
    name: "person.put",
    into: "person (authority, staff_id, revision, body)",
    columns: 4,
    then: "ON CONFLICT (authority, staff_id) DO UPDATE SET revision = excluded.revision, body = excluded.body \
           WHERE excluded.revision > person.revision RETURNING staff_id",
};
pub(super) const PUT_SUPERVISION: Insert = Insert {
    name: "supervision.put",
    into: "supervision (authority, staff_id, revision, body)",
    columns: 4,
    then: "ON CONFLICT (authority, staff_id) DO UPDATE SET revision = excluded.revision, body = excluded.body \
           WHERE excluded.revision > supervision.revision RETURNING staff_id",
};
pub(super) const PUT_RECORD: Insert = Insert {
    name: "supervision_record.put",
    into: "supervision_record (authority, revision, body)",
    columns: 3,
    then: "ON CONFLICT (authority) DO UPDATE SET revision = excluded.revision, body = excluded.body \
           WHERE excluded.revision > supervision_record.revision",
};
pub(super) const RECORD: Statement = Statement::new(
    "supervision_record.of",
    "SELECT body FROM supervision_record WHERE authority = $1",
);
pub(super) const AT_ONCE_ALL: Statement = Statement::new(
    "worker_due.at-once-all",
    "UPDATE worker_due SET due_on = $2 WHERE authority = $1",
);
pub(super) const PROGRESS: Statement = Statement::new(
    "worker_progress.of",
    "SELECT reckoned_with FROM worker_progress WHERE authority = $1",
);
pub(super) const PUT_PROGRESS: Insert = Insert {
    name: "worker_progress.put",
    into: "worker_progress (authority, reckoned_with)",
    columns: 2,
    then: "ON CONFLICT (authority) DO UPDATE SET reckoned_with = excluded.reckoned_with",
};
pub(super) const CLAIM: Statement = Statement::new(
    "worker_due.claim",
    "SELECT staff_id FROM worker_due WHERE authority = $1 AND due_on <= $2 \
     ORDER BY due_on, staff_id LIMIT $3 {skip_locked}",
);
pub(super) const SCHEDULE: Insert = Insert {
    name: "worker_due.schedule",
    into: "worker_due (authority, staff_id, due_on)",
    columns: 3,
    then: "ON CONFLICT (authority, staff_id) DO UPDATE SET due_on = excluded.due_on",
};
pub(super) const PEOPLE: Statement = Statement::new(
    "person.of",
    "SELECT body FROM person WHERE authority = $1 AND staff_id IN ({list})",
);
pub(super) const SUPERVISION: Statement = Statement::new(
    "supervision.of",
    "SELECT body FROM supervision WHERE authority = $1 AND staff_id IN ({list})",
);
pub(super) const AFTER: Statement = Statement::new(
    "person.after",
    "SELECT person.body AS body, supervision.body AS held FROM person \
     LEFT JOIN supervision ON supervision.authority = person.authority AND supervision.staff_id = person.staff_id \
     WHERE person.authority = $1 AND person.staff_id > $2 ORDER BY person.staff_id LIMIT $3",
);
pub(super) const OBLIGATIONS: Statement = Statement::new(
    "worker_obligations.of",
    "SELECT body FROM worker_obligations WHERE authority = $1 AND staff_id IN ({list})",
);
pub(super) const PUT_OBLIGATIONS: Insert = Insert {
    name: "worker_obligations.put",
    into: "worker_obligations (authority, staff_id, revision, body)",
    columns: 4,
    then: "ON CONFLICT (authority, staff_id) DO UPDATE SET revision = excluded.revision, body = excluded.body",
};
pub(super) const REVIEWS: Statement = Statement::new(
    "reviewed.counts",
    "SELECT reviewer, count(*) AS children FROM reviewed \
     WHERE authority = $1 AND reviewer IN ({list}) GROUP BY reviewer",
);
pub(super) const REVIEWED: Statement = Statement::new(
    "reviewed.of",
    "SELECT child, reviewer FROM reviewed WHERE authority = $1 AND child IN ({list})",
);
pub(super) const PUT_REVIEWED: Insert = Insert {
    name: "reviewed.put",
    into: "reviewed (authority, child, reviewer)",
    columns: 3,
    then: "ON CONFLICT (authority, child) DO UPDATE SET reviewer = excluded.reviewer",
};
