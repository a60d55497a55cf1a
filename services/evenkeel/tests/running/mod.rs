//! The program as it runs: `up` in a process of its own, and what commands, files and questions do to it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use bus::{Bus, ConnectOptions};
use contracts::commands::ImportFiles;
use evenkeel::sample::{self, westshire};
use jiff::civil::{Date, date};
use testkit::servers::until;
use uuid::Uuid;

const DAY: Date = date(2025, 3, 31);

/// A data folder, the sample's files beside it, and an `up` while it runs.
struct Running {
    folder: tempfile::TempDir,
    up: Option<Child>,
}

impl Running {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = westshire::invent(DAY, westshire::SEED);
        sample::write(&folder.path().join("files"), &files).unwrap();
        Self { folder, up: None }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn data(&self) -> PathBuf {
        self.path("data")
    }

    async fn start(&mut self, settings: &[(&str, &str)]) {
        let log = fs::File::create(self.path("up.log")).unwrap();
        let mut up = Command::new(env!("CARGO_BIN_EXE_evenkeel"))
            .args(["up", "--listen", "127.0.0.1:0", "--data"])
            .arg(self.data())
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        until("evenkeel to answer", async || {
            assert!(
                up.try_wait().unwrap().is_none(),
                "it ended: {}",
                fs::read_to_string(self.path("up.log")).unwrap()
            );
            (self.instance()?["pid"] == up.id()).then_some(())
        })
        .await;
        self.up = Some(up);
    }

    /// `kill -9`.
    fn kill(&mut self) {
        if let Some(mut up) = self.up.take() {
            up.kill().unwrap();
            up.wait().unwrap();
        }
    }

    fn instance(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&fs::read(self.data().join("instance.json")).ok()?).ok()
    }

    async fn bus(&self) -> Bus {
        let instance = self.instance().unwrap();
        let text = |key: &str| instance[key].as_str().unwrap().to_owned();
        let options = ConnectOptions {
            url: text("nats_url"),
            user: text("user"),
            password: text("password"),
        };
        Bus::connect(&options).await.unwrap()
    }

    fn say(&self, arguments: &[&str]) -> String {
        let output = super::evenkeel(&self.data(), arguments, &[]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

fn summary(item: &Path) -> Option<String> {
    let beside = format!("{}.summary.txt", item.display());
    fs::read_to_string(beside).ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn people_and_teams_in_the_drop_folder_are_taken_in_by_themselves() {
    let mut running = Running::new();
    let folder = running.path("drop/westshire/directory");
    fs::create_dir_all(&folder).unwrap();
    for (from, to) in [
        ("directory.csv", "2025-03-31 people.csv"),
        ("teams.csv", "2025-03-31 teams.csv"),
    ] {
        fs::copy(running.path("files").join(from), folder.join(to)).unwrap();
    }
    fs::write(folder.join("2025-03-30 old.csv"), "staff_id,role\nW1,\n").unwrap();
    let drop = running.path("drop").display().to_string();
    running
        .start(&[
            ("EVENKEEL_EVENKEEL__SAMPLE", "false"),
            ("EVENKEEL_INTAKE__DROP_FOLDER", &drop),
            ("EVENKEEL_INTAKE__SETTLING_SECONDS", "0"),
        ])
        .await;
    for (item, said) in [
        (
            "refused/2025-03-30 old.csv",
            ["Refused: ", "needs `name` and `email`"],
        ),
        (
            "done/2025-03-31 people.csv",
            ["as at 2025-03-31", " people"],
        ),
        ("done/2025-03-31 teams.csv", ["as at 2025-03-31", " teams"]),
    ] {
        let item = folder.join(item);
        let text = until(&item.display().to_string(), async || {
            item.exists().then(|| summary(&item))
        })
        .await
        .unwrap();
        assert!(said.iter().all(|words| text.contains(words)), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_that_was_begun_is_made_good_and_every_decision_about_a_child_has_an_answer() {
    let mut running = Running::new();
    running
        .start(&[("EVENKEEL_EVENKEEL__SAMPLE", "false")])
        .await;
    let allocations = ImportFiles {
        key: Uuid::now_v7(),
        authority: westshire::CODE.parse().unwrap(),
        name: Some(westshire::NAME.to_owned()),
        source: "allocations".to_owned(),
        path: running.path("files/allocations.csv"),
        as_at: Some(DAY),
        played_at: None,
        synthetic: true,
        progress: None,
    };
    running.bus().await.ask(&allocations).await.unwrap();
    running.kill();

    running.start(&[]).await;
    let late = until("the sample to have something late", async || {
        let rows = running.say(&["deadlines", "--authority", "sample", "--format", "csv"]);
        let late = rows.lines().find(|row| row.contains(",overdue,"))?;
        Some(late.split(',').nth(1)?.to_owned())
    })
    .await;
    let why = running.say(&["why", &late]);
    assert!(
        why.contains(", due ") && why.contains("(SYN-") && !why.contains("en.cla."),
        "{why}"
    );
    assert_eq!(running.say(&["why", &late, "--authority", "sample"]), why);

    let refused = |arguments: &[&str]| super::refused(&running.data(), arguments, &[]);
    let nobody = refused(&["why", "nobody"]);
    assert!(
        nobody.contains("nothing has been decided about child nobody in sample"),
        "{nobody}"
    );
    let elsewhere = refused(&["why", &late, "--authority", "elsewhere"]);
    assert!(
        elsewhere.contains("no authority elsewhere is loaded"),
        "{elsewhere}"
    );
}
