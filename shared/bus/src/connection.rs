//! One connection to the broker, and the streams on it.

use std::time::Duration;

use anyhow::Context as _;
use async_nats::{
    HeaderMap,
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

use crate::{Troubles, question::Refusal};

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

/// Publishes that may wait for an acknowledgement at once; async-nats hangs for ever past its own limit.
pub(crate) const MAX_UNACKED: usize = 512;

/// Longest wait for the answer to a question. An import of a large return takes minutes.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(30);

impl Bus {
    pub async fn connect(options: &ConnectOptions) -> anyhow::Result<Self> {
        let client = async_nats::ConnectOptions::new()
            .user_and_password(options.user.clone(), options.password.clone())
            .request_timeout(Some(ANSWER_TIMEOUT))
            .retry_on_initial_connect()
            .event_callback(|event| async move {
                match event {
                    async_nats::Event::Connected => info!("connected to the broker"),
                    async_nats::Event::Draining | async_nats::Event::Closed => {
                        debug!("the broker connection closes");
                    }
                    // The only place where a refused permission is told; the publisher just sees a time-out.
                    other => warn!(event = %other, "broker connection"),
                }
            })
            .connect(&options.url)
            .await
            .with_context(|| format!("could not connect to the broker at {}", options.url))?;
        let jetstream = jetstream::context::ContextBuilder::new()
            .ack_timeout(Duration::from_secs(30))
            .max_ack_inflight(2 * MAX_UNACKED)
            .build(client.clone());
        Ok(Self {
            connection: Some(Connection { client, jetstream }),
            troubles: Troubles::default(),
        })
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
            .await
            .with_context(|| format!("{service} did not answer"))?;
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
