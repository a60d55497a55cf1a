//! Mail over our own few connections. Ready-made clients write small pieces with Nagle's algorithm on and manage 23
//! mails a second; one write for the commands and one for the text manages thousands.

mod config;
mod connection;
mod fault;
mod mime;
mod reply;
mod session;
mod stream;

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
pub use config::{Config, Starttls};
pub(crate) use mime::domain_of;
use tokio::{sync::Notify, time::timeout};

use self::{connection::Connection, fault::Fault, mime::Sender, mime::Wire, session::Session};
use super::{Channel, Verdict};
use crate::render::Mail;

pub(super) const NAME: &str = "smtp";

pub struct Smtp {
    session: Session,
    sender: Sender,
    idle: Mutex<Vec<Connection>>,
    /// Connections that exist, idle or at work.
    open: AtomicUsize,
    /// Told when a connection comes back or ends.
    returned: Notify,
    /// How many to have at most: fewer than the setting while the server takes no more.
    lanes: AtomicUsize,
}

impl Smtp {
    /// Nothing is connected yet; a setting that cannot work is said at once.
    pub fn try_new(config: Config) -> anyhow::Result<Self> {
        anyhow::ensure!(
            (1..=64).contains(&config.connections),
            "[delivery.smtp] connections is {}; it must be between 1 and 64",
            config.connections
        );
        Ok(Self {
            sender: Sender::try_new(&config.from)?,
            lanes: AtomicUsize::new(config.connections),
            session: Session::try_new(config)?,
            idle: Mutex::default(),
            open: AtomicUsize::new(0),
            returned: Notify::new(),
        })
    }

    fn pop(&self) -> Option<Connection> {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
    }

    fn put(&self, connection: Connection) {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(connection);
        self.returned.notify_waiters();
    }

    async fn connect(&self) -> Result<Connection, Fault> {
        self.open.fetch_add(1, Ordering::Relaxed);
        let opened = self.session.open().await;
        if opened.is_err() {
            let left = self.open.fetch_sub(1, Ordering::Relaxed) - 1;
            if left > 0 {
                // The server may just not take so many: go on with those there are.
                self.lanes.fetch_min(left, Ordering::Relaxed);
            } else {
                self.returned.notify_waiters();
            }
        }
        opened
    }

    /// A connection ended.
    fn gone(&self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
        self.returned.notify_waiters();
    }

    /// Over an idle connection or a new one. One that went stale while idle is replaced without a word, and where the
    /// server takes no more connections, one that is at work is waited for.
    async fn deliver(&self, wire: &Wire) -> Result<(), Fault> {
        loop {
            let returned = self.returned.notified();
            while let Some(mut connection) = self.pop() {
                match connection.deliver(wire).await {
                    Err(fault) if fault.is_stale() => self.gone(),
                    outcome => return self.settle(connection, outcome).await,
                }
            }
            match self.connect().await {
                Ok(mut connection) => {
                    let outcome = connection.deliver(wire).await;
                    return self.settle(connection, outcome).await;
                }
                Err(fault) if self.open.load(Ordering::Relaxed) == 0 => return Err(fault),
                Err(fault) => {
                    let patience = self.session.config.patience().answer;
                    if timeout(patience, returned).await.is_err() {
                        return Err(fault);
                    }
                }
            }
        }
    }

    /// Keeps the connection if it is still good.
    async fn settle(
        &self,
        mut connection: Connection,
        outcome: Result<(), Fault>,
    ) -> Result<(), Fault> {
        let good = match &outcome {
            Ok(()) => true,
            Err(fault) => fault.leaves_in_step() && connection.reset().await,
        };
        if good {
            self.put(connection);
        } else {
            self.gone();
        }
        outcome
    }
}

#[async_trait]
impl Channel for Smtp {
    fn name(&self) -> &'static str {
        NAME
    }

    fn lanes(&self) -> usize {
        self.lanes.load(Ordering::Relaxed)
    }

    async fn prepare(&self, want: usize) -> Result<(), String> {
        let open = self.open.load(Ordering::Relaxed);
        if open == 0 {
            let most = self.session.config.connections;
            self.lanes.store(most, Ordering::Relaxed);
        }
        let missing = want.min(self.lanes()).saturating_sub(open);
        let opened = futures::future::join_all((0..missing).map(|_| self.connect())).await;
        let mut fault = None;
        for connection in opened {
            match connection {
                Ok(connection) => self.put(connection),
                Err(f) => fault = Some(f),
            }
        }
        match fault {
            Some(fault) if self.open.load(Ordering::Relaxed) == 0 => {
                Err(fault.words(&self.session.at()))
            }
            _ => Ok(()),
        }
    }

    async fn send(&self, mail: &Mail) -> Verdict {
        let wire = match self.sender.wire(mail) {
            Ok(wire) => wire,
            Err(why) => return Verdict::Refused { reason: why.into() },
        };
        match self.deliver(&wire).await {
            Ok(()) => Verdict::Sent,
            Err(fault) => fault.verdict(&self.session.at()),
        }
    }

    async fn tidy(&self) {
        let most = self.session.config.connections;
        let grown = (self.lanes() * 2).min(most);
        self.lanes.store(grown, Ordering::Relaxed);
        let keep = Duration::from_millis(self.session.config.idle_ms);
        let old = {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            let (old, young) = idle.drain(..).partition(|c| c.since.elapsed() >= keep);
            *idle = young;
            let old: Vec<_> = old;
            old
        };
        self.open.fetch_sub(old.len(), Ordering::Relaxed);
        futures::future::join_all(old.into_iter().map(Connection::quit)).await;
    }

    async fn quit(&self) {
        let mut all = Vec::new();
        while let Some(connection) = self.pop() {
            all.push(connection);
        }
        self.open.fetch_sub(all.len(), Ordering::Relaxed);
        futures::future::join_all(all.into_iter().map(Connection::quit)).await;
    }
}

#[cfg(test)]
mod tests;
