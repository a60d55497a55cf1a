//! Waiting work: rows whose time has come, a batch a transaction.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use contracts::AuthorityCode;
use jiff::{SignedDuration, Timestamp};
use store::Tx;
use tracing::{Instrument, error, info_span, warn};

use crate::{
    Context, Failure,
    guard::{guarded, guarded_now},
};

/// One kind of waiting work. An error or a panic is told, and what failed rests before it is tried again.
#[async_trait]
pub trait Due: Send + Sync {
    fn name(&self) -> &'static str;

    /// Does one batch of what is due, in one transaction.
    async fn work(&self, tx: &mut Tx) -> Result<Worked, Failure>;

    /// Whose work there is besides, for `work_for`: each in its own transaction and resting alone after a failure, so
    /// that none holds up the others.
    fn authorities(&self) -> Vec<AuthorityCode> {
        Vec::new()
    }

    /// Does one batch of what is due in an authority, in one transaction.
    async fn work_for(&self, _: &mut Tx, _: &AuthorityCode) -> Result<Worked, Failure> {
        Ok(Worked::default())
    }

    /// Has it found nothing to do only because it waits a while for something, such as the rest of a snapshot?
    fn is_waiting(&self) -> bool {
        false
    }
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
/// Rest after the first failure; it doubles.
const REST: SignedDuration = SignedDuration::from_secs(1);
const LONGEST_REST: SignedDuration = SignedDuration::from_mins(5);
/// Rest after a conflict with others.
const SHORT_REST: SignedDuration = SignedDuration::from_millis(50);

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

    fn has_seen(&self, commits: u64, landscape: u64) {
        self.commits.store(commits + 1, Ordering::Release);
        self.landscape.store(landscape + 1, Ordering::Release);
    }

    fn is_not_settled(&self) {
        self.commits.store(0, Ordering::Release);
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
    let mut resting = Resting::default();
    while !context.tasks.is_stopping() {
        let seen = (*commits.borrow_and_update(), *landscape.borrow_and_update());
        let span = info_span!("due.work", work = due.name());
        let round = round(&context, due.as_ref(), &mut resting);
        let worked = match round.instrument(span).await {
            Ok(worked) | Err((worked, _)) => worked,
        };
        if worked.done > 0 {
            continue;
        }
        if resting.is_empty() && !due.is_waiting() {
            settled.has_seen(seen.0, seen.1);
        } else {
            settled.is_not_settled();
        }
        tokio::select! {
            () = tokio::time::sleep(until(&context, worked.next)) => {}
            _ = commits.changed() => {}
            _ = landscape.changed() => {}
            () = context.tasks.stopping() => {}
        }
    }
    Ok(())
}

/// One batch in one transaction; nothing is committed when nothing was done. What fails is passed over, and is the
/// outcome once nothing else is left to do.
pub async fn once(context: &Context, due: &dyn Due) -> Result<Worked, Failure> {
    round(context, due, &mut Resting::default())
        .await
        .map_err(|(_, failure)| failure)
}

/// A batch of the first that has one. With the first failure comes what there is to know besides.
async fn round(
    context: &Context,
    due: &dyn Due,
    resting: &mut Resting,
) -> Result<Worked, (Worked, Failure)> {
    let mut next: Option<Timestamp> = None;
    let mut failed = None;
    let all = guarded_now(|| due.authorities()).unwrap_or_else(|panicked| {
        failed = Some(panicked.into());
        Vec::new()
    });
    for whose in std::iter::once(None).chain(all.into_iter().map(Some)) {
        let now = context.clock.machine_now();
        let at = match resting.until(whose.as_ref(), now) {
            Some(until) => Some(until),
            None => match batch(context, due, whose.as_ref()).await {
                Ok(worked) => {
                    resting.works(context, due, whose.as_ref());
                    if worked.done > 0 {
                        return Ok(worked);
                    }
                    worked.next
                }
                Err(Failure::Crashed(crashed)) => {
                    return Err((Worked::default(), crashed.into()));
                }
                Err(failure) => {
                    let until = resting.fails(context, due, whose, &failure);
                    failed = failed.or(Some(failure));
                    Some(until)
                }
            },
        };
        next = next.into_iter().chain(at).min();
    }
    let worked = Worked { done: 0, next };
    failed.map_or(Ok(worked), |failure| Err((worked, failure)))
}

async fn batch(
    context: &Context,
    due: &dyn Due,
    whose: Option<&AuthorityCode>,
) -> Result<Worked, Failure> {
    let mut tx = context.db.begin().await?;
    let worked = guarded(async {
        match whose {
            Some(authority) => due.work_for(&mut tx, authority).await,
            None => due.work(&mut tx).await,
        }
    })
    .await??;
    if worked.done > 0 {
        context.crash.at("due.before-commit")?;
        tx.commit().await?;
        context.crash.at("due.after-commit")?;
    }
    Ok(worked)
}

/// What failed, and until when it is left alone.
#[derive(Default)]
struct Resting(BTreeMap<Option<AuthorityCode>, (Timestamp, SignedDuration)>);

impl Resting {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn until(&self, whose: Option<&AuthorityCode>, now: Timestamp) -> Option<Timestamp> {
        let (until, _) = self.0.get(&whose.cloned())?;
        (*until > now).then_some(*until)
    }

    fn works(&mut self, context: &Context, due: &dyn Due, whose: Option<&AuthorityCode>) {
        if self.0.remove(&whose.cloned()).is_some() {
            let part = part(due, whose);
            context.bus.troubles().end(context.service, &part);
        }
    }

    fn fails(
        &mut self,
        context: &Context,
        due: &dyn Due,
        whose: Option<AuthorityCode>,
        failure: &Failure,
    ) -> Timestamp {
        let now = context.clock.machine_now();
        let part = part(due, whose.as_ref());
        let why = failure.words();
        let before = self.0.get(&whose).map(|(_, rest)| *rest);
        let rest = match failure {
            Failure::Retry(_) => SHORT_REST,
            Failure::Reject(_) => {
                error!(
                    work = part,
                    error = why,
                    "waiting work fails; the rest goes on"
                );
                before.map_or(REST, |rest| (rest * 2).clamp(REST, LONGEST_REST))
            }
            Failure::Store(_) | Failure::Crashed(_) => {
                warn!(
                    work = part,
                    error = why,
                    "waiting work pauses; our own store is not well"
                );
                2 * REST
            }
        };
        if !matches!(failure, Failure::Retry(_)) {
            let troubles = context.bus.troubles();
            troubles.begin(context.service, &part, why, now);
        }
        let until = now.checked_add(rest).unwrap_or(now);
        self.0.insert(whose, (until, rest));
        until
    }
}

fn part(due: &dyn Due, whose: Option<&AuthorityCode>) -> String {
    match whose {
        Some(authority) => format!("{} of {authority}", due.name()),
        None => due.name().to_owned(),
    }
}

fn until(context: &Context, next: Option<Timestamp>) -> Duration {
    let Some(next) = next else { return LONGEST };
    let wait = next.duration_since(context.clock.machine_now());
    Duration::try_from(wait)
        .unwrap_or(Duration::ZERO)
        .clamp(Duration::from_millis(10), LONGEST)
}
