//! Running statements, for one authority or across them.

use contracts::AuthorityCode;
use sqlx::{
    AssertSqlSafe, Postgres, Sqlite,
    postgres::{PgArguments, PgQueryResult},
    query::Query,
    sqlite::{SqliteArguments, SqliteQueryResult},
};

use crate::{
    Db, Error, Insert, Result, Row, Statement, Tx, Value,
    db::{Inner, Pools},
    statement::Engine,
};

/// A transaction, narrowed to one authority (or, from `everywhere`, to none).
pub struct Scoped<'t> {
    pub(crate) tx: &'t mut Tx,
    pub(crate) authority: Option<AuthorityCode>,
}

/// Reads outside of a transaction, narrowed to one authority (or, from `everywhere`, to none).
pub struct Reader<'d> {
    pub(crate) db: &'d Db,
    pub(crate) authority: Option<AuthorityCode>,
}

/// Longest list in one statement.
const LIST: usize = 512;

impl Scoped<'_> {
    /// The rows a statement gives; it may write (`RETURNING`).
    pub async fn rows(&mut self, statement: &Statement, args: Vec<Value>) -> Result<Vec<Row>> {
        self.fetch(statement, self.scoped(args), Vec::new()).await
    }

    /// At most one row.
    pub async fn row(&mut self, statement: &Statement, args: Vec<Value>) -> Result<Option<Row>> {
        Ok(self.rows(statement, args).await?.into_iter().next())
    }

    /// As `rows`, with `{list}` filled; a long list runs in parts. An empty list gives nothing.
    pub async fn rows_in(
        &mut self,
        statement: &Statement,
        args: Vec<Value>,
        list: Vec<Value>,
    ) -> Result<Vec<Row>> {
        let args = self.scoped(args);
        let mut rows = Vec::new();
        for part in list.chunks(LIST) {
            rows.extend(self.fetch(statement, args.clone(), padded(part)).await?);
        }
        Ok(rows)
    }

    /// Runs a statement; gives how many rows it touched.
    pub async fn run(&mut self, statement: &Statement, args: Vec<Value>) -> Result<u64> {
        let args = self.scoped(args);
        self.execute(statement, args, Vec::new()).await
    }

    /// As `run`, with `{list}` filled; a long list runs in parts.
    pub async fn run_in(
        &mut self,
        statement: &Statement,
        args: Vec<Value>,
        list: Vec<Value>,
    ) -> Result<u64> {
        let args = self.scoped(args);
        let mut touched = 0;
        for part in list.chunks(LIST) {
            touched += self.execute(statement, args.clone(), padded(part)).await?;
        }
        Ok(touched)
    }

    /// Inserts rows, hundreds a statement; gives how many were written. No two rows may meet the same conflict.
    pub async fn insert(&mut self, insert: &Insert, rows: Vec<Vec<Value>>) -> Result<u64> {
        let mut written = 0;
        for (sql, args) in self.chunks(insert, rows) {
            written += self.tx.execute(insert.name, sql, args).await?;
        }
        Ok(written)
    }

    /// Inserts rows and gives what `RETURNING` says.
    pub async fn insert_returning(
        &mut self,
        insert: &Insert,
        rows: Vec<Vec<Value>>,
    ) -> Result<Vec<Row>> {
        let mut returned = Vec::new();
        for (sql, args) in self.chunks(insert, rows) {
            returned.extend(self.tx.fetch(insert.name, sql, args).await?);
        }
        Ok(returned)
    }

    fn scoped(&self, args: Vec<Value>) -> Vec<Value> {
        with_authority(self.authority.as_ref(), args)
    }

    async fn fetch(
        &mut self,
        statement: &Statement,
        mut args: Vec<Value>,
        list: Vec<Value>,
    ) -> Result<Vec<Row>> {
        let sql = statement.text(self.tx.engine(), args.len(), list.len());
        args.extend(list);
        self.tx.fetch(statement.name, sql, args).await
    }

    async fn execute(
        &mut self,
        statement: &Statement,
        mut args: Vec<Value>,
        list: Vec<Value>,
    ) -> Result<u64> {
        let sql = statement.text(self.tx.engine(), args.len(), list.len());
        args.extend(list);
        self.tx.execute(statement.name, sql, args).await
    }

    fn chunks(&self, insert: &Insert, rows: Vec<Vec<Value>>) -> Vec<(String, Vec<Value>)> {
        let engine = self.tx.engine();
        let mut left = rows.len();
        let mut rows = rows.into_iter();
        let mut chunks = Vec::new();
        while left > 0 {
            let n = insert.chunk(left);
            left -= n;
            let args: Vec<Value> = rows
                .by_ref()
                .take(n)
                .flat_map(|row| {
                    let row = with_authority(self.authority.as_ref(), row);
                    debug_assert_eq!(
                        row.len(),
                        insert.columns,
                        "{}: values and columns differ",
                        insert.name
                    );
                    row
                })
                .collect();
            chunks.push((insert.text(engine, n), args));
        }
        chunks
    }
}

impl Reader<'_> {
    pub async fn rows(&self, statement: &Statement, args: Vec<Value>) -> Result<Vec<Row>> {
        self.fetch(
            statement,
            with_authority(self.authority.as_ref(), args),
            Vec::new(),
        )
        .await
    }

    pub async fn row(&self, statement: &Statement, args: Vec<Value>) -> Result<Option<Row>> {
        Ok(self.rows(statement, args).await?.into_iter().next())
    }

    pub async fn rows_in(
        &self,
        statement: &Statement,
        args: Vec<Value>,
        list: Vec<Value>,
    ) -> Result<Vec<Row>> {
        let args = with_authority(self.authority.as_ref(), args);
        let mut rows = Vec::new();
        for part in list.chunks(LIST) {
            rows.extend(self.fetch(statement, args.clone(), padded(part)).await?);
        }
        Ok(rows)
    }

    async fn fetch(
        &self,
        statement: &Statement,
        mut args: Vec<Value>,
        list: Vec<Value>,
    ) -> Result<Vec<Row>> {
        let sql = AssertSqlSafe(statement.text(self.db.engine(), args.len(), list.len()));
        args.extend(list);
        match &self.db.pools {
            Pools::Sqlite { reader, .. } => sqlite(sqlx::query(sql), args)
                .fetch_all(reader)
                .await
                .map(|rows| rows.into_iter().map(Row::Sqlite).collect()),
            Pools::Postgres(pool) => postgres(sqlx::query(sql), args)
                .fetch_all(pool)
                .await
                .map(|rows| rows.into_iter().map(Row::Postgres).collect()),
        }
        .map_err(|e| Error::engine(statement.name, e))
    }
}

impl Tx {
    fn engine(&self) -> Engine {
        match &self.inner {
            Inner::Sqlite(_) => Engine::Sqlite,
            Inner::Postgres(_) => Engine::Postgres,
        }
    }

    async fn fetch(&mut self, name: &str, sql: String, args: Vec<Value>) -> Result<Vec<Row>> {
        let query = AssertSqlSafe(sql);
        match &mut self.inner {
            Inner::Sqlite(tx) => sqlite(sqlx::query(query), args)
                .fetch_all(&mut **tx)
                .await
                .map(|rows| rows.into_iter().map(Row::Sqlite).collect()),
            Inner::Postgres(tx) => postgres(sqlx::query(query), args)
                .fetch_all(&mut **tx)
                .await
                .map(|rows| rows.into_iter().map(Row::Postgres).collect()),
        }
        .map_err(|e| Error::engine(name, e))
    }

    async fn execute(&mut self, name: &str, sql: String, args: Vec<Value>) -> Result<u64> {
        let query = AssertSqlSafe(sql);
        match &mut self.inner {
            Inner::Sqlite(tx) => sqlite(sqlx::query(query), args)
                .execute(&mut **tx)
                .await
                .map(|r: SqliteQueryResult| r.rows_affected()),
            Inner::Postgres(tx) => postgres(sqlx::query(query), args)
                .execute(&mut **tx)
                .await
                .map(|r: PgQueryResult| r.rows_affected()),
        }
        .map_err(|e| Error::engine(name, e))
    }
}

fn with_authority(authority: Option<&AuthorityCode>, mut args: Vec<Value>) -> Vec<Value> {
    if let Some(code) = authority {
        args.insert(0, Value::from(code));
    }
    args
}

/// A list as long as the next power of two, its last value repeated, so that few texts are ever prepared.
fn padded(list: &[Value]) -> Vec<Value> {
    let mut list = list.to_vec();
    if let Some(last) = list.last().cloned() {
        list.resize(list.len().next_power_of_two(), last);
    }
    list
}

fn sqlite(
    query: Query<'_, Sqlite, SqliteArguments>,
    args: Vec<Value>,
) -> Query<'_, Sqlite, SqliteArguments> {
    args.into_iter().fold(query, |query, value| match value {
        Value::Int(v) => query.bind(v),
        Value::Text(v) => query.bind(v),
    })
}

fn postgres(
    query: Query<'_, Postgres, PgArguments>,
    args: Vec<Value>,
) -> Query<'_, Postgres, PgArguments> {
    args.into_iter().fold(query, |query, value| match value {
        Value::Int(v) => query.bind(v),
        Value::Text(v) => query.bind(v),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values;

    const PUT: Insert = Insert {
        name: "put",
        into: "t (authority, k, n)",
        columns: 3,
        then: "ON CONFLICT (authority, k) DO UPDATE SET n = excluded.n WHERE excluded.n > t.n RETURNING k",
    };
    const GET: Statement = Statement::new(
        "get",
        "SELECT k, n FROM t WHERE authority = $1 AND k IN ({list}) ORDER BY k",
    );
    const CREATE: Statement = Statement::new(
        "create",
        "CREATE TABLE t (authority TEXT, k TEXT, n BIGINT, PRIMARY KEY (authority, k))",
    );

    #[tokio::test]
    async fn an_authority_sees_only_its_own_rows_and_only_newer_ones_are_taken() {
        let db = Db::memory(&[]).await.unwrap();
        let (a, b): (AuthorityCode, AuthorityCode) = ("aa".parse().unwrap(), "bb".parse().unwrap());
        let mut tx = db.begin().await.unwrap();
        tx.everywhere().run(&CREATE, vec![]).await.unwrap();
        let rows = (0..1300)
            .map(|n| values![format!("k{n:04}"), 5_i64])
            .collect();
        assert_eq!(tx.authority(&a).insert(&PUT, rows).await.unwrap(), 1300);
        let older = tx
            .authority(&a)
            .insert_returning(&PUT, vec![values!["k0001", 4_i64], values!["k0002", 6_i64]])
            .await;
        let taken: Vec<_> = older
            .unwrap()
            .iter()
            .map(|r| r.text("k").unwrap())
            .collect();
        assert_eq!(taken, ["k0002"]);
        tx.commit().await.unwrap();
        let keys = values!["k0001", "k0002", "k0003"];
        assert_eq!(
            db.authority(&a)
                .rows_in(&GET, vec![], keys.clone())
                .await
                .unwrap()
                .len(),
            3
        );
        assert!(
            db.authority(&b)
                .rows_in(&GET, vec![], keys)
                .await
                .unwrap()
                .is_empty()
        );
    }

    #[tokio::test]
    async fn a_transaction_that_is_dropped_never_was() {
        let db = Db::memory(&[]).await.unwrap();
        let a: AuthorityCode = "aa".parse().unwrap();
        let mut tx = db.begin().await.unwrap();
        tx.everywhere().run(&CREATE, vec![]).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        tx.authority(&a)
            .insert(&PUT, vec![values!["k", 1_i64]])
            .await
            .unwrap();
        drop(tx);
        assert!(
            db.authority(&a)
                .rows_in(&GET, vec![], values!["k"])
                .await
                .unwrap()
                .is_empty()
        );
    }
}
