//! What the services keep their tables in.

use std::path::Path;

use store::{Db, Migrations};
use testkit::servers::{Postgres, durable_postgres};

pub(crate) enum Engine {
    Sqlite,
    Postgres(Box<Postgres>),
}

impl Engine {
    pub(crate) async fn postgres() -> Self {
        Self::Postgres(Box::new(durable_postgres().await))
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// A store for the raw limit, apart from those of the services.
    pub(crate) async fn open(&self, folder: &Path, migrations: &[Migrations]) -> store::Result<Db> {
        match self {
            Self::Sqlite => Db::sqlite(&folder.join("raw.db"), migrations).await,
            Self::Postgres(server) => Db::postgres(&server.url, "raw", 1, migrations).await,
        }
    }

    /// The setting that makes a program use it.
    pub(crate) fn setting(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::Sqlite => None,
            Self::Postgres(server) => Some(("EVENKEEL_STORE__URL", &server.url)),
        }
    }
}
