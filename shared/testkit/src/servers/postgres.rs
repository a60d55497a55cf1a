use std::{
    ffi::OsString,
    fs::{self, File, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use runtime::{Ask, Guarded};
use tempfile::TempDir;

use super::{GRACE, free_port, last_words, log, tools, until};

/// A PostgreSQL cluster of the test's own.
#[derive(Debug)]
pub struct Postgres {
    /// An empty database and its owner.
    pub url: String,
    port: u16,
    settings: &'static [&'static str],
    folder: TempDir,
    process: Option<Guarded>,
}

/// One that does not sync: it is there for its SQL, not for power losses.
pub async fn postgres() -> Postgres {
    started(&["fsync=off", "full_page_writes=off", "shared_buffers=32MB"]).await
}

/// One as it comes, to be measured: what is committed is on the disk.
pub async fn durable_postgres() -> Postgres {
    started(&[]).await
}

async fn started(settings: &'static [&'static str]) -> Postgres {
    let folder = tempfile::tempdir().expect("a temporary folder");
    open_to_the_server(folder.path());
    copy_of_the_template(&data(folder.path()));
    let port = free_port();
    let mut postgres = Postgres {
        url: format!("postgres://evenkeel@127.0.0.1:{port}/postgres"),
        port,
        settings,
        folder,
        process: None,
    };
    postgres.start().await;
    postgres
}

impl Postgres {
    /// Starts it again after `stop`, at the same address.
    pub async fn start(&mut self) {
        let data = data(self.folder.path());
        let port = format!("port={}", self.port);
        let own = [
            &*port,
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
        ];
        let settings = own.iter().chain(self.settings);
        let mut arguments: Vec<OsString> = vec!["-D".into(), data.clone().into()];
        arguments.extend(settings.flat_map(|s| ["-c".into(), s.into()]));
        let (program, arguments) = as_the_server(&program("postgres"), arguments);
        let process = Guarded::spawn(program, arguments, Ask::Interrupt, log(self.folder.path()));
        let mut process = process.expect("postgres was there when its cluster was made");
        tokio::select! {
            () = until("PostgreSQL", async || is_ready(&data).then_some(())) => {}
            status = process.ended() => {
                panic!("postgres ended at its start ({status:?}): {}", last_words(self.folder.path()))
            }
        }
        self.process = Some(process);
    }

    /// Stops it: every connection is closed.
    pub async fn stop(&mut self) {
        if let Some(process) = self.process.take() {
            process.stop(GRACE).await;
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(process) = self.process.take() {
            process.stop_blocking(GRACE);
        }
    }
}

fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

/// The eighth line of the server's pid file is its state.
fn is_ready(data: &Path) -> bool {
    let text = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    text.lines()
        .nth(7)
        .is_some_and(|state| state.trim() == "ready")
}

/// Making a cluster takes seconds, copying one does not: the first test makes it for all.
fn copy_of_the_template(data: &Path) {
    fs::create_dir_all(tools()).expect("a folder beside the project");
    let lock = File::create(tools().join("postgres.lock")).expect("a file beside the project");
    lock.lock().expect("a lock");
    let template = tools().join("postgres-template");
    if !template.exists() {
        make(data);
        let part = template.with_extension("part");
        run(Command::new("rm").arg("-rf").arg(&part));
        run(Command::new("cp").arg("-R").arg(data).arg(&part));
        fs::rename(&part, &template).expect("a template in place");
        return;
    }
    drop(lock);
    run(Command::new("cp").arg("-R").arg(&template).arg(data));
    if let Some(user) = other_user() {
        run(Command::new("chown").args(["-R", user]).arg(data));
    }
}

fn make(data: &Path) {
    let fixed = [
        "--no-sync",
        "--auth=trust",
        "--no-locale",
        "--encoding=UTF8",
        "--username=evenkeel",
    ];
    let mut arguments: Vec<OsString> = fixed.map(OsString::from).to_vec();
    arguments.extend(["-D".into(), data.into()]);
    let (program, arguments) = as_the_server(&program("initdb"), arguments);
    run(Command::new(program).args(arguments));
}

/// On the `PATH`, or where Debian keeps it; the newest.
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut debian: Vec<_> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    debian.sort();
    std::env::split_paths(&path)
        .chain(debian.into_iter().rev())
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
        .unwrap_or_else(|| panic!("{name} of PostgreSQL is missing: run scripts/tools.sh"))
}

/// PostgreSQL refuses to run as root: then it runs as somebody else.
fn as_the_server(program: &Path, arguments: Vec<OsString>) -> (OsString, Vec<OsString>) {
    let Some(user) = other_user() else {
        return (program.into(), arguments);
    };
    let mut all: Vec<OsString> = vec![
        format!("--reuid={user}").into(),
        "--clear-groups".into(),
        "--".into(),
        program.into(),
    ];
    all.extend(arguments);
    ("setpriv".into(), all)
}

fn other_user() -> Option<&'static str> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let has_its_own = users.lines().any(|line| line.starts_with("postgres:"));
    Some(if has_its_own { "postgres" } else { "nobody" })
}

fn open_to_the_server(folder: &Path) {
    fs::set_permissions(folder, Permissions::from_mode(0o755)).expect("our own folder");
    if let Some(user) = other_user() {
        run(Command::new("chown").arg(user).arg(folder));
    }
}

fn run(command: &mut Command) {
    let output = command.current_dir("/").output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {words}");
}
