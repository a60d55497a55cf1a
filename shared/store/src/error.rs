//! What a caller can act on: almost always "not now".

/// A failure of the store itself. Nothing was recorded; the same work can be tried again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "the disk is full: free some space on the disk that holds the data folder; nothing accepted so far is lost"
    )]
    DiskFull(#[source] sqlx::Error),
    #[error("could not {attempted}")]
    Engine {
        attempted: String,
        #[source]
        source: sqlx::Error,
    },
    #[error("could not bring the tables up to date")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("column {column} holds what cannot be read: {problem}")]
    Column { column: String, problem: String },
}

/// SQLite's primary result code for a full disk.
const SQLITE_FULL: &str = "13";

impl Error {
    pub(crate) fn engine(attempted: &str, source: sqlx::Error) -> Self {
        let code = source
            .as_database_error()
            .and_then(|e| e.code().map(std::borrow::Cow::into_owned));
        // 53100 is PostgreSQL's disk_full.
        if matches!(code.as_deref(), Some(SQLITE_FULL | "53100")) {
            return Self::DiskFull(source);
        }
        Self::Engine {
            attempted: attempted.to_owned(),
            source,
        }
    }
}
