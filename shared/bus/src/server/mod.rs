//! The embedded broker: a `nats-server` child on a free loopback port, with a private store and credentials of its own.
//!
//! It is found or obtained (`find`, `obtain`), started (`launch`), and kept alive under the same address
//! (`supervise`). It never outlives us, however we end.

mod error;
mod find;
mod launch;
mod obtain;
mod options;
mod stale;
mod supervise;

use std::{fs::File, path::Path, sync::Arc, time::Duration};

use runtime::Tasks;
use rustix::process::{Signal, kill_process};

pub use error::Error;
pub(crate) use find::is_new_enough;
pub use find::{OLDEST, binary};
use launch::Plan;
pub use options::{Config, Options, Sync};
use supervise::Pid;

/// How long a server may take to close its store before it is killed.
const STOP_GRACE: Duration = Duration::from_secs(10);

/// A running server. Dropped, it is stopped too, only not waited for.
#[derive(Debug)]
pub struct NatsServer {
    /// `nats://127.0.0.1:<port>`, without credentials; it stays the same when the server is restarted.
    pub url: String,
    pub user: String,
    pub password: String,
    pid: Pid,
    supervision: Tasks,
    /// Held while we live, so that nobody else starts on this store.
    _lock: Arc<File>,
}

impl NatsServer {
    /// Finds or obtains the binary, ends a server that a crash left on this store, starts a new one and waits until its
    /// JetStream answers. `tasks` is failed if the server later keeps dying.
    pub async fn start(options: &Options, tasks: &Tasks) -> Result<Self, Error> {
        let binary = find::binary(options.config.binary.as_deref(), &options.cache).await?;
        let lock = take(&options.store)?;
        stale::end(&options.store).await?;
        let mut plan = Plan::new(binary, options);
        let child = launch::launch(&plan).await?;
        plan.port = Some(child.port);
        let server = Self {
            url: launch::url(child.port),
            user: plan.user.clone(),
            password: plan.password.clone(),
            pid: Pid::of(&child),
            supervision: Tasks::new(),
            _lock: Arc::new(lock),
        };
        tracing::info!(port = child.port, "nats-server is up");
        supervise::begin(
            child,
            plan,
            server.pid.clone(),
            &server.supervision,
            tasks.clone(),
        );
        Ok(server)
    }

    /// Process id of the server now running; none while it is being restarted.
    pub fn pid(&self) -> Option<u32> {
        self.pid.get()
    }

    /// Sends the running server a signal, for tests of faults. False: there is none to send it to.
    pub fn signal(&self, signal: Signal) -> bool {
        let pid = self.pid().and_then(|pid| i32::try_from(pid).ok());
        pid.and_then(rustix::process::Pid::from_raw)
            .is_some_and(|pid| kill_process(pid, signal).is_ok())
    }

    /// Kills the server and does not start it again: what it holds is not closed.
    pub fn abandon(&self) {
        self.supervision.token().cancel();
        self.signal(Signal::KILL);
    }

    /// Stops the server and waits until it has closed its store.
    pub async fn stop(self) {
        self.supervision.stop(STOP_GRACE * 2).await;
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.supervision.token().cancel();
    }
}

/// Makes the store's folder, private, and locks it for this process.
fn take(store: &Path) -> Result<File, Error> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(store)
        .map_err(|source| Error::file("create", store, source))?;
    let path = store.join("lock");
    let lock = File::create(&path).map_err(|source| Error::file("create", &path, source))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(std::fs::TryLockError::WouldBlock) => Err(Error::InUse(store.to_owned())),
        Err(std::fs::TryLockError::Error(source)) => Err(Error::file("lock", &path, source)),
    }
}

#[cfg(test)]
mod tests;
