use std::{fs, path::PathBuf, sync::Arc};

use bus::{
    Bus, ConnectOptions, Context, CrashPoints, Landscape,
    outbox::{Published, settle_and_claim},
};
use contracts::{
    AuthorityCode, Envelope, Organisation, Person, Supervision, SupervisionRecord, SupervisionTold,
    Team, TokenKey,
    commands::{Answer, Counted, ImportDirectory, ImportSummary},
    supervision::HeldTold,
};
use jiff::civil::{Date, date};
use runtime::{Clock, Tasks};
use store::Db;
use testkit::servers;
use uuid::Uuid;

use crate::{Config, MIGRATIONS, SERVICE, node};

struct World {
    context: Context,
    folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let clock = Clock::manual("2025-03-31T09:00:00Z".parse().unwrap());
        let db = Db::memory(&[bus::MIGRATIONS, MIGRATIONS]).await.unwrap();
        Self {
            context: Context {
                service: SERVICE,
                db,
                bus: Bus::absent(),
                landscape: Arc::new(Landscape::new(clock.clone())),
                tokens: TokenKey::new([7; 32]),
                clock,
                tasks: Tasks::new(),
                crash: CrashPoints::default(),
            },
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    async fn ask(&self, key: Uuid, path: PathBuf, as_at: Option<Date>) -> Answer<ImportSummary> {
        let config = Config {
            max_lost_percent: 20,
        };
        let node = node(&self.context, &config, self.folder.path());
        let request = ImportDirectory {
            key,
            authority: "westshire".parse().unwrap(),
            path,
            as_at,
            progress: Some("_INBOX.nobody".to_owned()),
        };
        let answer = node.questions[0]
            .answer(serde_json::to_vec(&request).unwrap())
            .await;
        serde_json::from_slice(&answer).unwrap()
    }

    async fn import(&self, path: PathBuf, as_at: Option<Date>) -> ImportSummary {
        match self.ask(Uuid::now_v7(), path, as_at).await {
            Answer::Done(summary) => summary,
            Answer::Refused(why) => panic!("refused: {why}"),
        }
    }

    async fn refusal(&self, path: PathBuf) -> String {
        self.refusal_as_at(path, None).await
    }

    async fn refusal_as_at(&self, path: PathBuf, as_at: impl Into<Option<Date>>) -> String {
        match self.ask(Uuid::now_v7(), path, as_at.into()).await {
            Answer::Done(summary) => panic!("accepted: {summary:?}"),
            Answer::Refused(why) => why,
        }
    }

    /// What waits to be published, and is then taken as published.
    async fn published(&self) -> Vec<Envelope> {
        let now = self.context.clock.machine_now();
        let lease = jiff::SignedDuration::from_hours(1);
        let mut tx = self.context.db.begin().await.unwrap();
        let claimed = settle_and_claim(&mut tx, &[], 1000, now, lease)
            .await
            .unwrap();
        let published: Vec<_> = claimed
            .into_iter()
            .map(|claimed| Published {
                claimed,
                acked: true,
            })
            .collect();
        settle_and_claim(&mut tx, &published, 0, now, lease)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        published.into_iter().map(|p| p.claimed.envelope).collect()
    }
}

fn example(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("examples/{name}.csv"))
}

#[tokio::test]
async fn the_documented_examples_are_taken_in_without_a_refusal_or_a_note() {
    let world = World::new().await;
    let people = world.import(example("people"), None).await;
    assert_eq!(people.refused, []);
    assert_eq!(people.as_at, Some(date(2025, 3, 31)));
    assert_eq!(people.files[0].rows_read, 11);
    let published = world.published().await;
    let ana: Person = published
        .iter()
        .filter_map(|e| e.decode::<Person>().ok())
        .find(|p| p.staff_id.as_str() == "W301")
        .unwrap();
    assert_eq!((ana.absences.len(), ana.revision), (2, 1));

    let teams = world.import(example("teams"), None).await;
    assert_eq!(teams.refused, []);
    assert_eq!(
        teams.notes,
        ["teams without a manager, so the team above is told: REVIEWING"]
    );
    let north: Team = world
        .published()
        .await
        .iter()
        .filter_map(|e| e.decode::<Team>().ok())
        .find(|t| t.team_id.as_str() == "NORTH")
        .unwrap();
    assert_eq!((north.name.as_str(), north.revision), ("North team", 2));
}

#[tokio::test]
async fn nothing_identifying_is_on_a_subject() {
    let world = World::new().await;
    world.import(example("people"), None).await;
    for envelope in world.published().await {
        let token = envelope.subject.rsplit('.').next().unwrap();
        assert_eq!(token.len(), 16);
        assert!(
            envelope
                .subject
                .starts_with("evenkeel.westshire.organisation.")
        );
    }
}

#[tokio::test]
async fn the_same_content_for_the_same_day_changes_nothing_and_says_so() {
    let world = World::new().await;
    let first = world.import(example("people"), None).await;
    assert!(!first.already_imported);
    assert!(!world.published().await.is_empty());
    let again = world.import(example("people"), None).await;
    assert!(again.already_imported);
    assert!(again.recorded.is_empty());
    assert_eq!(again.files, first.files);
    assert!(world.published().await.is_empty());
}

/// Ana's address as a people file of one row has it.
fn ana_at(address: &str) -> String {
    format!("staff_id,name,email\nW301,Ana,{address}@example.org\n")
}

#[tokio::test]
async fn march_april_and_march_again_leaves_what_april_says() {
    let world = World::new().await;
    let (march, april) = (date(2025, 3, 31), date(2025, 4, 30));
    let first = world.file("march.csv", &ana_at("old"));
    let second = world.file("april.csv", &ana_at("new"));
    world.import(first.clone(), Some(march)).await;
    world.import(second, Some(april)).await;
    world.published().await;

    let again = world.import(first.clone(), Some(march)).await;
    assert!(again.already_imported && again.changed.is_empty());
    assert_eq!(
        again.notes.last().unwrap(),
        "a file of 2025-04-30 was taken in since: what that one says stands"
    );
    let changed = world.file("march.csv", &ana_at("older"));
    let why = world.refusal_as_at(changed, march).await;
    for words in [
        "march.csv describes 2025-03-31",
        "the people are known as at 2025-04-30",
    ] {
        assert!(why.contains(words), "{why}");
    }
    assert!(world.published().await.is_empty());
    // The teams have their own order.
    world.import(example("teams"), Some(march)).await;
}

#[tokio::test]
async fn two_files_around_midnight_remove_nobody() {
    let world = World::new().await;
    let row = |n| format!("W{n},Person {n},w{n}@example.org\n");
    let of = |people| {
        let rows: String = (0..people).map(row).collect();
        world.file("people.csv", &format!("staff_id,name,email\n{rows}"))
    };
    world.import(of(10), None).await;
    for (now, missing, removed) in [
        ("2025-04-01T23:55:00+01:00", 1, 0),
        ("2025-04-02T00:05:00+01:00", 1, 0),
        ("2025-04-03T00:05:00+01:00", 0, 1),
    ] {
        world.context.clock.set(now.parse().unwrap());
        let summary = world.import(of(9), None).await;
        let count = |of: &[Counted]| of.iter().map(|c| c.count).sum::<u64>();
        let seen = (count(&summary.missing), count(&summary.retracted));
        assert_eq!(seen, (missing, removed), "{now}");
    }
}

#[tokio::test]
async fn a_correction_can_be_taken_back_on_the_same_day() {
    let world = World::new().await;
    let (one, two) = (
        world.file("one.csv", &ana_at("right")),
        world.file("two.csv", &ana_at("wrong")),
    );
    world.import(one.clone(), None).await;
    world.import(two, None).await;
    let back = world.import(one, None).await;
    assert!(!back.already_imported);
    let last: Person = world.published().await.last().unwrap().decode().unwrap();
    assert_eq!(
        (last.email.as_str(), last.revision),
        ("right@example.org", 3)
    );
}

#[tokio::test]
async fn a_repeated_request_gets_the_answer_it_had() {
    let world = World::new().await;
    let key = Uuid::now_v7();
    let Answer::Done(first) = world.ask(key, example("people"), None).await else {
        panic!("refused")
    };
    world.import(example("teams"), None).await;
    let Answer::Done(again) = world.ask(key, example("people"), None).await else {
        panic!("refused")
    };
    assert_eq!(first, again);
}

#[tokio::test]
async fn a_refused_file_changes_nothing() {
    let world = World::new().await;
    world.import(example("people"), None).await;
    world.published().await;
    let few = world.file("few.csv", "staff_id,name,email\nW301,Ana,ana@example.org\n");
    let why = world.refusal(few).await;
    assert!(why.contains("9 of the 10 people"), "{why}");
    assert!(world.published().await.is_empty());
    assert!(world.import(example("people"), None).await.already_imported);
}

#[tokio::test]
async fn every_refused_row_is_in_the_file_and_the_first_twenty_in_the_answer() {
    let world = World::new().await;
    let row = |n| format!("W{n},Person {n},not an address\n");
    let rows: String = (0..30).map(row).collect();
    let path = world.file(
        "people.csv",
        &format!("staff_id,name,email\nW99,Ana,ana@example.org\n{rows}"),
    );
    let summary = world.import(path, None).await;
    assert_eq!((summary.refused_rows, summary.refused.len()), (30, 20));
    let list = fs::read_to_string(summary.refusals_file.unwrap()).unwrap();
    assert_eq!(list.lines().count(), 31);
    assert!(
        list.lines()
            .nth(1)
            .unwrap()
            .starts_with("people.csv,3,email,not an address,")
    );
}

#[tokio::test]
async fn a_path_that_cannot_be_read_is_refused_with_what_to_do() {
    let world = World::new().await;
    let why = world.refusal(world.folder.path().join("none.csv")).await;
    assert!(why.contains("none.csv cannot be read"), "{why}");
    let why = world.refusal(world.folder.path().to_owned()).await;
    assert!(why.contains("is a folder"), "{why}");
    let why = world.refusal(world.file("empty.csv", "")).await;
    assert!(why.contains("empty.csv is empty"), "{why}");
}

#[tokio::test]
async fn every_statement_is_sound_on_both_engines() {
    let server = servers::postgres().await;
    for db in [World::new().await.context.db, postgres(&server).await] {
        for statement in crate::store::ALL {
            db.prepare(*statement).await.unwrap();
        }
    }
}

async fn postgres(server: &servers::Postgres) -> Db {
    Db::postgres(&server.url, SERVICE, 4, &[bus::MIGRATIONS, MIGRATIONS])
        .await
        .unwrap()
}

#[tokio::test]
async fn on_postgresql_two_imports_at_once_take_turns() {
    let server = servers::postgres().await;
    let mut world = World::new().await;
    world.context.db = postgres(&server).await;
    let (people, teams) = (example("people"), example("teams"));
    let (one, other) = tokio::join!(world.import(people, None), world.import(teams, None));
    assert!(!one.already_imported && !other.already_imported);
    let names: Vec<String> = latest_teams(&world.published().await);
    assert_eq!(
        names,
        [
            "Children looked after",
            "North team",
            "Reviewing service",
            "South team"
        ]
    );
}

/// Names of the teams as last published, sorted.
fn latest_teams(published: &[Envelope]) -> Vec<String> {
    let mut organisation = Organisation::default();
    for team in published.iter().filter_map(|e| e.decode::<Team>().ok()) {
        organisation.apply_team(team);
    }
    let mut names: Vec<_> = organisation.teams().map(|t| t.name.clone()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn what_is_imported_reaches_every_service_over_a_real_broker() {
    let nats = servers::nats().await;
    let mut world = World::new().await;
    let options = ConnectOptions {
        url: nats.server.url.clone(),
        user: nats.server.user.clone(),
        password: nats.server.password.clone(),
    };
    let (bus, tasks) = (
        Bus::connect(&options).await.unwrap(),
        world.context.tasks.clone(),
    );
    bus.ensure_streams(1).await.unwrap();
    let elsewhere = Arc::new(Landscape::new(world.context.clock.clone()));
    elsewhere.follow(&bus, &tasks).await.unwrap();
    world.context.landscape.follow(&bus, &tasks).await.unwrap();
    world.context.bus = bus.clone();
    let config = Config {
        max_lost_percent: 20,
    };
    crate::run(world.context.clone(), config, world.folder.path())
        .await
        .unwrap();

    let authority: AuthorityCode = "westshire".parse().unwrap();
    let summary = bus
        .ask(&ImportDirectory {
            key: Uuid::now_v7(),
            authority: authority.clone(),
            path: example("people"),
            as_at: None,
            progress: None,
        })
        .await
        .unwrap();
    assert_eq!(summary.refused, []);
    servers::until("everybody is known", async || {
        (elsewhere.organisation(&authority).people().count() == 10).then_some(())
    })
    .await;
    let organisation = elsewhere.organisation(&authority);
    assert!(organisation.line_manages(&"S100".into(), &"W301".into()));
    assert!(tasks.stop(servers::PATIENCE).await.is_empty());
}

/// As intake passes on what events told of W301.
fn told(revision: u64, days: &[&str]) -> Envelope {
    let authority: AuthorityCode = "westshire".parse().unwrap();
    let staff_id = "W301".into();
    let token = TokenKey::new([7; 32]).person(&authority, &staff_id);
    let held = days.iter().map(|day| HeldTold {
        held_on: day.parse().unwrap(),
        key: (*day).to_owned(),
        told_on: date(2025, 3, 31),
    });
    let told = SupervisionTold {
        authority: authority.clone(),
        staff_id,
        revision,
        held: held.collect(),
    };
    let now = "2025-03-31T09:00:00Z".parse().unwrap();
    let mut envelope = Envelope::new(Uuid::nil(), "intake", &authority, &token, now, &told);
    envelope.id = contracts::ids::state(&envelope.subject, revision);
    envelope
}

impl World {
    async fn hear(&self, told: &[Envelope]) {
        let config = Config {
            max_lost_percent: 20,
        };
        let node = node(&self.context, &config, self.folder.path());
        let batch: Vec<_> = told
            .iter()
            .map(|e| bus::consumer::Incoming::new(e, 1))
            .collect();
        for _ in 0..2 {
            bus::consumer::process(&self.context, &node.consumers[0], &batch)
                .await
                .unwrap();
        }
    }
}

/// Of W301, as published: revision and days.
fn days(published: &[Envelope]) -> Option<(u64, Vec<String>)> {
    let said = published
        .iter()
        .filter_map(|e| e.decode::<Supervision>().ok())
        .find(|s| s.staff_id.as_str() == "W301")?;
    let days = said.held.iter().map(ToString::to_string).collect();
    Some((said.revision, days))
}

fn recorded_since(published: &[Envelope]) -> Option<Date> {
    let mut records = published
        .iter()
        .filter_map(|e| e.decode::<SupervisionRecord>().ok());
    records.next().map(|record| record.since)
}

async fn files_and_events_are_one_record(world: World) {
    world.import(example("people"), None).await;
    world.published().await;
    let summary = world.import(example("supervision"), None).await;
    assert_eq!((summary.refused, summary.notes), (vec![], vec![]));
    assert_eq!(summary.source, "supervision");
    assert_eq!(summary.recorded[0].count, 8);
    let published = world.published().await;
    let file = ["2025-01-20", "2025-02-24"].map(str::to_owned).to_vec();
    assert_eq!(days(&published), Some((1, file)));
    assert_eq!(recorded_since(&published), Some(date(2025, 1, 20)));
    assert!(
        world
            .import(example("supervision"), None)
            .await
            .already_imported
    );
    assert!(world.published().await.is_empty());

    let both = ["2025-01-20", "2025-02-24", "2025-03-28"].map(str::to_owned);
    world
        .hear(&[
            told(2, &["2025-02-24", "2025-03-28"]),
            told(1, &["2025-03-03"]),
        ])
        .await;
    let published = world.published().await;
    assert_eq!(days(&published), Some((2, both.to_vec())));
    assert_eq!(recorded_since(&published), None, "as before");
    world.hear(&[told(1, &["2025-03-03"])]).await;
    assert!(
        world.published().await.is_empty(),
        "an older word changes nothing"
    );
    world.hear(&[told(3, &[])]).await;
    assert_eq!(days(&world.published().await).map(|d| d.0), Some(3));
    world.hear(&[told(4, &["2024-11-04"])]).await;
    let published = world.published().await;
    assert_eq!(recorded_since(&published), Some(date(2024, 11, 4)));
}

#[tokio::test]
async fn supervision_from_files_and_events_is_one_record() {
    files_and_events_are_one_record(World::new().await).await;
}

#[tokio::test]
async fn supervision_from_files_and_events_is_one_record_on_postgresql_too() {
    let server = servers::postgres().await;
    let mut world = World::new().await;
    world.context.db = postgres(&server).await;
    files_and_events_are_one_record(world).await;
}

#[tokio::test]
async fn refused_rows_of_supervision_do_not_replace_those_of_people() {
    let world = World::new().await;
    world
        .import(
            world.file(
                "p.csv",
                "staff_id,name,email\nW1,Ana,a@example.org\nW2,,b@example.org\n",
            ),
            None,
        )
        .await;
    let path = world.file("s.csv", "staff_id,held_on\nW1,2025-03-03\nW1,2025-04-01\n");
    let summary = world.import(path, None).await;
    let refused = &summary.refused[0];
    assert_eq!((refused.line, refused.column.as_str()), (3, "held_on"));
    let list = summary.refusals_file.unwrap();
    assert!(list.ends_with("refusals/westshire-supervision-2025-03-31.csv"));
    assert!(
        list.with_file_name("westshire-directory-2025-03-31.csv")
            .exists()
    );
}
