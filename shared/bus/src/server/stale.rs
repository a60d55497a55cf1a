//! A server that outlived its parent would hold the store: it is ended before a new one starts.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tokio::{
    process::Command,
    time::{Instant, sleep},
};

use super::{Error, launch};

/// Ends the server named by the store's pid file, if it still runs and is the one of this store.
pub(super) async fn end(store: &Path) -> Result<(), Error> {
    let Some(pid) = recorded(store) else {
        return Ok(());
    };
    if !is_ours(pid, store).await {
        return Ok(());
    }
    tracing::warn!(
        pid = pid.as_raw_nonzero().get(),
        "ending a nats-server that an earlier run left behind"
    );
    for signal in [Signal::TERM, Signal::KILL] {
        // It may end between the look and the signal: then there is nothing to signal.
        if kill_process(pid, signal).is_err() || gone(pid).await {
            return Ok(());
        }
    }
    Err(Error::Server {
        what: format!("{pid} of an earlier run does not end"),
        log: launch::last_words(store),
    })
}

fn recorded(store: &Path) -> Option<Pid> {
    let text = fs::read_to_string(launch::pid_file(store)).ok()?;
    Pid::from_raw(text.trim().parse().ok()?)
}

/// A process id may have been given to somebody else since: its command line must name our configuration.
async fn is_ours(pid: Pid, store: &Path) -> bool {
    let ours = launch::config_file(store);
    command_line(pid)
        .await
        .is_some_and(|line| line.contains(&*ours.to_string_lossy()))
}

async fn command_line(pid: Pid) -> Option<String> {
    let proc = PathBuf::from(format!("/proc/{}/cmdline", pid.as_raw_nonzero()));
    if let Ok(line) = fs::read(proc) {
        return Some(String::from_utf8_lossy(&line).into_owned());
    }
    let output = Command::new("ps")
        .args(["-o", "command=", "-p", &pid.as_raw_nonzero().to_string()])
        .stdin(Stdio::null())
        .output()
        .await
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

async fn gone(pid: Pid) -> bool {
    let deadline = Instant::now() + Duration::from_secs(5);
    while Instant::now() < deadline {
        if test_kill_process(pid).is_err() {
            return true;
        }
        sleep(Duration::from_millis(10)).await;
    }
    false
}
