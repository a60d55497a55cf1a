//! A machine's worth of what `docker-compose.yml` describes, without containers: every process with the command, settings
//! and environment it has there. Only addresses and the root of paths differ.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

use runtime::{Ask, Guarded};
use rustix::process::{Pid, Signal, kill_process};
use testkit::servers::{Postgres, Smtp, postgres, smtp, until_within};

use super::compose::{Compose, compose, dockerfile, filled_in, root};
use crate::program;

/// A process answers its health check within this, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(3);

pub(super) struct Site {
    compose: Compose,
    folder: tempfile::TempDir,
    nats: u16,
    nats_health: u16,
    pub(super) postgres: Postgres,
    pub(super) smtp: Smtp,
    /// Each service's port for health and metrics.
    monitors: BTreeMap<String, u16>,
    pages: u16,
    running: BTreeMap<String, Guarded>,
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

impl Site {
    /// The servers, with the secrets, roles and schemas that the deployment's own scripts make.
    pub(super) async fn prepare() -> Self {
        runtime::install_crypto();
        let compose = compose();
        let ours: Vec<_> = compose.ours().map(|(name, _)| name.to_owned()).collect();
        let mut site = Self {
            compose,
            folder: tempfile::tempdir().unwrap(),
            nats: free_port(),
            nats_health: free_port(),
            postgres: postgres().await,
            smtp: smtp().await,
            monitors: ours.into_iter().map(|name| (name, free_port())).collect(),
            pages: free_port(),
            running: BTreeMap::new(),
        };
        let script = root().join("deploy/make-secrets.sh");
        let mut made = Command::new("sh");
        said(
            &made
                .arg(script)
                .arg(site.path("/run/secrets"))
                .output()
                .unwrap(),
        );
        fs::create_dir_all(site.path("/drop")).unwrap();
        site.make_roles();
        site.start_nats().await;
        site
    }

    /// Where a path of a container is here.
    pub(super) fn path(&self, inside: &str) -> PathBuf {
        self.folder.path().join(inside.trim_start_matches('/'))
    }

    /// As PostgreSQL's image does it in a new database; afterwards it asks everybody but its owner for a password.
    fn make_roles(&self) {
        let service = &self.compose.services["postgres"];
        let database = &service.environment["POSTGRES_DB"];
        self.sql("postgres", &format!("CREATE DATABASE {database}"));
        let (script, _) = service.volumes[0].split_once(':').unwrap();
        let roles = self
            .at_postgres(root().join(script))
            .env("POSTGRES_USER", "evenkeel")
            .env("POSTGRES_DB", database)
            .env("SECRETS", self.path("/run/secrets"))
            .output();
        said(&roles.unwrap());
        self.sql(
            database,
            "DO $$ BEGIN EXECUTE format('COPY (SELECT unnest(ARRAY[''host all evenkeel all trust'', \
             ''host all all all scram-sha-256''])) TO %L', current_setting('hba_file')); END $$; \
             SELECT pg_reload_conf();",
        );
    }

    fn at_postgres(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.postgres_port());
        command
    }

    fn postgres_port(&self) -> String {
        let address = self.postgres.url.split(['@', '/']).nth(3).unwrap();
        address.rsplit(':').next().unwrap().to_owned()
    }

    /// As the database's owner.
    fn sql(&self, database: &str, sql: &str) {
        let mut command = self.at_postgres("psql");
        command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", "evenkeel", "-d"]);
        said(&command.args([database, "-c", sql]).output().unwrap());
    }

    /// As a service, with its own password.
    pub(super) fn sql_of(&self, service: &str, sql: &str) -> Output {
        let password = self.path(&format!("/run/secrets/{service}_password"));
        let mut command = self.at_postgres("psql");
        command
            .env("PGPASSWORD", fs::read_to_string(password).unwrap())
            .args([
                "-X", "-q", "-t", "-A", "-U", service, "-d", "evenkeel", "-c", sql,
            ]);
        command.output().unwrap()
    }

    async fn start_nats(&mut self) {
        let service = &self.compose.services["nats"];
        let (from, inside) = service.volumes[0].split_once(':').unwrap();
        let config = self.path(inside.split(':').next().unwrap());
        fs::create_dir_all(config.parent().unwrap()).unwrap();
        let store = self.path("/nats/data").display().to_string();
        let text = fs::read_to_string(root().join(from)).unwrap();
        assert!(text.contains("store_dir: /data\n"));
        let text = text.replace("store_dir: /data\n", &format!("store_dir: {store:?}\n"));
        fs::write(&config, text).unwrap();
        let cache = root().join(".tools/cache");
        let binary = bus::server::binary(None, &cache).await.unwrap();
        let [flag, path] = &service.command[..] else {
            panic!("another command: {:?}", service.command)
        };
        assert_eq!(self.path(path), config);
        let mut arguments: Vec<OsString> = vec![flag.into(), config.into()];
        for (flag, value) in [
            ("-a", "127.0.0.1".to_owned()),
            ("-p", self.nats.to_string()),
            ("-m", self.nats_health.to_string()),
        ] {
            arguments.extend([flag.into(), value.into()]);
        }
        let log = self.log("nats");
        let nats = Guarded::spawn(binary, arguments, Ask::Terminate, log).unwrap();
        self.running.insert("nats".to_owned(), nats);
        let health = format!("http://127.0.0.1:{}/healthz", self.nats_health);
        until_within(PATIENCE, "the NATS server", async || {
            let answer = reqwest::get(&health).await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }

    fn log(&self, name: &str) -> File {
        let path = self.path(&format!("/log/{name}"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let file = File::options().create(true).append(true).open(path);
        file.unwrap()
    }

    pub(super) fn logged(&self, name: &str) -> String {
        fs::read_to_string(self.path(&format!("/log/{name}"))).unwrap_or_default()
    }

    /// A service's environment, with the addresses and paths of this machine.
    fn environment(&self, name: &str) -> BTreeMap<String, String> {
        let service = &self.compose.services[name];
        let given = BTreeMap::from([
            ("SMTP_HOST", "127.0.0.1".to_owned()),
            ("SMTP_PORT", self.smtp.port.to_string()),
            ("SMTP_STARTTLS", "never".to_owned()),
        ]);
        let mut all: BTreeMap<_, _> = service
            .environment
            .iter()
            .map(|(variable, value)| (variable.clone(), filled_in(value, &given)))
            .collect();
        for (variable, value) in &mut all {
            if let Some(secret) = value.strip_prefix("/run/secrets/") {
                assert!(
                    service.secrets.iter().any(|s| s == secret),
                    "{name} is not given {secret}"
                );
            }
            let here = match variable.as_str() {
                "EVENKEEL_EVENKEEL__MONITOR" => format!("127.0.0.1:{}", self.monitors[name]),
                "EVENKEEL_DASHBOARD__LISTEN" => format!("127.0.0.1:{}", self.pages),
                _ if value.starts_with('/') => self.path(value).display().to_string(),
                _ => value
                    .replace("//nats:4222", &format!("//127.0.0.1:{}", self.nats))
                    .replace("//127.0.0.1:4222", &format!("//127.0.0.1:{}", self.nats))
                    .replace(
                        "//postgres:5432",
                        &format!("//127.0.0.1:{}", self.postgres_port()),
                    ),
            };
            *value = here;
        }
        let data = self.path(&format!(
            "/{name}{}",
            dockerfile().variable("EVENKEEL_DATA")
        ));
        all.insert("EVENKEEL_DATA".to_owned(), data.display().to_string());
        all
    }

    /// Starts a service as compose does, and waits for nothing.
    pub(super) fn start(&mut self, name: &str) {
        let mut arguments: Vec<OsString> = vec!["-i".into()];
        let environment = self.environment(name);
        arguments.extend(environment.iter().map(|(k, v)| format!("{k}={v}").into()));
        arguments.push(program::binary().into());
        let command = &self.compose.services[name].command;
        arguments.extend(command.iter().map(OsString::from));
        let log = self.log(name);
        let process = Guarded::spawn("env", arguments, Ask::Terminate, log).unwrap();
        self.running.insert(name.to_owned(), process);
    }

    /// Waits until a service's own health check says yes.
    pub(super) async fn is_healthy(&self, name: &str) {
        let test = &self.compose.services[name].healthcheck.test;
        let arguments: Vec<_> = test[2..].iter().map(String::as_str).collect();
        until_within(PATIENCE, &format!("{name} to be healthy"), async || {
            let asked = self.exec(name, &arguments).output().unwrap();
            asked.status.success().then_some(())
        })
        .await;
    }

    pub(super) async fn start_all(&mut self) {
        let names: Vec<_> = self.monitors.keys().cloned().collect();
        for name in &names {
            self.start(name);
        }
        for name in &names {
            self.is_healthy(name).await;
        }
    }

    /// `kill -9`.
    pub(super) async fn kill(&mut self, name: &str) {
        let mut process = self.running.remove(name).unwrap();
        let pid = Pid::from_raw(i32::try_from(process.pid()).unwrap()).unwrap();
        kill_process(pid, Signal::KILL).unwrap();
        process.ended().await.unwrap();
    }

    /// `docker compose exec <service> evenkeel ...`.
    pub(super) fn exec(&self, service: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program::binary());
        command
            .env_clear()
            .envs(self.environment(service))
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs a command in intake's container that must succeed, and gives what it said.
    pub(super) fn say(&self, arguments: &[&str]) -> String {
        said(&self.exec("intake", arguments).output().unwrap())
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn said(output: &Output) -> String {
    let words = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success(),
        "{}: {words}{complained}",
        output.status
    );
    words
}

impl Drop for Site {
    fn drop(&mut self) {
        for (_, process) in std::mem::take(&mut self.running) {
            process.stop_blocking(Duration::from_secs(5));
        }
    }
}
