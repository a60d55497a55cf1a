use std::{ffi::OsString, fs, path::PathBuf};

use runtime::{Ask, Guarded};
use serde::Deserialize;
use tempfile::TempDir;

use super::{GRACE, last_words, log, tool, until};

/// A real SMTP server that keeps what it receives. Recipients whose names ask for it are treated badly:
/// see `servers/smtp_server.py`.
#[derive(Debug)]
pub struct Smtp {
    /// On 127.0.0.1, which its certificate names too, as it does `localhost`.
    pub port: u16,
    options: SmtpOptions,
    folder: TempDir,
    process: Option<Guarded>,
}

#[derive(Clone, Debug, Default)]
pub struct SmtpOptions {
    /// Requires STARTTLS, with a certificate of the authority in `Smtp::ca`.
    pub starttls: bool,
    /// Requires this user and password.
    pub login: Option<(String, String)>,
}

/// A mail as the server accepted it.
#[derive(Clone, Debug)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    /// Who had signed in.
    pub login: Option<String>,
    pub tls: bool,
    pub message: Vec<u8>,
}

/// The first line of a kept mail.
#[derive(Deserialize)]
struct About {
    from: String,
    to: Vec<String>,
    login: Option<String>,
    tls: bool,
}

pub async fn smtp() -> Smtp {
    smtp_with(SmtpOptions::default()).await
}

pub async fn smtp_with(options: SmtpOptions) -> Smtp {
    let mut smtp = Smtp {
        port: 0,
        options,
        folder: tempfile::tempdir().expect("a temporary folder"),
        process: None,
    };
    smtp.start().await;
    smtp
}

impl Smtp {
    /// Starts it again after `stop`, on the same port, with what it had kept.
    pub async fn start(&mut self) {
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("servers/smtp_server.py");
        let folder = self.folder.path();
        let mut arguments: Vec<OsString> = vec![script.into(), "--folder".into(), folder.into()];
        arguments.extend(["--port".into(), self.port.to_string().into()]);
        if self.options.starttls {
            arguments.push("--starttls".into());
        }
        if let Some((user, password)) = &self.options.login {
            arguments.extend(["--login".into(), format!("{user}:{password}").into()]);
        }
        let process = Guarded::spawn(
            tool("venv/bin/python3"),
            arguments,
            Ask::Terminate,
            log(folder),
        );
        let mut process = process.expect("sh is there");
        let port = folder.join("port");
        let listening = async || fs::read_to_string(&port).ok()?.parse().ok();
        self.port = tokio::select! {
            port = until("the SMTP server", listening) => port,
            status = process.ended() => {
                panic!("the SMTP server ended at its start ({status:?}): {}", last_words(folder))
            }
        };
        self.process = Some(process);
    }

    /// Nobody listens on its port until `start`.
    pub async fn stop(&mut self) {
        if let Some(process) = self.process.take() {
            process.stop(GRACE).await;
            fs::remove_file(self.folder.path().join("port")).expect("it had written its port");
        }
    }

    /// From now on it keeps what it receives and answers nothing, until `release`.
    pub fn hold(&self) {
        fs::write(self.folder.path().join("hold"), "").expect("our own folder");
    }

    pub fn release(&self) {
        fs::remove_file(self.folder.path().join("hold")).expect("it was held");
    }

    /// The authority that signed its certificate, as PEM.
    pub fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Every mail accepted so far, in order.
    pub fn mails(&self) -> Vec<Mail> {
        let mut files: Vec<_> = fs::read_dir(self.folder.path())
            .expect("our own folder")
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|e| e == "mail"))
            .collect();
        files.sort();
        files
            .iter()
            .map(|path| Mail::read(&fs::read(path).expect("a kept mail")))
            .collect()
    }

    /// Waits until at least so many mails have been accepted.
    pub async fn wait_for(&self, count: usize) -> Vec<Mail> {
        let what = format!("{count} mails");
        until(&what, async || {
            Some(self.mails()).filter(|mails| mails.len() >= count)
        })
        .await
    }
}

impl Mail {
    fn read(file: &[u8]) -> Self {
        let end = file
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap_or(file.len());
        let about: About = serde_json::from_slice(&file[..end]).expect("a line of JSON");
        Self {
            from: about.from,
            to: about.to,
            login: about.login,
            tls: about.tls,
            message: file[end + 1..].to_vec(),
        }
    }

    /// The message as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.message).into_owned()
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        if let Some(process) = self.process.take() {
            process.stop_blocking(GRACE);
        }
    }
}
