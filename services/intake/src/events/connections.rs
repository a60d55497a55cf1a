//! Connections of senders: how many at once, and how long one may take to say what it wants.

use std::{pin::pin, sync::Arc, time::Duration};

use axum::{Router, serve::Listener};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use runtime::Tasks;
use tokio::{net::TcpListener, sync::Semaphore};
use tracing::debug;

/// What a sender may take before anybody knows who it is.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Connections; further ones wait until one ends.
    pub(super) at_once: usize,
    /// Until a request's head is there; an idle connection ends so too.
    pub(super) head_within: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            at_once: 64,
            head_within: Duration::from_secs(10),
        }
    }
}

/// Until the tasks stop; what is in flight then is answered.
pub(super) async fn serve(
    mut listener: TcpListener,
    router: Router,
    tasks: &Tasks,
    limits: Limits,
) {
    let places = Arc::new(Semaphore::new(limits.at_once));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.head_within);
    loop {
        let next = async {
            let place = places.clone().acquire_owned().await;
            (place, Listener::accept(&mut listener).await.0)
        };
        let (place, stream) = tokio::select! {
            () = tasks.stopping() => return,
            next = next => next,
        };
        let service = TowerToHyperService::new(router.clone());
        let connection = http.serve_connection(TokioIo::new(stream), service);
        let stopping = tasks.token().clone();
        tasks.spawn("a sender of events", async move {
            let _place = place;
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stopping.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                debug!(%error, "a sender's connection ended");
            }
        });
    }
}
