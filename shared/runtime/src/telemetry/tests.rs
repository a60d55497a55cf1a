use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State, http::Uri, routing::post};
use opentelemetry::KeyValue;
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{SpanData, SpanExporter as Exporter},
};

use super::*;

fn settings(environment: &[(&str, &str)]) -> Settings {
    let variables = environment.iter().map(|(n, v)| (n.into(), v.into()));
    Settings::load(&[DEFAULTS], None, variables).unwrap()
}

#[test]
fn what_was_counted_is_in_the_metrics_text() {
    let metrics = Metrics::new().unwrap();
    let sent = metrics.meter().u64_counter("messages.sent").build();
    sent.add(2, &[KeyValue::new("channel", "smtp")]);
    sent.add(1, &[KeyValue::new("channel", "smtp")]);
    metrics
        .meter()
        .u64_gauge("outbox.depth")
        .build()
        .record(7, &[]);
    let text = metrics.text();
    assert!(
        text.contains("messages_sent_total{channel=\"smtp\"} 3\n"),
        "{text}"
    );
    assert!(text.contains("outbox_depth 7\n"), "{text}");
}

/// Keeps every span that ended.
#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<SpanData>>>);

impl Exporter for Kept {
    async fn export(&self, mut spans: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap().append(&mut spans);
        Ok(())
    }
}

#[test]
fn a_consumers_span_links_to_the_work_that_published() {
    let spans = Kept::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(spans.clone())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
    tracing::subscriber::with_default(Registry::default().with(layer), || {
        let carried = tracing::info_span!("publish").in_scope(trace::current_traceparent);
        let parents = [carried.unwrap(), "no traceparent".to_owned()];
        let handling = tracing::info_span!("handle");
        trace::link_parents(&handling, &parents);
        handling.in_scope(|| ());
    });
    let spans = spans.0.lock().unwrap().clone();
    let [publish, handle] = &spans[..] else {
        panic!("{spans:?}")
    };
    let links: Vec<_> = handle.links.iter().map(|link| &link.span_context).collect();
    assert_eq!(links.len(), 1);
    assert_eq!(links[0].span_id(), publish.span_context.span_id());
    assert_eq!(links[0].trace_id(), publish.span_context.trace_id());
    assert_ne!(
        handle.span_context.trace_id(),
        publish.span_context.trace_id()
    );
}

#[test]
fn untraced_work_carries_nothing() {
    assert_eq!(trace::current_traceparent(), None);
}

#[test]
fn a_level_that_is_not_understood_is_refused_by_name() {
    let settings = settings(&[("EVENKEEL_LOG__LEVEL", "bus=loud")]);
    let refused = Telemetry::build("test", &settings).unwrap_err().to_string();
    assert_eq!(refused, "log.level = \"bus=loud\" is not understood");
}

type Received = Arc<Mutex<Vec<(String, Bytes)>>>;

/// What an OpenTelemetry collector is to us: it takes what is posted to it.
async fn collector() -> (String, Received) {
    let received = Received::default();
    let router = Router::new()
        .route("/v1/{signal}", post(receive))
        .with_state(received.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    crate::Tasks::new().spawn("collector", async { axum::serve(listener, router).await });
    (endpoint, received)
}

async fn receive(State(received): State<Received>, uri: Uri, body: Bytes) {
    received.lock().unwrap().push((uri.path().to_owned(), body));
}

fn holds(received: &Received, path: &str, words: &str) -> bool {
    received.lock().unwrap().iter().any(|(at, body)| {
        at == path
            && body
                .windows(words.len())
                .any(|part| part == words.as_bytes())
    })
}

#[tokio::test]
async fn traces_and_metrics_reach_a_collector_before_the_process_ends() {
    let (endpoint, received) = collector().await;
    let settings = settings(&[("EVENKEEL_TELEMETRY__ENDPOINT", &endpoint)]);
    let (telemetry, dispatch) = Telemetry::build("test-service", &settings).unwrap();
    tracing::dispatcher::with_default(&dispatch, || {
        tracing::info_span!("delivery.send").in_scope(|| ());
    });
    telemetry
        .metrics
        .meter()
        .u64_counter("messages.sent")
        .build()
        .add(1, &[]);
    telemetry.stop().await;
    assert!(holds(&received, "/v1/traces", "delivery.send"));
    assert!(holds(&received, "/v1/traces", "test-service"));
    assert!(holds(&received, "/v1/metrics", "messages.sent"));
}

#[tokio::test]
async fn a_collector_that_is_away_does_not_hold_up_the_end() {
    let settings = settings(&[("EVENKEEL_TELEMETRY__ENDPOINT", "http://127.0.0.1:9")]);
    let (telemetry, dispatch) = Telemetry::build("test", &settings).unwrap();
    tracing::dispatcher::with_default(&dispatch, || tracing::info_span!("a").in_scope(|| ()));
    let ended = tokio::time::timeout(4 * FLUSH_WITHIN, telemetry.stop()).await;
    assert!(ended.is_ok());
}
