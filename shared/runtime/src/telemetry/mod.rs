//! Logs to standard error, traces and metrics to an OpenTelemetry collector when one is set, metrics to Prometheus.

mod metrics;
pub mod trace;

use std::{io::IsTerminal, time::Duration};

use anyhow::Context as _;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use serde::Deserialize;
use tracing::Dispatch;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, layer::SubscriberExt};

pub use metrics::Metrics;

use crate::Settings;

/// Sections `[log]` and `[telemetry]`.
pub const DEFAULTS: &str = include_str!("../../defaults.toml");

/// How long shutdown waits for a collector that does not answer.
const FLUSH_WITHIN: Duration = Duration::from_secs(5);

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Log {
    level: String,
    format: Format,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    Text,
    Json,
    Auto,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Export {
    endpoint: String,
    metrics_every_seconds: u64,
}

/// What is to be flushed before the process ends.
#[derive(Debug)]
pub struct Telemetry {
    pub metrics: Metrics,
    traces: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Begins to log, trace and measure, for the whole process; once. `service` names it: `evenkeel`, `delivery`.
    pub fn start(service: &'static str, settings: &Settings) -> anyhow::Result<Self> {
        let (telemetry, dispatch) = Self::build(service, settings)?;
        tracing::dispatcher::set_global_default(dispatch)
            .context("logging had been started before")?;
        telemetry.metrics.are_of_the_process();
        Ok(telemetry)
    }

    fn build(service: &'static str, settings: &Settings) -> anyhow::Result<(Self, Dispatch)> {
        crate::install_crypto();
        let log: Log = settings.section("log")?;
        let export: Export = settings.section("telemetry")?;
        opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
        let resource = Resource::builder().with_service_name(service).build();
        let traces = traces(&export, &resource)?;
        let every = Duration::from_secs(export.metrics_every_seconds.max(1));
        let metrics = Metrics::exporting(resource, endpoint(&export, "metrics").zip(Some(every)))?;
        let spans = traces.as_ref().map(|provider| {
            let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("evenkeel"));
            // Spans of libraries would be most of what is sent, and say little.
            layer.with_filter(EnvFilter::new("info,async_nats=off,hyper=off,sqlx=off"))
        });
        let filter = EnvFilter::try_new(&log.level)
            .with_context(|| format!("log.level = {:?} is not understood", log.level))?;
        let written = written(log.format).with_filter(filter);
        let dispatch = Dispatch::new(Registry::default().with(spans).with(written));
        Ok((Self { metrics, traces }, dispatch))
    }

    /// Sends what has not been sent; the last step of a shutdown.
    pub async fn stop(self) {
        let flushed = tokio::task::spawn_blocking(move || {
            if let Some(traces) = &self.traces {
                warn_of("traces", traces.shutdown_with_timeout(FLUSH_WITHIN));
            }
            warn_of(
                "metrics",
                self.metrics.provider().shutdown_with_timeout(FLUSH_WITHIN),
            );
        });
        if let Err(error) = flushed.await {
            tracing::warn!(%error, "telemetry was not flushed");
        }
    }
}

fn warn_of(what: &str, flushed: opentelemetry_sdk::error::OTelSdkResult) {
    if let Err(error) = flushed {
        tracing::warn!(%error, what, "telemetry was not flushed");
    }
}

fn written<S>(format: Format) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'span> tracing_subscriber::registry::LookupSpan<'span>,
{
    let terminal = std::io::stderr().is_terminal();
    let layer = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(terminal);
    match format {
        Format::Text => layer.boxed(),
        Format::Auto if terminal => layer.boxed(),
        Format::Json | Format::Auto => layer
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed(),
    }
}

fn traces(export: &Export, resource: &Resource) -> anyhow::Result<Option<SdkTracerProvider>> {
    let Some(endpoint) = endpoint(export, "traces") else {
        return Ok(None);
    };
    let exporter = SpanExporter::builder()
        .with_http()
        .with_endpoint(&endpoint)
        .build()
        .with_context(|| format!("cannot send traces to telemetry.endpoint {endpoint}"))?;
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(resource.clone())
        .build();
    Ok(Some(provider))
}

fn endpoint(export: &Export, signal: &str) -> Option<String> {
    let base = export.endpoint.trim_end_matches('/');
    (!base.is_empty()).then(|| format!("{base}/v1/{signal}"))
}

#[cfg(test)]
mod tests;
