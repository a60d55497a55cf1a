//! The public conformance features and corpora of CloudEvents, against the real server and a real broker.

use std::{collections::BTreeMap, fmt::Write as _, fs};

use contracts::{CloudEvent, NotCloudEvent, cloudevent};
use serde_json::{Value, json};
use testkit::servers::until;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{Open, TOKEN, core_group, vectors};

/// An example of a scenario: the request as written, and what it must be read as.
#[derive(Debug)]
struct Example {
    head: Vec<(String, String)>,
    body: String,
    attributes: BTreeMap<String, String>,
    data: Value,
}

impl Example {
    fn header(&self, name: &str) -> Option<&str> {
        let found = self.head.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    fn read(&self) -> Result<CloudEvent, NotCloudEvent> {
        let content_type = self.header("content-type");
        match cloudevent::mode(content_type)? {
            cloudevent::Mode::Binary => {
                let headers = self.head.iter().map(|(n, v)| (n.as_str(), v.as_str()));
                CloudEvent::from_headers(headers, content_type, self.body.clone().into())
            }
            _ => CloudEvent::from_json(self.body.as_bytes()),
        }
    }
}

/// The examples of a feature file: scenario outlines with one parameter.
fn examples(feature: &str) -> Vec<Example> {
    let scenarios = feature.split("Scenario Outline:").skip(1);
    scenarios
        .flat_map(|scenario| {
            let (scenario, table) = scenario.split_once("Examples:").unwrap();
            let cells = table
                .lines()
                .map(|l| l.trim().trim_matches('|').trim())
                .filter(|c| !c.is_empty());
            let values: Vec<_> = cells
                .filter(|c| *c != "contentType" && !c.starts_with('@'))
                .collect();
            values
                .into_iter()
                .map(|value| example(&scenario.replace("<contentType>", value)))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn example(scenario: &str) -> Example {
    let texts: Vec<Vec<&str>> = scenario
        .split("\"\"\"")
        .skip(1)
        .step_by(2)
        .map(|text| text.lines().map(str::trim).collect())
        .collect();
    let request = &texts[0];
    let blank = request.iter().skip(1).position(|l| l.is_empty()).unwrap() + 1;
    let head = request[..blank]
        .iter()
        .filter_map(|line| line.split_once(": "));
    let attributes = scenario.lines().filter_map(|line| {
        let row = line.trim().strip_prefix('|')?.strip_suffix('|')?;
        let (name, value) = row.split_once('|')?;
        Some((name.trim().to_owned(), value.trim().to_owned()))
    });
    let body = request[blank + 1..].join("\n");
    let data = texts.get(1).map_or_else(
        || serde_json::from_str::<Value>(&body).unwrap()["data"].clone(),
        |data| serde_json::from_str(&data.join("\n")).unwrap(),
    );
    Example {
        head: head.map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
        body,
        attributes: attributes.filter(|(name, _)| name != "key").collect(),
        data,
    }
}

/// Sends a request as it is written, with our own address, token and length; gives the status and the body.
async fn send(url: &str, head: &[(String, String)], body: &str) -> (u16, Value) {
    let address = url
        .strip_prefix("http://")
        .unwrap()
        .strip_suffix("/events")
        .unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut request = format!(
        "POST /events HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {TOKEN}\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in head {
        if !["host", "content-length"].contains(&name.to_lowercase().as_str()) {
            write!(request, "{name}: {value}\r\n").unwrap();
        }
    }
    request.push_str("\r\n");
    request.push_str(body);
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap())
}

#[tokio::test]
async fn the_http_features_of_the_conformance_suite_hold() {
    let Some(path) = vectors("cloudevents-conformance/features/http-protocol-binding.feature")
    else {
        return;
    };
    let examples = examples(&fs::read_to_string(path).unwrap());
    assert_eq!(examples.len(), 4);
    let open = Open::start().await;
    for (n, example) in examples.into_iter().enumerate() {
        let event = example.read().unwrap();
        let mut attributes = BTreeMap::from([
            ("specversion".to_owned(), "1.0".to_owned()),
            ("id".to_owned(), event.id.clone()),
            ("source".to_owned(), event.source.clone()),
            ("type".to_owned(), event.event_type.clone()),
            ("time".to_owned(), event.time.unwrap().to_string()),
        ]);
        attributes.extend(
            event
                .datacontenttype
                .clone()
                .map(|t| ("datacontenttype".to_owned(), t)),
        );
        assert_eq!(attributes, example.attributes);
        let data: Value = serde_json::from_slice(event.data.as_deref().unwrap()).unwrap();
        assert_eq!(data, example.data);

        // The server reads the same event: it knows it by its id, and refuses its type only.
        let (status, answer) = send(&open.url, &example.head, &example.body).await;
        assert_eq!(
            (status, &answer["events"][0]["id"]),
            (422, &json!("1234-1234-1234")),
            "{answer}"
        );
        assert!(
            answer["events"][0]["detail"]
                .as_str()
                .unwrap()
                .contains("type"),
            "{answer}"
        );

        // With a type and data of ours the same request is taken in.
        let ours = core_group(&format!("ours-{n}"), "1001", &format!("2025-04-1{n}"));
        let mut head = example.head;
        let mut body = ours["data"].to_string();
        if example.body.contains("specversion") {
            let mut whole: Value = serde_json::from_str(&example.body).unwrap();
            for name in ["id", "type", "data"] {
                whole[name] = ours[name].clone();
            }
            body = whole.to_string();
        }
        for (name, value) in &mut head {
            if let Some(attribute @ ("id" | "type")) = name.strip_prefix("ce-") {
                ours[attribute].as_str().unwrap().clone_into(value);
            }
        }
        let (status, answer) = send(&open.url, &head, &body).await;
        assert_eq!((status, &answer["taken_in"]), (202, &json!(1)), "{answer}");
    }
    assert_eq!(open.entries("1001").await.len(), 4);
    open.running.stop().await;
}

/// The documents of a corpus: `Mode`, attributes, data.
#[derive(Debug, Default)]
struct Document {
    mode: String,
    attributes: BTreeMap<String, String>,
    data: String,
}

/// The little of YAML the corpora use.
fn documents(text: &str) -> Vec<Document> {
    let unquoted = |text: &str| text.trim().trim_matches('"').to_owned();
    let mut all = Vec::new();
    for part in text.split("\n---\n") {
        let mut document = Document::default();
        let mut lines = part.lines().peekable();
        let mut section = "";
        while let Some(line) = lines.next() {
            let (name, value) = line.trim().split_once(':').unwrap_or((line.trim(), ""));
            let name = name.trim();
            let mut value = unquoted(value);
            if value == "|" {
                let indent = |l: &str| l.len() - l.trim_start().len();
                let own = indent(line);
                let mut block = Vec::new();
                while let Some(next) = lines.next_if(|l| indent(l) > own) {
                    block.push(next.trim().to_owned());
                }
                value = block.join("\n");
            }
            match (indent_of(line), name) {
                (_, n) if n.starts_with('#') || n.is_empty() => {}
                (0, "Mode") => document.mode = value,
                (0, "Data") => document.data = value,
                (0, "ContextAttributes") => section = "attributes",
                (0, _) => section = "",
                (_, "Extensions") => {}
                (_, n) if section == "attributes" => {
                    _ = document.attributes.insert(n.to_owned(), value);
                }
                _ => {}
            }
        }
        all.push(document);
    }
    all
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// A document in binary and in structured mode: headers and body of each.
fn modes(document: &Document) -> [(Vec<(String, String)>, String); 2] {
    let media = document.attributes.get("datacontenttype").cloned();
    let mut binary: Vec<_> = document
        .attributes
        .iter()
        .filter(|(name, _)| *name != "datacontenttype")
        .map(|(name, value)| (format!("ce-{name}"), value.clone()))
        .collect();
    binary.push((
        "content-type".to_owned(),
        media
            .clone()
            .unwrap_or_else(|| "application/json".to_owned()),
    ));
    let mut whole = json!(document.attributes);
    whole["data"] = if media.as_deref().is_none_or(cloudevent::is_json) {
        serde_json::from_str(&document.data).unwrap()
    } else {
        document.data.clone().into()
    };
    let structured = vec![(
        "content-type".to_owned(),
        "application/cloudevents+json".to_owned(),
    )];
    [
        (binary, document.data.clone()),
        (structured, whole.to_string()),
    ]
}

/// Every document of the four corpora.
fn corpora() -> Option<Vec<Document>> {
    let mut corpora = Vec::new();
    for (file, count) in [
        ("v1.yaml", 2),
        ("v1.0/v1_minimum.yaml", 6),
        ("v03.yaml", 1),
        ("v0.3/v03_minimum.yaml", 6),
    ] {
        let path = vectors(&format!("cloudevents-conformance/yaml/{file}"))?;
        let found = documents(&fs::read_to_string(path).unwrap());
        assert_eq!(found.len(), count, "{file}: {found:?}");
        corpora.extend(found);
    }
    Some(corpora)
}

#[tokio::test]
async fn every_event_of_the_corpora_is_understood_over_http_and_nats_and_refused_for_what_it_is() {
    let Some(corpora) = corpora() else {
        return;
    };
    let open = Open::start().await;
    let mut letters = 0;
    for document in &corpora {
        let version = document.attributes["specversion"].as_str();
        let json = document
            .attributes
            .get("datacontenttype")
            .is_none_or(|t| cloudevent::is_json(t));
        for (head, body) in modes(document) {
            let (status, answer) = send(&open.url, &head, &body).await;
            let first = answer["events"][0]["detail"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            let want = match (version, json) {
                ("1.0", true) => (422, "its type is none of"),
                ("1.0", false) => (415, ""),
                _ => (400, "specversion is not"),
            };
            assert_eq!(status, want.0, "{document:?} {answer}");
            assert!(first.contains(want.1), "{answer}");
            if version == "1.0" && json {
                assert_eq!(
                    answer["events"][0]["id"],
                    document.attributes["id"].as_str()
                );
            }
            // Over NATS each is an event of its own, kept for somebody to look at.
            let mut head = head;
            for (name, value) in &mut head {
                if name == "ce-id" {
                    value.push_str("-nats");
                }
            }
            let body = body.replace("\"id\":\"", "\"id\":\"nats-");
            let head: Vec<_> = head.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            open.publish("evenkeel.westshire.fact.recorded.front-door", &head, &body)
                .await;
            letters += 1;
        }
    }
    // The two of the first corpus are one event, in either mode.
    assert_eq!(letters, 30);
    let mut kept = 0;
    let all = until("every one of them to be a dead letter", async || {
        kept = open.dead_letters().await;
        (kept >= letters - 2).then_some(())
    });
    all.await;
    assert_eq!(kept, letters - 2);
    open.running.stop().await;
}

#[test]
fn what_is_read_as_an_event_is_what_the_json_schema_allows() {
    let Some(path) = vectors("cloudevents-spec/cloudevents/formats/cloudevents.json") else {
        return;
    };
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let good = core_group("1", "1001", "2025-04-10");
    let mut tried = 0;
    for name in [
        "id",
        "source",
        "specversion",
        "type",
        "time",
        "subject",
        "datacontenttype",
        "dataschema",
        "data",
    ] {
        for value in [
            Value::Null,
            json!(""),
            json!(1),
            json!(["x"]),
            json!({"x": 1}),
            json!("application/json"),
            json!("x:y"),
        ] {
            let mut event = good.clone();
            event[name] = value;
            tried += 1;
            let read = CloudEvent::from_json(event.to_string().as_bytes());
            // What the schema refuses is refused; its formats and the version are checked here and not there.
            assert!(
                schema.is_valid(&event) || read.is_err() || event[name].is_null(),
                "{name}: {event}"
            );
        }
        let mut event = good.clone();
        event.as_object_mut().unwrap().remove(name);
        let read = CloudEvent::from_json(event.to_string().as_bytes());
        assert_eq!(read.is_ok(), schema.is_valid(&event), "without {name}");
    }
    assert_eq!(tried, 63);
    assert!(schema.is_valid(&good) && CloudEvent::from_json(good.to_string().as_bytes()).is_ok());
}
