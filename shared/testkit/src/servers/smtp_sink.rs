use std::{ffi::OsString, net::TcpStream, path::PathBuf};

use runtime::{Ask, Guarded};
use tempfile::TempDir;

use super::{GRACE, free_port, last_words, log, tool, until};

/// Postfix's `smtp-sink`, which throws away what it receives as fast as it can: for measuring.
#[derive(Debug)]
pub struct SmtpSink {
    pub port: u16,
    process: Option<Guarded>,
    _folder: TempDir,
}

pub async fn smtp_sink() -> SmtpSink {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let port = free_port();
    let mut arguments = postfix("smtp-sink");
    if rustix::process::geteuid().is_root() {
        arguments.extend(["-u".into(), "nobody".into()]);
    }
    arguments.extend([format!("127.0.0.1:{port}").into(), "1000".into()]);
    let process = Guarded::spawn("env", arguments, Ask::Terminate, log(folder.path()));
    let mut process = process.expect("sh is there");
    let listening = async || TcpStream::connect(("127.0.0.1", port)).ok();
    tokio::select! {
        _ = until("smtp-sink", listening) => {}
        status = process.ended() => {
            panic!("smtp-sink ended at its start ({status:?}): {}", last_words(folder.path()))
        }
    }
    SmtpSink {
        port,
        process: Some(process),
        _folder: folder,
    }
}

/// `smtp-source` on this machine's libraries: how fast a sender could be. Add its options and `127.0.0.1:<port>`.
pub fn smtp_source() -> std::process::Command {
    let mut command = std::process::Command::new("env");
    command.args(postfix("smtp-source"));
    command
}

/// Arguments of `env` that run a program of the unpacked, not installed, Postfix.
fn postfix(program: &str) -> Vec<OsString> {
    let mut libraries = OsString::from("LD_LIBRARY_PATH=");
    libraries.push(tool("postfix/usr/lib/postfix"));
    let program: PathBuf = tool("postfix/usr/sbin").join(program);
    vec![libraries, program.into()]
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        if let Some(process) = self.process.take() {
            process.stop_blocking(GRACE);
        }
    }
}
