use std::{fmt, path::PathBuf, time::Duration};

use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Blank: the development mailbox is used instead.
    pub host: String,
    pub port: u16,
    pub username: String,
    pub password: Secret,
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

/// A text that is never shown.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
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

    /// The password from the settings or its file; none without a user name.
    pub(super) fn credentials(&self) -> anyhow::Result<Option<Credentials>> {
        if self.username.is_empty() {
            return Ok(None);
        }
        let password = if self.password_file.as_os_str().is_empty() {
            self.password.clone()
        } else {
            let text = std::fs::read_to_string(&self.password_file).map_err(|e| {
                anyhow::anyhow!(
                    "could not read the mail server's password from {}: {e}; check [delivery.smtp] password_file",
                    self.password_file.display()
                )
            })?;
            Secret(text.trim_end_matches(['\r', '\n']).to_owned())
        };
        anyhow::ensure!(
            !password.0.is_empty(),
            "[delivery.smtp] username is set but there is no password: set EVENKEEL__DELIVERY__SMTP__PASSWORD or password_file"
        );
        Ok(Some(Credentials {
            username: self.username.clone(),
            password,
        }))
    }
}

#[derive(Clone, Debug)]
pub(super) struct Credentials {
    pub(super) username: String,
    pub(super) password: Secret,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let shown = format!("{:?}", Secret::new("hunter2"));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
