//! What a caller can act on: try again later, or look at what it gave.

use std::borrow::Cow;

/// A failure of the store. Nothing was recorded. Its words name statements, columns and codes, never a stored value.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "the disk is full: free some space on the disk that holds the data folder; nothing accepted so far is lost"
    )]
    DiskFull(#[source] sqlx::Error),
    /// Another transaction was in the way: the same again will very likely succeed.
    #[error("could not {attempted} while others worked on the same rows (code {code})")]
    Contended { attempted: String, code: String },
    /// The store is well and does not take this: the same again would fail again.
    #[error("could not {attempted}: the database does not take what it was given (code {code})")]
    NotTaken { attempted: String, code: String },
    #[error("could not {attempted}")]
    Engine {
        attempted: String,
        #[source]
        source: sqlx::Error,
    },
    /// The database is not one to work on, or cannot be reached: said for whoever runs it.
    #[error("{0}")]
    Unfit(String),
    #[error("could not bring the tables up to date")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("column {column} holds what cannot be read: {problem}")]
    Column { column: String, problem: String },
}

impl Error {
    /// Is it what was given or what is stored that is wrong, and not the state of the store?
    pub fn is_about_the_data(&self) -> bool {
        matches!(self, Self::NotTaken { .. } | Self::Column { .. })
    }

    pub(crate) fn engine(attempted: &str, source: sqlx::Error) -> Self {
        let code = source
            .as_database_error()
            .and_then(|e| e.code().map(Cow::into_owned));
        let attempted = attempted.to_owned();
        match (code.as_deref().map(kind), code) {
            (Some(Kind::Full), _) => Self::DiskFull(source),
            // Their own words may quote a value.
            (Some(Kind::Contended), Some(code)) => Self::Contended { attempted, code },
            (Some(Kind::NotTaken), Some(code)) => Self::NotTaken { attempted, code },
            _ => Self::Engine { attempted, source },
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Full,
    Contended,
    NotTaken,
    Other,
}

/// PostgreSQL's codes are five characters, SQLite's a number whose lowest byte is the kind.
fn kind(code: &str) -> Kind {
    if code.len() == 5 {
        return match code {
            "53100" => Kind::Full,
            "40001" | "40P01" | "55P03" => Kind::Contended,
            // Data exceptions, broken constraints, limits of the program.
            _ if ["22", "23", "54"]
                .iter()
                .any(|class| code.starts_with(class)) =>
            {
                Kind::NotTaken
            }
            _ => Kind::Other,
        };
    }
    match code.parse::<u32>().map(|code| code & 0xff) {
        Ok(13) => Kind::Full,
        Ok(5 | 6) => Kind::Contended,
        Ok(18..=20) => Kind::NotTaken,
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_of_both_engines_say_whether_to_try_again() {
        for (code, expected) in [
            ("13", Kind::Full),
            ("53100", Kind::Full),
            ("5", Kind::Contended),
            ("517", Kind::Contended),
            ("40001", Kind::Contended),
            ("40P01", Kind::Contended),
            ("2067", Kind::NotTaken),
            ("18", Kind::NotTaken),
            ("23505", Kind::NotTaken),
            ("22021", Kind::NotTaken),
            ("54000", Kind::NotTaken),
            ("10", Kind::Other),
            ("1", Kind::Other),
            ("42P01", Kind::Other),
            ("57P01", Kind::Other),
        ] {
            assert_eq!(kind(code), expected, "{code}");
        }
    }
}
