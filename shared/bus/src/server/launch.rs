//! One start of the server, from its configuration file to the moment its JetStream answers.

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use rand::Rng;
use rustix::process::{Signal, kill_process};
use tokio::{
    io::AsyncWriteExt,
    process::{Child, ChildStdin, Command},
    time::{Instant, sleep},
};

use super::{Error, Options, STOP_GRACE, Sync};

/// A large store takes a while to be read.
const READY_WITHIN: Duration = Duration::from_mins(2);

/// Becomes the server, leaving beside it a shell that reads our pipe: a line says the server has ended, the pipe's end
/// says that we have, and then the server is ended.
const GUARDED: &str = r#"exec 3<&0 </dev/null
(if read -r _ <&3; then exit; fi; kill -TERM $$; sleep 1; kill -KILL $$) >/dev/null 2>&1 &
exec "$@" 3<&-"#;

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

/// A started server. Dropped, it is ended by its guard.
#[derive(Debug)]
pub(super) struct Running {
    process: Child,
    held: ChildStdin,
    pub(super) pid: u32,
    pub(super) port: u16,
    pub(super) since: Instant,
}

impl Running {
    /// Waits until the server ends by itself; safe to cancel.
    pub(super) async fn ended(&mut self) -> io::Result<std::process::ExitStatus> {
        let status = self.process.wait().await?;
        release(&mut self.held).await;
        Ok(status)
    }

    /// Asks the server to end, waits, and kills it if it does not.
    pub(super) async fn stop(mut self) {
        let asked = i32::try_from(self.pid)
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = asked
            && let Err(error) = kill_process(pid, Signal::TERM)
        {
            tracing::warn!(%error, "could not ask nats-server to stop");
        }
        if tokio::time::timeout(STOP_GRACE, self.ended())
            .await
            .is_err()
        {
            tracing::warn!("nats-server did not stop in time and is killed");
            if let Err(error) = self.process.kill().await {
                tracing::warn!(%error, "could not kill nats-server");
            }
            release(&mut self.held).await;
        }
    }
}

/// Tells the guard that there is nothing left to end. If the guard has gone, there is nobody to tell.
async fn release(held: &mut ChildStdin) {
    held.write_all(b"ended\n").await.unwrap_or_default();
}

pub(super) async fn launch(plan: &Plan) -> Result<Running, Error> {
    write_configuration(plan)?;
    remove_old_ports(&plan.store);
    let (mut process, held) = spawn(plan)?;
    let pid = process.id().unwrap_or_default();
    let since = Instant::now();
    let ready = tokio::time::timeout(READY_WITHIN, ready(plan, pid));
    let ended = tokio::select! {
        ready = ready => match ready {
            Ok(port) => return Ok(Running { process, held, pid, port, since }),
            Err(_) => format!("was not ready within {} s", READY_WITHIN.as_secs()),
        },
        status = process.wait() => status.map_or_else(|e| e.to_string(), |s| format!("ended at its start ({s})")),
    };
    Err(Error::Server {
        what: ended,
        log: last_words(&plan.store),
    })
}

fn spawn(plan: &Plan) -> Result<(Child, ChildStdin), Error> {
    let path = log_file(&plan.store);
    let log = File::options()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(&path)
        .map_err(|source| Error::file("open", &path, source))?;
    let spawned = Command::new("sh")
        .args(["-c", GUARDED, "nats-server"])
        .arg(&plan.binary)
        .arg("-c")
        .arg(config_file(&plan.store))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(log)
        // A terminal's Ctrl-C is for us: we stop the server when nothing needs it any more.
        .process_group(0)
        .spawn();
    let mut process = spawned.map_err(|source| Error::file("run", &plan.binary, source))?;
    let held = process
        .stdin
        .take()
        .expect("stdin was piped two lines above");
    Ok((process, held))
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
