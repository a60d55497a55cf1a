//! The one list of events against what is really there.

use std::{collections::BTreeSet, fs, path::Path};

use contracts::{
    Event, STREAMS,
    obligation::{DeadlineEvent, DeadlineSignal},
    schema::{EVENTS, json_schemas},
};
use schemars::schema_for;
use serde_json::Value;

use crate::examples;

#[test]
fn the_list_names_every_event_there_is() {
    let mut written = BTreeSet::new();
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("impl Event for ") {
                written.insert(rest.trim_end_matches(" {").to_owned());
            }
        }
    }
    let listed: BTreeSet<_> = EVENTS.iter().map(|e| e.name.to_owned()).collect();
    assert_eq!(listed, written);
    assert_eq!(listed.len(), EVENTS.len(), "an event is listed twice");
}

#[test]
fn every_event_has_an_example_and_every_example_an_event() {
    let shown: BTreeSet<_> = examples::all().iter().map(|e| e.event).collect();
    let listed: BTreeSet<_> = EVENTS.iter().map(|e| e.name).collect();
    assert_eq!(shown, listed);
}

#[test]
fn no_two_events_share_a_type_and_no_two_of_ours_a_subject() {
    let mut types = BTreeSet::new();
    let mut subjects = BTreeSet::new();
    for event in EVENTS {
        for event_type in event.types {
            let (_, name) = event_type.split_once('.').expect("a type has two parts");
            assert!(!name.contains('.'), "{event_type} has two parts");
            assert!(types.insert(event_type), "{event_type} twice");
            // What others tell is known by its type: its subject is only who tells it.
            let of_others = event.stream.name == "FACTS";
            assert!(
                subjects.insert((event.stream.area, name)) || of_others,
                "{event_type}"
            );
        }
    }
}

#[test]
fn every_stream_carries_an_event_and_every_event_goes_to_a_declared_stream() {
    let used: BTreeSet<_> = EVENTS.iter().map(|e| e.stream.name).collect();
    let declared: BTreeSet<_> = STREAMS.iter().map(|s| s.name).collect();
    assert_eq!(used, declared);
}

#[test]
fn a_signal_has_a_type_for_everything_that_can_happen() {
    let kinds = schema_for!(DeadlineEvent).to_value();
    let named = texts(&kinds, &["enum", "const"]);
    let example = examples::all();
    let body = &example
        .iter()
        .find(|e| e.event == "DeadlineSignal")
        .unwrap()
        .body;
    let types: BTreeSet<_> = named
        .iter()
        .map(|what| {
            let mut body = body.clone();
            body["what"] = what.as_str().into();
            let signal: DeadlineSignal = serde_json::from_value(body).unwrap();
            signal.event_type()
        })
        .collect();
    assert_eq!(types, DeadlineSignal::TYPES.iter().copied().collect());
    assert_eq!(types.len(), named.len());
}

/// The texts at these keys, however deep.
fn texts(value: &Value, keys: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(text) if keys.contains(&key.as_str()) => {
                        found.insert(text.clone());
                    }
                    Value::Array(list) if keys.contains(&key.as_str()) => {
                        found.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    other => found.extend(texts(other, keys)),
                }
            }
        }
        Value::Array(list) => found.extend(list.iter().flat_map(|v| texts(v, keys))),
        _ => {}
    }
    found
}

/// The names of the fields of everything a schema can hold.
fn fields(schema: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    match schema {
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get("properties") {
                found.extend(properties.keys().cloned());
            }
            found.extend(map.values().flat_map(fields));
        }
        Value::Array(list) => found.extend(list.iter().flat_map(fields)),
        _ => {}
    }
    found
}

#[test]
fn what_is_said_about_a_child_has_no_field_for_who_the_child_is() {
    let about_a_child = [
        "Chronology",
        "ChildObligations",
        "DeadlineSignal",
        "Notice",
        "MessageChanged",
        "Receipts",
    ];
    let never = [
        "name", "forename", "surname", "dob", "birth", "address", "postcode", "email", "upn",
    ];
    for (event, schema) in json_schemas() {
        if about_a_child.contains(&event) {
            for field in fields(&schema) {
                let parts: Vec<_> = field.split('_').collect();
                let bad = never.iter().find(|word| parts.contains(word));
                assert!(bad.is_none(), "{event} has a field {field:?}");
            }
        }
    }
}

#[test]
fn only_the_chronology_and_what_is_told_for_it_carry_a_legal_status() {
    for (event, schema) in json_schemas() {
        let carries = fields(&schema).contains("legal_status");
        assert_eq!(
            carries,
            ["Chronology", "FactTold"].contains(&event),
            "{event}"
        );
    }
}
