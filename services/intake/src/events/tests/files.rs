//! Facts of events beside those of files.

use contracts::Envelope;
use jiff::{
    Timestamp,
    civil::{Date, date},
};

use super::*;
use crate::import::tests::{World, chronologies};

const PLANS: &str = "cppl_cp_plan_id,cppl_person_id,cppl_referral_id,cppl_icpc_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date,cppl_cp_plan_ola\n";

async fn world_with_events() -> World {
    let mut world = World::new().await;
    world.config.events = settings(world.folder.path());
    world.config_for_small_returns();
    world
}

/// Takes one event in, as at a moment of 2025.
async fn tell(world: &World, id: &str, what: &str, at: &str, data: Value) -> Result<Told, Untold> {
    let event = json!({ "specversion": "1.0", "id": id, "source": "/cs", "type": what, "time": format!("2025-{at}Z"), "data": data });
    let event = contracts::CloudEvent::from_json(event.to_string().as_bytes()).unwrap();
    let envelope: Envelope = event.into_envelope(
        "evenkeel.westshire.fact.told.front-door",
        Timestamp::UNIX_EPOCH,
    );
    let teller = Teller::new(&world.context, &world.config);
    let source = teller.sources.named("front-door").unwrap();
    let mut tx = world.context.db.begin().await.unwrap();
    let told = teller.take_in(&mut tx, source, &[envelope]).await?;
    tx.commit().await.unwrap();
    Ok(told)
}

fn plan(key: &str, end: Option<&str>) -> Value {
    json!({ "authority": "westshire", "child": "C1", "key": key, "start": "2025-01-06", "end": end, "kind": "protection_plan" })
}

async fn of_c1(world: &World) -> String {
    chronologies(&world.published().await)
        .get("C1")
        .map(|(_, keys)| keys.clone())
        .unwrap_or_default()
}

/// A night's file of these plans of C1, all from 6 January on and open.
async fn night(world: &World, day: Date, plans: &[&str]) {
    let row = |plan: &&str| format!("{plan},C1,,,2025-01-06,,\n");
    let rows = plans.iter().map(row).collect::<Vec<_>>().concat();
    let file = world.a_dataset(
        &day.to_string(),
        &[("ssd_cp_plans", &format!("{PLANS}{rows}"))],
    );
    world.dataset(file, day).await;
}

/// Source, key and end of what was last published.
async fn last(world: &World) -> Vec<(String, String, Option<Date>)> {
    let told = crate::import::tests::of::<Chronology>(&world.published().await).pop();
    let entries = told.unwrap().entries.into_iter();
    assert!(entries.as_slice().iter().all(|e| e.missing_since.is_none()));
    entries.map(|e| (e.source, e.key, e.end)).collect()
}

fn plans<const N: usize>(
    plans: [(&str, &str, Option<Date>); N],
) -> Vec<(String, String, Option<Date>)> {
    plans
        .map(|(source, key, end)| (source.to_owned(), key.to_owned(), end))
        .into()
}

#[tokio::test]
async fn a_night_file_without_an_events_fact_leaves_it_and_one_with_it_takes_it_over() {
    const TOLD: &str = "events/front-door";
    let world = world_with_events().await;
    night(&world, date(2025, 3, 31), &["P1"]).await;
    assert_eq!(last(&world).await, plans([("ssd", "P1", None)]));

    // Beside the file's, although the file speaks for the kind.
    let at = "03-31T10:00:00";
    tell(&world, "1", "fact.recorded", at, plan("P2", None))
        .await
        .unwrap();
    assert_eq!(
        last(&world).await,
        plans([("ssd", "P1", None), (TOLD, "P2", None)])
    );
    // The same fact from both is one, as told last.
    let ended = plan("P1", Some("2025-03-30"));
    tell(&world, "2", "fact.corrected", at, ended)
        .await
        .unwrap();
    let ended = Some(date(2025, 3, 30));
    assert_eq!(
        last(&world).await,
        plans([(TOLD, "P1", ended), (TOLD, "P2", None)])
    );

    // Later nights without P2 retract nothing; P1 is the file's again, which never heard of its end.
    for day in [1, 2, 3] {
        night(&world, date(2025, 4, day), &["P1"]).await;
    }
    assert_eq!(
        last(&world).await,
        plans([("ssd", "P1", None), (TOLD, "P2", None)])
    );
    // The file has P2 too: it is one, and the file's.
    night(&world, date(2025, 4, 4), &["P1", "P2"]).await;
    assert_eq!(
        last(&world).await,
        plans([("ssd", "P1", None), ("ssd", "P2", None)])
    );
}

#[tokio::test]
async fn a_night_file_that_does_not_say_a_fact_again_leaves_the_events_word_on_it() {
    const TOLD: &str = "events/front-door";
    let world = world_with_events().await;
    night(&world, date(2025, 3, 31), &["P1"]).await;
    let ended = plan("P1", Some("2025-03-30"));
    tell(&world, "1", "fact.corrected", "03-31T10:00:00", ended)
        .await
        .unwrap();
    let ended = Some(date(2025, 3, 30));
    assert_eq!(last(&world).await, plans([(TOLD, "P1", ended)]));

    // A folder without the table says nothing of plans.
    let person =
        "pers_person_id,pers_sex,pers_dob,pers_expected_dob,pers_death_date\nC1,M,2020-05-06,,\n";
    let folder = world.a_dataset("without", &[("ssd_person", person)]);
    world.dataset(folder, date(2025, 4, 1)).await;
    let envelopes = world.published().await;
    for told in crate::import::tests::of::<Chronology>(&envelopes) {
        let of_event = |e: &Entry| (e.key.as_str(), e.end) == ("P1", ended);
        assert!(told.entries.iter().any(of_event), "{:?}", told.entries);
    }
    // The table without the row says nothing of that plan.
    night(&world, date(2025, 4, 2), &["P2"]).await;
    let last = last(&world).await;
    let of_plans = |(_, key, _): &&(String, String, Option<Date>)| key.starts_with('P');
    let of_plans: Vec<_> = last.iter().filter(of_plans).cloned().collect();
    assert_eq!(of_plans, plans([(TOLD, "P1", ended), ("ssd", "P2", None)]));
}

#[tokio::test]
async fn the_latest_word_on_a_fact_counts_in_whatever_order_it_comes() {
    let world = world_with_events().await;
    tell(
        &world,
        "2",
        "fact.corrected",
        "03-31T11:00:00",
        plan("P1", Some("2025-03-30")),
    )
    .await
    .unwrap();
    tell(
        &world,
        "1",
        "fact.recorded",
        "03-31T10:00:00",
        plan("P1", None),
    )
    .await
    .unwrap();
    let envelopes = world.published().await;
    let told = crate::import::tests::of::<Chronology>(&envelopes);
    assert_eq!(
        (told.len(), told[0].entries[0].end),
        (1, Some(date(2025, 3, 30)))
    );

    let gone =
        json!({ "authority": "westshire", "child": "C1", "kind": "protection_plan", "key": "P1" });
    tell(&world, "4", "fact.retracted", "03-31T13:00:00", gone)
        .await
        .unwrap();
    assert_eq!(
        chronologies(&world.published().await)["C1"],
        (2, String::new())
    );
    tell(
        &world,
        "3",
        "fact.corrected",
        "03-31T12:00:00",
        plan("P1", None),
    )
    .await
    .unwrap();
    assert!(
        world.published().await.is_empty(),
        "a word from before the retraction"
    );
    let told = tell(
        &world,
        "3",
        "fact.corrected",
        "03-31T12:00:00",
        plan("P1", None),
    )
    .await
    .unwrap();
    assert_eq!(told, Told { new: 0, already: 1 });
}

#[tokio::test]
async fn a_fact_without_an_id_is_known_as_a_files_row_without_one() {
    let world = world_with_events().await;
    let held = world.held("a.csv", "C1,SW1,T1,case_holder,2025-02-03,\n");
    let request = crate::import::tests::request("allocations", held, Some(date(2025, 3, 31)));
    world.ask(request).await;
    assert_eq!(of_c1(&world).await, "involvement 2025-02-03 SW1");
    let ended = json!({
        "authority": "westshire", "child": "C1", "kind": "involvement", "role": "case_holder",
        "worker": "SW1", "team": "T1", "start": "2025-02-03", "end": "2025-03-31",
    });
    tell(&world, "1", "fact.corrected", "03-31T10:00:00", ended)
        .await
        .unwrap();
    assert_eq!(of_c1(&world).await, "involvement 2025-02-03 SW1");
    let gone = json!({
        "authority": "westshire", "child": "C1", "kind": "involvement", "worker": "SW1", "start": "2025-02-03",
    });
    tell(&world, "2", "fact.retracted", "03-31T11:00:00", gone)
        .await
        .unwrap();
    // What the event said is gone; what the file says stands.
    let envelopes = world.published().await;
    let chronology = &crate::import::tests::of::<Chronology>(&envelopes)[0];
    assert_eq!(
        (
            chronology.entries[0].source.as_str(),
            chronology.entries[0].end
        ),
        ("allocations", None)
    );
}
