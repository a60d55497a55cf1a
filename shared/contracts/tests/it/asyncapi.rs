//! The AsyncAPI document is valid, is the one in `schemas/`, and describes what is really sent.

use std::{env, fs, path::PathBuf};

use contracts::{AuthorityCode, Envelope, TokenKey, message::Receipts, schema};
use jiff::Timestamp;
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::examples;

fn here(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn the_document_is_valid_asyncapi() {
    let path = here("../../../shared/vectors/asyncapi/schemas/3.0.0.json");
    if !path.exists() {
        assert!(env::var_os("CI").is_none(), "{} is missing", path.display());
        #[expect(clippy::print_stderr, reason = "a skipped test says so")]
        {
            eprintln!("skipped: {} is missing", path.display());
        }
        return;
    }
    let rules: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let rules = jsonschema::validator_for(&rules).unwrap();
    let mut document = schema::asyncapi();
    let complaints: Vec<_> = rules.iter_errors(&document).collect();
    assert!(complaints.is_empty(), "{complaints:?}");

    document["channels"]["MESSAGES"]["adress"] = json!("a slip");
    assert!(!rules.is_valid(&document), "the rules refuse nothing");
}

#[test]
fn the_document_in_the_repository_is_the_one_generated() {
    let path = here("schemas/asyncapi.json");
    let now = schema::asyncapi();
    if env::var_os("EVENKEEL_WRITE_SCHEMAS").is_some() {
        let text = serde_json::to_string_pretty(&now).unwrap() + "\n";
        fs::write(&path, text).unwrap();
    }
    let kept: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert!(
        kept == now,
        "schemas/asyncapi.json is not what the structs say: run this test with EVENKEEL_WRITE_SCHEMAS=1 and review it"
    );
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    fn check(at: &Value, document: &Value) {
        match at {
            Value::Object(map) => {
                if let Some(Value::String(to)) = map.get("$ref") {
                    let to = to.strip_prefix('#').unwrap();
                    assert!(document.pointer(to).is_some(), "{to} leads nowhere");
                }
                map.values().for_each(|v| check(v, document));
            }
            Value::Array(list) => list.iter().for_each(|v| check(v, document)),
            _ => {}
        }
    }
    let document = schema::asyncapi();
    check(&document, &document);
}

/// A part of the document as a schema of its own, with what it refers to.
fn part(document: &Value, pointer: &str) -> Validator {
    let mut schema = document.pointer(pointer).unwrap().clone();
    schema["components"] = document["components"].clone();
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn what_is_sent_fits_the_document() {
    let document = schema::asyncapi();
    let authority: AuthorityCode = "westshire".parse().unwrap();
    let token = TokenKey::new([7; 32]).token(&authority, "person", "w1");
    let example = examples::all();
    let example = example.iter().find(|e| e.event == "Receipts").unwrap();
    let receipts: Receipts = serde_json::from_value(example.body.clone()).unwrap();
    let sent = Envelope::new(
        Uuid::from_u128(9),
        "delivery",
        &authority,
        &token,
        Timestamp::UNIX_EPOCH,
        &receipts,
    );

    let headers: Map<_, _> = sent
        .headers()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let at = "/components/messages/receipts.recorded";
    assert!(part(&document, &format!("{at}/headers")).is_valid(&headers.into()));
    let body: Value = serde_json::from_slice(&sent.data).unwrap();
    assert!(part(&document, &format!("{at}/payload")).is_valid(&body));

    let channel = &document["channels"]["RECEIPTS"];
    let address = channel["address"].as_str().unwrap();
    let subject = address
        .replace("{authority}", authority.as_str())
        .replace("{event}", "recorded")
        .replace("{token}", token.as_str());
    assert_eq!(sent.subject, subject);
    assert_eq!(channel["parameters"]["event"]["enum"], json!(["recorded"]));
}
