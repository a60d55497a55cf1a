//! One start of the server, from its configuration file to the moment its JetStream answers.

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use rand::Rng;
use runtime::{Ask, Guarded};
use tokio::time::{Instant, sleep};

use super::{Error, Options, Sync};

/// A large store takes a while to be read.
const READY_WITHIN: Duration = Duration::from_mins(2);

/// From this much memory on the server frees what it no longer uses at once: it takes 0.3 GB for the first import of a
/// large authority where it took 0.5.
const SOFT_LIMIT: &str = "GOMEMLIMIT=160MiB";

/// What does not change from one start to the next.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) binary: PathBuf,
    pub(super) store: PathBuf,
    pub(super) config: super::Config,
    pub(super) user: String,
    pub(super) password: String,
    /// None until the first start has found a free one.
    pub(super) port: Option<u16>,
}

impl Plan {
    pub(super) fn new(binary: PathBuf, options: &Options) -> Self {
        Self {
            binary,
            store: options.store.clone(),
            config: options.config.clone(),
            user: "evenkeel".to_owned(),
            password: secret(),
            port: None,
        }
    }

    fn configuration(&self) -> String {
        let port = self.port.map_or("-1".to_owned(), |port| port.to_string());
        let sync = match self.config.sync {
            Sync::Always => "always",
            Sync::EverySecond => "1s",
        };
        format!(
            r#"host: "127.0.0.1"
port: {port}
ports_file_dir: {store}
pid_file: {pid}
log_file: {log}
log_size_limit: 5MB
log_max_num: 3
max_payload: 1MB
authorization {{ user: "{user}", password: "{password}" }}
jetstream {{
    store_dir: {store}
    sync_interval: "{sync}"
    max_file_store: {file}MB
    max_memory_store: {memory}MB
}}
"#,
            store = quoted(&self.store),
            pid = quoted(&pid_file(&self.store)),
            log = quoted(&log_file(&self.store)),
            user = self.user,
            password = self.password,
            file = self.config.max_file_mib,
            memory = self.config.max_memory_mib,
        )
    }
}

pub(super) fn url(port: u16) -> String {
    format!("nats://127.0.0.1:{port}")
}

/// A started server. Dropped, it is ended.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) process: Guarded,
    pub(super) port: u16,
    pub(super) since: Instant,
}

pub(super) async fn launch(plan: &Plan) -> Result<Running, Error> {
    write_configuration(plan)?;
    remove_old_ports(&plan.store);
    let mut process = spawn(plan)?;
    let since = Instant::now();
    let ready = tokio::time::timeout(READY_WITHIN, ready(plan, process.pid()));
    let what = tokio::select! {
        ready = ready => match ready {
            Ok(port) => return Ok(Running { process, port, since }),
            Err(_) => format!("was not ready within {} s", READY_WITHIN.as_secs()),
        },
        status = process.ended() => match status {
            Ok(status) => format!("ended at its start ({status})"),
            Err(error) => format!("was lost sight of ({error})"),
        },
    };
    Err(Error::Server {
        what,
        log: last_words(&plan.store),
    })
}

fn spawn(plan: &Plan) -> Result<Guarded, Error> {
    let path = log_file(&plan.store);
    let log = File::options()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(&path)
        .map_err(|source| Error::file("open", &path, source))?;
    let config = config_file(&plan.store);
    let arguments = [
        SOFT_LIMIT.as_ref(),
        plan.binary.as_os_str(),
        "-c".as_ref(),
        config.as_os_str(),
    ];
    Guarded::spawn("env", arguments, Ask::Terminate, log)
        .map_err(|source| Error::file("run", &plan.binary, source))
}

/// Resolves when the server has named its port and JetStream answers there.
async fn ready(plan: &Plan, pid: u32) -> u16 {
    let port = loop {
        match port(&plan.store, pid) {
            Some(port) => break port,
            None => sleep(Duration::from_millis(5)).await,
        }
    };
    loop {
        if answers(plan, port).await.is_ok() {
            return port;
        }
        sleep(Duration::from_millis(20)).await;
    }
}

async fn answers(plan: &Plan, port: u16) -> anyhow::Result<()> {
    let client = async_nats::ConnectOptions::with_user_and_password(
        plan.user.clone(),
        plan.password.clone(),
    )
    .connect(url(port))
    .await?;
    async_nats::jetstream::new(client).query_account().await?;
    Ok(())
}

/// The server writes `<program>_<pid>.ports` once it listens.
fn port(store: &Path, pid: u32) -> Option<u16> {
    let ending = format!("_{pid}.ports");
    let file = ports_files(store).find(|path| path.to_string_lossy().ends_with(&ending))?;
    let ports: serde_json::Value = serde_json::from_str(&fs::read_to_string(file).ok()?).ok()?;
    let url = ports["nats"][0].as_str()?;
    url.rsplit(':').next()?.parse().ok()
}

fn ports_files(store: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(store)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "ports"))
}

fn remove_old_ports(store: &Path) {
    for file in ports_files(store) {
        if let Err(error) = fs::remove_file(&file) {
            tracing::warn!(%error, file = %file.display(), "could not remove");
        }
    }
}

fn write_configuration(plan: &Plan) -> Result<(), Error> {
    let path = config_file(&plan.store);
    let write = || -> io::Result<()> {
        if path.exists() {
            fs::remove_file(&path)?;
        }
        let mut file = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        file.write_all(plan.configuration().as_bytes())
    };
    write().map_err(|source| Error::file("write", &path, source))
}

pub(super) fn config_file(store: &Path) -> PathBuf {
    store.join("nats-server.conf")
}

pub(super) fn pid_file(store: &Path) -> PathBuf {
    store.join("nats-server.pid")
}

fn log_file(store: &Path) -> PathBuf {
    store.join("nats-server.log")
}

/// The end of the server's log, for a person to read.
pub(super) fn last_words(store: &Path) -> String {
    let log = fs::read(log_file(store)).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let lines: Vec<_> = log.lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}

fn quoted(path: &Path) -> String {
    serde_json::Value::from(path.to_string_lossy()).to_string()
}

fn secret() -> String {
    let bytes: [u8; 24] = rand::rng().random();
    format!("{:x}", bytes::Bytes::copy_from_slice(&bytes))
}
