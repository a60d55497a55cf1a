//! Supervision told by events, over both doors, as it is passed on to the directory.

use contracts::SupervisionTold;
use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use testkit::servers::until;

use super::{Open, accepted, answer};

fn event(id: &str, event_type: &str, data: &Value) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": "/westshire/supervision", "type": event_type,
        "time": format!("2025-04-11T14:{id:0>2}:00Z"), "data": data,
    })
}

fn held(id: &str, staff: &str, day: &str) -> Value {
    let data = json!({ "authority": "westshire", "staff_id": staff, "held_on": day });
    event(id, "supervision.held", &data)
}

/// Passed on of a person: revision and days.
async fn passed_on(open: &Open, staff: &str) -> (u64, Vec<String>) {
    open.running.at_rest().await;
    let context = &open.running.context;
    let token = context
        .tokens
        .person(&"westshire".parse().unwrap(), &staff.into());
    let jetstream = async_nats::jetstream::new(open.running.nats.client().await);
    let stream = jetstream.get_stream("WORKFORCE").await.unwrap();
    let subject = format!("evenkeel.westshire.workforce.supervision.{token}");
    let message = stream
        .get_last_raw_message_by_subject(&subject)
        .await
        .unwrap();
    let told: SupervisionTold = serde_json::from_slice(&message.payload).unwrap();
    let days = told.held.iter().map(|h| h.held_on.to_string()).collect();
    (told.revision, days)
}

fn said(revision: u64, days: &[&str]) -> (u64, Vec<String>) {
    (revision, days.iter().map(|d| (*d).to_owned()).collect())
}

#[tokio::test]
async fn supervision_is_taken_in_in_all_three_modes_and_passed_on_once() {
    let open = Open::start().await;
    let first = held("1", "SW1", "2025-04-10");
    assert_eq!(open.structured(&first).await, accepted(1, 0));
    assert_eq!(open.structured(&first).await, accepted(0, 1));
    assert_eq!(passed_on(&open, "SW1").await, said(1, &["2025-04-10"]));
    let batch = json!([
        held("2", "SW2", "2025-04-10"),
        held("3", "SW1", "2025-03-10"),
        super::core_group("4", "1001", "2025-04-10")
    ]);
    assert_eq!(open.batch(&batch).await, accepted(3, 0));
    let both = ["2025-03-10", "2025-04-10"];
    assert_eq!(passed_on(&open, "SW1").await, said(2, &both));
    assert_eq!(open.entries("1001").await.len(), 1);
    let binary = open
        .post()
        .header("ce-specversion", "1.0")
        .header("ce-id", "5")
        .header("ce-source", "/westshire/supervision")
        .header("ce-type", "supervision.retracted")
        .header("ce-time", "2025-04-11T15:00:00Z")
        .header(header::CONTENT_TYPE, "application/json")
        .body(
            json!({ "authority": "westshire", "staff_id": "SW1", "held_on": "2025-04-10" })
                .to_string(),
        );
    assert_eq!(answer(binary).await, accepted(1, 0));
    assert_eq!(passed_on(&open, "SW1").await, said(3, &["2025-03-10"]));
    // Told again by another event of an earlier time: the retraction stands.
    let again = held("6", "SW1", "2025-04-10");
    assert_eq!(open.structured(&again).await, accepted(1, 0));
    assert_eq!(passed_on(&open, "SW1").await, said(3, &["2025-03-10"]));
    open.running.stop().await;
}

#[tokio::test]
async fn notes_are_refused_and_a_supervision_alone_is_no_word_of_children() {
    let open = Open::start().await;
    let mut with_notes = held("1", "SW1", "2025-04-10");
    with_notes["data"]["notes"] = json!("Annabel is tired");
    let (status, body) = open.structured(&with_notes).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let why = body["events"][0]["detail"].as_str().unwrap();
    assert!(
        why.contains("a field that is not known here") && !why.contains("Annabel"),
        "{why}"
    );
    assert_eq!(
        open.structured(&held("2", "SW1", "2025-04-10")).await,
        accepted(1, 0)
    );
    assert_eq!(passed_on(&open, "SW1").await, said(1, &["2025-04-10"]));
    let code = "westshire".parse().unwrap();
    let known = open.running.context.landscape.authority(&code);
    assert!(
        known.is_none(),
        "no source of children has spoken: {known:?}"
    );
    open.running.stop().await;
}

#[tokio::test]
async fn over_nats_it_is_taken_in_too_and_what_cannot_be_used_is_a_dead_letter() {
    let open = Open::start().await;
    let subject = "evenkeel.westshire.fact.held.front-door";
    let wrong = event(
        "1",
        "supervision.held",
        &json!({ "authority": "westshire", "staff_id": "SW1" }),
    );
    for event in [
        held("2", "SW1", "2025-04-10"),
        held("2", "SW1", "2025-04-10"),
        wrong,
    ] {
        let headers = [("content-type", "application/cloudevents+json")];
        open.publish(subject, &headers, &event.to_string()).await;
    }
    until("a dead letter", async || {
        (open.dead_letters().await == 1).then_some(())
    })
    .await;
    assert_eq!(passed_on(&open, "SW1").await, said(1, &["2025-04-10"]));
    open.running.stop().await;
}
