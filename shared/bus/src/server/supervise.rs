//! Keeps the server alive under its address and credentials, so that clients find it again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use runtime::Tasks;
use tokio::time::sleep;

use super::{
    Error, STOP_GRACE,
    launch::{Plan, Running, last_words, launch},
};

/// A life shorter than this counts towards giving up.
const QUICK: Duration = Duration::from_secs(10);
const QUICK_DEATHS: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// Process id of the running server; 0 while there is none.
#[derive(Clone, Debug)]
pub(super) struct Pid(Arc<AtomicU32>);

impl Pid {
    pub(super) fn of(running: &Running) -> Self {
        Self(Arc::new(AtomicU32::new(running.process.pid())))
    }

    pub(super) fn get(&self) -> Option<u32> {
        Some(self.0.load(Ordering::Relaxed)).filter(|pid| *pid != 0)
    }

    fn set(&self, pid: u32) {
        self.0.store(pid, Ordering::Relaxed);
    }
}

/// Supervises until `supervision` stops; a server that keeps dying fails `tasks`.
pub(super) fn begin(running: Running, plan: Plan, pid: Pid, supervision: &Tasks, tasks: Tasks) {
    let stop = supervision.clone();
    supervision.spawn("nats-server", async move {
        if let Err(error) = keep(running, &plan, &pid, &stop).await {
            tasks.fail(error.into());
        }
        pid.set(0);
    });
}

async fn keep(first: Running, plan: &Plan, pid: &Pid, stop: &Tasks) -> Result<(), Error> {
    let mut running = first;
    let mut quick_deaths = 0;
    loop {
        let life = tokio::select! {
            status = running.process.ended() => {
                tracing::warn!(?status, "nats-server ended and is started again");
                running.since.elapsed()
            }
            () = stop.stopping() => {
                running.process.stop(STOP_GRACE).await;
                return Ok(());
            }
        };
        pid.set(0);
        quick_deaths = if life < QUICK { quick_deaths + 1 } else { 0 };
        let Some(next) = restart(plan, &mut quick_deaths, stop).await? else {
            return Ok(());
        };
        running = next;
        pid.set(running.process.pid());
    }
}

/// Starts the server again, with growing pauses. None: asked to stop meanwhile.
async fn restart(
    plan: &Plan,
    quick_deaths: &mut u32,
    stop: &Tasks,
) -> Result<Option<Running>, Error> {
    loop {
        if *quick_deaths >= QUICK_DEATHS {
            return Err(Error::Server {
                what: format!("ended {QUICK_DEATHS} times in quick succession and is given up"),
                log: last_words(&plan.store),
            });
        }
        let started = tokio::select! {
            started = async {
                sleep(FIRST_WAIT * 2_u32.pow(*quick_deaths)).await;
                launch(plan).await
            } => started,
            () = stop.stopping() => return Ok(None),
        };
        match started {
            Ok(running) => return Ok(Some(running)),
            Err(error) => {
                tracing::warn!(%error, "nats-server did not start");
                *quick_deaths += 1;
            }
        }
    }
}
