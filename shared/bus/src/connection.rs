//! One connection to the broker, and the streams on it.

use std::time::Duration;

use anyhow::Context as _;
use async_nats::{
    HeaderMap, RequestErrorKind,
    jetstream::{
        self,
        stream::{Config, DiscardPolicy, StorageType},
    },
};
use contracts::{
    Envelope, EnvelopeError, STREAMS, Stream, StreamKind,
    commands::{Answer, Request},
};
use tracing::{debug, info, warn};

use crate::{
    Troubles,
    question::Refusal,
    server::{self, OLDEST},
};

/// A connection to the broker, or none in the simulated world, and what is wrong with those who use it. Cheap to clone.
#[derive(Clone)]
pub struct Bus {
    connection: Option<Connection>,
    troubles: Troubles,
}

#[derive(Clone)]
struct Connection {
    client: async_nats::Client,
    jetstream: jetstream::Context,
}

/// Where the broker is, and as whom to meet it.
#[derive(Clone)]
pub struct ConnectOptions {
    pub url: String,
    pub user: String,
    pub password: String,
}

impl ConnectOptions {
    /// The host, where the address does not ask for TLS.
    pub fn host_without_tls(&self) -> Option<String> {
        let address: async_nats::ServerAddr = self.url.parse().ok()?;
        let in_the_clear = !matches!(address.scheme(), "tls" | "wss");
        in_the_clear.then(|| address.host().to_owned())
    }
}

/// Publishes of one relay that may wait for an acknowledgement at once.
pub(crate) const MAX_UNACKED: usize = 512;

/// Longest wait for a broker's word on whether it keeps streams.
const LOOKED_AT_WITHIN: Duration = Duration::from_secs(10);

/// Longest wait for the answer to a question. An import of a large return takes minutes.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(30);

/// Why an existing broker is not to be worked with.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// It may be there later.
    #[error("could not reach the broker at {url}: see that it runs and that [bus] url names it")]
    Away {
        url: String,
        #[source]
        source: async_nats::ConnectError,
    },
    #[error("the broker at {0} does not let us in: see [bus] user and password, and its own users")]
    NotLetIn(String),
    #[error(
        "the broker at {url} is version {found}, and Evenkeel needs {oldest} or newer, because older ones ignore what it \
         asks of them without saying so",
        oldest = OLDEST
    )]
    TooOld { url: String, found: String },
    #[error(
        "the broker at {url} takes messages of {found} bytes at most, and Evenkeel sends up to {needed}: raise its \
         max_payload to 1MB",
        needed = LARGEST_WITH_HEADERS
    )]
    TooSmall { url: String, found: usize },
    #[error("the broker at {0} keeps no streams: switch JetStream on in its configuration")]
    NoJetStream(String),
}

/// Nobody listens to questions for this service.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not running, or cannot reach the broker: start it, or look into its log")]
pub struct NotThere(pub String);

const LARGEST_WITH_HEADERS: usize = 1024 * 1024;

impl Bus {
    pub async fn connect(options: &ConnectOptions) -> anyhow::Result<Self> {
        let client = client_options(options)
            .retry_on_initial_connect()
            .connect(&options.url)
            .await
            .with_context(|| format!("could not connect to the broker at {}", options.url))?;
        Ok(Self::over(client))
    }

    /// Connects to a broker that somebody else runs, and sees that it is one to work with.
    pub async fn meet(options: &ConnectOptions) -> Result<Self, Unfit> {
        let url = || options.url.clone();
        let client = client_options(options)
            .connect(&options.url)
            .await
            .map_err(|source| match source.kind() {
                async_nats::ConnectErrorKind::AuthorizationViolation
                | async_nats::ConnectErrorKind::Authentication => Unfit::NotLetIn(url()),
                _ => Unfit::Away { url: url(), source },
            })?;
        let server = client.server_info();
        if !server::is_new_enough(&server.version) {
            let found = server.version;
            return Err(Unfit::TooOld { url: url(), found });
        }
        if server.max_payload < LARGEST_WITH_HEADERS {
            let found = server.max_payload;
            return Err(Unfit::TooSmall { url: url(), found });
        }
        let account = jetstream::new(client.clone());
        let account = tokio::time::timeout(LOOKED_AT_WITHIN, account.query_account()).await;
        if !matches!(account, Ok(Ok(_))) {
            return Err(Unfit::NoJetStream(url()));
        }
        Ok(Self::over(client))
    }

    fn over(client: async_nats::Client) -> Self {
        let jetstream = jetstream::new(client.clone());
        Self {
            connection: Some(Connection { client, jetstream }),
            troubles: Troubles::default(),
        }
    }

    /// No broker: for the simulated world, which carries messages itself.
    pub fn absent() -> Self {
        Self {
            connection: None,
            troubles: Troubles::default(),
        }
    }

    /// What is wrong now with the parts that use this connection.
    pub fn troubles(&self) -> &Troubles {
        &self.troubles
    }

    pub(crate) fn client(&self) -> anyhow::Result<&async_nats::Client> {
        Ok(&self.connection()?.client)
    }

    pub(crate) fn jetstream(&self) -> anyhow::Result<&jetstream::Context> {
        Ok(&self.connection()?.jetstream)
    }

    /// What one relay publishes with. A publish waits for one of its permits, and a permit is given back by whoever asks
    /// for the acknowledgement: relays that shared them could hold them all and wait for more, for ever.
    pub(crate) fn publisher(&self) -> anyhow::Result<jetstream::Context> {
        Ok(jetstream::context::ContextBuilder::new()
            .ack_timeout(Duration::from_secs(30))
            .max_ack_inflight(MAX_UNACKED)
            .build(self.client()?.clone()))
    }

    fn connection(&self) -> anyhow::Result<&Connection> {
        self.connection.as_ref().context("there is no broker here")
    }

    /// Creates or updates every stream of the table in `contracts`, with so many copies of each: 1 embedded, 3 in a
    /// cluster.
    pub async fn ensure_streams(&self, replicas: usize) -> anyhow::Result<()> {
        for stream in STREAMS {
            self.jetstream()?
                .create_or_update_stream(stream_config(stream, replicas))
                .await
                .with_context(|| format!("could not create the stream {}", stream.name))?;
        }
        Ok(())
    }

    /// The streams that are not there, for whoever is not to make or change any.
    pub async fn missing_streams(&self) -> anyhow::Result<Vec<&'static str>> {
        let mut missing = Vec::new();
        for stream in STREAMS {
            match self.jetstream()?.get_stream(stream.name).await {
                Ok(_) => {}
                Err(error) if is_not_there(&error) => missing.push(stream.name),
                Err(error) => {
                    return Err(error)
                        .with_context(|| format!("could not look at the stream {}", stream.name));
                }
            }
        }
        Ok(missing)
    }

    /// Asks a service; a refusal is worded for the person who asked.
    pub async fn ask<R: Request>(&self, request: &R) -> anyhow::Result<R::Reply> {
        self.ask_subject(&R::subject(), request).await
    }

    /// Asks on a subject that names a service (`commands::rest_subject`, `commands::dead_letter_subject`).
    pub async fn ask_subject<Q: serde::Serialize, A: serde::de::DeserializeOwned>(
        &self,
        subject: &str,
        question: &Q,
    ) -> anyhow::Result<A> {
        let service = subject.split('.').nth(2).unwrap_or("the service");
        let reply = self
            .client()?
            .request(subject.to_owned(), serde_json::to_vec(question)?.into())
            .await;
        let reply = match reply {
            Err(error) if error.kind() == RequestErrorKind::NoResponders => {
                return Err(NotThere(service.to_owned()).into());
            }
            reply => reply.with_context(|| format!("{service} did not answer"))?,
        };
        match serde_json::from_slice(&reply.payload)
            .with_context(|| format!("could not read the answer of {service}"))?
        {
            Answer::Done(answer) => Ok(answer),
            Answer::Refused(why) => Err(Refusal(why).into()),
        }
    }

    /// Tells whoever listens now, such as a progress bar; nobody may.
    pub async fn tell<T: serde::Serialize>(&self, subject: &str, value: &T) -> anyhow::Result<()> {
        self.client()?
            .publish(subject.to_owned(), serde_json::to_vec(value)?.into())
            .await?;
        Ok(())
    }

    /// Listens on a subject of one's own for what `tell` says.
    pub async fn listen(&self) -> anyhow::Result<(String, async_nats::Subscriber)> {
        let subject = self.client()?.new_inbox();
        let subscriber = self.client()?.subscribe(subject.clone()).await?;
        Ok((subject, subscriber))
    }

    /// How far a stream has been written.
    pub async fn last_sequence(&self, stream: &Stream) -> anyhow::Result<u64> {
        Ok(self
            .jetstream()?
            .get_stream(stream.name)
            .await?
            .cached_info()
            .state
            .last_sequence)
    }

    /// Sends what is still on its way and closes the connection.
    pub async fn close(&self) {
        let Some(connection) = &self.connection else {
            return;
        };
        if let Err(error) = connection.client.drain().await {
            warn!(%error, "closing the broker connection");
        }
    }
}

fn is_not_there(error: &jetstream::context::GetStreamError) -> bool {
    use jetstream::{ErrorCode, context::GetStreamErrorKind::JetStream};
    matches!(error.kind(), JetStream(e) if e.error_code() == ErrorCode::STREAM_NOT_FOUND)
}

fn client_options(options: &ConnectOptions) -> async_nats::ConnectOptions {
    let mut client = async_nats::ConnectOptions::new()
        .request_timeout(Some(ANSWER_TIMEOUT))
        // Also to the other servers of a cluster, which name themselves without a scheme.
        .require_tls(options.url.starts_with("tls://"))
        .event_callback(|event| async move {
            match event {
                async_nats::Event::Connected => info!("connected to the broker"),
                async_nats::Event::Draining | async_nats::Event::Closed => {
                    debug!("the broker connection closes");
                }
                // The only place where a refused permission is told; the publisher just sees a time-out.
                other => warn!(event = %other, "broker connection"),
            }
        });
    if !options.user.is_empty() {
        client = client.user_and_password(options.user.clone(), options.password.clone());
    }
    client
}

pub(crate) fn read(message: &async_nats::Message) -> Result<Envelope, EnvelopeError> {
    let header = |name: &str| {
        message
            .headers
            .as_ref()
            .and_then(|h| h.get(name))
            .map(async_nats::HeaderValue::as_str)
    };
    Envelope::from_headers(&message.subject, header, message.payload.to_vec())
}

pub(crate) fn headers(envelope: &Envelope) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in envelope.headers() {
        headers.insert(name, value.as_str());
    }
    headers.insert(
        async_nats::header::NATS_MESSAGE_ID,
        envelope.id.to_string().as_str(),
    );
    headers
}

fn stream_config(stream: &Stream, replicas: usize) -> Config {
    Config {
        name: stream.name.to_owned(),
        subjects: vec![stream.subjects()],
        storage: StorageType::File,
        discard: DiscardPolicy::New,
        max_messages_per_subject: if stream.kind == StreamKind::State {
            1
        } else {
            -1
        },
        max_age: stream.max_age,
        max_bytes: stream.max_bytes,
        duplicate_window: Duration::from_mins(2),
        num_replicas: replicas,
        ..Config::default()
    }
}
