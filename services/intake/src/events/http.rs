//! `POST /events`: events in any of the three modes, each request all or nothing, answered 202 after the commit.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, ensure};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use contracts::{
    CloudEvent, Envelope, NotCloudEvent,
    cloudevent::{self, Mode},
};
use tokio::net::TcpListener;
use tracing::{error, info};

use super::{
    Source, Sources, Teller, Told, Untold,
    connections::{self, Limits},
    problem::Problem,
};
use crate::config;

/// Longest wait for the store, such as behind a large import, and for a body that trickles in.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often what others were in the way of is tried again.
const TRIES: usize = 5;

/// The listening door, not served yet.
pub(crate) struct Door {
    listener: TcpListener,
    app: App,
    pub(super) limits: Limits,
}

#[derive(Clone)]
struct App {
    teller: Teller,
    max_bytes: usize,
    max_batch: usize,
}

impl Door {
    /// None where the settings ask for none. Refuses an address that others can reach without TLS.
    pub(crate) async fn bind(
        teller: &Teller,
        settings: &config::Events,
    ) -> anyhow::Result<Option<Self>> {
        let Some(address) = settings.address()? else {
            return Ok(None);
        };
        let sources = Sources::with_tokens(&settings.sources)?;
        ensure!(
            sources.has_tokens(),
            "listen under [intake.events] is set and no source has a token_file: nobody could tell anything"
        );
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!("could not listen on {address} (listen under [intake.events]): is it taken?")
        })?;
        let address = listener.local_addr().context("could not read the port")?;
        info!(%address, "events are taken in here");
        Ok(Some(Self {
            listener,
            limits: Limits::default(),
            app: App {
                teller: Teller {
                    sources: Arc::new(sources),
                    ..teller.clone()
                },
                max_bytes: settings.max_kib.saturating_mul(1024),
                max_batch: settings.max_batch,
            },
        }))
    }

    #[cfg(test)]
    pub(super) fn address(&self) -> std::net::SocketAddr {
        self.listener.local_addr().unwrap()
    }

    /// Until the tasks stop.
    pub(crate) async fn serve(self) -> anyhow::Result<()> {
        let tasks = self.app.teller.context.tasks.clone();
        let router = Router::new()
            .route("/events", post(told).fallback(other_method))
            .fallback(elsewhere)
            .with_state(self.app);
        connections::serve(self.listener, router, &tasks, self.limits).await;
        Ok(())
    }
}

async fn other_method() -> Problem {
    let detail = "events are sent with POST";
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "Not with this method",
        detail,
    )
}

async fn elsewhere() -> Problem {
    let detail = "events are sent to /events";
    Problem::new(StatusCode::NOT_FOUND, "Nothing is here", detail)
}

async fn told(State(app): State<App>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(source) = bearer(&parts.headers).and_then(|t| app.teller.sources.with_token(t)) else {
        let detail = "send the header Authorization: Bearer and the source's token";
        return Problem::new(
            StatusCode::UNAUTHORIZED,
            "Who tells this is not known",
            detail,
        )
        .into_response();
    };
    let outcome = tokio::time::timeout(PATIENCE, app.take_in(source, &parts.headers, body)).await;
    let outcome = outcome.unwrap_or_else(|_| Err(not_now()));
    let status = outcome
        .as_ref()
        .err()
        .map_or(StatusCode::ACCEPTED, Problem::status);
    info!(
        source = source.name,
        status = status.as_u16(),
        "events came"
    );
    match outcome {
        Ok(Told { new, already }) => {
            let body = serde_json::json!({ "taken_in": new, "already_known": already });
            (StatusCode::ACCEPTED, axum::Json(body)).into_response()
        }
        Err(problem) => problem.into_response(),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl App {
    async fn take_in(
        &self,
        source: &Source,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Told, Problem> {
        let body = axum::body::to_bytes(body, self.max_bytes)
            .await
            .map_err(|_| {
                let detail = format!(
                    "a request holds up to {} bytes: send fewer events at a time",
                    self.max_bytes
                );
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "Too much at once", detail)
            })?;
        let read = read(headers, body.to_vec())?;
        if read.len() > self.max_batch {
            let detail = format!(
                "a batch holds up to {} events: send several",
                self.max_batch
            );
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "Too much at once",
                detail,
            ));
        }
        let came = self.teller.context.clock.machine_now();
        let subject = format!("evenkeel.{}.fact.told.{}", source.authority, source.name);
        let ids: Vec<String> = read.iter().map(|event| event.id.clone()).collect();
        let events: Vec<Envelope> = read
            .into_iter()
            .map(|event| event.into_envelope(&subject, came))
            .collect();
        self.record(source, &events, &ids).await
    }

    /// What others were in the way of is tried again.
    async fn record(
        &self,
        source: &Source,
        events: &[Envelope],
        ids: &[String],
    ) -> Result<Told, Problem> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.once(source, events).await {
                Ok(told) => return Ok(told),
                Err(Untold::Refused(wrong)) => {
                    let wrong = wrong
                        .into_iter()
                        .map(|(at, why)| (at, ids.get(at).cloned(), why));
                    return Err(refused(StatusCode::UNPROCESSABLE_ENTITY, wrong));
                }
                Err(Untold::Store(store::Error::Contended { .. })) if tries < TRIES => {}
                Err(Untold::Store(error)) => {
                    error!(
                        source = source.name,
                        error = format!("{:#}", anyhow::anyhow!(error)),
                        "events could not be recorded"
                    );
                    return Err(not_now());
                }
            }
        }
    }

    async fn once(&self, source: &Source, events: &[Envelope]) -> Result<Told, Untold> {
        let mut tx = self.teller.context.db.begin().await?;
        let told = self.teller.take_in(&mut tx, source, events).await?;
        tx.commit().await?;
        Ok(told)
    }
}

/// In whichever mode they came.
fn read(headers: &HeaderMap, body: Vec<u8>) -> Result<Vec<CloudEvent>, Problem> {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok());
    let mode = cloudevent::mode(content_type).map_err(|why| format_not_known(&why))?;
    let one = |event: Result<CloudEvent, NotCloudEvent>| vec![event];
    let events = match mode {
        Mode::Structured => one(CloudEvent::from_json(&body)),
        Mode::Batch => CloudEvent::batch(&body).map_err(|why| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "This is no batch of CloudEvents",
                why.to_string(),
            )
        })?,
        Mode::Binary => {
            let text = |value: &'_ [u8]| std::str::from_utf8(value).map(str::to_owned).ok();
            let headers: Option<Vec<_>> = headers
                .iter()
                .filter(|(name, _)| name.as_str().starts_with("ce-"))
                .map(|(name, value)| Some((name.as_str(), text(value.as_bytes())?)))
                .collect();
            let headers = headers.ok_or_else(|| {
                let detail = "a ce- header is no text in UTF-8";
                Problem::new(StatusCode::BAD_REQUEST, "This is no CloudEvent", detail)
            })?;
            let headers = headers.iter().map(|(name, value)| (*name, value.as_str()));
            one(CloudEvent::from_headers(headers, content_type, body))
        }
    };
    let wrong: Vec<_> = events
        .iter()
        .enumerate()
        .filter_map(|(at, event)| Some((at, None, event.as_ref().err()?.to_string())))
        .collect();
    if !wrong.is_empty() {
        return Err(refused(StatusCode::BAD_REQUEST, wrong));
    }
    let events: Vec<_> = events.into_iter().filter_map(Result::ok).collect();
    let media = |event: &CloudEvent| event.datacontenttype.clone();
    if events
        .iter()
        .filter_map(media)
        .any(|media| !cloudevent::is_json(&media))
    {
        return Err(format_not_known(&NotCloudEvent::Format(
            "data that is not JSON",
        )));
    }
    Ok(events)
}

fn format_not_known(why: &NotCloudEvent) -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "This format is not understood here",
        why.to_string(),
    )
}

fn refused(
    status: StatusCode,
    wrong: impl IntoIterator<Item = (usize, Option<String>, String)>,
) -> Problem {
    let detail = "nothing of this request was recorded: correct what is listed and send it again, with the same ids";
    Problem::new(status, "Some events cannot be taken in", detail).of_events(wrong)
}

fn not_now() -> Problem {
    let detail = "it may not have been recorded: send the same again, with the same ids; nothing is recorded twice";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "Not now", detail)
}
