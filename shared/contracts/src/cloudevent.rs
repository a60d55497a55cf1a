//! CloudEvents 1.0 as others send them: any id, any source, in any of the modes. Ours are an [`Envelope`].
//!
//! [`Envelope`]: crate::Envelope

use std::collections::BTreeMap;

use data_encoding::BASE64;
use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{Envelope, ids};

/// An event of somebody else.
#[derive(Clone, Debug, PartialEq)]
pub struct CloudEvent {
    pub id: String,
    pub source: String,
    pub event_type: String,
    pub subject: Option<String>,
    pub time: Option<Timestamp>,
    /// Media type of the data; none means JSON.
    pub datacontenttype: Option<String>,
    pub dataschema: Option<String>,
    /// Attributes of the sender's own.
    pub extensions: BTreeMap<String, String>,
    pub data: Option<Vec<u8>>,
}

/// Why something is no CloudEvent; words that quote no value, since a value may hold a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCloudEvent {
    #[error("it is no JSON: a fault at line {line}, column {column}")]
    Json { line: usize, column: usize },
    #[error("it is no JSON object, and an event is one")]
    NotAnObject,
    #[error("it is no JSON array, and a batch is one")]
    NotABatch,
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("specversion is not \"1.0\", the version understood here")]
    Version,
    #[error("{attribute} is not {wanted}")]
    Attribute {
        attribute: &'static str,
        wanted: &'static str,
    },
    #[error("data and data_base64 are both there, and an event has one of them")]
    DataTwice,
    #[error("there is no ce-specversion, and the content type is not application/cloudevents+json")]
    NoMode,
    #[error(
        "{0} is not understood here: send application/cloudevents+json in UTF-8, or binary mode"
    )]
    Format(&'static str),
}

/// How a message carries its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Binary,
    Structured,
    Batch,
}

/// The mode a content type stands for.
pub fn mode(content_type: Option<&str>) -> Result<Mode, NotCloudEvent> {
    let text = content_type.unwrap_or_default().trim();
    let (media, parameters) = text.split_once(';').unwrap_or((text, ""));
    let media = media.trim().to_ascii_lowercase();
    if !media.starts_with("application/cloudevents") {
        return Ok(Mode::Binary);
    }
    let charset = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        (name.trim().eq_ignore_ascii_case("charset")).then(|| value.trim().trim_matches('"'))
    });
    if !charset.is_none_or(|c| c.eq_ignore_ascii_case("utf-8")) {
        return Err(NotCloudEvent::Format("an encoding other than UTF-8"));
    }
    match media.as_str() {
        // What the NATS binding calls it.
        "application/cloudevents" | "application/cloudevents+json" => Ok(Mode::Structured),
        "application/cloudevents-batch+json" => Ok(Mode::Batch),
        _ => Err(NotCloudEvent::Format(
            "a format of CloudEvents other than JSON",
        )),
    }
}

/// Whether a media type is JSON.
pub fn is_json(media_type: &str) -> bool {
    let media = media_type.split(';').next().unwrap_or_default();
    let media = media.trim().to_ascii_lowercase();
    media == "application/json" || media == "text/json" || media.ends_with("+json")
}

impl CloudEvent {
    /// Binary mode: attributes are `ce-` headers, the body is the data. `content_type` is what the protocol says of the
    /// body, if it says so outside of them.
    pub fn from_headers<'h>(
        headers: impl Iterator<Item = (&'h str, &'h str)>,
        content_type: Option<&str>,
        body: Vec<u8>,
    ) -> Result<Self, NotCloudEvent> {
        let mut attributes = Map::new();
        for (name, value) in headers {
            let name = name.to_ascii_lowercase();
            if let Some(attribute) = name.strip_prefix("ce-") {
                let value = decoded(value).ok_or(NotCloudEvent::Attribute {
                    attribute: "a ce- header",
                    wanted: "text in UTF-8, percent-encoded",
                })?;
                attributes.insert(attribute.to_owned(), value.into());
            }
        }
        if !attributes.contains_key("specversion") {
            return Err(NotCloudEvent::NoMode);
        }
        let data = Some(body).filter(|body| !body.is_empty());
        let mut event = Self::from_attributes(attributes, data)?;
        event.datacontenttype = content_type.map(str::to_owned).or(event.datacontenttype);
        Ok(event)
    }

    /// Structured mode: one JSON object.
    pub fn from_json(body: &[u8]) -> Result<Self, NotCloudEvent> {
        Self::from_value(json(body)?)
    }

    /// Batch mode: an array of such objects, each of which may be wrong alone.
    pub fn batch(body: &[u8]) -> Result<Vec<Result<Self, NotCloudEvent>>, NotCloudEvent> {
        match json(body)? {
            Value::Array(events) => Ok(events.into_iter().map(Self::from_value).collect()),
            _ => Err(NotCloudEvent::NotABatch),
        }
    }

    fn from_value(value: Value) -> Result<Self, NotCloudEvent> {
        let Value::Object(mut attributes) = value else {
            return Err(NotCloudEvent::NotAnObject);
        };
        // What is null is not there.
        attributes.retain(|_, value| !value.is_null());
        let base64 = attributes.remove("data_base64");
        let data = match (attributes.remove("data"), base64) {
            (Some(_), Some(_)) => return Err(NotCloudEvent::DataTwice),
            (None, None) => None,
            (None, Some(text)) => Some(from_base64(&text)?),
            (Some(data), None) => Some(plain(data, attributes.get("datacontenttype"))),
        };
        Self::from_attributes(attributes, data)
    }

    fn from_attributes(
        mut attributes: Map<String, Value>,
        data: Option<Vec<u8>>,
    ) -> Result<Self, NotCloudEvent> {
        match attributes.remove("specversion") {
            None => return Err(NotCloudEvent::Missing("specversion")),
            Some(version) if version == "1.0" => {}
            Some(_) => return Err(NotCloudEvent::Version),
        }
        let mut text = |name: &'static str| text(name, attributes.remove(name));
        let needed = |name, value: Option<String>| value.ok_or(NotCloudEvent::Missing(name));
        let (id, source) = (text("id")?, text("source")?);
        let (event_type, time) = (text("type")?, text("time")?);
        let event = Self {
            id: needed("id", id)?,
            source: uri("source", needed("source", source)?)?,
            event_type: needed("type", event_type)?,
            subject: text("subject")?,
            time: time.map(|time| instant(&time)).transpose()?,
            datacontenttype: text("datacontenttype")?,
            dataschema: text("dataschema")?
                .map(|s| uri("dataschema", s))
                .transpose()?,
            extensions: BTreeMap::new(),
            data,
        };
        let extensions = attributes.into_iter().map(extension);
        Ok(Self {
            extensions: extensions.collect::<Result<_, _>>()?,
            ..event
        })
    }

    /// The same for the same event, however often it is sent: what makes it one is its source and its id.
    pub fn key(&self) -> Uuid {
        ids::computed("cloudevent", &[&self.source, &self.id])
    }

    /// As it goes on from here: addressed by us, with an id of ours. An event without a time happened when it came.
    pub fn into_envelope(self, subject: &str, came: Timestamp) -> Envelope {
        Envelope {
            id: self.key(),
            subject: subject.to_owned(),
            event_type: self.event_type,
            source: self.source,
            time: self.time.unwrap_or(came),
            traceparent: self.extensions.get("traceparent").cloned(),
            data: self.data.unwrap_or_default(),
        }
    }
}

fn json(body: &[u8]) -> Result<Value, NotCloudEvent> {
    serde_json::from_slice(body).map_err(|error| NotCloudEvent::Json {
        line: error.line(),
        column: error.column(),
    })
}

fn text(name: &'static str, value: Option<Value>) -> Result<Option<String>, NotCloudEvent> {
    match value {
        None => Ok(None),
        Some(Value::String(text)) if is_text(&text) => Ok(Some(text)),
        Some(_) => Err(NotCloudEvent::Attribute {
            attribute: name,
            wanted: "text that can be seen, in quotes",
        }),
    }
}

/// At least one character, and none that the specification forbids in an attribute.
fn is_text(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(char::is_control)
}

fn uri(attribute: &'static str, text: String) -> Result<String, NotCloudEvent> {
    let is_one = !text.contains([' ', '"', '<', '>', '\\', '^', '`', '{', '|', '}'])
        && (attribute != "dataschema" || text.contains(':'));
    if is_one {
        return Ok(text);
    }
    Err(NotCloudEvent::Attribute {
        attribute,
        wanted: "a URI, such as /westshire/case-system",
    })
}

fn instant(text: &str) -> Result<Timestamp, NotCloudEvent> {
    // RFC 3339 has an offset and no zone in brackets.
    let parsed = text.parse().ok().filter(|_| !text.contains('['));
    parsed.ok_or(NotCloudEvent::Attribute {
        attribute: "time",
        wanted: "a time as in RFC 3339, such as 2025-04-11T14:05:00Z",
    })
}

fn extension((name, value): (String, Value)) -> Result<(String, String), NotCloudEvent> {
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if name.is_empty() || !name.chars().all(is_name) {
        return Err(NotCloudEvent::Attribute {
            attribute: "the name of an attribute",
            wanted: "of lower-case letters and digits only",
        });
    }
    match value {
        Value::String(text) => Ok((name, text)),
        Value::Number(_) | Value::Bool(_) => Ok((name, value.to_string())),
        _ => Err(NotCloudEvent::Attribute {
            attribute: "an attribute of your own",
            wanted: "a text, a whole number or true or false, as attributes are",
        }),
    }
}

/// As bytes: a text under a media type that is not JSON is itself, anything else is JSON.
fn plain(data: Value, media_type: Option<&Value>) -> Vec<u8> {
    let json = media_type.and_then(Value::as_str).is_none_or(is_json);
    match data {
        Value::String(text) if !json => text.into_bytes(),
        other => other.to_string().into_bytes(),
    }
}

fn from_base64(value: &Value) -> Result<Vec<u8>, NotCloudEvent> {
    let bytes = value.as_str().map(|text| BASE64.decode(text.as_bytes()));
    bytes.and_then(Result::ok).ok_or(NotCloudEvent::Attribute {
        attribute: "data_base64",
        wanted: "a text in base 64",
    })
}

/// A header's value: what stands in quotes without them, then one round of percent-decoding.
fn decoded(value: &str) -> Option<String> {
    let bytes = unquoted(value.trim()).into_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes.as_slice();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| *first == b'%');
        let hex = hex.filter(|two| two.iter().all(u8::is_ascii_hexdigit));
        let byte = hex.and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        decoded.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(decoded).ok()
}

fn unquoted(value: &str) -> String {
    let inside = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
    let Some(inside) = inside else {
        return value.to_owned();
    };
    let mut text = String::with_capacity(inside.len());
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        text.push(if c == '\\' {
            chars.next().unwrap_or(c)
        } else {
            c
        });
    }
    text
}
