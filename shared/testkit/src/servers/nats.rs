use bus::server::{Config, NatsServer, Options};
use runtime::Tasks;
use rustix::process::Signal;
use tempfile::TempDir;

use super::tools;

/// A nats-server of the test's own, supervised as in production.
#[derive(Debug)]
pub struct Nats {
    pub server: NatsServer,
    /// Failed when the server is given up.
    pub tasks: Tasks,
    _store: TempDir,
}

/// Starts a nats-server; it is obtained at its first use.
pub async fn nats() -> Nats {
    let store = tempfile::tempdir().expect("a temporary folder");
    let options = Options {
        config: Config::default(),
        store: store.path().to_owned(),
        cache: tools().join("cache"),
    };
    let tasks = Tasks::new();
    let server = NatsServer::start(&options, &tasks).await;
    Nats {
        server: server.unwrap_or_else(|error| panic!("{error}")),
        tasks,
        _store: store,
    }
}

impl Nats {
    /// A client of its own, for looking from outside.
    pub async fn client(&self) -> async_nats::Client {
        let (user, password) = (self.server.user.clone(), self.server.password.clone());
        async_nats::ConnectOptions::with_user_and_password(user, password)
            .connect(&self.server.url)
            .await
            .expect("the server that has just answered answers again")
    }

    /// `kill -9`: its supervisor starts it again, at the same address and with what it stored.
    pub fn kill(&self) {
        self.server.signal(Signal::KILL);
    }

    /// The server stands still, its connections stay open: nothing is answered until `resume`.
    pub fn pause(&self) {
        self.server.signal(Signal::STOP);
    }

    pub fn resume(&self) {
        self.server.signal(Signal::CONT);
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.server.abandon();
    }
}
