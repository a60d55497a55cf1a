//! A running instance of the built program.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use bus::ConnectOptions;
use jiff::civil::Date;

use crate::{Figure, engine::Engine, peak_mib};

pub(crate) const AUTHORITY: &str = "bench";

pub(crate) struct Up {
    child: Child,
    data: PathBuf,
}

impl Up {
    pub(crate) fn program() -> PathBuf {
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

    pub(crate) fn start(data: &Path, engine: &Engine) -> anyhow::Result<Self> {
        let child = Self::command(data)
            .args(["up", "--listen", "127.0.0.1:0"])
            .envs(engine.setting())
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

    pub(crate) fn import(&self, what: &str, path: &Path, as_at: Date) -> anyhow::Result<()> {
        let status = Self::command(&self.data)
            .args(["import", what])
            .arg(path)
            .args(["--authority", AUTHORITY, "--as-at", &as_at.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        ensure!(status.success(), "the import ended with {status}");
        Ok(())
    }

    /// Asks until every service is at rest.
    pub(crate) fn until_at_rest(&self) -> anyhow::Result<()> {
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

    /// What the program and its broker held at most.
    pub(crate) fn peaks(&self) -> [Figure; 2] {
        let me = self.child.id();
        let broker = descendants(me).into_iter().find(|pid| {
            std::fs::read_to_string(format!("/proc/{pid}/comm"))
                .is_ok_and(|name| name.starts_with("nats-server"))
        });
        [
            ("peak memory, evenkeel", peak_mib(me)),
            ("peak memory, nats-server", broker.map_or(0.0, peak_mib)),
        ]
        .map(|(what, mib)| Figure {
            what: what.to_owned(),
            ours: mib,
            limit: 0.0,
            unit: "MiB",
            note: String::new(),
        })
    }

    /// The broker's address and who may ask there.
    pub(crate) fn broker(&self) -> anyhow::Result<ConnectOptions> {
        let instance = std::fs::read(self.data.join("instance.json"))?;
        let instance: serde_json::Value = serde_json::from_slice(&instance)?;
        let text = |key: &str| instance[key].as_str().unwrap_or_default().to_owned();
        Ok(ConnectOptions {
            url: text("nats_url"),
            user: text("user"),
            password: text("password"),
        })
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
