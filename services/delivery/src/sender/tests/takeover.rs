//! Several processes over one PostgreSQL: one sends, and when it is gone or does not renew its lease, another does.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use async_trait::async_trait;
use bus::Context;
use contracts::message::Outcome;
use runtime::{Clock, Tasks};
use store::Db;
use testkit::servers::{postgres, until};
use tokio::{sync::Semaphore, task::JoinHandle};
use uuid::Uuid;

use super::{flow::status, stage::*};
use crate::{
    MIGRATIONS,
    channels::Channel,
    domain::Verdict,
    render::Mail,
    sender::{Sender, run},
};

/// Long enough for a busy machine to renew in time, short enough to wait for.
const TAKEOVER: Duration = Duration::from_secs(3);

/// Sends as many as it is let to; the others are under way.
struct Gate {
    open: Semaphore,
    begun: AtomicUsize,
    sent: AtomicUsize,
    /// Its process stands still: nothing goes on, nothing is renewed.
    still: AtomicBool,
}

impl Gate {
    fn letting(mails: usize) -> Arc<Self> {
        Arc::new(Self {
            open: Semaphore::new(mails),
            begun: AtomicUsize::new(0),
            sent: AtomicUsize::new(0),
            still: AtomicBool::new(false),
        })
    }
}

#[async_trait]
impl Channel for Gate {
    fn name(&self) -> &'static str {
        "gate"
    }
    fn lanes(&self) -> usize {
        4
    }
    async fn prepare(&self, _want: usize) -> Result<(), String> {
        Ok(())
    }
    async fn send(&self, _mail: &Mail) -> Verdict {
        self.begun.fetch_add(1, SeqCst);
        while self.still.load(SeqCst) {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.open.acquire().await.unwrap().forget();
        self.sent.fetch_add(1, SeqCst);
        Verdict::Sent
    }
}

/// A process: its own pool, its own tasks.
struct Process {
    context: Context,
    sender: Arc<Sender>,
    gate: Arc<Gate>,
    task: JoinHandle<anyhow::Result<()>>,
}

impl Process {
    async fn start(url: &str, gate: Arc<Gate>) -> Self {
        let migrations = [bus::MIGRATIONS, MIGRATIONS];
        let db = Db::postgres(url, "delivery", 4, &migrations).await;
        let context = context(db.unwrap(), Clock::real());
        let mut config = config();
        config.takeover_ms = u64::try_from(TAKEOVER.as_millis()).unwrap();
        config.backoff_first_ms = 1;
        let sender = Arc::new(Sender::new(context.clone(), gate.clone(), &config));
        let task = context.tasks.spawn("sender", run(sender.clone()));
        Self {
            context,
            sender,
            gate,
            task,
        }
    }

    /// Nothing of it goes on, nothing is tidied up, as after `kill -9`.
    async fn kill(self) {
        self.task.abort();
        self.context.db.close().await;
    }

    async fn sends(&self, mails: usize) {
        until("mails to be sent", async || {
            (self.gate.sent.load(SeqCst) >= mails).then_some(())
        })
        .await;
    }
}

async fn ends(context: &Context) -> BTreeMap<Uuid, Vec<Outcome>> {
    let mut ends: BTreeMap<Uuid, Vec<Outcome>> = BTreeMap::new();
    for (message, outcome) in outcomes(context).await {
        ends.entry(message).or_default().push(outcome);
    }
    ends
}

const MESSAGES: u128 = 20;

async fn messages(context: &Context) {
    let events: Vec<_> = (1..=MESSAGES)
        .map(|n| gathered(&message(n, &[n * 1000])))
        .collect();
    receive(context, &events).await;
}

/// Each message came to one end, and besides that to a doubt at most once; gives how many were in doubt.
async fn each_came_to_one_end(process: &Process) -> usize {
    let ends = until("every message at its end", async || {
        let waiting = status(&process.sender).await.waiting;
        (waiting == 0).then_some(())
    });
    ends.await;
    let ends = ends_of(process).await;
    assert_eq!(ends.len() as u128, MESSAGES);
    let mut in_doubt = 0;
    for (message, outcomes) in &ends {
        let doubts = outcomes.iter().filter(|o| **o == Outcome::InDoubt).count();
        let failed = outcomes
            .iter()
            .filter(|o| matches!(o, Outcome::Failed { .. }))
            .count();
        assert_eq!(outcomes.len() - doubts, 1, "{message}: {outcomes:?}");
        assert!(doubts + failed <= 1, "{message}: {outcomes:?}");
        in_doubt += doubts + failed;
    }
    in_doubt
}

async fn ends_of(process: &Process) -> BTreeMap<Uuid, Vec<Outcome>> {
    ends(&process.context).await
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_process_that_sends_is_killed_another_takes_over_and_only_what_was_under_way_is_in_doubt()
 {
    let server = postgres().await;
    let first = Process::start(&server.url, Gate::letting(5)).await;
    messages(&first.context).await;
    first.sends(5).await;
    let second = Process::start(&server.url, Gate::letting(1000)).await;
    // Longer than the lease lasts: it is renewed.
    tokio::time::sleep(2 * TAKEOVER).await;
    assert_eq!(second.gate.begun.load(SeqCst), 0, "two senders at once");
    first.kill().await;
    let in_doubt = each_came_to_one_end(&second).await;
    assert!((1..=16).contains(&in_doubt), "{in_doubt} in doubt");
    second.context.tasks.stop(Duration::from_secs(20)).await;
}

/// A process on a thread of its own, which stands still as a whole. Ends when the tasks given out are stopped.
fn on_a_thread_of_its_own(url: String, gate: Arc<Gate>) -> (Tasks, std::thread::JoinHandle<()>) {
    let tasks = Tasks::new();
    let stop = tasks.clone();
    let thread = std::thread::spawn(move || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build().unwrap();
        runtime.block_on(async {
            let process = Process::start(&url, gate).await;
            messages(&process.context).await;
            stop.stopping().await;
            let left = process.context.tasks.stop(Duration::from_secs(20)).await;
            assert!(left.is_empty(), "{left:?}");
        });
    });
    (tasks, thread)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_stood_still_while_another_took_over_records_nothing_of_what_it_had_under_way()
 {
    let server = postgres().await;
    let gate = Gate::letting(0);
    gate.still.store(true, SeqCst);
    let (tasks, thread) = on_a_thread_of_its_own(server.url.clone(), gate.clone());
    until("a mail under way", async || {
        (gate.begun.load(SeqCst) == 1).then_some(())
    })
    .await;
    let second = Process::start(&server.url, Gate::letting(1000)).await;
    second.sends(5).await;
    gate.open.add_permits(1000);
    gate.still.store(false, SeqCst);
    each_came_to_one_end(&second).await;
    tasks.stop(Duration::ZERO).await;
    tokio::task::spawn_blocking(move || thread.join())
        .await
        .unwrap()
        .unwrap();
    assert!(gate.begun.load(SeqCst) <= 4, "it began others");
    second.context.tasks.stop(Duration::from_secs(20)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_stopped_hands_over_at_once() {
    let server = postgres().await;
    let first = Process::start(&server.url, Gate::letting(1000)).await;
    messages(&first.context).await;
    first.sends(usize::try_from(MESSAGES).unwrap()).await;
    let second = Process::start(&server.url, Gate::letting(1000)).await;
    first.context.tasks.stop(Duration::from_secs(20)).await;
    assert!(!first.sender.lease.is_held());
    until("the other to send", async || {
        second.sender.lease.is_held().then_some(())
    })
    .await;
    second.context.tasks.stop(Duration::from_secs(20)).await;
}
