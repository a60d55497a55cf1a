//! The doors as they really are: an HTTP server, a nats-server, a SQLite file.

mod conformance;
mod files;
mod killed;
mod supervision;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use bus::dead_letter::count_of;
use contracts::{Chronology, Entry};
use reqwest::{RequestBuilder, StatusCode, header};
use serde_json::{Value, json};
use testkit::servers::{PATIENCE, until};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::*;
use super::{connections::Limits, http::Door};
use crate::{
    config::{EventSource, Events},
    import::tests::defaults,
    tests::Running,
};

pub(super) const TOKEN: &str = "0123456789abcdef0123456789abcdef-front-door";

/// Settings with one source, `front-door` of Westshire.
pub(super) fn settings(folder: &Path) -> Events {
    let token_file = folder.join("token");
    std::fs::write(&token_file, format!("{TOKEN}\n")).unwrap();
    let source = EventSource {
        authority: "westshire".parse().unwrap(),
        token_file: Some(token_file),
        supplies: vec!["core_group".to_owned()],
    };
    Events {
        listen: "127.0.0.1:0".to_owned(),
        max_kib: 16,
        max_batch: 3,
        sources: [("front-door".to_owned(), source)].into(),
        ..defaults().events
    }
}

/// Intake with its doors open.
pub(super) struct Open {
    pub(super) running: Running,
    pub(super) url: String,
    http: reqwest::Client,
}

impl Open {
    pub(super) async fn start() -> Self {
        Self::with(Limits::default()).await
    }

    async fn with(limits: Limits) -> Self {
        let running = Running::ready().await;
        let events = settings(running.folder.path());
        let config = Config {
            events,
            ..defaults()
        };
        let (context, data) = (&running.context, running.folder.path());
        let teller = Teller::new(context, &config);
        let mut door = Door::bind(&teller, &config.events).await.unwrap().unwrap();
        door.limits = limits;
        let url = format!("http://{}/events", door.address());
        let mut node = crate::node(context, &config, data);
        node.parts.push(("events", Box::pin(door.serve())));
        bus::run(context, node).await.unwrap();
        Self {
            running,
            url,
            http: client(),
        }
    }

    pub(super) fn post(&self) -> RequestBuilder {
        self.http.post(&self.url).bearer_auth(TOKEN)
    }

    async fn structured(&self, event: &Value) -> (StatusCode, Value) {
        let request = self
            .post()
            .header(header::CONTENT_TYPE, "application/cloudevents+json");
        answer(request.body(event.to_string())).await
    }

    async fn batch(&self, events: &Value) -> (StatusCode, Value) {
        let media = "application/cloudevents-batch+json";
        let request = self.post().header(header::CONTENT_TYPE, media);
        answer(request.body(events.to_string())).await
    }

    /// What is published of a child, when all is published.
    pub(super) async fn entries(&self, child: &str) -> Vec<Entry> {
        self.running.at_rest().await;
        published(&self.running, child).await
    }

    async fn dead_letters(&self) -> u64 {
        let westshire = "westshire".parse().unwrap();
        let mut tx = self.running.context.db.begin().await.unwrap();
        count_of(&mut tx, &westshire, "intake-facts").await.unwrap()
    }

    async fn publish(&self, subject: &str, headers: &[(&str, &str)], body: &str) {
        let client = self.running.nats.client().await;
        let jetstream = async_nats::jetstream::new(client);
        let mut map = async_nats::HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, *value);
        }
        let body = body.to_owned().into();
        let sent = if headers.is_empty() {
            jetstream.publish(subject.to_owned(), body).await
        } else {
            jetstream
                .publish_with_headers(subject.to_owned(), map, body)
                .await
        };
        sent.unwrap().await.unwrap();
    }
}

pub(super) fn client() -> reqwest::Client {
    _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(std::time::Duration::from_secs(30))
        .build()
        .unwrap()
}

async fn published(running: &Running, child: &str) -> Vec<Entry> {
    let context = &running.context;
    let token = context
        .tokens
        .child(&"westshire".parse().unwrap(), &child.into());
    let jetstream = async_nats::jetstream::new(running.nats.client().await);
    let stream = jetstream.get_stream("CHRONOLOGY").await.unwrap();
    let subject = format!("evenkeel.westshire.chronology.state.{token}");
    let Ok(message) = stream.get_last_raw_message_by_subject(&subject).await else {
        return Vec::new();
    };
    let chronology: Chronology = serde_json::from_slice(&message.payload).unwrap();
    assert_eq!(chronology.child.as_str(), child);
    chronology.entries
}

pub(super) async fn answer(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.unwrap();
    let status = response.status();
    let media = response.headers().get(header::CONTENT_TYPE).cloned();
    let want = if status.is_success() {
        "application/json"
    } else {
        "application/problem+json"
    };
    assert_eq!(media.unwrap(), want, "{status}");
    let body: Value = response.json().await.unwrap();
    if !status.is_success() {
        assert_eq!(body["status"], status.as_u16(), "{body}");
    }
    (status, body)
}

/// A core group of a child, recorded.
pub(super) fn core_group(id: &str, child: &str, day: &str) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": "/westshire/case-system", "type": "fact.recorded",
        "time": "2025-04-11T14:05:00Z",
        "data": { "authority": "westshire", "child": child, "start": day, "kind": "step", "step": "core_group" },
    })
}

fn seen(entries: &[Entry]) -> Vec<(String, String, &str)> {
    let one = |e: &Entry| (e.source.clone(), e.key.clone(), e.fact.kind());
    entries.iter().map(one).collect()
}

fn from_front_door(key: &str, kind: &'static str) -> (String, String, &'static str) {
    ("events/front-door".to_owned(), key.to_owned(), kind)
}

#[tokio::test]
async fn all_three_modes_are_taken_in_and_published() {
    let open = Open::start().await;
    let whole = core_group("1", "1001", "2025-04-10");
    assert_eq!(open.structured(&whole).await, accepted(1, 0));
    let two = json!([
        core_group("2", "1001", "2025-04-11"),
        core_group("3", "1002", "2025-04-11")
    ]);
    assert_eq!(open.batch(&two).await, accepted(2, 0));
    assert_eq!(open.batch(&json!([])).await, accepted(0, 0));
    let binary = open
        .post()
        .header("ce-specversion", "1.0")
        .header("ce-id", "%34")
        .header("ce-source", "\"/westshire/case-system\"")
        .header("ce-type", "fact.recorded")
        .header("ce-ownextension", "anything")
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .body(
            json!({
                "authority": "westshire", "child": "1001", "key": "V-77", "start": "2025-04-12",
                "kind": "visit", "purpose": "protection", "seen": true,
            })
            .to_string(),
        );
    assert_eq!(answer(binary).await, accepted(1, 0));
    // The id that binary mode wrote in another way is the same id.
    assert_eq!(
        open.structured(&core_group("3", "1002", "2025-04-11"))
            .await,
        accepted(0, 1)
    );
    let same = json!({ "specversion": "1.0", "id": "4", "source": "/westshire/case-system", "type": "fact.recorded",
        "data_base64": data_encoding::BASE64.encode(
            br#"{"authority":"westshire","child":"1001","key":"V-77","start":"2025-04-12","kind":"visit","purpose":"protection","seen":true}"#) });
    assert_eq!(open.structured(&same).await, accepted(0, 1));

    let entries = open.entries("1001").await;
    let want = [
        from_front_door("2025-04-10", "core_group"),
        from_front_door("2025-04-11", "core_group"),
        from_front_door("V-77", "visit"),
    ];
    assert_eq!(seen(&entries), want);
    assert_eq!(open.entries("1002").await.len(), 1);
    let state = open
        .running
        .context
        .landscape
        .authority(&"westshire".parse().unwrap())
        .unwrap();
    assert_eq!(
        (state.children, state.revision_sum, state.revision),
        (2, 4, 3)
    );
    assert_eq!(state.sources[0].supplies, ["core_group"]);
    open.running.stop().await;
}

fn accepted(taken_in: u64, already_known: u64) -> (StatusCode, Value) {
    let body = json!({ "taken_in": taken_in, "already_known": already_known });
    (StatusCode::ACCEPTED, body)
}

#[tokio::test]
async fn a_wrong_event_of_a_batch_is_named_and_nothing_of_the_batch_is_recorded() {
    let open = Open::start().await;
    let good = core_group("1", "1001", "2025-04-10");
    let mut wrong = core_group("2", "1001", "2025-04-11");
    wrong["data"]["notes"] = json!("Annabel was not at home");
    let (status, body) = open
        .batch(&json!([good, wrong, core_group("3", "1001", "x")]))
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        (&body["events"][0]["index"], &body["events"][0]["id"]),
        (&json!(1), &json!("2"))
    );
    let why = body["events"][0]["detail"].as_str().unwrap();
    assert!(
        why.contains("a field that is not known here: the fields are authority, child"),
        "{why}"
    );
    let why = body["events"][1]["detail"].as_str().unwrap();
    assert_eq!(
        why,
        "start cannot be read: it should be a day such as 2025-04-11"
    );
    assert!(!body.to_string().contains("Annabel"));

    let mut nameless = core_group("4", "1001", "2025-04-11");
    nameless.as_object_mut().unwrap().remove("source");
    let (status, body) = open.batch(&json!([good, nameless])).await;
    assert_eq!(
        (status, &body["events"][0]["index"]),
        (StatusCode::BAD_REQUEST, &json!(1))
    );
    assert_eq!(body["events"][0]["detail"], "source is missing");
    assert_eq!(open.entries("1001").await, []);

    // Corrected and sent again it goes through; another event under an id that was used does not.
    assert_eq!(open.batch(&json!([good])).await, accepted(1, 0));
    let (status, body) = open
        .structured(&core_group("1", "1001", "2025-04-12"))
        .await;
    assert_eq!(
        (status, &body["events"][0]["id"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("1"))
    );
    open.running.stop().await;
}

#[tokio::test]
async fn an_event_that_cannot_be_taken_in_says_what_to_do() {
    let open = Open::start().await;
    let whole = || core_group("1", "1001", "2025-04-10");
    let with = |name: &str, value: Value| {
        let mut event = whole();
        event[name] = value;
        event
    };
    for (event, status, words) in [
        (
            with("type", json!("com.example.someevent")),
            422,
            "its type is none of fact.recorded",
        ),
        (
            with("specversion", json!("0.3")),
            400,
            "specversion is not \"1.0\"",
        ),
        (
            with("id", json!("")),
            400,
            "id is not text that can be seen",
        ),
        (
            with("time", json!("yesterday")),
            400,
            "time is not a time as in RFC 3339",
        ),
        (
            with("time", json!("2999-01-01T00:00:00Z")),
            422,
            "more than a day ahead",
        ),
        (
            with("Upper", json!("x")),
            400,
            "lower-case letters and digits",
        ),
        (
            with("data_base64", json!("eA==")),
            400,
            "data and data_base64",
        ),
        (
            with("data", json!({ "authority": "eastshire" })),
            422,
            "its authority is not westshire",
        ),
        (with("data", Value::Null), 422, "it has no data"),
        (json!("an event"), 400, "no JSON object"),
    ] {
        let (got, body) = open.structured(&event).await;
        assert_eq!(got.as_u16(), status, "{body}");
        let why = body["events"][0]["detail"].as_str().unwrap();
        assert!(why.contains(words), "{why}");
    }
    open.running.stop().await;
}

#[tokio::test]
async fn a_request_that_cannot_be_taken_in_says_what_to_do() {
    const BATCH: &str = "application/cloudevents-batch+json";
    let open = Open::start().await;
    let plain = |media: &str, body: &str| {
        open.post()
            .header(header::CONTENT_TYPE, media)
            .body(body.to_owned())
    };
    let (own, url) = (client(), &open.url);
    let body = core_group("1", "1001", "2025-04-10").to_string();
    let structured = "application/cloudevents+json";
    let large = format!("{{\"x\":\"{}\"}}", "x".repeat(20_000));
    for (request, status, words) in [
        (own.post(url).body(body.clone()), 401, "Bearer"),
        (
            own.post(url).bearer_auth("x").body(body.clone()),
            401,
            "Authorization",
        ),
        (own.get(url).bearer_auth(TOKEN), 405, "POST"),
        (
            own.post(url.replace("/events", "/")).bearer_auth(TOKEN),
            404,
            "/events",
        ),
        (plain("application/json", &body), 400, ""),
        (
            plain("application/cloudevents+avro", &body),
            415,
            "other than JSON is not understood",
        ),
        (
            plain("application/cloudevents+json; charset=latin1", &body),
            415,
            "UTF-8",
        ),
        (plain(structured, &large), 413, "16384 bytes"),
        (plain(BATCH, "{}"), 400, "no JSON array"),
    ] {
        let (got, body) = answer(request).await;
        assert_eq!(got.as_u16(), status, "{body}");
        assert!(body["detail"].as_str().unwrap().contains(words), "{body}");
    }
    let stranger = own.post(url).body(body).send().await.unwrap();
    assert_eq!(stranger.headers()[header::CONNECTION], "close");
    let known = open.post().send().await.unwrap();
    assert_eq!(known.headers().get(header::CONNECTION), None);
    let four: Vec<_> = (0..4)
        .map(|n| core_group(&n.to_string(), "1001", "2025-04-10"))
        .collect();
    let (status, body) = open.batch(&four.into()).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{body}");
    assert_eq!(open.entries("1001").await, []);
    open.running.stop().await;
}

#[tokio::test]
async fn facts_over_nats_come_in_both_modes_and_what_is_wrong_is_kept_as_a_dead_letter() {
    let open = Open::start().await;
    let subject = "evenkeel.westshire.fact.recorded.front-door";
    let event = core_group("1", "1001", "2025-04-10");
    let binary = [
        ("ce-specversion", "1.0"),
        ("ce-id", "2"),
        ("ce-source", "/westshire/case-system"),
        ("ce-type", "fact.recorded"),
        ("ce-datacontenttype", "application/json"),
    ];
    let data = core_group("2", "1001", "2025-04-11")["data"].to_string();
    let structured = [("Content-Type", "application/cloudevents+json")];
    open.publish(subject, &structured, &event.to_string()).await;
    open.publish(subject, &binary, &data).await;
    let bare = core_group("3", "1001", "2025-04-12");
    open.publish(subject, &[], &bare.to_string()).await;
    // The same again, by the other door too.
    open.publish(subject, &binary, &data).await;
    let days = until("three facts", async || {
        let entries = open.entries("1001").await;
        (entries.len() == 3).then(|| entries.into_iter().map(|e| e.key).collect::<Vec<_>>())
    });
    assert_eq!(days.await, ["2025-04-10", "2025-04-11", "2025-04-12"]);
    assert_eq!(
        open.structured(&core_group("2", "1001", "2025-04-11"))
            .await,
        accepted(0, 1)
    );

    let stranger = "evenkeel.eastshire.fact.recorded.front-door";
    open.publish(stranger, &structured, &event.to_string())
        .await;
    let mut unknown = core_group("4", "1001", "2025-04-13");
    unknown["type"] = json!("com.example.someevent");
    open.publish(subject, &structured, &unknown.to_string())
        .await;
    open.publish(subject, &structured, "no JSON").await;
    // Its neighbours go on.
    let good = core_group("5", "1001", "2025-04-14");
    open.publish(subject, &structured, &good.to_string()).await;
    until("a fact after the wrong ones", async || {
        (published(&open.running, "1001").await.len() == 4).then_some(())
    })
    .await;
    until("two dead letters of Westshire", async || {
        (open.dead_letters().await == 2).then_some(())
    })
    .await;
    // Under one id, whatever its form, are two wrong events.
    let one_id = binary.map(|(name, value)| match name {
        "ce-id" => (name, "6f9619ff-8b86-d011-b42d-00cf4fc964ff"),
        _ => (name, value),
    });
    for data in ["no JSON", "none either"] {
        open.publish(subject, &one_id, data).await;
    }
    until("four dead letters of Westshire", async || {
        (open.dead_letters().await == 4).then_some(())
    })
    .await;
    open.running.stop().await;
}

#[tokio::test]
async fn doors_that_others_could_misuse_do_not_open() {
    let running = Running::ready().await;
    let folder = running.folder.path();
    let bind = async |settings: &Events| -> String {
        let config = Config {
            events: settings.clone(),
            ..defaults()
        };
        let teller = Teller::new(&running.context, &config);
        let checked = config.check();
        let bound = match checked {
            Ok(()) => Door::bind(&teller, settings).await.map(drop),
            Err(error) => Err(error),
        };
        bound.map_or_else(|error| format!("{error:#}"), |()| "open".to_owned())
    };
    let good = settings(folder);
    assert_eq!(bind(&good).await, "open");
    let listen = |listen: &str| Events {
        listen: listen.to_owned(),
        ..good.clone()
    };
    let words = bind(&listen("0.0.0.0:0")).await;
    assert!(words.contains("tls_in_front = true"), "{words}");
    let behind = Events {
        tls_in_front: true,
        ..listen("0.0.0.0:0")
    };
    assert_eq!(bind(&behind).await, "open");
    assert!(bind(&listen("here")).await.contains("no address and port"));
    let with = |change: &dyn Fn(&mut EventSource)| {
        let mut changed = good.clone();
        changed.sources.values_mut().for_each(change);
        changed
    };
    let words = bind(&with(&|s| s.token_file = None)).await;
    assert!(words.contains("nobody could tell anything"), "{words}");
    let words = bind(&with(&|s| s.supplies = vec!["core_groups".into()])).await;
    assert!(words.contains("nearest: core_group"), "{words}");
    let short = folder.join("short");
    std::fs::write(&short, "secret").unwrap();
    let words = bind(&with(&|s| s.token_file = Some(short.clone()))).await;
    assert!(
        words.contains("holds no token") && !words.contains("secret"),
        "{words}"
    );
    let mut twice = good.clone();
    let other = twice.sources["front-door"].clone();
    twice.sources.insert("other".into(), other);
    assert!(bind(&twice).await.contains("have the same token"));
}

#[tokio::test]
async fn connections_that_say_nothing_take_a_place_for_a_short_time_only() {
    let limits = Limits {
        at_once: 2,
        head_within: Duration::from_secs(3),
    };
    let open = Open::with(limits).await;
    let address = open.url["http://".len()..].trim_end_matches("/events");
    let mut silent = TcpStream::connect(address).await.unwrap();
    let mut slow = TcpStream::connect(address).await.unwrap();
    slow.write_all(b"POST /events HTTP/1.1\r\nHost: loc")
        .await
        .unwrap();
    // Both places are taken.
    let event = core_group("1", "1001", "2025-04-10");
    let soon = tokio::time::timeout(Duration::from_millis(500), open.structured(&event)).await;
    assert!(soon.is_err(), "a third connection was served: {soon:?}");
    for quiet in [&mut silent, &mut slow] {
        let mut said = Vec::new();
        let ended = tokio::time::timeout(PATIENCE, quiet.read_to_end(&mut said)).await;
        assert!(ended.is_ok(), "it still has its place");
    }
    let (status, _) = open.structured(&event).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    open.running.stop().await;
}

/// What lies beside the project.
fn vectors(path: &str) -> Option<PathBuf> {
    crate::sources::shared(&format!("vectors/{path}"))
}
