//! The built program as its users run it: a process with a data folder.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use async_nats::{
    HeaderValue,
    jetstream::{
        self,
        consumer::{DeliverPolicy, pull},
    },
};
use bus::ConnectOptions;
use contracts::{Envelope, Stream};
use futures::StreamExt;
use testkit::servers;

/// A data folder and, while it runs, `evenkeel up` over it.
pub(crate) struct Program {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
    up: Option<Child>,
}

/// The binary beside this test's own; `make test` builds it.
pub(crate) fn binary() -> PathBuf {
    let me = std::env::current_exe().unwrap();
    let binary = me.ancestors().nth(2).unwrap().join("evenkeel");
    assert!(
        binary.exists(),
        "{} is not built: run `make test` or `cargo build -p evenkeel`",
        binary.display()
    );
    binary
}

impl Program {
    /// With a mail server on this machine, or none.
    pub(crate) fn new(smtp_port: Option<u16>) -> Self {
        let mut environment = vec![(
            "EVENKEEL_DASHBOARD__LISTEN".to_owned(),
            "127.0.0.1:0".to_owned(),
        )];
        if let Some(port) = smtp_port {
            for (key, value) in [
                ("HOST", "127.0.0.1"),
                ("PORT", &port.to_string()),
                ("STARTTLS", "never"),
            ] {
                environment.push((format!("EVENKEEL_DELIVERY__SMTP__{key}"), value.to_owned()));
            }
        }
        Self {
            folder: tempfile::tempdir().unwrap(),
            environment,
            up: None,
        }
    }

    /// With a setting of its own, such as `EVENKEEL__SAMPLE`.
    pub(crate) fn with(mut self, setting: &str, value: &str) -> Self {
        let key = format!("EVENKEEL_{setting}");
        self.environment.push((key, value.to_owned()));
        self
    }

    /// Does not make the sample authority.
    pub(crate) fn without_sample(self) -> Self {
        self.with("EVENKEEL__SAMPLE", "false")
    }

    pub(crate) fn data(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(arguments)
            .arg("--data")
            .arg(self.data().join("data"));
        command
            .envs(self.environment.iter().map(|(k, v)| (k, v)))
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed, and gives what it said.
    pub(crate) fn say(&self, arguments: &[&str]) -> String {
        let output = self.ask(arguments);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complained = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.success(),
            "{arguments:?} ended with {}: {said}{complained}",
            output.status
        );
        said
    }

    /// Starts `evenkeel up` and does not wait for it.
    pub(crate) fn start(&mut self) {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.data().join("up.log"))
            .unwrap();
        let mut command = self.command(&["up"]);
        command.stdout(log.try_clone().unwrap()).stderr(log);
        self.up = Some(command.spawn().unwrap());
    }

    /// Starts `evenkeel up` and waits until it answers.
    pub(crate) async fn up(&mut self) {
        self.start();
        self.answers().await;
    }

    /// Waits until the services answer.
    pub(crate) async fn answers(&mut self) {
        let instance = self.data().join("data/instance.json");
        let mut up = self.up.take().expect("it was started");
        servers::until("evenkeel answers", async || {
            assert!(up.try_wait().unwrap().is_none(), "evenkeel ended by itself");
            // A file left by one that was killed names another process; a command would then start services itself.
            let running: serde_json::Value =
                serde_json::from_slice(&std::fs::read(&instance).ok()?).ok()?;
            (running["pid"] == up.id() && self.ask(&["status"]).status.success()).then_some(())
        })
        .await;
        self.up = Some(up);
    }

    /// The running instance's broker, for asking its services and for looking into its streams.
    pub(crate) fn broker(&self) -> ConnectOptions {
        let instance = std::fs::read(self.data().join("data/instance.json")).unwrap();
        let instance: serde_json::Value = serde_json::from_slice(&instance).unwrap();
        let text = |key: &str| instance[key].as_str().unwrap().to_owned();
        ConnectOptions {
            url: text("nats_url"),
            user: text("user"),
            password: text("password"),
        }
    }

    /// What is on a stream now.
    pub(crate) async fn stream(&self, stream: &'static Stream) -> Vec<Envelope> {
        let broker = self.broker();
        let client =
            async_nats::ConnectOptions::with_user_and_password(broker.user, broker.password)
                .connect(&broker.url)
                .await
                .unwrap();
        let handle = jetstream::new(client)
            .get_stream(stream.name)
            .await
            .unwrap();
        let config = pull::OrderedConfig {
            deliver_policy: DeliverPolicy::All,
            ..pull::OrderedConfig::default()
        };
        let count = handle.cached_info().state.messages;
        let consumer = handle.create_consumer(config).await.unwrap();
        let messages = consumer.messages().await.unwrap();
        messages
            .take(usize::try_from(count).unwrap())
            .map(|message| envelope(&message.unwrap()))
            .collect()
            .await
    }

    /// What `up` has printed.
    pub(crate) fn printed(&self) -> String {
        std::fs::read_to_string(self.data().join("up.log")).unwrap_or_default()
    }

    /// The one-time link that `up` prints when all is ready.
    pub(crate) async fn link(&self) -> String {
        servers::until("the address of the page", async || {
            let printed = self.printed();
            let line = printed.lines().find_map(|l| l.strip_prefix("Page   "))?;
            Some(line.trim().to_owned())
        })
        .await
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        if let Some(mut up) = self.up.take() {
            up.kill().unwrap();
            up.wait().unwrap();
        }
    }

    /// Waits until every service is at rest and no mail waits.
    pub(crate) async fn settle(&self) {
        let at_rest = async || {
            let status = self.ask(&["status"]);
            let said = String::from_utf8_lossy(&status.stdout).into_owned();
            let rest = !said.contains("at work")
                && said.contains(" 0 waiting")
                && said.contains(" 0 pending");
            (status.status.success() && rest).then_some(())
        };
        // Twice, since work may be between two services while both say they rest.
        for _ in 0..2 {
            servers::until_within(Duration::from_mins(5), "everything is at rest", at_rest).await;
        }
    }
}

fn envelope(message: &async_nats::Message) -> Envelope {
    let header = |name: &str| {
        let headers = message.headers.as_ref();
        headers.and_then(|h| h.get(name)).map(HeaderValue::as_str)
    };
    Envelope::from_headers(&message.subject, header, message.payload.to_vec()).unwrap()
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            let log = self.printed();
            let tail: Vec<_> = log.lines().rev().take(25).collect();
            let tail: Vec<_> = tail.into_iter().rev().collect();
            writeln_all(&tail);
        }
    }
}

fn writeln_all(lines: &[&str]) {
    use std::io::Write;
    let mut out = std::io::stderr().lock();
    for line in lines {
        writeln!(out, "{line}").unwrap();
    }
}
