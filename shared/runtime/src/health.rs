use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};

use crate::Metrics;

/// A check that takes longer has failed.
const WITHIN: Duration = Duration::from_secs(2);

/// Whether this process can do its work: named checks, asked when somebody looks. Clones are the same.
#[derive(Clone, Default)]
pub struct Health {
    checks: Arc<Mutex<BTreeMap<&'static str, Check>>>,
}

type Check = Arc<dyn Fn() -> Answer + Send + Sync>;
type Answer = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

impl Health {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a check. It says in a few words why it fails, and nothing about people: whoever can reach the port reads it.
    pub fn add<F, A>(&self, name: &'static str, check: F)
    where
        F: Fn() -> A + Send + Sync + 'static,
        A: Future<Output = Result<(), String>> + Send + 'static,
    {
        let check: Check = Arc::new(move || Box::pin(check()));
        self.lock().insert(name, check);
    }

    /// Every check with its failure, in order of name.
    pub async fn look(&self) -> Vec<(&'static str, Result<(), String>)> {
        self.look_within(WITHIN).await
    }

    async fn look_within(&self, patience: Duration) -> Vec<(&'static str, Result<(), String>)> {
        let checks: Vec<_> = self
            .lock()
            .iter()
            .map(|(name, check)| (*name, check()))
            .collect();
        let mut all = Vec::new();
        for (name, check) in checks {
            let answer = tokio::time::timeout(patience, check).await;
            all.push((name, answer.unwrap_or_else(|_| Err("no answer".to_owned()))));
        }
        all
    }

    /// `/health/live` (the process answers), `/health/ready` (every check passes, else 503), `/metrics`.
    pub fn router(&self, metrics: Metrics) -> Router {
        Router::new()
            .route("/health/live", get(async || "live\n"))
            .route("/health/ready", get(ready).with_state(self.clone()))
            .route("/metrics", get(measured).with_state(metrics))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, Check>> {
        self.checks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn ready(State(health): State<Health>) -> impl IntoResponse {
    let answers = health.look().await;
    let well = answers.iter().all(|(_, answer)| answer.is_ok());
    let lines: String = answers
        .iter()
        .map(|(name, answer)| match answer {
            Ok(()) => format!("{name}: ok\n"),
            Err(why) => format!("{name}: {why}\n"),
        })
        .collect();
    let status = if well {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, lines)
}

async fn measured(State(metrics): State<Metrics>) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        metrics.text(),
    )
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use tower::ServiceExt;

    use super::*;

    async fn get(router: &Router, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX)
            .await
            .unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_process_is_ready_while_every_check_passes() {
        let health = Health::new();
        let router = health.router(Metrics::new().unwrap());
        health.add("store", async || Ok(()));
        assert_eq!(
            get(&router, "/health/ready").await,
            (StatusCode::OK, "store: ok\n".to_owned())
        );
        health.add("broker", async || Err("not connected".to_owned()));
        let (status, body) = get(&router, "/health/ready").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(body, "broker: not connected\nstore: ok\n");
        assert_eq!(get(&router, "/health/live").await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn a_check_that_does_not_answer_has_failed() {
        let health = Health::new();
        health.add("store", std::future::pending);
        let answers = health.look_within(Duration::from_millis(1)).await;
        assert_eq!(answers, [("store", Err("no answer".to_owned()))]);
    }

    #[tokio::test]
    async fn metrics_are_served_as_prometheus_reads_them() {
        let metrics = Metrics::new().unwrap();
        metrics
            .meter()
            .u64_counter("messages.sent")
            .build()
            .add(3, &[]);
        let router = Health::new().router(metrics);
        let (status, body) = get(&router, "/metrics").await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.contains("messages_sent_total 3\n"), "{body}");
    }
}
