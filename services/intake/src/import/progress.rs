//! How far an import is, for whoever watches.

use std::{future::Future, sync::Arc, time::Duration};

use bus::Bus;
use contracts::commands::ImportProgress;
use tokio::sync::watch;
use tracing::debug;

/// Often enough for a bar to move.
const EVERY: Duration = Duration::from_millis(200);

/// The latest stage, and how much of it is done. Clones share it.
#[derive(Clone)]
pub(super) struct Progress(Arc<watch::Sender<Option<ImportProgress>>>);

impl Default for Progress {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }
}

impl Progress {
    pub(super) fn at(&self, stage: &str, done: u64, total: u64) {
        self.0.send_replace(Some(ImportProgress {
            stage: stage.to_owned(),
            done,
            total,
        }));
    }

    /// Runs `work`; meanwhile tells what changes to `subject`, if there is one.
    pub(super) async fn told<T>(
        &self,
        bus: &Bus,
        subject: Option<&str>,
        work: impl Future<Output = T>,
    ) -> T {
        let Some(subject) = subject else {
            return work.await;
        };
        let mut latest = self.0.subscribe();
        let mut tick = tokio::time::interval(EVERY);
        tokio::pin!(work);
        loop {
            tokio::select! {
                outcome = &mut work => {
                    tell(bus, subject, &mut latest).await;
                    return outcome;
                }
                _ = tick.tick() => tell(bus, subject, &mut latest).await,
            }
        }
    }
}

async fn tell(bus: &Bus, subject: &str, latest: &mut watch::Receiver<Option<ImportProgress>>) {
    if !latest.has_changed().unwrap_or(false) {
        return;
    }
    let Some(progress) = latest.borrow_and_update().clone() else {
        return;
    };
    if let Err(error) = bus.tell(subject, &progress).await {
        debug!(%error, "progress could not be told");
    }
}
