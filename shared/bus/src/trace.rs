//! W3C trace context across the bus: carried by the outbox row and the message; a consumer's span links to it.

/// The `traceparent` of the work that is going on, when it is traced.
pub(crate) fn current_traceparent() -> Option<String> {
    None
}

/// Links a span to the work that published what it handles.
pub(crate) fn link_parents<'a>(_span: &tracing::Span, _parents: impl Iterator<Item = &'a String>) {}
