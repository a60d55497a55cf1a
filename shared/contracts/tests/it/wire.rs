//! The shape of every event, frozen. Every shape there has ever been is a file in `tests/snapshots`, and none of them
//! is edited: a new optional field raises the event's number in `shape` and adds files beside the old ones. Anything
//! else needs a new event (see `contracts::schema`).

use std::{fs, path::Path};

use contracts::schema::{EVENTS, Published};
use serde_json::Value;

use crate::examples;

/// How many shapes the event has had.
fn shape(_event: &str) -> u32 {
    1
}

fn freeze(name: &str, value: &Value) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_sort_maps(true);
    settings.bind(|| insta::assert_json_snapshot!(name, value));
}

/// The frozen files of one event, by the start of their name.
fn frozen(kind: &str, event: &str) -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    let start = format!("{kind}.{event}.");
    let mut found = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.starts_with(&start) && path.extension().unwrap() == "snap" {
            let text = fs::read_to_string(&path).unwrap();
            let body = text.splitn(3, "---\n").nth(2).unwrap();
            found.push((name, serde_json::from_str(body).unwrap()));
        }
    }
    assert!(!found.is_empty(), "no frozen {kind} of {event}");
    found
}

/// What `old` says that `new` does not.
fn lost(old: &Value, new: &Value, at: &str) -> Vec<String> {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => old
            .iter()
            .flat_map(|(key, value)| match new.get(key) {
                Some(kept) => lost(value, kept, &format!("{at}/{key}")),
                None => vec![format!("{at}/{key}")],
            })
            .collect(),
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => old
            .iter()
            .zip(new)
            .enumerate()
            .flat_map(|(i, (old, new))| lost(old, new, &format!("{at}/{i}")))
            .collect(),
        _ if old == new => Vec::new(),
        _ => vec![at.to_owned()],
    }
}

fn event(name: &str) -> &'static Published {
    let found = EVENTS.iter().find(|event| event.name == name);
    found.unwrap_or_else(|| panic!("{name} is not in contracts::schema::EVENTS"))
}

/// A schema without its words, which may be put better at any time.
fn bare(schema: Value) -> Value {
    match schema {
        Value::Object(map) => {
            let is_words = |key: &str, value: &Value| key == "description" && value.is_string();
            let kept = map.into_iter().filter(|(k, v)| !is_words(k, v));
            Value::Object(kept.map(|(k, v)| (k, bare(v))).collect())
        }
        Value::Array(list) => list.into_iter().map(bare).collect(),
        other => other,
    }
}

#[test]
fn the_schema_of_every_event_is_the_one_reviewed() {
    for event in EVENTS {
        let name = format!("schema.{}.{}", event.name, shape(event.name));
        freeze(&name, &bare(event.json_schema()));
    }
}

#[test]
fn an_example_of_every_event_is_the_one_reviewed() {
    for example in examples::all() {
        let case = example.case.replace(' ', "-");
        let number = shape(example.event);
        let name = format!("example.{}.{number}.{case}", example.event);
        freeze(name.trim_end_matches('.'), &example.body);
    }
}

#[test]
fn every_example_ever_frozen_still_reads_and_loses_nothing() {
    for event in EVENTS {
        for (file, old) in frozen("example", event.name) {
            let new = event
                .rewrite(old.clone())
                .unwrap_or_else(|e| panic!("{file} no longer reads: {e}"));
            let lost = lost(&old, &new, "");
            assert!(lost.is_empty(), "{file}: {lost:?} fall away when read");
        }
    }
}

#[test]
fn a_reader_of_any_earlier_shape_accepts_what_is_written_now() {
    for example in examples::all() {
        for (file, schema) in frozen("schema", event(example.event).name) {
            let reader = jsonschema::validator_for(&schema).unwrap();
            let complaints: Vec<_> = reader.iter_errors(&example.body).collect();
            assert!(complaints.is_empty(), "{file}: {complaints:?}");
        }
    }
}

#[test]
fn a_schema_refuses_what_its_event_cannot_read() {
    for example in examples::all() {
        let event = event(example.event);
        let schema = event.json_schema();
        let reader = jsonschema::validator_for(&schema).unwrap();
        for required in schema["required"].as_array().unwrap() {
            let mut body = example.body.clone();
            body.as_object_mut()
                .unwrap()
                .remove(required.as_str().unwrap());
            assert!(!reader.is_valid(&body), "{} {required}", example.event);
            assert!(event.rewrite(body).is_err(), "{} {required}", example.event);
        }
    }
}
