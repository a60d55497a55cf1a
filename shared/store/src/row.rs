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
        u64::try_from(self.int(column)?).map_err(|e| bad(column, &e))
    }

    pub fn truth(&self, column: &str) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }

    pub fn text(&self, column: &str) -> Result<String> {
        self.maybe_text(column)?
            .ok_or_else(|| bad(column, &"it is empty"))
    }

    pub fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        serde_json::from_str(&self.text(column)?).map_err(|e| bad(column, &e))
    }

    pub fn date(&self, column: &str) -> Result<Date> {
        self.maybe_date(column)?
            .ok_or_else(|| bad(column, &"it is empty"))
    }

    pub fn maybe_date(&self, column: &str) -> Result<Option<Date>> {
        self.maybe_text(column)?
            .map(|t| t.parse().map_err(|e| bad(column, &e)))
            .transpose()
    }

    pub fn timestamp(&self, column: &str) -> Result<Timestamp> {
        self.maybe_timestamp(column)?
            .ok_or_else(|| bad(column, &"it is empty"))
    }

    pub fn maybe_timestamp(&self, column: &str) -> Result<Option<Timestamp>> {
        self.maybe_int(column)?
            .map(|us| Timestamp::from_microsecond(us).map_err(|e| bad(column, &e)))
            .transpose()
    }

    pub fn uuid(&self, column: &str) -> Result<Uuid> {
        self.text(column)?.parse().map_err(|e| bad(column, &e))
    }

    pub fn maybe_uuid(&self, column: &str) -> Result<Option<Uuid>> {
        self.maybe_text(column)?
            .map(|t| t.parse().map_err(|e| bad(column, &e)))
            .transpose()
    }

    pub fn authority(&self, column: &str) -> Result<AuthorityCode> {
        self.text(column)?.parse().map_err(|e| bad(column, &e))
    }
}

fn bad(column: &str, problem: &dyn std::fmt::Display) -> Error {
    Error::Column {
        column: column.to_owned(),
        problem: problem.to_string(),
    }
}
