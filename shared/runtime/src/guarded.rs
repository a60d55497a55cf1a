use std::{
    ffi::OsStr,
    fs::File,
    io::{self, Write},
    process::{ExitStatus, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::AsyncWriteExt,
    process::{Child, ChildStdin, Command},
};

/// Becomes the program, leaving beside it a shell that reads our pipe: a line says that the program has ended, the
/// pipe's end says that we have, and then the program is ended too. `$0` is the signal that asks it to.
const GUARD: &str = r#"exec 3<&0 </dev/null
(if read -r _ <&3; then exit; fi; kill -"$0" $$; sleep 1; kill -KILL $$) >/dev/null 2>&1 &
exec "$@" 3<&-"#;

/// A child process that cannot outlive us, however we end: dropped or orphaned, it is asked to end and killed a second
/// later. It runs in a process group of its own, so that a terminal's Ctrl-C reaches only us.
#[derive(Debug)]
pub struct Guarded {
    process: Child,
    held: ChildStdin,
    pid: u32,
    ask: Ask,
}

/// How a program is asked to end.
#[derive(Clone, Copy, Debug)]
pub enum Ask {
    Terminate,
    /// PostgreSQL's fast shutdown.
    Interrupt,
}

impl Guarded {
    /// Runs a program with its output going to `output`.
    pub fn spawn<A: AsRef<OsStr>>(
        program: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = A>,
        ask: Ask,
        output: File,
    ) -> io::Result<Self> {
        let mut process = Command::new("sh")
            .args(["-c", GUARD, ask.name()])
            .arg(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output)
            .process_group(0)
            .spawn()?;
        let held = process.stdin.take();
        Ok(Self {
            held: held.expect("stdin was piped just above"),
            pid: process.id().unwrap_or_default(),
            process,
            ask,
        })
    }

    /// The program's own process id, not its guard's.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Waits until the program ends by itself; safe to cancel.
    pub async fn ended(&mut self) -> io::Result<ExitStatus> {
        let status = self.process.wait().await?;
        self.release().await;
        Ok(status)
    }

    /// Asks the program to end, waits up to `grace`, and then kills it.
    pub async fn stop(mut self, grace: Duration) {
        signal(self.pid, self.ask.signal());
        if tokio::time::timeout(grace, self.ended()).await.is_err() {
            tracing::warn!(pid = self.pid, "a child did not stop in time and is killed");
            if let Err(error) = self.process.kill().await {
                tracing::warn!(%error, "could not kill it");
            }
            self.release().await;
        }
    }

    /// As `stop`, without a runtime, for a `Drop` that must not leave before the program has.
    pub fn stop_blocking(mut self, grace: Duration) {
        signal(self.pid, self.ask.signal());
        let deadline = Instant::now() + grace;
        while matches!(self.process.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                signal(self.pid, Signal::KILL);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        if let Ok(held) = self.held.into_owned_fd() {
            File::from(held).write_all(b"ended\n").unwrap_or_default();
        }
    }

    /// Tells the guard that there is nothing left to end. If the guard has gone, there is nobody to tell.
    async fn release(&mut self) {
        self.held.write_all(b"ended\n").await.unwrap_or_default();
    }
}

impl Ask {
    fn name(self) -> &'static str {
        match self {
            Self::Terminate => "TERM",
            Self::Interrupt => "INT",
        }
    }

    fn signal(self) -> Signal {
        match self {
            Self::Terminate => Signal::TERM,
            Self::Interrupt => Signal::INT,
        }
    }
}

/// Signals a process; false if it is not there or not ours.
pub(crate) fn signal(pid: u32, signal: Signal) -> bool {
    i32::try_from(pid)
        .ok()
        .and_then(Pid::from_raw)
        .is_some_and(|pid| kill_process(pid, signal).is_ok())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    /// Says `up`, and `asked` when asked to end. The pipe's other end is read until nobody can write to it any more.
    fn shell(script: &str) -> (Guarded, std::io::PipeReader) {
        let (reader, writer) = std::io::pipe().unwrap();
        let output = File::from(std::os::fd::OwnedFd::from(writer));
        let script = format!("trap 'echo asked; exit 7' TERM; echo up; {script}");
        let child = Guarded::spawn("sh", ["-c", &script], Ask::Terminate, output).unwrap();
        (child, reader)
    }

    fn wait_until_up(reader: &mut impl Read) {
        let mut up = [0; 3];
        reader.read_exact(&mut up).unwrap();
        assert_eq!(&up, b"up\n");
    }

    fn the_rest(mut reader: impl Read) -> String {
        let mut rest = String::new();
        reader.read_to_string(&mut rest).unwrap();
        rest
    }

    #[tokio::test]
    async fn an_end_of_its_own_is_reported_with_its_status() {
        let (mut child, _reader) = shell("exit 3");
        assert_eq!(child.ended().await.unwrap().code(), Some(3));
    }

    #[tokio::test]
    async fn a_dropped_child_is_asked_to_end() {
        let (child, mut reader) = shell("while :; do sleep 0.01; done");
        wait_until_up(&mut reader);
        drop(child);
        assert_eq!(the_rest(reader), "asked\n");
    }

    #[tokio::test]
    async fn a_stopped_child_is_asked_and_one_that_does_not_listen_is_killed() {
        let (child, mut reader) = shell("while :; do sleep 0.01; done");
        wait_until_up(&mut reader);
        child.stop(LONG).await;
        assert_eq!(the_rest(reader), "asked\n");

        let (deaf, mut reader) = shell("trap '' TERM; echo deaf; while :; do sleep 0.01; done");
        wait_until_up(&mut reader);
        let mut deafened = [0; 5];
        reader.read_exact(&mut deafened).unwrap();
        deaf.stop(Duration::from_millis(20)).await;
        assert_eq!(the_rest(reader), "");
    }

    #[tokio::test]
    async fn stopping_without_a_runtime_waits_too() {
        let (child, mut reader) = shell("while :; do sleep 0.01; done");
        wait_until_up(&mut reader);
        let pid = child.pid();
        child.stop_blocking(LONG);
        assert!(!signal(pid, Signal::CONT));
    }
}
