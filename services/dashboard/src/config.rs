//! Settings of `[dashboard]`.

use std::net::SocketAddr;

use serde::Deserialize;

pub const DEFAULTS: &str = include_str!("../defaults.toml");

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub listen: SocketAddr,
    /// Blank: `http://` and the address listened on.
    pub public_url: String,
    pub stale_hours: u32,
    pub session_hours: u32,
}

/// Settings that would let somebody in who should not be.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotLoopback {
    #[error(
        "dashboard.listen = \"{0}\" is not a loopback address. Until sign-in by OpenID Connect exists, anybody who reaches the pages could look as any person, so they are served on this machine only: use \"127.0.0.1:{port}\", and a tunnel (ssh -L) from elsewhere", port = .0.port()
    )]
    Listen(SocketAddr),
    #[error(
        "dashboard.public_url = \"{0}\" is not a loopback address: use http://127.0.0.1:<port> or http://localhost:<port>, or leave it blank"
    )]
    PublicUrl(String),
}

impl Config {
    pub fn check(&self) -> Result<(), NotLoopback> {
        if !self.listen.ip().is_loopback() {
            return Err(NotLoopback::Listen(self.listen));
        }
        if !self.public_url.is_empty() && self.public_host().is_none() {
            return Err(NotLoopback::PublicUrl(self.public_url.clone()));
        }
        Ok(())
    }

    /// `localhost:8080` of `http://localhost:8080/`; none when blank or not loopback.
    pub fn public_host(&self) -> Option<&str> {
        let rest = self.public_url.strip_prefix("http://")?;
        let host = rest.strip_suffix('/').unwrap_or(rest);
        let (name, port) = host.rsplit_once(':').unwrap_or((host, "80"));
        let loopback = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
        (loopback && port.parse::<u16>().is_ok()).then_some(host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct File {
        dashboard: Config,
    }

    fn defaults() -> Config {
        toml::from_str::<File>(DEFAULTS).unwrap().dashboard
    }

    #[test]
    fn the_defaults_file_is_every_setting_and_is_accepted() {
        let config = defaults();
        assert_eq!(config.listen.to_string(), "127.0.0.1:4870");
        assert_eq!((config.stale_hours, config.session_hours), (36, 12));
        assert_eq!(config.check(), Ok(()));
    }

    #[test]
    fn only_loopback_addresses_are_listened_on_and_the_refusal_says_what_to_do() {
        for (listen, good) in [
            ("127.0.0.1:0", true),
            ("127.9.9.9:4870", true),
            ("[::1]:4870", true),
            ("0.0.0.0:4870", false),
            ("[::]:4870", false),
            ("192.168.1.7:80", false),
            ("[::ffff:127.0.0.1]:80", false),
        ] {
            let config = Config {
                listen: listen.parse().unwrap(),
                ..defaults()
            };
            assert_eq!(config.check().is_ok(), good, "{listen}");
        }
        let open = Config {
            listen: "0.0.0.0:4870".parse().unwrap(),
            ..defaults()
        };
        let words = open.check().unwrap_err().to_string();
        assert!(words.contains("use \"127.0.0.1:4870\""), "{words}");
    }

    #[test]
    fn a_public_url_is_loopback_too() {
        for (url, host) in [
            ("http://localhost:8080", Some("localhost:8080")),
            ("http://127.0.0.1:8080/", Some("127.0.0.1:8080")),
            ("http://localhost", Some("localhost")),
            ("https://evenkeel.example", None),
            ("http://evil.example:80", None),
            ("http://localhost.evil.example:80", None),
            ("http://localhost:x", None),
        ] {
            let config = Config {
                public_url: url.into(),
                ..defaults()
            };
            assert_eq!(config.public_host(), host, "{url}");
            assert_eq!(config.check().is_ok(), host.is_some(), "{url}");
        }
    }
}
