//! W3C trace context across the bus: it travels with a message, and the work it sets off links back. Links, not
//! parents: a batch has many causes, and what a replay does is not part of what was done then.

use std::collections::HashMap;

use opentelemetry::trace::TraceContextExt;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

const TRACEPARENT: &str = "traceparent";

/// The `traceparent` of the work that is going on; none when it is not traced.
pub fn current_traceparent() -> Option<String> {
    let context = Span::current().context();
    let mut headers = HashMap::new();
    opentelemetry::global::get_text_map_propagator(|propagator| {
        propagator.inject_context(&context, &mut headers);
    });
    headers.remove(TRACEPARENT)
}

/// Links a span to the work that caused it. What is no `traceparent` is passed over.
pub fn link_parents<'a>(span: &Span, traceparents: impl IntoIterator<Item = &'a String>) {
    for traceparent in traceparents {
        let headers = HashMap::from([(TRACEPARENT.to_owned(), traceparent.clone())]);
        let context = opentelemetry::global::get_text_map_propagator(|propagator| {
            propagator.extract(&headers)
        });
        let cause = context.span().span_context().clone();
        if cause.is_valid() {
            span.add_link(cause);
        }
    }
}
