//! Every event in one list, and the documents made from it: a JSON Schema each, and one AsyncAPI 3.0 document.
//!
//! How the wire changes:
//! * **A field more**: optional, with `#[serde(default)]`. Readers of either age read messages of either age; the tests
//!   keep the shapes there have ever been and read them.
//! * **Anything else** (a field renamed, retyped, removed or made required, a meaning changed): a new struct `...V2`
//!   beside the old one, with a type of its own (`message.gathered-v2`: so its subject differs too), in the same stream
//!   and in [`EVENTS`]. Readers learn it first, because a type a reader does not know becomes a dead letter; then both
//!   are published until nobody reads the first, and that goes. No event carries a version number: its type is its
//!   version.

use std::collections::BTreeSet;

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{
    Authority, Chronology, ClockStepped, Event, FactRetracted, FactTold, Person, STREAMS,
    SnapshotAccepted, SnapshotRefused, Stream, StreamKind, Supervision, SupervisionHeld,
    SupervisionRecord, SupervisionRetracted, SupervisionTold, Team, WorkerObligations,
    message::{Message, MessageChanged, Receipts},
    notice::Notice,
    obligation::{BatchComputed, ChildObligations, DeadlineSignal},
};

/// One event struct, as the documents and the tests see it.
pub struct Published {
    pub name: &'static str,
    /// The exact CloudEvents types it stands for.
    pub types: &'static [&'static str],
    pub stream: &'static Stream,
    root: fn(SchemaGenerator) -> Schema,
    part: fn(&mut SchemaGenerator) -> Schema,
    rewrite: fn(Value) -> serde_json::Result<Value>,
}

impl Published {
    const fn of<E: Event + JsonSchema>(name: &'static str) -> Self {
        Self {
            name,
            types: E::TYPES,
            stream: E::STREAM,
            root: SchemaGenerator::into_root_schema_for::<E>,
            part: SchemaGenerator::subschema_for::<E>,
            rewrite: |body| serde_json::to_value(serde_json::from_value::<E>(body)?),
        }
    }

    /// Reads a body as this event and writes it again: what is unknown falls away, what is missing gets its default.
    pub fn rewrite(&self, body: Value) -> serde_json::Result<Value> {
        (self.rewrite)(body)
    }

    /// What a reader must accept (JSON Schema, draft 7).
    pub fn json_schema(&self) -> Value {
        (self.root)(SchemaSettings::draft07().into_generator()).to_value()
    }
}

macro_rules! events {
    ($($event:ident),* $(,)?) => { &[$(Published::of::<$event>(stringify!($event))),*] };
}

/// The one list of everything published.
pub static EVENTS: &[Published] = events![
    Authority,
    ClockStepped,
    Chronology,
    Person,
    Team,
    FactTold,
    FactRetracted,
    SupervisionHeld,
    SupervisionRetracted,
    SupervisionTold,
    Supervision,
    SupervisionRecord,
    ChildObligations,
    WorkerObligations,
    DeadlineSignal,
    BatchComputed,
    Notice,
    SnapshotAccepted,
    SnapshotRefused,
    Message,
    MessageChanged,
    Receipts,
];

/// The JSON Schema of each event struct, by its name.
pub fn json_schemas() -> Vec<(&'static str, Value)> {
    EVENTS
        .iter()
        .map(|event| (event.name, event.json_schema()))
        .collect()
}

/// The whole bus as one AsyncAPI 3.0 document.
pub fn asyncapi() -> Value {
    let mut settings = SchemaSettings::draft07();
    settings.definitions_path = "/components/schemas".into();
    let mut generator = settings.into_generator();
    let mut messages = Map::new();
    for event in EVENTS {
        let payload = (event.part)(&mut generator);
        for event_type in event.types {
            messages.insert((*event_type).to_owned(), message(event_type, &payload));
        }
    }
    let mut schemas = generator.take_definitions(true);
    schemas.insert("CloudEvent".into(), cloud_event());
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Evenkeel",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What Evenkeel's services publish on NATS, as CloudEvents 1.0 in binary mode.",
            "license": { "name": "Apache-2.0" },
        },
        "defaultContentType": "application/json",
        "channels": per_stream(channel),
        "operations": per_stream(operation),
        "components": { "messages": messages, "schemas": schemas },
    })
}

fn per_stream(what: impl Fn(&Stream) -> Value) -> Value {
    let named = STREAMS.iter().map(|s| (s.name.to_owned(), what(s)));
    Value::Object(named.collect())
}

fn types_of(stream: &Stream) -> Vec<&'static str> {
    EVENTS
        .iter()
        .filter(|event| event.stream.name == stream.name)
        .flat_map(|event| event.types)
        .copied()
        .collect()
}

fn channel(stream: &Stream) -> Value {
    let types = types_of(stream);
    let messages: Map<_, _> = types
        .iter()
        .map(|t| {
            let at = json!({ "$ref": format!("#/components/messages/{t}") });
            ((*t).to_owned(), at)
        })
        .collect();
    let names: BTreeSet<_> = types
        .iter()
        .map(|t| crate::envelope::event_name(t))
        .collect();
    json!({
        "address": format!("evenkeel.{{authority}}.{}.{{event}}.{{token}}", stream.area),
        "description": match stream.kind {
            StreamKind::State => "The latest message per subject. Apply one only if its revision is newer.",
            StreamKind::Events => "What happened, kept for days. Apply each id once, in any order.",
        },
        "messages": messages,
        "parameters": {
            "authority": { "description": "The authority's code." },
            "event": { "description": "The type after its first dot.", "enum": names },
            "token": { "description": "16 base32 characters of a keyed HMAC: identifies nobody without the key." },
        },
        "x-jetstream": {
            "stream": stream.name,
            "subjects": [stream.subjects()],
            "max_msgs_per_subject": match stream.kind { StreamKind::State => 1, StreamKind::Events => -1 },
            "max_age_seconds": stream.max_age.as_secs(),
            "max_bytes": stream.max_bytes,
            "discard": "new",
        },
    })
}

fn operation(stream: &Stream) -> Value {
    json!({ "action": "send", "channel": { "$ref": format!("#/channels/{}", stream.name) } })
}

fn message(event_type: &str, payload: &Schema) -> Value {
    json!({
        "name": event_type,
        "contentType": "application/json",
        "headers": { "allOf": [
            { "$ref": "#/components/schemas/CloudEvent" },
            { "properties": { "ce-type": { "const": event_type } } },
        ] },
        "payload": payload,
    })
}

/// The headers `Envelope::headers` writes.
fn cloud_event() -> Value {
    json!({
        "type": "object",
        "description": "CloudEvents 1.0 attributes in NATS binary mode.",
        "required": ["ce-specversion", "ce-id", "ce-type", "ce-source", "ce-subject", "ce-time", "content-type"],
        "properties": {
            "ce-specversion": { "const": "1.0" },
            "ce-id": { "type": "string", "format": "uuid", "description": "Computed from the cause: the same after a replay." },
            "ce-type": { "type": "string" },
            "ce-source": { "type": "string", "description": "`evenkeel/` and the service." },
            "ce-subject": { "type": "string", "description": "The NATS subject." },
            "ce-time": { "type": "string", "format": "date-time" },
            "content-type": { "const": "application/json" },
            "traceparent": { "type": "string", "description": "W3C trace context." },
        },
    })
}
