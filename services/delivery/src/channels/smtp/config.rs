use std::{path::PathBuf, time::Duration};

use runtime::Secret;
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Blank: the development mailbox is used instead.
    pub host: String,
    pub port: u16,
    pub username: String,
    pub password: Secret,
    /// The settings read it into `password`.
    pub password_file: PathBuf,
    pub starttls: Starttls,
    pub allow_plaintext: bool,
    pub ca_file: PathBuf,
    pub from: String,
    pub hello: String,
    pub connections: usize,
    pub connect_timeout_ms: u64,
    pub answer_timeout_ms: u64,
    pub accept_timeout_ms: u64,
    pub idle_ms: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Starttls {
    Required,
    Opportunistic,
    Never,
}

/// How long each step may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    pub(super) connect: Duration,
    pub(super) answer: Duration,
    /// For the answer that takes responsibility: until it came, the mail is in doubt.
    pub(super) accept: Duration,
}

impl Config {
    pub(super) fn patience(&self) -> Patience {
        Patience {
            connect: Duration::from_millis(self.connect_timeout_ms),
            answer: Duration::from_millis(self.answer_timeout_ms),
            accept: Duration::from_millis(self.accept_timeout_ms),
        }
    }

    /// A server on this machine, named so that nobody else can stand in for it.
    pub(super) fn is_loopback(&self) -> bool {
        let host = self.host.trim_matches(['[', ']']);
        host.eq_ignore_ascii_case("localhost")
            || host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|ip| ip.is_loopback())
    }

    /// May mail and password travel unencrypted?
    pub(super) fn may_be_plain(&self) -> bool {
        self.allow_plaintext || self.is_loopback()
    }

    /// None without a user name.
    pub(super) fn credentials(&self) -> anyhow::Result<Option<Credentials>> {
        if self.username.is_empty() {
            return Ok(None);
        }
        anyhow::ensure!(
            !self.password.is_blank(),
            "[delivery.smtp] username is set but there is no password: set EVENKEEL_DELIVERY__SMTP__PASSWORD or password_file"
        );
        Ok(Some(Credentials {
            username: self.username.clone(),
            password: self.password.clone(),
        }))
    }
}

#[derive(Clone, Debug)]
pub(super) struct Credentials {
    pub(super) username: String,
    pub(super) password: Secret,
}
