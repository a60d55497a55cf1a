//! People and teams, each row with its whole published state.

use contracts::{Person, Team};
use jiff::Timestamp;
use store::{Insert, Result, Row, Scoped, Statement, Value, values};

use crate::domain::{
    decide::Decision,
    known::{Directory, Known},
    moment::Moment,
};

pub(super) const PEOPLE: Statement = Statement::new(
    "directory.people",
    "SELECT body, missing_since, missing_at, CAST(1 AS BIGINT) AS declared FROM person WHERE authority = $1",
);
pub(super) const TEAMS: Statement = Statement::new(
    "directory.teams",
    "SELECT body, missing_since, missing_at, declared FROM team WHERE authority = $1",
);
pub(super) const PUT_PEOPLE: Insert = Insert {
    name: "directory.put_people",
    into: "person (authority, staff_id, revision, missing_since, missing_at, body)",
    columns: 6,
    then: "ON CONFLICT (authority, staff_id) DO UPDATE SET revision = excluded.revision, \
           missing_since = excluded.missing_since, missing_at = excluded.missing_at, body = excluded.body \
           WHERE excluded.revision >= person.revision",
};
pub(super) const PUT_TEAMS: Insert = Insert {
    name: "directory.put_teams",
    into: "team (authority, team_id, revision, missing_since, missing_at, declared, body)",
    columns: 7,
    then: "ON CONFLICT (authority, team_id) DO UPDATE SET revision = excluded.revision, \
           missing_since = excluded.missing_since, missing_at = excluded.missing_at, \
           declared = excluded.declared, body = excluded.body \
           WHERE excluded.revision >= team.revision",
};

/// All that is known of one authority, those removed included: their revisions go on if they come back.
pub async fn load(scoped: &mut Scoped<'_>) -> Result<Directory> {
    let mut directory = Directory::default();
    for row in scoped.rows(&PEOPLE, values![]).await? {
        let known: Known<Person> = read(&row)?;
        directory.people.insert(known.said.staff_id.clone(), known);
    }
    for row in scoped.rows(&TEAMS, values![]).await? {
        let known: Known<Team> = read(&row)?;
        directory.teams.insert(known.said.team_id.clone(), known);
    }
    Ok(directory)
}

fn read<T: serde::de::DeserializeOwned>(row: &Row) -> Result<Known<T>> {
    Ok(Known {
        said: row.json("body")?,
        missing_since: missing_since(row)?,
        declared: row.truth("declared")?,
    })
}

/// Rows from before the moment was kept have the day only.
pub(super) fn missing_since(row: &Row) -> Result<Option<Moment>> {
    let Some(as_at) = row.maybe_date("missing_since")? else {
        return Ok(None);
    };
    let at = row.maybe_timestamp("missing_at")?;
    Ok(Some(at.map_or_else(
        || Moment::new(as_at, Timestamp::MAX),
        |at| Moment { as_at, at },
    )))
}

pub async fn save(scoped: &mut Scoped<'_>, decision: &Decision) -> Result<()> {
    let people = decision
        .people
        .iter()
        .map(|k| {
            values![
                &k.said.staff_id,
                k.said.revision,
                k.missing_since.map(|m| m.as_at),
                k.missing_since.map(|m| m.at),
                Value::json(&k.said)
            ]
        })
        .collect();
    scoped.insert(&PUT_PEOPLE, people).await?;
    let teams = decision
        .teams
        .iter()
        .map(|k| {
            values![
                &k.said.team_id,
                k.said.revision,
                k.missing_since.map(|m| m.as_at),
                k.missing_since.map(|m| m.at),
                k.declared,
                Value::json(&k.said)
            ]
        })
        .collect();
    scoped.insert(&PUT_TEAMS, teams).await.map(|_| ())
}
