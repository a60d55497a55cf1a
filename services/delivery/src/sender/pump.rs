//! Keeps the connections busy: while some mails are on their way, the answers to others are recorded and the next are
//! claimed, in one transaction.

use std::{collections::VecDeque, future::Future, pin::Pin, sync::Arc, time::Duration};

use futures::{StreamExt, stream::FuturesUnordered};
use jiff::Timestamp;
use tokio::{
    sync::watch,
    time::{Instant, interval, sleep},
};

use super::{Attempt, Claimed, Done, Sender};
use crate::{domain::Came, store::sending};

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

const STORE_PAUSE: Duration = Duration::from_secs(2);
const TIDY: Duration = Duration::from_secs(10);
/// Longest sleep: another replica's messages are seen after it.
const LONGEST: Duration = Duration::from_secs(5);
/// An answer waits no longer than this for others to be recorded with.
const LATEST: Duration = Duration::from_millis(50);

/// Waits until no other process sends, then sends until the tasks stop; then finishes what is under way, records it and
/// says goodbye.
pub async fn run(sender: Arc<Sender>) -> anyhow::Result<()> {
    while stand_by(&sender).await {
        Pump::new(sender.clone()).run().await;
        sender.channel.quit().await;
        if sender.lease.is_held()
            && let Err(error) = sender.lease.release(&sender.context).await
        {
            tracing::warn!(%error, "the lease could not be let go; another process waits until it is over");
        }
    }
    Ok(())
}

/// True when it is this process's turn to send; false when the tasks stop first.
async fn stand_by(sender: &Sender) -> bool {
    let tasks = &sender.context.tasks;
    let mut told = false;
    while !tasks.is_stopping() {
        let pause = match sender.take_over().await {
            Ok(true) => return true,
            Ok(false) => {
                if !std::mem::replace(&mut told, true) {
                    let channel = sender.channel.name();
                    tracing::info!(channel, "another process sends; standing by");
                }
                sender.lease.renew_every()
            }
            Err(error) => {
                tracing::warn!(
                    error = format!("{error:#}"),
                    "what a crash left in doubt could not be recorded yet"
                );
                STORE_PAUSE
            }
        };
        tokio::select! {
            () = sleep(pause) => {}
            () = tasks.stopping() => {}
        }
    }
    false
}

struct Pump {
    sender: Arc<Sender>,
    /// Claimed, not begun.
    queue: VecDeque<Attempt>,
    sending: FuturesUnordered<Boxed<Done>>,
    /// Answered, not recorded.
    done: Vec<Done>,
    /// When the first of them was answered.
    oldest: Option<Instant>,
    turn: Option<Boxed<Turn>>,
    /// How many answers the present turn records.
    recording: usize,
    /// There may be something to claim.
    hungry: bool,
    /// No turn before this: the store was not well.
    not_before: Option<Instant>,
    /// The lease is to be renewed.
    renewal: bool,
    /// Another process sends now: nothing is begun or recorded any more.
    taken_over: bool,
    commits: watch::Receiver<u64>,
}

/// What a turn did.
struct Turn {
    /// Not recorded after all.
    done: Vec<Done>,
    /// None: another process has taken over, and nothing was recorded. What this one has not recorded is for that one to
    /// judge.
    outcome: anyhow::Result<Option<Claimed>>,
    /// When the next waiting message is to be tried, if the turn looked.
    next: Option<Timestamp>,
}

/// What woke the pump.
enum Woken {
    Answer(Box<Done>),
    Turned(Turn),
    Commit,
    Time,
    Tidy,
    Stop,
}

impl Pump {
    fn new(sender: Arc<Sender>) -> Self {
        Self {
            queue: VecDeque::new(),
            sending: FuturesUnordered::new(),
            done: Vec::new(),
            oldest: None,
            turn: None,
            recording: 0,
            hungry: true,
            not_before: None,
            renewal: false,
            taken_over: false,
            commits: sender.context.db.commits(),
            sender,
        }
    }

    /// Until the tasks stop or another process has taken over.
    async fn run(&mut self) {
        let mut tidy = interval(TIDY.min(self.sender.lease.renew_every()));
        let mut next: Option<Timestamp> = None;
        loop {
            let stopping = self.sender.context.tasks.is_stopping();
            if self.taken_over {
                self.queue.clear();
                self.done.clear();
            } else if stopping || self.rests() || !self.sender.lease.is_held() {
                self.put_back();
            }
            self.begin_sends();
            self.begin_turn(stopping);
            if (stopping || self.taken_over) && self.is_empty() {
                return;
            }
            match self.wake(&mut tidy, next, stopping).await {
                Woken::Answer(done) => {
                    self.oldest.get_or_insert_with(Instant::now);
                    self.done.push(*done);
                }
                Woken::Turned(turn) => next = self.turned(turn),
                Woken::Commit | Woken::Time => self.hungry = true,
                Woken::Tidy => {
                    tidy_up(&self.sender).await;
                    self.renewal = true;
                }
                Woken::Stop => {}
            }
        }
    }

    async fn wake(
        &mut self,
        tidy: &mut tokio::time::Interval,
        next: Option<Timestamp>,
        stopping: bool,
    ) -> Woken {
        let pause = self.pause(next);
        let turn = async {
            match &mut self.turn {
                Some(turn) => turn.await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(done) = self.sending.next() => Woken::Answer(Box::new(done)),
            turn = turn => Woken::Turned(turn),
            _ = self.commits.changed(), if !self.hungry => Woken::Commit,
            () = sleep(pause) => Woken::Time,
            _ = tidy.tick() => Woken::Tidy,
            () = self.sender.context.tasks.stopping(), if !stopping => Woken::Stop,
        }
    }

    /// How long nothing needs to happen by itself.
    fn pause(&self, next: Option<Timestamp>) -> Duration {
        let until = |at: Instant| at.saturating_duration_since(Instant::now());
        let mut pause = LONGEST;
        if let Some(oldest) = self.oldest.filter(|_| self.turn.is_none()) {
            pause = pause.min(until(oldest + LATEST));
        }
        if let Some(at) = self.not_before {
            pause = until(at);
        }
        let now = self.sender.context.clock.machine_now();
        let resting = self.sender.health(|h| h.rests_until(now));
        if let Some(at) = resting.or(next.filter(|_| !self.hungry)) {
            let wait = Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO);
            pause = pause.min(wait.max(Duration::from_millis(1)));
        }
        pause
    }

    fn rests(&self) -> bool {
        let now = self.sender.context.clock.machine_now();
        self.sender.health(|h| h.rests_until(now)).is_some()
    }

    fn is_empty(&self) -> bool {
        self.queue.is_empty()
            && self.sending.is_empty()
            && self.done.is_empty()
            && self.turn.is_none()
    }

    /// Attempted and not recorded.
    fn in_doubt(&self) -> usize {
        self.queue.len() + self.sending.len() + self.done.len() + self.recording
    }

    /// What was claimed and not begun waits again, uncounted.
    fn put_back(&mut self) {
        self.done.extend(self.queue.drain(..).map(|attempt| Done {
            attempt,
            mail: None,
            came: Came::NotBegun,
        }));
    }

    fn begin_sends(&mut self) {
        while self.sending.len() < self.sender.channel.lanes() {
            let Some(attempt) = self.queue.pop_front() else {
                return;
            };
            let sender = self.sender.clone();
            self.sending
                .push(Box::pin(async move { sender.send(attempt).await }));
        }
    }

    fn begin_turn(&mut self, stopping: bool) {
        let early = self.not_before.is_some_and(|at| Instant::now() < at);
        if self.turn.is_some() || early || self.taken_over {
            return;
        }
        self.not_before = None;
        if std::mem::take(&mut self.renewal) {
            self.turn = Some(Box::pin(self.sender.clone().renewed()));
            return;
        }
        let most = self.sender.most_at_once();
        let kept = self.in_doubt() - self.done.len();
        let room = if stopping || self.rests() || !self.hungry {
            0
        } else {
            most.saturating_sub(kept)
        };
        let starved = self.queue.is_empty();
        let late = self.oldest.is_some_and(|at| at.elapsed() >= LATEST);
        let enough = self.done.len() * 2 >= most || starved || late;
        let wanted = if self.done.is_empty() {
            starved && room > 0
        } else {
            enough
        };
        if wanted {
            let done = std::mem::take(&mut self.done);
            self.oldest = None;
            self.recording = done.len();
            // A commit from now on may bring more than this turn sees.
            self.commits.borrow_and_update();
            self.turn = Some(Box::pin(self.sender.clone().turn(done, room)));
        }
    }

    /// Takes in what a turn did; gives when to look again.
    fn turned(&mut self, turn: Turn) -> Option<Timestamp> {
        self.turn = None;
        self.recording = 0;
        match turn.outcome {
            Ok(Some(claimed)) => {
                self.hungry = claimed.more;
                self.queue.extend(claimed.attempts);
            }
            Ok(None) => {
                let channel = self.sender.channel.name();
                tracing::warn!(
                    channel,
                    "another process has taken over sending; what was under way here is in doubt there"
                );
                self.taken_over = true;
            }
            Err(error) => {
                tracing::warn!(
                    error = format!("{error:#}"),
                    "what came of messages could not be recorded yet; sending pauses"
                );
                self.done.splice(0..0, turn.done);
                self.oldest = Some(Instant::now());
                self.not_before = Some(Instant::now() + STORE_PAUSE);
            }
        }
        turn.next
    }
}

async fn tidy_up(sender: &Sender) {
    sender.channel.tidy().await;
    if let Ok(waiting) = sending::waiting(&sender.context.db).await {
        sender.metrics.stands(waiting, sender.trouble().is_some());
    }
}

impl Sender {
    /// Records answers and claims the next, in one transaction. Without answers it looks first, so that idling costs
    /// no write, and makes the channel ready before anything is attempted.
    async fn turn(self: Arc<Self>, done: Vec<Done>, room: usize) -> Turn {
        let mut turn = Turn {
            done,
            outcome: Ok(Some(Claimed::default())),
            next: None,
        };
        if turn.done.is_empty() {
            let now = self.context.clock.machine_now();
            match sending::peek(&self.context.db, room + 1).await {
                Ok(times) => {
                    let ready = times.iter().filter(|at| **at <= now).count();
                    turn.next = times.into_iter().find(|at| *at > now);
                    if ready == 0 || !self.prepare(ready).await {
                        return turn;
                    }
                }
                Err(error) => {
                    turn.outcome = Err(error.into());
                    return turn;
                }
            }
        }
        turn.outcome = self.recorded_and_claimed(&turn.done, room).await;
        if turn.outcome.is_ok() {
            turn.done.clear();
        }
        turn
    }

    /// A turn that only renews the lease.
    async fn renewed(self: Arc<Self>) -> Turn {
        let looked = Claimed {
            more: true,
            ..Claimed::default()
        };
        let outcome = match self.lease.take(&self.context).await {
            Ok(true) => Ok(Some(looked)),
            Ok(false) => Ok(None),
            Err(error) => Err(error.into()),
        };
        Turn {
            done: Vec::new(),
            outcome,
            next: None,
        }
    }

    async fn recorded_and_claimed(
        &self,
        done: &[Done],
        room: usize,
    ) -> anyhow::Result<Option<Claimed>> {
        let mut tx = self.context.db.begin().await?;
        let Some(taken) = self.lease.hold(&mut tx, &self.context).await? else {
            return Ok(None);
        };
        self.record_in(&mut tx, done).await?;
        let claimed = if room == 0 {
            Claimed::default()
        } else {
            self.claim_in(&mut tx, room).await?
        };
        tx.commit().await?;
        self.lease.committed(taken);
        Ok(Some(claimed))
    }
}
