//! The two engines behind one handle.

use std::{path::Path, str::FromStr, sync::Arc, time::Duration};

use contracts::AuthorityCode;
use sqlx::{
    AssertSqlSafe, Executor, PgPool, Postgres, SqlSafeStr, Sqlite, SqlitePool, Transaction,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::watch;

use crate::{
    Error, Prepared, Reader, Result, Scoped,
    postgres::{self, Login},
    statement::Engine,
};

/// One service's store. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pub(crate) pools: Pools,
    /// Counts commits, so that the relay and due work wake at once.
    commits: Arc<watch::Sender<u64>>,
}

#[derive(Clone)]
pub(crate) enum Pools {
    Sqlite {
        writer: SqlitePool,
        reader: SqlitePool,
    },
    Postgres(PgPool),
}

/// A write transaction; dropped without `commit`, it never was.
pub struct Tx {
    pub(crate) inner: Inner,
    commits: Arc<watch::Sender<u64>>,
}

pub(crate) enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    /// Opens or creates a SQLite file and brings its tables up to date.
    pub async fn sqlite(path: &Path, migrations: &[Migrations]) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A batch is one commit, so surviving a power cut costs one sync a batch.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .statement_cache_capacity(256)
            .pragma("cache_size", "-32768")
            .pragma("temp_store", "MEMORY");
        let what = format!("open {}", path.display());
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await
            .map_err(|e| Error::engine(&what, e))?;
        merged(migrations).run(&writer).await?;
        let reader = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(options.read_only(true))
            .await
            .map_err(|e| Error::engine(&what, e))?;
        Ok(Self::over(Pools::Sqlite { writer, reader }))
    }

    /// A SQLite store in memory, for tests and the simulated world. Readers share the one connection: read outside
    /// of transactions only.
    pub async fn memory(migrations: &[Migrations]) -> Result<Self> {
        let options = SqliteConnectOptions::from_str("sqlite::memory:")
            .expect("a constant address parses")
            .statement_cache_capacity(256);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await
            .map_err(|e| Error::engine("open a store in memory", e))?;
        merged(migrations).run(&pool).await?;
        Ok(Self::over(Pools::Sqlite {
            writer: pool.clone(),
            reader: pool,
        }))
    }

    /// Connects to PostgreSQL with a pool of `connections`, in a schema of its own, as whom the address says.
    pub async fn postgres(
        url: &str,
        schema: &str,
        connections: u32,
        migrations: &[Migrations],
    ) -> Result<Self> {
        Self::postgres_as(url, &Login::default(), schema, connections, migrations).await
    }

    /// The same as somebody. Refused where the server has no room for the whole pool beside those of others.
    pub async fn postgres_as(
        url: &str,
        login: &Login<'_>,
        schema: &str,
        connections: u32,
        migrations: &[Migrations],
    ) -> Result<Self> {
        let pool = postgres::open(url, login, schema, connections).await?;
        merged(migrations).run(&pool).await?;
        Ok(Self::over(Pools::Postgres(pool)))
    }

    fn over(pools: Pools) -> Self {
        Self {
            pools,
            commits: Arc::new(watch::Sender::new(0)),
        }
    }

    /// Begins a write transaction; on SQLite it waits for the single writer.
    pub async fn begin(&self) -> Result<Tx> {
        let inner = match &self.pools {
            Pools::Sqlite { writer, .. } => immediate(writer).await.map(Inner::Sqlite),
            Pools::Postgres(pool) => pool.begin().await.map(Inner::Postgres),
        };
        let inner = inner.map_err(|e| Error::engine("begin a transaction", e))?;
        Ok(Tx {
            inner,
            commits: self.commits.clone(),
        })
    }

    /// Reads of one authority, outside of a transaction.
    pub fn authority<'d>(&'d self, code: &AuthorityCode) -> Reader<'d> {
        Reader {
            db: self,
            authority: Some(code.clone()),
        }
    }

    /// Reads that span authorities: upkeep and the operator's questions.
    pub fn everywhere(&self) -> Reader<'_> {
        Reader {
            db: self,
            authority: None,
        }
    }

    pub(crate) fn engine(&self) -> Engine {
        match &self.pools {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// Nobody else works on this store: what a process before us had claimed is ours.
    pub fn is_ours_alone(&self) -> bool {
        matches!(self.pools, Pools::Sqlite { .. })
    }

    /// Rises with every commit.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.commits.subscribe()
    }

    /// Prepares a statement without running it; tests call it for all.
    pub async fn prepare(&self, statement: &dyn Prepared) -> Result<()> {
        let name = format!("prepare {}", statement.name());
        let sql = statement.example(self.engine());
        match &self.pools {
            Pools::Sqlite { reader, .. } => reader
                .prepare(AssertSqlSafe(sql).into_sql_str())
                .await
                .map(|_| ()),
            Pools::Postgres(pool) => pool
                .prepare(AssertSqlSafe(sql).into_sql_str())
                .await
                .map(|_| ()),
        }
        .map_err(|e| Error::engine(&name, e))
    }

    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, reader } => {
                reader.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

async fn immediate(
    writer: &SqlitePool,
) -> std::result::Result<Transaction<'static, Sqlite>, sqlx::Error> {
    match writer.begin_with(IMMEDIATE).await {
        // SQLite rolls back by itself when the disk is full, and the connection still counts the transaction: it could
        // never begin another.
        Err(sqlx::Error::InvalidSavePointStatement) => {
            writer.acquire().await?.close().await?;
            writer.begin_with(IMMEDIATE).await
        }
        begun => begun,
    }
}

const IMMEDIATE: &str = "BEGIN IMMEDIATE";

impl Tx {
    /// Reads and writes of one authority.
    pub fn authority<'t>(&'t mut self, code: &AuthorityCode) -> Scoped<'t> {
        Scoped {
            tx: self,
            authority: Some(code.clone()),
        }
    }

    /// Reads and writes that span authorities: waiting work, the outbox, purges.
    pub fn everywhere(&mut self) -> Scoped<'_> {
        Scoped {
            tx: self,
            authority: None,
        }
    }

    pub async fn commit(self) -> Result<()> {
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await,
            Inner::Postgres(tx) => tx.commit().await,
        }
        .map_err(|e| Error::engine("commit", e))?;
        self.commits.send_modify(|n| *n += 1);
        Ok(())
    }
}

/// A crate's tables: version, name and SQL of each step. Versions below 1000 are the bus's, others a service's.
#[derive(Clone, Copy, Debug)]
pub struct Migrations(pub &'static [(i64, &'static str, &'static str)]);

/// One run over the migrations of several crates, in order of version.
fn merged(migrations: &[Migrations]) -> Migrator {
    let mut all: Vec<Migration> = migrations
        .iter()
        .flat_map(|m| m.0)
        .map(|(version, name, sql)| {
            Migration::new(
                *version,
                (*name).into(),
                MigrationType::Simple,
                sql.into_sql_str(),
                false,
            )
        })
        .collect();
    all.sort_by_key(|m| m.version);
    Migrator {
        migrations: all.into(),
        ..Migrator::DEFAULT
    }
}
