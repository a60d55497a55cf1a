use std::{fs, path::Path};

use contracts::{Authority, Chronology, ClockSetting};
use jiff::{Span, ToSpan, civil::date};

use super::*;
use crate::{
    domain::authority::morning,
    import::tests::{World, of},
};

/// A world with a drop folder in it, and what watches it.
struct Dropping {
    world: World,
    folder: DropFolder,
}

impl Dropping {
    async fn new() -> Self {
        let mut world = World::new().await;
        world.config.largest_fall_percent = 100;
        let path = world.folder.path().join("drop");
        fs::create_dir_all(path.join("westshire/ssda903")).unwrap();
        fs::create_dir_all(path.join("westshire/allocations")).unwrap();
        let importer = Importer::new(&world.context, &world.config, world.data().join("refusals"));
        let folder = DropFolder::new(importer, path, Duration::from_secs(30));
        Self { world, folder }
    }

    /// A return of one child with reviews on these days, in the drop folder.
    fn drop_return(&self, name: &str, days: &[&str]) {
        self.world
            .a_return(&format!("drop/westshire/ssda903/{name}"), &[("1", days)]);
    }

    async fn pass_after(&mut self, span: Span) {
        self.world.context.clock.advance(span);
        self.folder.pass().await;
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path.join("westshire").join(path)
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_return_that_has_settled_is_taken_in_and_put_away_with_what_became_of_it() {
    let mut dropping = Dropping::new().await;
    dropping.drop_return("2018-03-31", &["01/02", "31/02"]);
    dropping.folder.pass().await;
    dropping.pass_after(29.seconds()).await;
    assert!(dropping.path("ssda903/2018-03-31").exists());
    dropping.pass_after(1.second()).await;
    assert_eq!(names(&dropping.path("ssda903")), ["done"]);
    assert_eq!(
        names(&dropping.path("ssda903/done")),
        [
            "2018-03-31",
            "2018-03-31.refusals.csv",
            "2018-03-31.summary.txt"
        ]
    );
    let summary = dropping.text("ssda903/done/2018-03-31.summary.txt");
    assert!(
        summary.starts_with("Imported a ssda903 snapshot as at 2018-03-31.\n"),
        "{summary}"
    );
    assert!(
        dropping
            .text("ssda903/done/2018-03-31.refusals.csv")
            .contains("reviews.csv,3,REVIEW,31/02/2018")
    );
    let published = dropping.world.published().await;
    assert_eq!(of::<Chronology>(&published).len(), 1);
    assert_eq!(of::<Authority>(&published)[0].clock, ClockSetting::Real);
}

#[tokio::test]
async fn a_pinned_clock_stays_and_names_without_a_day_mean_its_today() {
    let mut dropping = Dropping::new().await;
    let pinned = ImportFiles {
        key: Uuid::now_v7(),
        authority: "westshire".parse().unwrap(),
        name: None,
        source: "ssda903".into(),
        path: dropping.world.a_return("first", &[("1", &["01/02"])]),
        as_at: Some(date(2018, 3, 31)),
        played_at: None,
        synthetic: false,
        progress: None,
    };
    dropping.folder.importer.import(pinned).await.unwrap();
    dropping.world.published().await;
    dropping.drop_return("tonight", &["01/02", "02/02"]);
    fs::write(dropping.path("ssda903/tonight/READY"), "").unwrap();
    dropping.folder.pass().await;
    let authority = of::<Authority>(&dropping.world.published().await).remove(0);
    assert_eq!(
        authority.clock,
        ClockSetting::Pinned(morning(date(2018, 3, 31)))
    );
    assert_eq!(authority.sources[0].as_at, date(2018, 3, 31));
}

#[tokio::test]
async fn days_are_taken_in_one_after_the_other() {
    let mut dropping = Dropping::new().await;
    for (day, reviews) in [
        ("2018-03-30", &["01/02"][..]),
        ("2018-03-28", &["01/02", "02/02"]),
        ("2018-03-29", &["01/02"]),
    ] {
        dropping.drop_return(day, reviews);
        fs::write(dropping.path(&format!("ssda903/{day}/READY")), "").unwrap();
    }
    dropping.folder.pass().await;
    assert_eq!(names(&dropping.path("ssda903")), ["done"]);
    let last = dropping.text("ssda903/done/2018-03-30.summary.txt");
    assert!(last.contains("Retracted: 1 looked after review"), "{last}");
}

#[tokio::test]
async fn what_is_refused_is_put_apart_with_the_reason_and_blocks_nothing() {
    let mut dropping = Dropping::new().await;
    dropping.drop_return("2018-03-31", &["01/02"]);
    dropping.drop_return("2018-02-31", &["01/02"]);
    dropping.drop_return("2099-01-01", &["01/02"]);
    fs::write(
        dropping.path("allocations/2018-03-31.csv"),
        "child,worker\n",
    )
    .unwrap();
    dropping.folder.pass().await;
    dropping.pass_after(30.seconds()).await;
    assert_eq!(names(&dropping.path("ssda903")), ["done", "refused"]);
    for (item, why) in [
        ("ssda903/refused/2018-02-31", "there is no such day"),
        (
            "ssda903/refused/2099-01-01",
            "2099-01-01 is after today (2025-03-31)",
        ),
        (
            "allocations/refused/2018-03-31.csv",
            "column staff_id is missing",
        ),
    ] {
        let text = dropping.text(&format!("{item}.summary.txt"));
        assert!(
            text.starts_with("Refused: ") && text.contains(why),
            "{text}"
        );
    }
    assert!(dropping.path("ssda903/done/2018-03-31").exists());
}

#[tokio::test]
async fn killed_between_taking_in_and_putting_away_it_is_only_put_away() {
    let mut dropping = Dropping::new().await;
    dropping.drop_return("2018-03-31", &["01/02"]);
    let found = look::look(&dropping.folder.path).unwrap();
    dropping
        .folder
        .importer
        .import_found(request(&found.waiting[0]))
        .await
        .unwrap();
    dropping.world.published().await;
    dropping.folder.pass().await;
    dropping.pass_after(30.seconds()).await;
    let summary = dropping.text("ssda903/done/2018-03-31.summary.txt");
    assert!(
        summary.contains("had been imported before: nothing changed"),
        "{summary}"
    );
    assert!(dropping.world.published().await.is_empty());
}

#[tokio::test]
async fn our_own_trouble_leaves_it_where_it_is_for_a_later_try() {
    let mut dropping = Dropping::new().await;
    dropping.drop_return("2018-03-31", &["01/02"]);
    fs::write(dropping.path("ssda903/2018-03-31/READY"), "").unwrap();
    dropping.folder.importer.context.crash = bus::CrashPoints::new(|_| true);
    dropping.folder.pass().await;
    assert!(dropping.path("ssda903/2018-03-31").exists());
    dropping.folder.importer.context.crash = bus::CrashPoints::default();
    dropping.pass_after(10.seconds()).await;
    assert!(dropping.path("ssda903/2018-03-31").exists());
    dropping.pass_after(60.seconds()).await;
    assert!(dropping.path("ssda903/done/2018-03-31").exists());
}

#[tokio::test]
async fn people_stay_where_they_are_while_the_directory_does_not_answer_and_a_wrong_day_is_refused()
{
    let mut dropping = Dropping::new().await;
    fs::create_dir_all(dropping.path("directory")).unwrap();
    for name in ["2025-03-31 people.csv", "2099-01-01 people.csv"] {
        fs::write(dropping.path("directory").join(name), "staff_id\n").unwrap();
    }
    dropping.folder.pass().await;
    dropping.pass_after(30.seconds()).await;
    assert_eq!(
        names(&dropping.path("directory")),
        ["2025-03-31 people.csv", "refused"]
    );
    let why = dropping.text("directory/refused/2099-01-01 people.csv.summary.txt");
    assert!(why.contains("2099-01-01 is after today"), "{why}");
}

#[tokio::test]
async fn refused_rows_are_where_the_readme_says() {
    let mut dropping = Dropping::new().await;
    dropping.drop_return("2018-03-31", &["31/02"]);
    dropping.folder.pass().await;
    dropping.pass_after(30.seconds()).await;
    let documented = "<data>/refusals/<authority>-<source>-<as-at>.csv";
    assert!(include_str!("../../../README.md").contains(documented));
    let path = documented
        .replace("<data>", &dropping.world.data().display().to_string())
        .replace("<authority>", "westshire")
        .replace("<source>", "ssda903")
        .replace("<as-at>", "2018-03-31");
    assert!(Path::new(&path).exists(), "{path}");
}

#[tokio::test]
async fn the_watch_ends_when_the_tasks_stop() {
    let dropping = Dropping::new().await;
    let mut config = dropping.world.config.clone();
    config.drop_folder.clone_from(&dropping.folder.path);
    let tasks = dropping.world.context.tasks.clone();
    tasks.spawn("watch", watch(dropping.folder.importer.clone(), config));
    assert!(tasks.stop(Duration::from_secs(10)).await.is_empty());
}
