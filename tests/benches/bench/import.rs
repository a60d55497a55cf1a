//! The first import and computation of a large return, beside reading its rows and storing them and nothing more.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use store::{Db, Insert, Migrations, Statement, values};

use crate::{Figure, generate, peak_mib, per_second};

pub(crate) async fn measure(children: u32) -> anyhow::Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let source = folder.path().join("return");
    std::fs::create_dir(&source)?;
    let made = generate::ssda903(&source, children)?;
    let raw = raw(&source, &folder.path().join("raw.db")).await?;

    let data = folder.path().join("data");
    let mut up = Up::start(&data)?;
    let started = Instant::now();
    up.import(&source)?;
    let imported = started.elapsed();
    up.until_at_rest()?;
    let took = started.elapsed();
    let again = Instant::now();
    up.import(&source)?;
    let again = again.elapsed();
    let (ours, broker) = up.peaks();
    let rows = made.rows;
    Ok(vec![
        Figure {
            what: format!("first import of {children} children, every obligation worked out"),
            ours: per_second(rows, took),
            limit: per_second(rows, raw),
            unit: "rows/s",
            note: format!(
                "{rows} rows, {} MiB; accepted after {imported:.1?}, at rest after {took:.1?}; limit: read and stored {raw:.1?}",
                made.bytes / 1024 / 1024
            ),
        },
        Figure {
            what: "the same return again, unchanged".to_owned(),
            ours: per_second(rows, again),
            limit: per_second(rows, raw),
            unit: "rows/s",
            note: format!("{again:.1?}"),
        },
        Figure {
            what: "peak memory, evenkeel".to_owned(),
            ours,
            limit: 0.0,
            unit: "MiB",
            note: String::new(),
        },
        Figure {
            what: "peak memory, nats-server".to_owned(),
            ours: broker,
            limit: 0.0,
            unit: "MiB",
            note: String::new(),
        },
    ])
}

/// Reads every row and stores its texts in one table, in one transaction.
async fn raw(source: &Path, path: &Path) -> anyhow::Result<Duration> {
    const CREATE: Migrations = Migrations(&[(
        1,
        "raw",
        "CREATE TABLE raw (id BIGINT PRIMARY KEY, line TEXT NOT NULL)",
    )]);
    const PUT: Insert = Insert {
        name: "raw",
        into: "raw (id, line)",
        columns: 2,
        then: "",
    };
    let db = Db::sqlite(path, &[CREATE]).await?;
    let started = Instant::now();
    let mut tx = db.begin().await?;
    let mut id = 0_i64;
    for name in ["episodes.csv", "reviews.csv"] {
        let mut rows = Vec::new();
        for record in csv::Reader::from_path(source.join(name))?.into_records() {
            id += 1;
            rows.push(values![id, record?.iter().collect::<Vec<_>>().join(",")]);
        }
        tx.everywhere().insert(&PUT, rows).await?;
    }
    tx.commit().await?;
    let took = started.elapsed();
    let count = db
        .everywhere()
        .row(
            &Statement::new("count", "SELECT count(*) AS n FROM raw"),
            vec![],
        )
        .await?;
    ensure!(
        count.context("a count")?.int("n")? == id,
        "every row is stored"
    );
    Ok(took)
}

/// A running instance of the built program.
struct Up {
    child: Child,
    data: PathBuf,
}

impl Up {
    fn program() -> PathBuf {
        // Beside this benchmark: target/release/deps/bench-... -> target/release/evenkeel.
        let me = std::env::current_exe().unwrap_or_default();
        me.ancestors()
            .nth(2)
            .map(|folder| folder.join("evenkeel"))
            .unwrap_or_default()
    }

    fn command(data: &Path) -> Command {
        let mut command = Command::new(Self::program());
        command.arg("--data").arg(data).stdin(Stdio::null());
        command
    }

    fn start(data: &Path) -> anyhow::Result<Self> {
        let child = Self::command(data)
            .args(["up", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("could not start evenkeel; run `make bench`, which builds it")?;
        let up = Self {
            child,
            data: data.to_owned(),
        };
        let started = Instant::now();
        while !data.join("instance.json").exists() {
            ensure!(
                started.elapsed() < Duration::from_mins(2),
                "evenkeel did not start within two minutes"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        up.until_at_rest()?;
        Ok(up)
    }

    fn import(&self, source: &Path) -> anyhow::Result<()> {
        let status = Self::command(&self.data)
            .args(["import", "ssda903"])
            .arg(source)
            .args([
                "--authority",
                "bench",
                "--as-at",
                &generate::AS_AT.to_string(),
            ])
            .stdout(Stdio::null())
            .status()?;
        ensure!(status.success(), "the import ended with {status}");
        Ok(())
    }

    /// Asks until every service is at rest.
    fn until_at_rest(&self) -> anyhow::Result<()> {
        loop {
            let status = Self::command(&self.data).arg("status").output()?;
            ensure!(
                status.status.success(),
                "asking for the status ended with {}",
                status.status
            );
            if !String::from_utf8_lossy(&status.stdout).contains("at work") {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn peaks(&mut self) -> (f64, f64) {
        let me = self.child.id();
        let broker = descendants(me).into_iter().find(|pid| {
            std::fs::read_to_string(format!("/proc/{pid}/comm"))
                .is_ok_and(|name| name.starts_with("nats-server"))
        });
        (peak_mib(me), broker.map_or(0.0, peak_mib))
    }
}

fn descendants(pid: u32) -> Vec<u32> {
    let children =
        std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten()
        .flatten();
    let all = tasks
        .filter_map(|t| std::fs::read_to_string(t.path().join("children")).ok())
        .collect::<String>()
        + &children;
    let children: Vec<u32> = all
        .split_whitespace()
        .filter_map(|c| c.parse().ok())
        .collect();
    children
        .iter()
        .copied()
        .chain(children.iter().flat_map(|c| descendants(*c)))
        .collect()
}

impl Drop for Up {
    fn drop(&mut self) {
        if let Some(pid) = rustix::process::Pid::from_raw(self.child.id().cast_signed()) {
            let asked = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
            if asked.is_ok() {
                self.child.wait().ok();
            }
        }
    }
}
