use std::fmt::Write as _;
use std::{collections::BTreeMap, fs, path::PathBuf, sync::Arc};

use bus::{
    Bus, Context, CrashPoints, Landscape,
    outbox::{Published, settle_and_claim},
};
use contracts::{
    Authority, Chronology, ClockSetting, Envelope, Event, Fact, SnapshotAccepted, SnapshotRefused,
    TokenKey,
    commands::{Answer, ImportFiles, ImportSummary},
};
use jiff::civil::{Date, date};
use runtime::{Clock, Tasks};
use store::Db;
use uuid::Uuid;

use crate::{Config, MIGRATIONS, SERVICE, domain::authority::morning, node};

/// A service over a store of its own, and files to feed it.
pub(crate) struct World {
    pub(crate) context: Context,
    pub(crate) config: Config,
    pub(crate) folder: tempfile::TempDir,
}

pub(crate) const EPISODES: &str = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n";
pub(crate) const REVIEWS: &str = "CHILD,DOB,REVIEW,REVIEW_CODE\n";
const HELD: &str = "child,staff_id,team_id,role,start_date,end_date\n";

impl World {
    pub(crate) async fn new() -> Self {
        Self::over(Db::memory(&[bus::MIGRATIONS, MIGRATIONS]).await.unwrap())
    }

    pub(crate) fn over(db: Db) -> Self {
        let clock = Clock::manual("2025-03-31T09:00:00Z".parse().unwrap());
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
            config: defaults(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A return of these children: an episode each from 1 January 2018, and a review on each of these days of 2018.
    pub(crate) fn a_return(&self, name: &str, children: &[(&str, &[&str])]) -> PathBuf {
        let folder = self.folder.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        let (mut episodes, mut reviews) = (EPISODES.to_owned(), REVIEWS.to_owned());
        for (child, days) in children {
            writeln!(episodes, "{child},01/01/2018,S,C2,N1,U1,PR1,,,,,,").unwrap();
            for day in *days {
                writeln!(reviews, "{child},,{day}/2018,PN1").unwrap();
            }
        }
        fs::write(folder.join("episodes.csv"), episodes).unwrap();
        fs::write(folder.join("reviews.csv"), reviews).unwrap();
        folder
    }

    /// Tables of the dataset, each with its header and rows.
    fn a_dataset(&self, name: &str, tables: &[(&str, &str)]) -> PathBuf {
        let folder = self.folder.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        for (table, rows) in tables {
            fs::write(folder.join(format!("{table}.csv")), rows).unwrap();
        }
        folder
    }

    /// Falls that a real authority never sees are normal among two children.
    fn config_for_small_returns(&mut self) {
        self.config.largest_fall_percent = 100;
    }

    fn held(&self, name: &str, rows: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, format!("{HELD}{rows}")).unwrap();
        path
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(super) async fn ask(&self, request: ImportFiles) -> Answer<ImportSummary> {
        let node = node(&self.context, &self.config, &self.data());
        let answer = node.questions[0]
            .answer(serde_json::to_vec(&request).unwrap())
            .await;
        serde_json::from_slice(&answer).unwrap()
    }

    async fn import(&self, path: PathBuf, as_at: Option<Date>) -> ImportSummary {
        done(self.ask(request("ssda903", path, as_at)).await)
    }

    async fn dataset(&self, path: PathBuf, as_at: Date) -> ImportSummary {
        done(self.ask(request("ssd", path, Some(as_at))).await)
    }

    async fn refusal(&self, path: PathBuf, as_at: Option<Date>) -> String {
        match self.ask(request("ssda903", path, as_at)).await {
            Answer::Done(summary) => panic!("accepted: {summary:?}"),
            Answer::Refused(why) => why,
        }
    }

    /// What waits to be published, and is then taken as published; as the landscape hears of it.
    pub(crate) async fn published(&self) -> Vec<Envelope> {
        let now = self.context.clock.machine_now();
        let lease = jiff::SignedDuration::from_hours(1);
        let mut tx = self.context.db.begin().await.unwrap();
        let claimed = settle_and_claim(&mut tx, &[], 10_000, now, lease)
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
        let envelopes: Vec<_> = published.into_iter().map(|p| p.claimed.envelope).collect();
        for envelope in &envelopes {
            self.context.landscape.apply(envelope).unwrap();
        }
        envelopes
    }
}

pub(crate) fn defaults() -> Config {
    #[derive(serde::Deserialize)]
    struct File {
        intake: Config,
    }
    toml::from_str::<File>(crate::DEFAULTS).unwrap().intake
}

pub(super) fn request(source: &str, path: PathBuf, as_at: Option<Date>) -> ImportFiles {
    ImportFiles {
        key: Uuid::now_v7(),
        authority: "westshire".parse().unwrap(),
        name: None,
        source: source.to_owned(),
        path,
        as_at,
        played_at: None,
        synthetic: false,
        progress: None,
    }
}

fn done(answer: Answer<ImportSummary>) -> ImportSummary {
    match answer {
        Answer::Done(summary) => summary,
        Answer::Refused(why) => panic!("refused: {why}"),
    }
}

pub(crate) fn of<E: Event>(envelopes: &[Envelope]) -> Vec<E> {
    let own = |e: &&Envelope| e.event_type == E::TYPE;
    envelopes
        .iter()
        .filter(own)
        .map(|e| e.decode().unwrap())
        .collect()
}

/// Revision and keys of each child's chronology, a missing entry in brackets.
fn chronologies(envelopes: &[Envelope]) -> BTreeMap<String, (u64, String)> {
    let keys = |c: &Chronology| {
        let key = |e: &contracts::Entry| match e.missing_since {
            Some(_) => format!("({} {})", e.fact.kind(), e.key),
            None => format!("{} {}", e.fact.kind(), e.key),
        };
        c.entries.iter().map(key).collect::<Vec<_>>().join(", ")
    };
    of::<Chronology>(envelopes)
        .iter()
        .map(|c| (c.child.to_string(), (c.revision, keys(c))))
        .collect()
}

fn counts(of: &[contracts::commands::Counted]) -> Vec<(&str, u64)> {
    of.iter().map(|c| (c.what.as_str(), c.count)).collect()
}

/// The day of the real return.
const REAL: Date = date(2018, 3, 31);
/// Nights of one year of returns.
const FIRST: Date = date(2018, 3, 27);
const SECOND: Date = date(2018, 3, 28);
const THIRD: Date = date(2018, 3, 29);
const FOURTH: Date = date(2018, 3, 30);

#[tokio::test]
async fn the_real_return_becomes_chronologies_and_an_authority_with_a_pinned_clock() {
    let Some(folder) = crate::sources::the_real_return() else {
        return;
    };
    let world = World::new().await;
    let summary = world.import(folder.clone(), Some(REAL)).await;
    assert_eq!(
        counts(&summary.recorded),
        [
            ("care_episode", 5050),
            ("looked_after_review", 12582 - 3070),
            ("missing_episode", 36)
        ]
    );
    assert_eq!(
        counts(&summary.after_as_at),
        [("looked_after_review", 5042)]
    );
    assert!(counts(&summary.set_aside).contains(&("no care episode for this child", 3070)));
    assert_eq!((summary.children, summary.refused_rows), (2123, 1));
    let list = fs::read_to_string(summary.refusals_file.as_ref().unwrap()).unwrap();
    assert!(
        list.lines()
            .nth(1)
            .unwrap()
            .starts_with("sw_episodes.csv,2,SW_REASON,SWLAZY,"),
        "{list}"
    );

    let published = world.published().await;
    let chronologies = of::<Chronology>(&published);
    assert_eq!(chronologies.len(), 2123);
    let entries: usize = chronologies.iter().map(|c| c.entries.len()).sum();
    assert_eq!(entries, 5050 + 12582 - 3070 + 36);
    assert!(
        chronologies
            .iter()
            .all(|c| (c.revision, c.authority_revision) == (1, 1))
    );
    let [authority] = of::<Authority>(&published).try_into().unwrap();
    assert_eq!(authority.clock, ClockSetting::Pinned(morning(REAL)));
    assert_eq!(
        (
            authority.revision,
            authority.children,
            authority.revision_sum
        ),
        (1, 2123, 2123)
    );
    assert_eq!(
        authority.sources[0].supplies,
        ["care_episode", "looked_after_review", "missing_episode"]
    );
    let [accepted] = of::<SnapshotAccepted>(&published).try_into().unwrap();
    assert_eq!(
        (accepted.children_changed, accepted.refused_rows),
        (2123, 1)
    );

    let again = world.import(folder, Some(REAL)).await;
    assert!(again.already_imported && again.recorded.is_empty());
    assert_eq!(again.files, summary.files);
    assert!(world.published().await.is_empty());
}

#[tokio::test]
async fn nothing_identifying_is_on_a_subject() {
    let world = World::new().await;
    let path = world.a_return("march", &[("ChildA1", &["01/02"])]);
    world.import(path, Some(FIRST)).await;
    for envelope in world.published().await {
        assert!(
            !envelope.subject.to_lowercase().contains("childa1"),
            "{}",
            envelope.subject
        );
        assert_eq!(envelope.subject.rsplit('.').next().unwrap().len(), 16);
    }
}

#[tokio::test]
async fn a_vanished_entry_is_missing_then_gone_and_only_its_child_is_published() {
    let mut world = World::new().await;
    world.config_for_small_returns();
    let both = world.a_return("1", &[("1", &["01/02", "02/02"]), ("2", &["01/02"])]);
    let less = world.a_return("2", &[("1", &["01/02"]), ("2", &["01/02"])]);
    world.import(both.clone(), Some(FIRST)).await;
    world.published().await;

    let first = world.import(less.clone(), Some(SECOND)).await;
    assert_eq!(counts(&first.missing), [("looked_after_review", 1)]);
    let published = world.published().await;
    let one =
        "care_episode 2018-01-01, looked_after_review 2018-02-01, (looked_after_review 2018-02-02)";
    assert_eq!(
        chronologies(&published),
        BTreeMap::from([("1".to_owned(), (2, one.to_owned()))])
    );
    let [authority] = of::<Authority>(&published).try_into().unwrap();
    assert_eq!(
        (
            authority.revision,
            authority.children,
            authority.revision_sum
        ),
        (2, 2, 3)
    );

    let second = world.import(less.clone(), Some(THIRD)).await;
    assert_eq!(counts(&second.retracted), [("looked_after_review", 1)]);
    let one = "care_episode 2018-01-01, looked_after_review 2018-02-01";
    assert_eq!(
        chronologies(&world.published().await),
        BTreeMap::from([("1".to_owned(), (3, one.to_owned()))])
    );

    let third = world.import(less, Some(FOURTH)).await;
    assert!(
        third.recorded.is_empty()
            && third.changed.is_empty()
            && third.missing.is_empty()
            && third.retracted.is_empty()
    );
    let published = world.published().await;
    assert!(chronologies(&published).is_empty());
    assert_eq!(of::<Authority>(&published)[0].sources[0].as_at, FOURTH);
}

const PERSON: &str = "pers_person_id,pers_sex,pers_dob,pers_expected_dob,pers_death_date\n";
const CP_VISITS: &str = "cppv_cp_visit_id,cppv_person_id,cppv_cp_plan_id,cppv_cp_visit_date,cppv_cp_visit_seen,\
                         cppv_cp_visit_seen_alone,cppv_cp_visit_bedroom\n";
const CIN_VISITS: &str = "cinv_cin_visit_id,cinv_person_id,cinv_cin_visit_date,cinv_cin_visit_seen,\
                          cinv_cin_visit_seen_alone,cinv_cin_visit_bedroom\n";
const LEAVERS: &str = "clea_table_id,clea_person_id,clea_care_leaver_eligibility,clea_care_leaver_in_touch,\
                       clea_care_leaver_latest_contact,clea_pathway_plan_review_date\n";

#[tokio::test]
async fn a_dataset_becomes_chronologies_and_says_what_it_supplies() {
    let world = World::new().await;
    let cp_visits = format!("{CP_VISITS}V1,C1,P7,2025-03-01,,Y,Y\nV2,C1,P7,2025-03-10,Y,,\n");
    let cin_visits = format!("{CIN_VISITS}V1,C1,2025-03-01,Y,,\nV3,C1,soon,Y,,\n");
    let person = format!("{PERSON}C1,M,2020-05-06 00:00:00.000,NULL,NULL\n");
    let folder = world.a_dataset(
        "1",
        &[
            ("SSD_CP_Visits", &cp_visits),
            ("ssd_cin_visits", &cin_visits),
            ("ssd_person", &person),
            ("ssd_address", "addr_person_id\n"),
        ],
    );
    let summary = world.dataset(folder, date(2025, 3, 31)).await;
    assert_eq!(counts(&summary.recorded), [("age_band", 4), ("visit", 2)]);
    assert_eq!((summary.refused_rows, summary.after_as_at), (1, vec![]));
    assert_eq!(summary.files.len(), 3);
    assert_eq!(summary.files[0].file, "ssd_person.csv");
    assert!(
        summary
            .notes
            .iter()
            .any(|n| n == "Not part of what is read: ssd_address.csv.")
    );
    assert!(
        !summary.notes.iter().any(|n| n.contains("PERS_SEX")),
        "{:?}",
        summary.notes
    );
    let published = world.published().await;
    let want = "age_band 0-4, age_band 16-17, age_band 18+, age_band 5-15, visit V1, visit V2";
    assert_eq!(chronologies(&published)["C1"].1, want);
    for envelope in &published {
        let text = String::from_utf8_lossy(&envelope.data);
        assert!(!text.contains("dob") && !text.contains("\"M\""), "{text}");
    }
    let [authority] = of::<Authority>(&published).try_into().unwrap();
    assert_eq!(authority.sources[0].supplies, ["age_band", "visit"]);
    assert!(!authority.sources[0].visits_seen_unreliable);
}

#[tokio::test]
async fn a_blank_seen_is_told_with_the_source() {
    let world = World::new().await;
    let visits = format!("{CP_VISITS}V1,C1,P7,2025-03-01,,,\n");
    let folder = world.a_dataset("1", &[("ssd_cp_visits", &visits)]);
    let summary = world.dataset(folder, date(2025, 3, 31)).await;
    assert!(
        summary.notes.iter().any(|n| n.contains("any visit counts")),
        "{:?}",
        summary.notes
    );
    let [authority] = of::<Authority>(&world.published().await)
        .try_into()
        .unwrap();
    assert!(authority.sources[0].visits_seen_unreliable);
}

#[tokio::test]
async fn a_table_that_is_not_there_tonight_takes_nothing_away_and_a_row_that_is_not_goes_at_the_second_night()
 {
    let mut world = World::new().await;
    world.config_for_small_returns();
    let all = format!("{CP_VISITS}V1,C1,,2025-03-01,Y,,\nV2,C1,,2025-03-10,Y,,\n");
    let less = format!("{CP_VISITS}V1,C1,,2025-03-01,Y,,\n");
    let cin = format!("{CIN_VISITS}V8,C1,2025-03-02,Y,,\n");
    let both = world.a_dataset("1", &[("ssd_cp_visits", &all), ("ssd_cin_visits", &cin)]);
    let one = world.a_dataset("2", &[("ssd_cp_visits", &less)]);
    let fewer = world.a_dataset("3", &[("ssd_cp_visits", &less), ("ssd_cin_visits", &cin)]);
    let day = |d| date(2025, 3, d);
    world.dataset(both, day(20)).await;
    for d in [21, 22] {
        let summary = world.dataset(one.clone(), day(d)).await;
        assert!(summary.missing.is_empty() && summary.retracted.is_empty());
    }
    let first = world.dataset(fewer.clone(), day(23)).await;
    assert_eq!(counts(&first.missing), [("visit", 1)]);
    let second = world.dataset(fewer.clone(), day(24)).await;
    assert_eq!(counts(&second.retracted), [("visit", 1)]);
    let third = world.dataset(fewer, day(25)).await;
    assert!(third.missing.is_empty() && third.retracted.is_empty());
    assert_eq!(
        chronologies(&world.published().await)["C1"].1,
        "visit V1, visit V8"
    );
}

#[tokio::test]
async fn a_row_that_ages_out_of_the_window_is_history_and_its_child_is_left_alone() {
    let mut world = World::new().await;
    world.config_for_small_returns();
    let old = format!("{CP_VISITS}V1,C1,,2019-03-22,Y,,\nV2,C1,,2025-03-10,Y,,\n");
    let new = format!("{CP_VISITS}V2,C1,,2025-03-10,Y,,\n");
    let (old, new) = (
        world.a_dataset("1", &[("ssd_cp_visits", &old)]),
        world.a_dataset("2", &[("ssd_cp_visits", &new)]),
    );
    world.dataset(old, date(2025, 3, 21)).await;
    world.published().await;
    for d in [23, 24, 25] {
        let summary = world.dataset(new.clone(), date(2025, 3, d)).await;
        assert!(
            summary.missing.is_empty() && summary.retracted.is_empty(),
            "{d}"
        );
    }
    assert!(chronologies(&world.published().await).is_empty());
}

#[tokio::test]
async fn what_is_overtaken_by_a_later_value_of_its_row_stays_as_history() {
    let mut world = World::new().await;
    world.config_for_small_returns();
    let leavers =
        |contact: &str, plan: &str| format!("{LEAVERS}T1,C1,Relevant,YES,{contact},{plan}\n");
    let day = |d| date(2025, 3, d);
    for (n, (contact, plan)) in [
        ("2025-01-10", "2025-02-01"),
        ("2025-03-10", "2025-02-01"),
        ("2025-03-10", "2025-02-01"),
        ("2025-03-12", "2025-01-31"),
        ("2025-03-12", "2025-01-31"),
    ]
    .iter()
    .enumerate()
    {
        let folder = world.a_dataset(
            &n.to_string(),
            &[("ssd_care_leavers", &leavers(contact, plan))],
        );
        world
            .dataset(folder, day(20 + i8::try_from(n).unwrap()))
            .await;
    }
    let want = "care_leaver T1 eligibility, care_leaver_contact T1 2025-01-10, care_leaver_contact T1 2025-03-10, \
                care_leaver_contact T1 2025-03-12, pathway_plan T1 2025-01-31";
    assert_eq!(chronologies(&world.published().await)["C1"].1, want);
}

#[tokio::test]
async fn a_dataset_whose_core_table_arrives_half_empty_or_without_its_professionals_is_refused() {
    let world = World::new().await;
    let people = |n: i32| {
        let rows: Vec<_> = (0..n).map(|c| format!("C{c},M,2020-01-01,,\n")).collect();
        PERSON.to_owned() + &rows.concat()
    };
    let staff = "prof_professional_id,prof_staff_id\nP1,A1\n";
    let ssd = |name: &str, n, with_staff| {
        let people = people(n);
        let mut tables = vec![("ssd_person", people.as_str())];
        if with_staff {
            tables.push(("ssd_professionals", staff));
        }
        world.a_dataset(name, &tables)
    };
    world.dataset(ssd("1", 10, true), FIRST).await;
    for (folder, why) in [
        (
            ssd("2", 5, true),
            "ssd_person.csv has 5 rows where the last accepted snapshot",
        ),
        (
            ssd("3", 10, false),
            "ssd_professionals.csv is not in this snapshot, but was in an earlier one",
        ),
    ] {
        match world.ask(request("ssd", folder, Some(SECOND))).await {
            Answer::Done(summary) => panic!("accepted: {summary:?}"),
            Answer::Refused(refusal) => assert!(refusal.starts_with(why), "{refusal}"),
        }
    }
    world.dataset(ssd("4", 9, true), SECOND).await;
}

#[tokio::test]
async fn rows_that_a_new_years_return_leaves_out_are_history() {
    let mut world = World::new().await;
    world.config_for_small_returns();
    let both = world.a_return("1", &[("1", &["01/02", "02/02"])]);
    let next = world.a_return("2", &[("1", &["03/05"])]);
    world.import(both, Some(FIRST)).await;
    for day in [date(2019, 3, 30), date(2019, 3, 31)] {
        let summary = world.import(next.clone(), Some(day)).await;
        assert!(summary.missing.is_empty() && summary.retracted.is_empty());
    }
    let all = "care_episode 2018-01-01, looked_after_review 2018-02-01, looked_after_review 2018-02-02, \
               looked_after_review 2018-05-03";
    assert_eq!(chronologies(&world.published().await)["1"].1, all);
}

#[tokio::test]
async fn a_snapshot_ten_minutes_after_another_confirms_nothing_although_its_day_is_the_next() {
    let mut world = World::new().await;
    world.config_for_small_returns();
    let at = |world: &World, time: &str| world.context.clock.set(time.parse().unwrap());
    let both = world.a_return("1", &[("1", &["01/02", "02/02"])]);
    let less = world.a_return("2", &[("1", &["01/02"])]);
    at(&world, "2018-03-26T22:00:00Z");
    world.import(both, None).await;
    at(&world, "2018-03-27T22:55:00Z");
    let first = world.import(less.clone(), None).await;
    assert_eq!(counts(&first.missing), [("looked_after_review", 1)]);
    at(&world, "2018-03-27T23:05:00Z");
    let soon = world.import(less.clone(), None).await;
    assert_eq!((soon.as_at, soon.retracted.len()), (Some(SECOND), 0));
    at(&world, "2018-03-29T01:00:00Z");
    let later = world.import(less, None).await;
    assert_eq!(counts(&later.retracted), [("looked_after_review", 1)]);
}

#[tokio::test]
async fn a_child_that_vanished_altogether_goes_the_same_way_and_can_come_back() {
    let mut world = World::new().await;
    world.config_for_small_returns();
    let both = world.a_return("1", &[("1", &["01/02"]), ("2", &["01/02"])]);
    let one = world.a_return("2", &[("1", &["01/02"])]);
    world.import(both.clone(), Some(FIRST)).await;
    world.import(one.clone(), Some(SECOND)).await;
    world.import(one, Some(THIRD)).await;
    let published = world.published().await;
    assert_eq!(chronologies(&published)["2"], (3, String::new()));
    let back = world.import(both, Some(FOURTH)).await;
    assert_eq!(
        counts(&back.recorded),
        [("care_episode", 1), ("looked_after_review", 1)]
    );
    let published = world.published().await;
    assert_eq!(chronologies(&published)["2"].0, 4);
    assert_eq!(of::<Authority>(&published)[0].children, 2);
}

#[tokio::test]
async fn a_row_that_is_refused_once_does_not_make_its_entry_vanish() {
    let world = World::new().await;
    let good = world.a_return("1", &[("1", &["01/02"]), ("2", &["01/02"])]);
    let bad = world.a_return("2", &[("1", &["01/02"]), ("2", &["01/02"])]);
    let broken = fs::read_to_string(bad.join("reviews.csv"))
        .unwrap()
        .replace("2,,01/02/2018", "2,,31/02/2018");
    fs::write(bad.join("reviews.csv"), broken).unwrap();
    world.import(good.clone(), Some(FIRST)).await;
    world.published().await;
    let summary = world.import(bad, Some(SECOND)).await;
    assert_eq!((summary.refused_rows, summary.missing.len()), (1, 0));
    assert!(chronologies(&world.published().await).is_empty());
    let summary = world.import(good, Some(THIRD)).await;
    assert!(summary.recorded.is_empty() && summary.changed.is_empty());
}

#[tokio::test]
async fn a_correction_keeps_its_key_and_when_it_was_first_known() {
    let world = World::new().await;
    let path = world.a_return("1", &[("1", &["01/02"])]);
    world.import(path.clone(), Some(FIRST)).await;
    let text = fs::read_to_string(path.join("episodes.csv")).unwrap();
    fs::write(path.join("episodes.csv"), text.replace(",U1,", ",U4,")).unwrap();
    world.published().await;
    let summary = world.import(path, Some(SECOND)).await;
    assert_eq!(counts(&summary.changed), [("care_episode", 1)]);
    let [chronology] = of::<Chronology>(&world.published().await)
        .try_into()
        .unwrap();
    let entry = &chronology.entries[0];
    assert_eq!(
        (entry.key.as_str(), entry.known_from),
        ("2018-01-01", FIRST)
    );
    assert!(matches!(&entry.fact, Fact::CareEpisode { placement, .. } if placement == "U4"));
}

#[tokio::test]
async fn a_refused_snapshot_changes_nothing_and_is_told() {
    let world = World::new().await;
    let many: Vec<_> = (0..10).map(|n| n.to_string()).collect();
    let all: Vec<(&str, &[&str])> = many.iter().map(|c| (c.as_str(), &["01/02"][..])).collect();
    let good = world.a_return("1", &all);
    world.import(good.clone(), Some(FIRST)).await;
    world.published().await;
    let few = world.a_return("2", &all[..7]);
    let why = world.refusal(few, Some(SECOND)).await;
    assert!(
        why.contains(
            "episodes.csv has 7 rows where the last accepted snapshot (as at 2018-03-27) had 10"
        ),
        "{why}"
    );
    let why = world.refusal(good.clone(), Some(date(2018, 3, 26))).await;
    assert!(
        why.contains("older than the latest accepted one (as at 2018-03-27)"),
        "{why}"
    );
    let why = world
        .refusal(world.folder.path().join("nowhere"), Some(SECOND))
        .await;
    assert!(why.contains("is not there"), "{why}");
    let published = world.published().await;
    assert_eq!(published.len(), 3);
    let told = of::<SnapshotRefused>(&published);
    assert_eq!((told.len(), told[0].as_at), (3, SECOND));
    assert!(world.import(good, Some(FIRST)).await.already_imported);
}

#[tokio::test]
async fn a_refused_snapshot_says_where_its_refused_rows_are_listed() {
    let world = World::new().await;
    let path = world.a_return("1", &[("1", &["31/02", "32/01", "01/02"])]);
    let why = world.refusal(path, Some(FIRST)).await;
    let list = world
        .data()
        .join("refusals/westshire-ssda903-2018-03-27.csv");
    assert!(
        why.ends_with(&format!("Refused rows are listed in {}", list.display())),
        "{why}"
    );
    assert_eq!(fs::read_to_string(list).unwrap().lines().count(), 3);
}

#[tokio::test]
async fn a_repeated_request_gets_the_answer_it_had() {
    let world = World::new().await;
    let request = request(
        "ssda903",
        world.a_return("1", &[("1", &["01/02"])]),
        Some(FIRST),
    );
    let first = done(world.ask(request.clone()).await);
    let other = world.a_return("2", &[("1", &["01/02", "02/02"])]);
    world.import(other, Some(SECOND)).await;
    assert_eq!(done(world.ask(request).await), first);
}

#[tokio::test]
async fn imports_of_one_authority_take_turns() {
    let mut world = World::new().await;
    world.config_for_small_returns();
    let children: Vec<String> = (0..3000).map(|n| n.to_string()).collect();
    let many: Vec<(&str, &[&str])> = children
        .iter()
        .map(|c| (c.as_str(), &["01/02"][..]))
        .collect();
    let (large, small) = (world.a_return("1", &many), world.a_return("2", &many[..1]));
    let node = node(&world.context, &world.config, &world.data());
    let ask = |path: &PathBuf, day| {
        let body = serde_json::to_vec(&request("ssda903", path.clone(), Some(day))).unwrap();
        node.questions[0].answer(body)
    };
    // Were the second to overtake the first, the first would be refused as older.
    let (first, second) = tokio::join!(ask(&large, FIRST), ask(&small, SECOND));
    let summary = |answer: Vec<u8>| done(serde_json::from_slice(&answer).unwrap());
    assert_eq!(summary(first).children, 3000);
    assert_eq!(counts(&summary(second).missing)[0], ("care_episode", 2999));
}

#[tokio::test]
async fn a_request_that_two_processes_got_is_answered_once() {
    let world = World::new().await;
    let request = request(
        "ssda903",
        world.a_return("1", &[("1", &["01/02"])]),
        Some(FIRST),
    );
    // Each process takes turns with itself only.
    let (a, b) = tokio::join!(world.ask(request.clone()), world.ask(request));
    let (a, b) = (done(a), done(b));
    assert!(!a.already_imported);
    assert_eq!(a, b);
}

#[tokio::test]
async fn without_a_day_it_is_today_and_the_clock_is_real() {
    let world = World::new().await;
    let path = world.a_return("1", &[("1", &["01/02"])]);
    let mut named = request("ssda903", path, None);
    (named.name, named.synthetic) = (Some("Westshire".to_owned()), true);
    let summary = done(world.ask(named).await);
    assert_eq!(summary.as_at, Some(date(2025, 3, 31)));
    let authority = of::<Authority>(&world.published().await).remove(0);
    assert_eq!(
        (authority.clock, authority.synthetic),
        (ClockSetting::Real, true)
    );
    assert_eq!(authority.name, "Westshire");
}

#[tokio::test]
async fn the_same_snapshot_with_another_wish_for_the_clock_changes_nothing_and_says_so() {
    let world = World::new().await;
    let path = world.a_return("1", &[("1", &["01/02"])]);
    world.import(path.clone(), None).await;
    let again = world.import(path, Some(date(2025, 3, 31))).await;
    let note = again.notes.last().unwrap();
    assert_eq!(
        note,
        "The clock of this authority was not touched either: it goes on."
    );
}

#[tokio::test]
async fn allocations_join_the_chronologies_of_the_return_and_stay_through_its_next_snapshot() {
    let world = World::new().await;
    let path = world.a_return("1", &[("1", &["01/02"]), ("2", &[])]);
    let alone = world.import(path, Some(FIRST)).await;
    assert!(
        alone
            .notes
            .iter()
            .any(|n| n.starts_with("Nobody is known to hold these children")),
        "{:?}",
        alone.notes
    );
    world.published().await;
    let held = world.held(
        "held.csv",
        "1,A1,,case_holder,2018-01-01,\n3,A1,,case_holder,2018-01-01,\n",
    );
    let summary = done(world.ask(request("allocations", held, Some(FIRST))).await);
    assert_eq!(counts(&summary.recorded), [("involvement", 2)]);
    let published = world.published().await;
    let want = "care_episode 2018-01-01, involvement 2018-01-01 A1, looked_after_review 2018-02-01";
    let seen = chronologies(&published);
    assert_eq!(seen["1"], (2, want.to_owned()));
    assert_eq!(seen["3"], (1, "involvement 2018-01-01 A1".to_owned()));
    assert_eq!(seen.len(), 2);
    let authority = of::<Authority>(&published).remove(0);
    assert_eq!(
        (
            authority.children,
            authority.revision_sum,
            authority.sources.len()
        ),
        (3, 4, 2)
    );
    let next = world.a_return("2", &[("1", &["01/02", "02/02"]), ("2", &[])]);
    world.import(next, Some(SECOND)).await;
    let seen = chronologies(&world.published().await);
    assert_eq!(
        seen["1"],
        (3, format!("{want}, looked_after_review 2018-02-02"))
    );
}

#[tokio::test]
async fn a_chronology_too_large_to_pass_on_is_named_and_the_others_go_on() {
    let world = World::new().await;
    let days: Vec<String> = (1..=28)
        .flat_map(|d| (1..=12).map(move |m| format!("{d:02}/{m:02}")))
        .collect();
    let days: Vec<&str> = days.iter().map(String::as_str).cycle().take(8000).collect();
    let path = world.a_return("1", &[("big", &days), ("2", &["01/02"])]);
    let summary = world.import(path, Some(FIRST)).await;
    let note = summary
        .notes
        .iter()
        .find(|n| n.starts_with("What is recorded about child big"))
        .unwrap();
    assert!(note.contains("more than the 900 KB"), "{note}");
    assert_eq!(
        counts(&summary.recorded),
        [("care_episode", 1), ("looked_after_review", 1)]
    );
    let published = world.published().await;
    assert_eq!(chronologies(&published).keys().collect::<Vec<_>>(), ["2"]);
    assert_eq!(of::<Authority>(&published)[0].children, 1);
}

#[tokio::test]
async fn dying_before_the_commit_leaves_nothing_and_the_same_request_does_it_all() {
    let mut world = World::new().await;
    let request = request(
        "ssda903",
        world.a_return("1", &[("1", &["01/02"])]),
        Some(FIRST),
    );
    world.context.crash = CrashPoints::new(|point| point == "intake.before-commit");
    assert!(matches!(
        world.ask(request.clone()).await,
        Answer::Refused(_)
    ));
    assert!(world.published().await.is_empty());
    world.context.crash = CrashPoints::default();
    assert!(!done(world.ask(request).await).already_imported);
    assert_eq!(of::<Chronology>(&world.published().await).len(), 1);
}

#[tokio::test]
async fn when_refused_rows_cannot_be_listed_the_import_says_so_and_changes_nothing() {
    let world = World::new().await;
    fs::write(world.data(), "in the way").unwrap();
    let path = world.a_return("1", &[("1", &["31/02", "01/02", "02/02"])]);
    let why = world.refusal(path, Some(FIRST)).await;
    assert!(
        why.contains("the refused rows could not be written to a file"),
        "{why}"
    );
    assert!(of::<Chronology>(&world.published().await).is_empty());
}

#[tokio::test]
async fn a_full_disk_is_said_and_loses_nothing() {
    const FULL: store::Statement = store::Statement::new("fill", "PRAGMA max_page_count = 40");
    const ROOM: store::Statement = store::Statement::new("free", "PRAGMA max_page_count = 100000");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("intake.db");
    let world = World::over(
        Db::sqlite(&path, &[bus::MIGRATIONS, MIGRATIONS])
            .await
            .unwrap(),
    );
    let small = world.a_return("1", &[("1", &["01/02"])]);
    world.import(small.clone(), Some(FIRST)).await;
    world.published().await;
    let set = async |pragma| {
        let mut tx = world.context.db.begin().await.unwrap();
        tx.everywhere().rows(pragma, vec![]).await.unwrap();
        tx.commit().await.unwrap();
    };
    set(&FULL).await;
    let children: Vec<String> = (0..200).map(|n| n.to_string()).collect();
    let many: Vec<(&str, &[&str])> = children
        .iter()
        .map(|c| (c.as_str(), &["01/02"][..]))
        .collect();
    let large = world.a_return("2", &many);
    let why = world.refusal(large.clone(), Some(SECOND)).await;
    assert!(
        why.starts_with(
            "the import failed and nothing of it was recorded: the disk is full: free some space"
        ),
        "{why}"
    );
    set(&ROOM).await;
    assert!(world.published().await.is_empty());
    assert!(world.import(small, Some(FIRST)).await.already_imported);
    assert_eq!(world.import(large, Some(SECOND)).await.children, 200);
}

#[tokio::test]
async fn the_documented_example_is_taken_in_without_a_refusal() {
    let world = World::new().await;
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/allocations.csv");
    let summary = done(world.ask(request("allocations", path, None)).await);
    assert_eq!((summary.refused, summary.children), (vec![], 3));
    assert_eq!(summary.notes, Vec::<String>::new());
}

/// The same story on either engine.
async fn a_snapshot_is_taken_in_compared_and_judged_on(db: Db) {
    let mut world = World::over(db);
    for statement in crate::store::ALL {
        world.context.db.prepare(*statement).await.unwrap();
    }
    world.config_for_small_returns();
    let children: Vec<String> = (0..600).map(|n| format!("C{n}")).collect();
    let all: Vec<(&str, &[&str])> = children
        .iter()
        .map(|c| (c.as_str(), &["01/02", "02/02"][..]))
        .collect();
    let less: Vec<(&str, &[&str])> = children
        .iter()
        .map(|c| (c.as_str(), &["01/02"][..]))
        .collect();
    let (all, less) = (
        world.a_return("all", &all),
        world.a_return("less", &less[..599]),
    );
    let summary = world.import(all.clone(), Some(FIRST)).await;
    assert_eq!(
        counts(&summary.recorded),
        [("care_episode", 600), ("looked_after_review", 1200)]
    );
    assert!(
        world
            .import(all.clone(), Some(FIRST))
            .await
            .already_imported
    );
    let summary = world.import(less.clone(), Some(SECOND)).await;
    assert_eq!(
        counts(&summary.missing),
        [("care_episode", 1), ("looked_after_review", 601)]
    );
    let summary = world.import(less, Some(THIRD)).await;
    assert_eq!(
        counts(&summary.retracted),
        [("care_episode", 1), ("looked_after_review", 601)]
    );
    assert!(
        world
            .refusal(all, Some(SECOND))
            .await
            .contains("older than the latest accepted one")
    );
    let published = world.published().await;
    let chronologies = of::<Chronology>(&published);
    assert_eq!(chronologies.len(), 600, "the newest of each child");
    assert!(chronologies.iter().all(|c| c.revision == 3));
    let authority = of::<Authority>(&published).remove(0);
    assert_eq!(
        (
            authority.revision,
            authority.children,
            authority.revision_sum
        ),
        (3, 600, 1800)
    );
}

#[tokio::test]
async fn it_works_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("intake.db");
    let db = Db::sqlite(&path, &[bus::MIGRATIONS, MIGRATIONS])
        .await
        .unwrap();
    a_snapshot_is_taken_in_compared_and_judged_on(db).await;
}

#[tokio::test]
async fn it_works_on_postgresql() {
    let server = testkit::servers::postgres().await;
    let db = Db::postgres(&server.url, "intake", 4, &[bus::MIGRATIONS, MIGRATIONS])
        .await
        .unwrap();
    a_snapshot_is_taken_in_compared_and_judged_on(db).await;
}
