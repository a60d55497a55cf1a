//! Durable pull consumers: a batch a transaction, acknowledged after the commit.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, anyhow, bail};
use async_nats::jetstream::{
    AckKind,
    consumer::{AckPolicy, pull},
};
use async_trait::async_trait;
use contracts::{
    CloudEvent, Envelope, EnvelopeError, NotCloudEvent, Stream,
    cloudevent::{self, Mode},
    ids,
    streams::FACTS,
};
use futures::StreamExt;
use jiff::Timestamp;
use store::Tx;
use tracing::{Instrument, error, info_span, warn};
use uuid::Uuid;

use crate::{
    Context,
    crash::Crashed,
    dead_letter,
    guard::{Panicked, guarded},
    pause::Pause,
};

/// Applies a batch within one transaction. It may see an event again, out of order, or beside its own duplicate.
#[async_trait]
pub trait Handler: Send + Sync {
    async fn handle(&self, tx: &mut Tx, batch: &[Envelope]) -> Result<(), Failure>;
}

/// Why a batch was not applied.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Not now: the same soon may well succeed, such as after others have worked on the same rows. Nothing is counted
    /// against it.
    #[error("cannot be handled now")]
    Retry(#[source] anyhow::Error),
    /// Something in it is bad: each of its messages runs alone, and the bad one ends as a dead letter.
    #[error("cannot be handled")]
    Reject(#[source] anyhow::Error),
    /// Our own store is not well: pulling pauses.
    #[error(transparent)]
    Store(store::Error),
    #[error(transparent)]
    Crashed(#[from] Crashed),
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Contended { .. } => Self::Retry(error.into()),
            _ if error.is_about_the_data() => Self::Reject(error.into()),
            _ => Self::Store(error),
        }
    }
}

impl From<Panicked> for Failure {
    fn from(panicked: Panicked) -> Self {
        Self::Reject(panicked.into())
    }
}

impl Failure {
    /// With its causes.
    pub(crate) fn words(&self) -> String {
        let first: &dyn std::error::Error = self;
        let chain = std::iter::successors(Some(first), |error| error.source());
        let words: Vec<_> = chain.map(ToString::to_string).collect();
        words.join(": ")
    }
}

impl From<EnvelopeError> for Failure {
    fn from(error: EnvelopeError) -> Self {
        Self::Reject(error.into())
    }
}

/// A durable consumer of one stream.
#[derive(Clone)]
pub struct Consumer {
    /// Durable name, unique on the broker: `<service>-<stream>`.
    pub name: &'static str,
    pub stream: &'static Stream,
    pub handler: Arc<dyn Handler>,
    reading: Reading,
    unspent: Unspent,
}

/// Whose events a stream holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Ours,
    /// CloudEvents of others, in binary or structured mode and with any id.
    Others,
}

/// Lone attempts that are counted in the store and came to nothing because of the store, by message: they are not
/// counted again.
type Unspent = Arc<Mutex<BTreeMap<Uuid, u64>>>;

impl Consumer {
    pub fn new(name: &'static str, stream: &'static Stream, handler: Arc<dyn Handler>) -> Self {
        Self {
            name,
            stream,
            handler,
            reading: Reading::Ours,
            unspent: Unspent::default(),
        }
    }

    /// Of a stream that others publish to.
    #[must_use]
    pub fn of_others(self) -> Self {
        Self {
            reading: Reading::Others,
            ..self
        }
    }

    /// What came, as an event. One of others has an id computed from its source and its own id, and happened when it
    /// was published if it does not say when.
    pub(crate) fn envelope(&self, incoming: &Incoming) -> Result<Envelope, EnvelopeError> {
        match self.reading {
            Reading::Ours => incoming.envelope(),
            Reading::Others => {
                let event = incoming.event_of_others()?;
                Ok(event.into_envelope(&incoming.subject, incoming.published))
            }
        }
    }

    fn unspent(&self) -> MutexGuard<'_, BTreeMap<Uuid, u64>> {
        self.unspent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A message as it came.
#[derive(Clone, Debug)]
pub struct Incoming {
    pub subject: String,
    pub headers: BTreeMap<String, String>,
    pub data: Vec<u8>,
    /// When the broker took it: the same however often it is delivered.
    pub published: Timestamp,
    /// How often the broker has delivered it, this time included.
    pub delivered: i64,
}

/// What to tell the broker about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    Ack,
    Nak(Duration),
    Term,
}

/// Redeliveries after which a message runs alone, and lone failures after which it is a dead letter.
const LONE_AFTER: i64 = 3;
const LONE_ATTEMPTS: u64 = 5;
const BATCH: usize = 256;
const STORE_PAUSE: Duration = Duration::from_secs(2);

impl Incoming {
    pub fn new(envelope: &Envelope, delivered: i64) -> Self {
        let headers = envelope
            .headers()
            .into_iter()
            .map(|(k, v)| (k.to_owned(), v))
            .collect();
        Self {
            subject: envelope.subject.clone(),
            headers,
            data: envelope.data.clone(),
            published: envelope.time,
            delivered,
        }
    }

    pub(crate) fn envelope(&self) -> Result<Envelope, EnvelopeError> {
        let header = |name: &str| self.headers.get(name).map(String::as_str);
        Envelope::from_headers(&self.subject, header, self.data.clone())
    }

    /// As the NATS binding of CloudEvents says: structured if the content type says so, else binary. A message without
    /// any header comes from a client that knows none.
    fn event_of_others(&self) -> Result<CloudEvent, NotCloudEvent> {
        let named = |wanted: &str| {
            let found = |(name, _): &(&String, &String)| name.eq_ignore_ascii_case(wanted);
            self.headers.iter().find(found).map(|(_, v)| v.as_str())
        };
        let content_type = named("content-type");
        if self.headers.is_empty() {
            return CloudEvent::from_json(&self.data);
        }
        match cloudevent::mode(content_type)? {
            Mode::Structured => CloudEvent::from_json(&self.data),
            Mode::Batch => Err(NotCloudEvent::Format("a batch")),
            Mode::Binary => {
                let headers = self.headers.iter().map(|(k, v)| (k.as_str(), v.as_str()));
                CloudEvent::from_headers(headers, content_type, self.data.clone())
            }
        }
    }

    pub(crate) fn authority_text(&self) -> String {
        self.subject
            .split('.')
            .nth(1)
            .unwrap_or_default()
            .to_owned()
    }

    pub(crate) fn event_type(&self) -> &str {
        self.headers.get("ce-type").map_or("", String::as_str)
    }

    /// The event's own id, else one computed from what came. Others may give one id to several events.
    pub(crate) fn id(&self) -> Uuid {
        let own = self.headers.get("ce-id").and_then(|id| id.parse().ok());
        own.filter(|_| !self.is_of_others()).unwrap_or_else(|| {
            let headers = format!("{:?}", self.headers);
            let data = String::from_utf8_lossy(&self.data);
            ids::computed("incoming", &[&self.subject, &headers, &data])
        })
    }

    /// Published by others, who may have written anything anywhere, the subject included.
    fn is_of_others(&self) -> bool {
        self.subject.split('.').nth(2) == Some(FACTS.area)
    }

    /// The subject for a log, where it is ours.
    fn subject_to_log(&self) -> &str {
        if self.is_of_others() {
            "of others"
        } else {
            &self.subject
        }
    }
}

/// Applies what came and says what to tell the broker, in the order given. An error means our own store or process is
/// not well: tell the broker nothing and pull nothing for a while.
pub async fn process(
    context: &Context,
    consumer: &Consumer,
    batch: &[Incoming],
) -> Result<Vec<Disposition>, Failure> {
    let mut told = vec![Disposition::Ack; batch.len()];
    let mut together = Vec::new();
    let mut alone = Vec::new();
    for (n, incoming) in batch.iter().enumerate() {
        match consumer.envelope(incoming) {
            Ok(_) if incoming.delivered > LONE_AFTER => alone.push(n),
            Ok(envelope) => together.push((n, envelope)),
            Err(error) => {
                bury(
                    context,
                    consumer,
                    incoming,
                    &format!("{:#}", anyhow!(error)),
                )
                .await?;
                told[n] = Disposition::Term;
            }
        }
    }
    if !together.is_empty() {
        let (places, envelopes): (Vec<_>, Vec<_>) = together.into_iter().unzip();
        match apply(context, consumer, &envelopes, None).await {
            Ok(()) => {}
            Err(Failure::Reject(error)) => {
                warn!(
                    consumer = consumer.name,
                    error = format!("{error:#}"),
                    "a batch failed; its messages run alone"
                );
                alone.extend(places);
            }
            Err(Failure::Retry(error)) => {
                warn!(
                    consumer = consumer.name,
                    error = format!("{error:#}"),
                    "a batch waits"
                );
                for n in places {
                    told[n] = Disposition::Nak(pause(batch[n].delivered));
                }
            }
            Err(other) => return Err(other),
        }
    }
    for n in alone {
        told[n] = run_alone(context, consumer, &batch[n]).await?;
    }
    context.crash.at("consume.before-ack")?;
    Ok(told)
}

async fn apply(
    context: &Context,
    consumer: &Consumer,
    envelopes: &[Envelope],
    counted: Option<&Incoming>,
) -> Result<(), Failure> {
    let mut tx = context.db.begin().await?;
    guarded(async { consumer.handler.handle(&mut tx, envelopes).await }).await??;
    if let Some(incoming) = counted {
        dead_letter::forget_attempts(&mut tx, consumer.name, incoming).await?;
    }
    context.crash.at("consume.before-commit")?;
    tx.commit().await?;
    context.crash.at("consume.after-commit")?;
    Ok(())
}

/// The attempt is counted and committed first, so that a message that kills the process is counted too. What fails
/// because of the store is not the message's fault: its attempt stays unspent.
async fn run_alone(
    context: &Context,
    consumer: &Consumer,
    incoming: &Incoming,
) -> Result<Disposition, Failure> {
    let unspent = consumer.unspent().remove(&incoming.id());
    let attempts = match unspent {
        Some(attempts) => attempts,
        None => count(context, consumer, incoming).await?,
    };
    match attempt(context, consumer, incoming, attempts).await {
        Err(Failure::Retry(error)) => {
            warn!(
                consumer = consumer.name,
                error = format!("{error:#}"),
                "a message waits"
            );
            take_back(context, consumer, incoming, attempts).await;
            Ok(Disposition::Nak(pause(incoming.delivered)))
        }
        Err(Failure::Store(error)) => {
            take_back(context, consumer, incoming, attempts).await;
            Err(Failure::Store(error))
        }
        done => done,
    }
}

async fn count(
    context: &Context,
    consumer: &Consumer,
    incoming: &Incoming,
) -> Result<u64, Failure> {
    let mut tx = context.db.begin().await?;
    let attempts = dead_letter::count_attempt(&mut tx, consumer.name, incoming).await?;
    tx.commit().await?;
    Ok(attempts)
}

/// The store that failed may not take this either; then this process remembers.
async fn take_back(context: &Context, consumer: &Consumer, incoming: &Incoming, attempts: u64) {
    let taken = async {
        let mut tx = context.db.begin().await?;
        dead_letter::take_attempt_back(&mut tx, consumer.name, incoming).await?;
        tx.commit().await
    };
    if taken.await.is_err() {
        consumer.unspent().insert(incoming.id(), attempts);
    }
}

async fn attempt(
    context: &Context,
    consumer: &Consumer,
    incoming: &Incoming,
    attempts: u64,
) -> Result<Disposition, Failure> {
    if attempts > LONE_ATTEMPTS {
        let reason = "it ended the process five times";
        bury(context, consumer, incoming, reason).await?;
        return Ok(Disposition::Term);
    }
    let envelope = consumer.envelope(incoming)?;
    match apply(context, consumer, &[envelope], Some(incoming)).await {
        Ok(()) => Ok(Disposition::Ack),
        Err(Failure::Reject(error)) if attempts >= LONE_ATTEMPTS => {
            bury(context, consumer, incoming, &format!("{error:#}")).await?;
            Ok(Disposition::Term)
        }
        Err(Failure::Reject(_)) => Ok(Disposition::Nak(pause(incoming.delivered))),
        Err(other) => Err(other),
    }
}

async fn bury(
    context: &Context,
    consumer: &Consumer,
    incoming: &Incoming,
    reason: &str,
) -> Result<(), Failure> {
    error!(consumer = consumer.name, subject = incoming.subject_to_log(), id = %incoming.id(), reason, "dead letter");
    let mut tx = context.db.begin().await?;
    dead_letter::put(
        &mut tx,
        consumer.name,
        incoming,
        reason,
        context.clock.machine_now(),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Backoff: a tenth of a second, doubling, half a minute at most.
fn pause(delivered: i64) -> Duration {
    let doublings = u32::try_from(delivered.clamp(1, 10) - 1).unwrap_or(0);
    Duration::from_millis(100 << doublings).min(Duration::from_secs(30))
}

/// Pulls and applies until the tasks stop. What the broker ends, such as by losing the consumer, is begun again.
pub(crate) async fn drive(context: Context, consumer: Consumer) -> anyhow::Result<()> {
    let troubles = context.bus.troubles();
    let mut pause = Pause::new(REOPEN_AFTER, REOPEN_AT_MOST);
    loop {
        let Err(error) = pull(&context, &consumer, &mut pause).await else {
            return Ok(());
        };
        let what = format!("{error:#}");
        warn!(
            consumer = consumer.name,
            error = what,
            "reading stopped; it begins again"
        );
        let now = context.clock.machine_now();
        troubles.begin(context.service, consumer.name, what, now);
        tokio::select! {
            () = tokio::time::sleep(pause.longer()) => {}
            () = context.tasks.stopping() => return Ok(()),
        }
    }
}

const REOPEN_AFTER: Duration = Duration::from_millis(200);
const REOPEN_AT_MOST: Duration = Duration::from_secs(30);
/// The broker says so often that it is there; a consumer that hears nothing for twice as long opens again.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// Ends well only when the tasks stop.
async fn pull(context: &Context, consumer: &Consumer, pause: &mut Pause) -> anyhow::Result<()> {
    let durable = ensure(context, consumer).await?;
    let mut batches = durable
        .stream()
        .max_messages_per_batch(BATCH)
        .heartbeat(HEARTBEAT)
        .messages()
        .await?
        .ready_chunks(BATCH);
    context.bus.troubles().end(context.service, consumer.name);
    while let Some(batch) = tokio::select! { next = batches.next() => next, () = context.tasks.stopping() => return Ok(()) }
    {
        let mut broken = None;
        let messages: Vec<_> = batch
            .into_iter()
            .filter_map(|message| message.map_err(|error| broken = Some(error)).ok())
            .collect();
        if !messages.is_empty() {
            pause.reset();
            let Some(told) = handled(context, consumer, &messages).await else {
                return Ok(());
            };
            for (message, disposition) in messages.iter().zip(told) {
                tell(message, disposition).await;
            }
        }
        if let Some(error) = broken {
            return Err(error).with_context(|| format!("{} could not read on", consumer.name));
        }
    }
    bail!("the broker ended the reading of {}", consumer.name)
}

/// What to tell the broker, once our own store lets us; none when the tasks stop first.
async fn handled(
    context: &Context,
    consumer: &Consumer,
    messages: &[async_nats::jetstream::Message],
) -> Option<Vec<Disposition>> {
    let now = context.clock.machine_now();
    let incoming: Vec<_> = messages.iter().map(|m| incoming(m, now)).collect();
    let span = info_span!(
        "consume.batch",
        consumer = consumer.name,
        messages = incoming.len()
    );
    let parents = incoming.iter().filter_map(|i| i.headers.get("traceparent"));
    runtime::trace::link_parents(&span, parents);
    let troubles = context.bus.troubles();
    loop {
        match process(context, consumer, &incoming)
            .instrument(span.clone())
            .await
        {
            Ok(told) => {
                troubles.end(context.service, consumer.name);
                return Some(told);
            }
            Err(failure) => {
                let error = failure.words();
                warn!(
                    consumer = consumer.name,
                    error, "our own store is not well; pausing"
                );
                let now = context.clock.machine_now();
                troubles.begin(context.service, consumer.name, error, now);
                tokio::select! {
                    () = tokio::time::sleep(STORE_PAUSE) => {}
                    () = context.tasks.stopping() => return None,
                }
            }
        }
    }
}

async fn tell(message: &async_nats::jetstream::Message, disposition: Disposition) {
    let kind = match disposition {
        Disposition::Ack => AckKind::Ack,
        Disposition::Nak(pause) => AckKind::Nak(Some(pause)),
        Disposition::Term => AckKind::Term,
    };
    // A lost acknowledgement means a second delivery, which changes nothing.
    if let Err(error) = message.ack_with(kind).await {
        warn!(%error, "could not acknowledge");
    }
}

pub(crate) async fn ensure(
    context: &Context,
    consumer: &Consumer,
) -> anyhow::Result<async_nats::jetstream::consumer::Consumer<pull::Config>> {
    let config = pull::Config {
        durable_name: Some(consumer.name.to_owned()),
        ack_policy: AckPolicy::Explicit,
        ack_wait: Duration::from_secs(30),
        max_deliver: -1,
        max_ack_pending: i64::try_from(4 * BATCH).expect("a small constant"),
        ..pull::Config::default()
    };
    let stream = context
        .bus
        .jetstream()?
        .get_stream(consumer.stream.name)
        .await?;
    stream
        .create_consumer(config)
        .await
        .with_context(|| format!("could not create the consumer {}", consumer.name))
}

fn incoming(message: &async_nats::jetstream::Message, now: Timestamp) -> Incoming {
    let headers = message.headers.iter().flat_map(async_nats::HeaderMap::iter);
    let info = message.info().ok();
    let published = info
        .as_ref()
        .and_then(|i| Timestamp::from_nanosecond(i.published.unix_timestamp_nanos()).ok());
    Incoming {
        subject: message.subject.to_string(),
        headers: headers
            .filter_map(|(k, v)| Some((k.to_string(), v.first()?.to_string())))
            .collect(),
        data: message.payload.to_vec(),
        published: published.unwrap_or(now),
        delivered: info.map_or(1, |i| i.delivered),
    }
}

/// How many messages a consumer has not acknowledged yet.
pub(crate) async fn unread(context: &Context, consumer: &Consumer) -> anyhow::Result<u64> {
    let (name, stream) = (consumer.name, consumer.stream.name);
    // Asked often: one question, where making sure that it is there takes three.
    let jetstream = context.bus.jetstream()?;
    let durable = match jetstream.get_consumer_from_stream(name, stream).await {
        Ok(durable) => durable,
        Err(_) => ensure(context, consumer).await?,
    };
    let info = durable.cached_info();
    Ok(info.num_pending + u64::try_from(info.num_ack_pending).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Deaf;

    #[async_trait]
    impl Handler for Deaf {
        async fn handle(&self, _: &mut Tx, _: &[Envelope]) -> Result<(), Failure> {
            Ok(())
        }
    }

    fn told(subject: &str, data: &str) -> Incoming {
        let headers = [
            ("ce-specversion", "1.0"),
            ("ce-id", "6f9619ff-8b86-d011-b42d-00cf4fc964ff"),
            ("ce-source", "/westshire/case-system"),
            ("ce-type", "fact.recorded"),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Incoming {
            subject: subject.to_owned(),
            headers: headers.into(),
            data: data.into(),
            published: Timestamp::from_second(1_744_380_000).unwrap(),
            delivered: 1,
        }
    }

    #[test]
    fn an_event_of_others_without_a_time_happened_when_it_was_published() {
        let consumer = Consumer::new("deaf", &FACTS, Arc::new(Deaf)).of_others();
        let incoming = told("evenkeel.west.fact.recorded.1001", "{}");
        let event = consumer.envelope(&incoming).unwrap();
        assert_eq!(event.time, incoming.published);
    }

    #[test]
    fn what_others_write_is_neither_an_id_nor_in_the_log() {
        let of_others = |data| told("evenkeel.west.fact.recorded.Ann Lee", data);
        assert_ne!(of_others("1").id(), of_others("2").id());
        assert_eq!(of_others("1").id(), of_others("1").id());
        assert_eq!(of_others("1").subject_to_log(), "of others");
        let ours = |data| told("evenkeel.west.deadline.raised.AAAA", data);
        assert_eq!(ours("1").id(), ours("2").id());
        assert_eq!(ours("1").subject_to_log(), ours("1").subject);
    }
}
