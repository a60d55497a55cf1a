use std::time::Duration;

use anyhow::Context as _;
use opentelemetry::metrics::{Meter, MeterProvider};
use opentelemetry_otlp::{MetricExporter, WithExportConfig};
use opentelemetry_sdk::{
    Resource,
    metrics::{PeriodicReader, SdkMeterProvider},
};
use prometheus::{Registry, TextEncoder};

/// Counters and gauges of a process, or of a test. Clones are the same.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Registry,
    provider: SdkMeterProvider,
}

impl Metrics {
    /// Kept here only, to be read as text.
    pub fn new() -> anyhow::Result<Self> {
        Self::exporting(Resource::builder().build(), None)
    }

    /// Also sent to an OTLP endpoint, at intervals.
    pub(super) fn exporting(
        resource: Resource,
        to: Option<(String, Duration)>,
    ) -> anyhow::Result<Self> {
        let registry = Registry::new();
        let prometheus = opentelemetry_prometheus::exporter()
            .with_registry(registry.clone())
            .without_target_info()
            .scope_info_enabled(false)
            .build()?;
        let mut provider = SdkMeterProvider::builder()
            .with_resource(resource)
            .with_reader(prometheus);
        if let Some((endpoint, every)) = to {
            let exporter = MetricExporter::builder()
                .with_http()
                .with_endpoint(&endpoint)
                .build()
                .with_context(|| format!("cannot send metrics to telemetry.endpoint {endpoint}"))?;
            let reader = PeriodicReader::builder(exporter)
                .with_interval(every)
                .build();
            provider = provider.with_reader(reader);
        }
        let provider = provider.build();
        Ok(Self { registry, provider })
    }

    /// What instruments are made from.
    pub fn meter(&self) -> Meter {
        self.provider.meter("evenkeel")
    }

    /// From now on every part of the process that asks for instruments gets them from here.
    pub fn are_of_the_process(&self) {
        opentelemetry::global::set_meter_provider(self.provider.clone());
    }

    /// Everything measured, as Prometheus reads it.
    pub fn text(&self) -> String {
        let families = self.registry.gather();
        TextEncoder::new()
            .encode_to_string(&families)
            .unwrap_or_else(|error| {
                tracing::warn!(%error, "metrics cannot be written as text");
                String::new()
            })
    }

    pub(super) fn provider(&self) -> &SdkMeterProvider {
        &self.provider
    }
}
