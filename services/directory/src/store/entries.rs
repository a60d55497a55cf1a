//! People and teams, each row with its whole published state.

use contracts::{Person, Team};
use store::{Insert, Result, Row, Scoped, Statement, Value, values};

use crate::domain::{
    decide::Decision,
    known::{Directory, Known},
};

pub(super) const PEOPLE: Statement = Statement::new(
    "directory.people",
    "SELECT body, missing_since, CAST(1 AS BIGINT) AS declared FROM person WHERE authority = $1",
);
pub(super) const TEAMS: Statement = Statement::new(
    "directory.teams",
    "SELECT body, missing_since, declared FROM team WHERE authority = $1",
);
pub(super) const PUT_PEOPLE: Insert = Insert {
    name: "directory.put_people",
    into: "person (authority, staff_id, revision, missing_since, body)",
    columns: 5,
    then: "ON CONFLICT (authority, staff_id) DO UPDATE SET revision = excluded.revision, \
           missing_since = excluded.missing_since, body = excluded.body \
           WHERE excluded.revision >= person.revision",
};
pub(super) const PUT_TEAMS: Insert = Insert {
    name: "directory.put_teams",
    into: "team (authority, team_id, revision, missing_since, declared, body)",
    columns: 6,
    then: "ON CONFLICT (authority, team_id) DO UPDATE SET revision = excluded.revision, \
           missing_since = excluded.missing_since, declared = excluded.declared, body = excluded.body \
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
        missing_since: row.maybe_date("missing_since")?,
        declared: row.truth("declared")?,
    })
}

pub async fn save(scoped: &mut Scoped<'_>, decision: &Decision) -> Result<()> {
    let people = decision
        .people
        .iter()
        .map(|k| {
            values![
                &k.said.staff_id,
                k.said.revision,
                k.missing_since,
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
                k.missing_since,
                k.declared,
                Value::json(&k.said)
            ]
        })
        .collect();
    scoped.insert(&PUT_TEAMS, teams).await.map(|_| ())
}
