//! A no over HTTP, as `application/problem+json` (RFC 9457).

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// Why a request was not taken in, for the person who set up the sender. No value of an event's data is in it.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    title: &'static str,
    detail: String,
    events: Vec<Value>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            title,
            detail: detail.into(),
            events: Vec::new(),
        }
    }

    /// With the events that are wrong: which, from 0, its id if it has one, and why.
    pub(super) fn of_events(
        mut self,
        wrong: impl IntoIterator<Item = (usize, Option<String>, String)>,
    ) -> Self {
        let event = |(index, id, detail)| json!({ "index": index, "id": id, "detail": detail });
        self.events = wrong.into_iter().map(event).collect();
        self
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if !self.events.is_empty() {
            body["events"] = self.events.into();
        }
        let mut response = (self.status, body.to_string()).into_response();
        let headers = response.headers_mut();
        let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
        set(header::CONTENT_TYPE, "application/problem+json");
        match self.status {
            StatusCode::UNAUTHORIZED => _ = set(header::WWW_AUTHENTICATE, "Bearer"),
            StatusCode::SERVICE_UNAVAILABLE => _ = set(header::RETRY_AFTER, "5"),
            StatusCode::METHOD_NOT_ALLOWED => _ = set(header::ALLOW, "POST"),
            _ => {}
        }
        // Who is not known to tell anything keeps no place among the connections.
        if matches!(
            self.status,
            StatusCode::UNAUTHORIZED | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_FOUND
        ) {
            set(header::CONNECTION, "close");
        }
        response
    }
}
