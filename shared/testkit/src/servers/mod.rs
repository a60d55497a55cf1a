//! Real servers as children of the test: on loopback, on free ports, with folders of their own, gone with the test.
//!
//! What they need is put in `.tools` by `scripts/tools.sh`.

mod nats;
mod postgres;
mod smtp;
mod smtp_sink;

use std::{
    fs::File,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

pub use nats::{Nats, nats};
pub use postgres::{Postgres, durable_postgres, postgres};
pub use smtp::{Mail, Smtp, SmtpOptions, smtp, smtp_with};
pub use smtp_sink::{SmtpSink, smtp_sink, smtp_source};

/// How long anything is waited for on a busy machine.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// How long a server may take to end.
const GRACE: Duration = Duration::from_secs(5);

/// Looks again and again until there is something to see; panics with `what` when there never is.
pub async fn until<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    until_within(PATIENCE, what, look).await
}

/// As `until`, for what takes longer.
pub async fn until_within<T>(
    patience: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A tool that `scripts/tools.sh` provides.
fn tool(path: &str) -> PathBuf {
    let tool = tools().join(path);
    assert!(
        tool.exists(),
        "{} is missing: run scripts/tools.sh",
        tool.display()
    );
    tool
}

fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools")
}

/// A port nobody listens on now. Somebody may before we do; such a start fails and is tried again.
fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .expect("loopback has free ports")
        .port()
}

fn log(folder: &Path) -> File {
    let path = folder.join("log");
    File::options()
        .create(true)
        .append(true)
        .open(&path)
        .unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()))
}

fn last_words(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("log")).unwrap_or_default()
}

#[cfg(test)]
mod tests;
