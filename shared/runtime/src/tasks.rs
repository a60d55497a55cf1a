use std::{
    collections::BTreeMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::task::JoinHandle;
use tokio_util::{
    sync::{CancellationToken, WaitForCancellationFuture},
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

/// The tasks of a process, or of a part of it: stopping asks them to end, waits, and names those that did not.
/// Clones are the same group.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    token: CancellationToken,
    tracker: TaskTracker,
    running: Running,
    failure: Arc<Mutex<Option<anyhow::Error>>>,
    parent: Option<Arc<Tasks>>,
}

type Running = Arc<Mutex<BTreeMap<u64, &'static str>>>;

impl Tasks {
    pub fn new() -> Self {
        Self::default()
    }

    /// A part that can be stopped alone; stopping the whole stops and awaits it too.
    #[must_use]
    pub fn child(&self) -> Self {
        Self {
            token: self.token.child_token(),
            parent: Some(Arc::new(self.clone())),
            ..Self::default()
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that spawns")]
    pub fn spawn<F>(&self, name: &'static str, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let entry = self.enter(name);
        tokio::spawn(async move {
            let _entry = entry;
            future.await
        })
    }

    /// A task the process cannot do without: when it fails, everything stops and `failure` says why.
    pub fn spawn_essential<F>(&self, name: &'static str, future: F)
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let tasks = self.clone();
        let work = self.spawn(name, future);
        self.spawn(name, async move {
            let error = match work.await {
                Ok(Ok(())) => return,
                Ok(Err(error)) => error,
                Err(panic) => anyhow::Error::new(panic),
            };
            tasks.fail(error.context(format!("{name} stopped")));
        });
    }

    /// Stops the whole process for a reason; the first one is kept.
    pub fn fail(&self, error: anyhow::Error) {
        if let Some(parent) = &self.parent {
            return parent.fail(error);
        }
        lock(&self.failure).get_or_insert(error);
        self.token.cancel();
    }

    /// Why everything stopped, if an essential task failed. Taken once.
    pub fn failure(&self) -> Option<anyhow::Error> {
        match &self.parent {
            Some(parent) => parent.failure(),
            None => lock(&self.failure).take(),
        }
    }

    /// Resolves when the group is asked to stop.
    pub fn stopping(&self) -> WaitForCancellationFuture<'_> {
        self.token.cancelled()
    }

    pub fn is_stopping(&self) -> bool {
        self.token.is_cancelled()
    }

    pub fn token(&self) -> &CancellationToken {
        &self.token
    }

    /// Asks every task to end and waits up to `grace`; returns the names of those still running.
    pub async fn stop(&self, grace: Duration) -> Vec<&'static str> {
        self.token.cancel();
        self.tracker.close();
        match tokio::time::timeout(grace, self.tracker.wait()).await {
            Ok(()) => Vec::new(),
            Err(_) => self.running(),
        }
    }

    /// Names of the tasks that have not ended, in the order they were started.
    pub fn running(&self) -> Vec<&'static str> {
        lock(&self.running).values().copied().collect()
    }

    fn enter(&self, name: &'static str) -> Vec<Entry> {
        let mut entries = self
            .parent
            .as_ref()
            .map_or_else(Vec::new, |p| p.enter(name));
        let mut running = lock(&self.running);
        let id = running.last_key_value().map_or(0, |(id, _)| id + 1);
        running.insert(id, name);
        entries.push(Entry {
            id,
            running: self.running.clone(),
            _tracked: self.tracker.token(),
        });
        entries
    }
}

/// A task's presence in its group; leaving by return, panic or abort is the same.
struct Entry {
    id: u64,
    running: Running,
    _tracked: TaskTrackerToken,
}

impl Drop for Entry {
    fn drop(&mut self) {
        lock(&self.running).remove(&self.id);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(10);

    #[tokio::test]
    async fn stopping_waits_for_what_ends_and_names_what_does_not() {
        let tasks = Tasks::new();
        let polite = tasks.clone();
        tasks.spawn("polite", async move { polite.stopping().await });
        tasks.spawn("stuck", std::future::pending::<()>());
        assert_eq!(tasks.stop(SOON).await, ["stuck"]);
    }

    #[tokio::test]
    async fn a_child_stops_alone_and_the_whole_stops_its_children() {
        let tasks = Tasks::new();
        let (one, two) = (tasks.child(), tasks.child());
        for child in [&one, &two] {
            let child = child.clone();
            child
                .clone()
                .spawn("child", async move { child.stopping().await });
        }
        assert!(one.stop(LONG).await.is_empty());
        assert!(!tasks.is_stopping() && !two.is_stopping());
        assert_eq!(tasks.running(), ["child"]);
        assert!(tasks.stop(LONG).await.is_empty());
        assert!(two.is_stopping());
    }

    #[tokio::test]
    async fn an_essential_task_that_fails_stops_everything_and_says_why() {
        let tasks = Tasks::new();
        tasks
            .child()
            .spawn_essential("relay", async { anyhow::bail!("the disk is full") });
        tasks.stopping().await;
        let failure = tasks.failure().unwrap();
        assert_eq!(format!("{failure:#}"), "relay stopped: the disk is full");
    }

    #[tokio::test]
    async fn an_essential_task_that_panics_stops_everything() {
        let tasks = Tasks::new();
        tasks.spawn_essential("relay", async { panic!("broken") });
        tasks.stopping().await;
        assert!(format!("{:#}", tasks.failure().unwrap()).contains("relay stopped"));
        assert!(tasks.stop(LONG).await.is_empty());
    }
}
