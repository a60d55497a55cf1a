//! From a connection to one that takes mail: encryption, then signing in.

use std::sync::Arc;

use data_encoding::BASE64;
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use tokio_rustls::TlsConnector;

use super::{
    config::{Config, Credentials, Starttls},
    connection::Connection,
    fault::{Fault, Kind, Step},
    reply::Auth,
};

/// What a session with the server needs, worked out once.
pub(super) struct Session {
    pub(super) config: Config,
    credentials: Option<Credentials>,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    may_be_plain: bool,
}

impl Session {
    pub(super) fn try_new(config: Config) -> anyhow::Result<Self> {
        let may_be_plain = config.may_be_plain();
        if config.starttls != Starttls::Required && !may_be_plain {
            anyhow::bail!(
                "[delivery.smtp] starttls = \"required\" is the only choice for {}, unless allow_plaintext = true says that nobody else can read that network",
                config.host
            );
        }
        Ok(Self {
            credentials: config.credentials()?,
            tls: match config.starttls {
                Starttls::Never => None,
                Starttls::Required | Starttls::Opportunistic => Some(tls(&config)?),
            },
            may_be_plain,
            config,
        })
    }

    /// `host:port`, for people.
    pub(super) fn at(&self) -> String {
        format!("{}:{}", self.config.host, self.config.port)
    }

    pub(super) async fn open(&self) -> Result<Connection, Fault> {
        let config = &self.config;
        let mut connection = Connection::open(&config.host, config.port, config.patience()).await?;
        connection.hello(&config.hello).await?;
        match &self.tls {
            Some((tls, name)) if connection.offers.starttls => {
                connection = connection.encrypt(tls, name).await?;
                connection.hello(&config.hello).await?;
            }
            _ if self.may_be_plain => {}
            _ => return Err(Step::Starttls.because(Kind::NoStarttls)),
        }
        if let Some(credentials) = &self.credentials {
            if !connection.stream.is_encrypted() && !self.may_be_plain {
                return Err(Step::Auth.because(Kind::PlainPassword));
            }
            sign_in(&mut connection, credentials).await?;
        }
        Ok(connection)
    }

    #[cfg(test)]
    pub(super) fn insisting(mut self) -> Self {
        self.may_be_plain = false;
        self
    }
}

async fn sign_in(connection: &mut Connection, who: &Credentials) -> Result<(), Fault> {
    let (user, password) = (who.username.as_str(), who.password.reveal());
    let encoded = |text: &str| BASE64.encode(text.as_bytes());
    let lines = match connection.offers.auth {
        Some(Auth::Plain) => {
            let both = encoded(&format!("\0{user}\0{password}"));
            vec![format!("AUTH PLAIN {both}\r\n")]
        }
        Some(Auth::Login) => {
            let word = |word| format!("{}\r\n", encoded(word));
            vec!["AUTH LOGIN\r\n".to_owned(), word(user), word(password)]
        }
        None => return Err(Step::Auth.because(Kind::NoAuth)),
    };
    let mut code = 0;
    for line in lines {
        code = connection.command(Step::Auth, &line).await?.code;
    }
    if code == 235 {
        Ok(())
    } else {
        Err(Step::Auth.because(Kind::Nonsense))
    }
}

/// The system's certificate authorities, and one's own.
fn tls(config: &Config) -> anyhow::Result<(TlsConnector, ServerName<'static>)> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if !config.ca_file.as_os_str().is_empty() {
        let at = config.ca_file.display();
        let own = CertificateDer::pem_file_iter(&config.ca_file)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|e| {
                anyhow::anyhow!(
                    "could not read certificates from {at}: {e}; [delivery.smtp] ca_file must be a PEM file"
                )
            })?;
        anyhow::ensure!(
            !own.is_empty(),
            "{at} holds no certificate; [delivery.smtp] ca_file must be a PEM file"
        );
        for certificate in own {
            roots.add(certificate)?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name =
        ServerName::try_from(config.host.trim_matches(['[', ']']).to_owned()).map_err(|_| {
            anyhow::anyhow!(
                "[delivery.smtp] host {:?} is neither a name nor an address",
                config.host
            )
        })?;
    Ok((TlsConnector::from(Arc::new(client)), name))
}
