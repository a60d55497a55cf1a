//! Waiting work: rows whose time has come, a batch a transaction.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use store::Tx;
use tracing::{Instrument, info_span, warn};

use crate::{Context, Failure};

/// One kind of waiting work.
#[async_trait]
pub trait Due: Send + Sync {
    fn name(&self) -> &'static str;

    /// Does one batch of what is due, in one transaction.
    async fn work(&self, tx: &mut Tx) -> Result<Worked, Failure>;
}

/// What a call of `Due::work` did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Worked {
    /// More than none: it is called again at once.
    pub done: usize,
    /// Machine time at which to look again, when nothing else wakes it.
    pub next: Option<Timestamp>,
}

/// Longest sleep: other replicas' commits and clocks that jump are seen after it.
const LONGEST: Duration = Duration::from_secs(5);
const AFTER_FAILURE: Duration = Duration::from_secs(2);

/// Which commit and landscape a piece of due work has seen and found nothing left to do.
#[derive(Default)]
pub(crate) struct Settled {
    commits: AtomicU64,
    landscape: AtomicU64,
}

impl Settled {
    pub(crate) fn is_settled(&self, context: &Context) -> bool {
        self.commits.load(Ordering::Acquire) == *context.db.commits().borrow() + 1
            && self.landscape.load(Ordering::Acquire) == context.landscape.version() + 1
    }
}

/// Works until the tasks stop: again at once while there is something, then on the next commit, change of the
/// landscape, or instant.
pub(crate) async fn drive(
    context: Context,
    due: Arc<dyn Due>,
    settled: Arc<Settled>,
) -> anyhow::Result<()> {
    let mut commits = context.db.commits();
    let mut landscape = context.landscape.watch();
    while !context.tasks.is_stopping() {
        let seen = (*commits.borrow_and_update(), *landscape.borrow_and_update());
        let span = info_span!("due.work", work = due.name());
        let sleep = match once(&context, due.as_ref()).instrument(span).await {
            Ok(Worked { done: 1.., .. }) => continue,
            Ok(Worked { next, .. }) => {
                settled.commits.store(seen.0 + 1, Ordering::Release);
                settled.landscape.store(seen.1 + 1, Ordering::Release);
                until(&context, next)
            }
            Err(error) => {
                warn!(
                    work = due.name(),
                    error = format!("{:#}", anyhow::Error::from(error)),
                    "waiting work failed; trying again"
                );
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(sleep) => {}
            _ = commits.changed() => {}
            _ = landscape.changed() => {}
            () = context.tasks.stopping() => {}
        }
    }
    Ok(())
}

/// One batch in one transaction; nothing is committed when nothing was done.
pub async fn once(context: &Context, due: &dyn Due) -> Result<Worked, Failure> {
    let mut tx = context.db.begin().await?;
    let worked = due.work(&mut tx).await?;
    if worked.done > 0 {
        context.crash.at("due.before-commit")?;
        tx.commit().await?;
        context.crash.at("due.after-commit")?;
    }
    Ok(worked)
}

fn until(context: &Context, next: Option<Timestamp>) -> Duration {
    let Some(next) = next else { return LONGEST };
    let wait = next.duration_since(context.clock.machine_now());
    Duration::try_from(wait)
        .unwrap_or(Duration::ZERO)
        .clamp(Duration::from_millis(10), LONGEST)
}
