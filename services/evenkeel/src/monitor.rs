//! `/health/live`, `/health/ready` and `/metrics` of this process. They say nothing about people.

use std::net::SocketAddr;

use anyhow::Context as _;
use bus::Bus;
use contracts::streams::AUTHORITY;
use runtime::{Health, Metrics, Tasks};
use store::{Db, Statement};
use tokio::net::TcpListener;

const ALIVE: Statement = Statement::new("evenkeel.alive", "SELECT 1 AS alive");

/// Serves until the tasks stop; gives the address listened on.
pub(crate) async fn serve(
    listen: SocketAddr,
    health: &Health,
    metrics: Metrics,
    tasks: &Tasks,
) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind(listen).await.with_context(|| {
        format!("could not listen on {listen} for evenkeel.monitor: choose another port, 0 takes any free one")
    })?;
    let address = listener.local_addr()?;
    let (router, stopping) = (health.router(metrics), tasks.token().clone());
    tasks.spawn_essential("monitor", async move {
        axum::serve(listener, router)
            .with_graceful_shutdown(stopping.cancelled_owned())
            .await
            .context("serving health and metrics")
    });
    Ok(address)
}

/// Ready only while the broker answers.
pub(crate) fn check_broker(health: &Health, bus: &Bus) {
    let bus = bus.clone();
    health.add("broker", move || {
        let bus = bus.clone();
        async move {
            let answer = bus.last_sequence(&AUTHORITY).await;
            answer.map(drop).map_err(|_| "does not answer".to_owned())
        }
    });
}

/// Ready only while a service's store can be read.
pub(crate) fn check_store(health: &Health, service: &'static str, db: &Db) {
    let db = db.clone();
    health.add(service, move || {
        let db = db.clone();
        async move {
            let answer = db.everywhere().rows(&ALIVE, Vec::new()).await;
            answer
                .map(drop)
                .map_err(|_| "its store cannot be read".to_owned())
        }
    });
}
