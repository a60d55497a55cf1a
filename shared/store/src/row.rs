//! A row of either engine.

use contracts::AuthorityCode;
use jiff::{Timestamp, civil::Date};
use serde::de::DeserializeOwned;
use sqlx::{Row as _, postgres::PgRow, sqlite::SqliteRow};
use uuid::Uuid;

use crate::{Error, Result};

pub enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub fn maybe_int(&self, column: &str) -> Result<Option<i64>> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
        .map_err(|e| bad(column, &e))
    }

    pub fn maybe_text(&self, column: &str) -> Result<Option<String>> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
        .map_err(|e| bad(column, &e))
    }

    pub fn int(&self, column: &str) -> Result<i64> {
        self.maybe_int(column)?
            .ok_or_else(|| bad(column, &"it is empty"))
    }

    /// A count or a revision: never below zero.
    pub fn count(&self, column: &str) -> Result<u64> {
        u64::try_from(self.int(column)?).map_err(|_| bad(column, &"it is below zero"))
    }

    pub fn truth(&self, column: &str) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }

    pub fn text(&self, column: &str) -> Result<String> {
        self.maybe_text(column)?
            .ok_or_else(|| bad(column, &"it is empty"))
    }

    pub fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        serde_json::from_str(&self.text(column)?).map_err(|e| {
            let (fault, line, at) = (e.classify(), e.line(), e.column());
            bad(
                column,
                &format_args!("a {fault:?} fault at line {line}, column {at}"),
            )
        })
    }

    pub fn date(&self, column: &str) -> Result<Date> {
        self.maybe_date(column)?
            .ok_or_else(|| bad(column, &"it is empty"))
    }

    pub fn maybe_date(&self, column: &str) -> Result<Option<Date>> {
        self.maybe_text(column)?
            .map(|t| t.parse().map_err(|_| bad(column, &"it is not a day")))
            .transpose()
    }

    pub fn timestamp(&self, column: &str) -> Result<Timestamp> {
        self.maybe_timestamp(column)?
            .ok_or_else(|| bad(column, &"it is empty"))
    }

    pub fn maybe_timestamp(&self, column: &str) -> Result<Option<Timestamp>> {
        self.maybe_int(column)?
            .map(|us| {
                Timestamp::from_microsecond(us).map_err(|_| bad(column, &"it is not a moment"))
            })
            .transpose()
    }

    pub fn uuid(&self, column: &str) -> Result<Uuid> {
        self.text(column)?
            .parse()
            .map_err(|_| bad(column, &NOT_AN_ID))
    }

    pub fn maybe_uuid(&self, column: &str) -> Result<Option<Uuid>> {
        self.maybe_text(column)?
            .map(|t| t.parse().map_err(|_| bad(column, &NOT_AN_ID)))
            .transpose()
    }

    pub fn authority(&self, column: &str) -> Result<AuthorityCode> {
        self.text(column)?
            .parse()
            .map_err(|_| bad(column, &"it is not an authority's code"))
    }
}

const NOT_AN_ID: &str = "it is not an id";

/// `problem` says of what kind it is, never what stands there: errors are logged.
fn bad(column: &str, problem: &dyn std::fmt::Display) -> Error {
    Error::Column {
        column: column.to_owned(),
        problem: problem.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Db, Statement};

    const ODD: Statement = Statement::new(
        "odd",
        "SELECT '\"Robin Doe\"' AS json, 'Robin Doe' AS text, -7777 AS below, 9223372036854775807 AS late",
    );

    #[tokio::test]
    async fn what_cannot_be_read_is_told_by_column_place_and_kind_never_by_its_value() {
        let db = Db::memory(&[]).await.unwrap();
        let row = db.everywhere().row(&ODD, vec![]).await.unwrap().unwrap();
        let told = [
            row.json::<Vec<u32>>("json").unwrap_err(),
            row.json::<Vec<u32>>("text").unwrap_err(),
            row.date("text").unwrap_err(),
            row.uuid("text").unwrap_err(),
            row.maybe_uuid("text").unwrap_err(),
            row.authority("text").unwrap_err(),
            row.count("below").unwrap_err(),
            row.timestamp("late").unwrap_err(),
            row.int("text").unwrap_err(),
        ]
        .map(|error| {
            assert!(error.is_about_the_data());
            format!("{error} {error:?}")
        });
        for words in &told {
            assert!(!words.contains("Robin"), "{words}");
            assert!(
                !words.contains("7777") && !words.contains("92233"),
                "{words}"
            );
        }
        assert!(
            told[0].contains("column json") && told[0].contains("line 1, column 11"),
            "{told:?}"
        );
    }
}
