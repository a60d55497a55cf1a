//! CloudEvents 1.0 in NATS binary mode: attributes are `ce-` headers, the body is the data.

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{AuthorityCode, Stream, Token};

/// Something that is published: its type, and the stream it goes to.
pub trait Event: Serialize + DeserializeOwned {
    /// CloudEvents `type`; or its first part, for a struct that stands for several (see `event_type`).
    const TYPE: &'static str;
    /// Every exact type: more than one only where `event_type` says which.
    const TYPES: &'static [&'static str] = &[Self::TYPE];
    const STREAM: &'static Stream;

    /// The exact type of this one.
    fn event_type(&self) -> &'static str {
        Self::TYPE
    }
}

/// An event with its attributes, encoded and addressed: what an outbox keeps and a consumer receives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub id: Uuid,
    pub subject: String,
    pub event_type: String,
    pub source: String,
    pub time: Timestamp,
    /// W3C trace context of the work that published it (CloudEvents distributed tracing extension).
    pub traceparent: Option<String>,
    pub data: Vec<u8>,
}

/// The part of a type that goes into the subject.
pub(crate) fn event_name(event_type: &str) -> &str {
    event_type
        .split_once('.')
        .map_or(event_type, |(_, name)| name)
}

#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    #[error("header {0} is missing or not valid")]
    Header(&'static str),
    #[error("CloudEvents version {0:?} is not 1.0")]
    Version(String),
    #[error("expected an event of type {expected}, got {got}")]
    Type { expected: &'static str, got: String },
    #[error("this is no CloudEvent")]
    NotCloudEvent(#[from] crate::NotCloudEvent),
    /// Says where and of what kind, never what stands there: errors are logged, and a body may carry a name.
    #[error(
        "the body of {event_type} is not readable: a {fault:?} fault at line {line}, column {column}"
    )]
    Body {
        event_type: String,
        fault: serde_json::error::Category,
        line: usize,
        column: usize,
    },
}

impl Envelope {
    /// Addresses `event`; `id` is computed from its cause (see `ids`), `source` names the service.
    pub fn new<E: Event>(
        id: Uuid,
        source: &str,
        authority: &AuthorityCode,
        token: &Token,
        time: Timestamp,
        event: &E,
    ) -> Self {
        let event_type = event.event_type();
        Self {
            id,
            subject: E::STREAM.subject(authority, event_name(event_type), token),
            event_type: event_type.to_owned(),
            source: format!("evenkeel/{source}"),
            time,
            traceparent: None,
            data: serde_json::to_vec(event).expect("contract structs always serialise"),
        }
    }

    /// The `ce-` headers of binary mode.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("ce-specversion", "1.0".to_owned()),
            ("ce-id", self.id.to_string()),
            ("ce-type", self.event_type.clone()),
            ("ce-source", self.source.clone()),
            ("ce-subject", self.subject.clone()),
            ("ce-time", self.time.to_string()),
            ("content-type", "application/json".to_owned()),
        ];
        headers.extend(self.traceparent.clone().map(|t| ("traceparent", t)));
        headers
    }

    /// Reads binary mode back; `header` looks one up by name.
    pub fn from_headers<'a>(
        subject: &str,
        header: impl Fn(&str) -> Option<&'a str>,
        data: Vec<u8>,
    ) -> Result<Self, EnvelopeError> {
        let want = |name: &'static str| header(name).ok_or(EnvelopeError::Header(name));
        let version = want("ce-specversion")?;
        if version != "1.0" {
            return Err(EnvelopeError::Version(version.to_owned()));
        }
        Ok(Self {
            id: want("ce-id")?
                .parse()
                .map_err(|_| EnvelopeError::Header("ce-id"))?,
            subject: subject.to_owned(),
            event_type: want("ce-type")?.to_owned(),
            source: want("ce-source")?.to_owned(),
            time: want("ce-time")?
                .parse()
                .map_err(|_| EnvelopeError::Header("ce-time"))?,
            traceparent: header("traceparent").map(str::to_owned),
            data,
        })
    }

    pub fn decode<E: Event>(&self) -> Result<E, EnvelopeError> {
        if !E::TYPES.contains(&self.event_type.as_str()) {
            return Err(EnvelopeError::Type {
                expected: E::TYPE,
                got: self.event_type.clone(),
            });
        }
        serde_json::from_slice(&self.data).map_err(|error| EnvelopeError::Body {
            event_type: self.event_type.clone(),
            fault: error.classify(),
            line: error.line(),
            column: error.column(),
        })
    }

    /// The authority, from the subject's second part.
    pub fn authority(&self) -> Option<AuthorityCode> {
        self.subject.split('.').nth(1)?.parse().ok()
    }
}
