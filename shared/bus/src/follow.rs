//! Following a state stream: each subject's latest message and every later one, into memory.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, anyhow, bail};
use async_nats::jetstream::consumer::{
    DeliverPolicy,
    pull::{Ordered, OrderedConfig},
};
use contracts::{Envelope, EnvelopeError, Stream};
use futures::StreamExt;
use runtime::{Clock, Tasks};
use tokio::sync::{Notify, oneshot};
use tracing::{error, warn};

use crate::{Bus, connection, guard::guarded_now, pause::Pause};

const REOPEN_AFTER: Duration = Duration::from_millis(200);
const REOPEN_AT_MOST: Duration = Duration::from_secs(30);

/// A stream that is followed, and how far.
#[derive(Clone)]
pub struct Followed {
    stream: &'static Stream,
    read: Arc<AtomicU64>,
    again: Arc<Notify>,
}

impl Followed {
    /// How far behind the stream's last message this is. A stream that ends before what was read of it is another one,
    /// made anew under the same name: it is read from its start.
    pub async fn unread(&self, bus: &Bus) -> anyhow::Result<u64> {
        let last = bus.last_sequence(self.stream).await?;
        let mut read = self.read.load(Ordering::Acquire);
        if last < read {
            self.read.store(0, Ordering::Release);
            self.again.notify_one();
            read = 0;
        }
        Ok(last - read)
    }

    fn has_read(&self, sequence: u64) {
        self.read.fetch_max(sequence, Ordering::AcqRel);
    }
}

impl Bus {
    /// Follows a state stream from its start for a service: `apply` sees each subject's latest message and every later
    /// one, perhaps again. Returns when what was there has been applied; goes on in the background, and begins again
    /// when the broker ends it. What cannot be read is a trouble of the service until its subject has a newer message.
    pub async fn follow(
        &self,
        service: &'static str,
        stream: &'static Stream,
        tasks: &Tasks,
        apply: impl FnMut(&Envelope) -> Result<(), EnvelopeError> + Send + 'static,
    ) -> anyhow::Result<Followed> {
        let followed = Followed {
            stream,
            read: Arc::default(),
            again: Arc::default(),
        };
        let (caught_up, wait) = oneshot::channel();
        let mut reader = Follower {
            bus: self.clone(),
            service,
            followed: followed.clone(),
            apply,
            caught_up: Some(caught_up),
            unreadable: BTreeMap::new(),
        };
        let first = reader.open().await?;
        let stopping = tasks.token().clone();
        tasks.spawn_essential("follow", async move {
            tokio::select! {
                () = reader.run(first) => {}
                () = stopping.cancelled() => {}
            }
            Ok(())
        });
        wait.await
            .with_context(|| format!("could not read the stream {}", stream.name))?;
        Ok(followed)
    }
}

struct Follower<F> {
    bus: Bus,
    service: &'static str,
    followed: Followed,
    apply: F,
    caught_up: Option<oneshot::Sender<()>>,
    /// Subjects whose latest message cannot be read, and why.
    unreadable: BTreeMap<String, String>,
}

/// What is read, up to which sequence it had been written when it was opened.
struct Opened {
    messages: Ordered,
    last: u64,
    empty: bool,
}

impl<F> Follower<F>
where
    F: FnMut(&Envelope) -> Result<(), EnvelopeError> + Send,
{
    async fn open(&mut self) -> anyhow::Result<Opened> {
        let stream = self.followed.stream;
        let handle = self.bus.jetstream()?.get_stream(stream.name).await?;
        let state = &handle.cached_info().state;
        let (last, empty) = (state.last_sequence, state.messages == 0);
        let config = OrderedConfig {
            deliver_policy: DeliverPolicy::LastPerSubject,
            filter_subject: stream.subjects(),
            ..OrderedConfig::default()
        };
        let messages = handle.create_consumer(config).await?.messages().await?;
        Ok(Opened {
            messages,
            last,
            empty,
        })
    }

    async fn run(&mut self, first: Opened) {
        let mut pause = Pause::new(REOPEN_AFTER, REOPEN_AT_MOST);
        let mut opened = Ok(first);
        loop {
            let again = self.followed.again.clone();
            let ended = match opened {
                Ok(opened) => tokio::select! {
                    ended = self.read(opened, &mut pause) => ended,
                    () = again.notified() => Err(anyhow!("it was made anew")),
                },
                Err(error) => Err(error),
            };
            if let Err(error) = ended {
                self.cannot_follow(&format!("{error:#}"));
            }
            tokio::time::sleep(pause.longer()).await;
            opened = self.open().await;
        }
    }

    async fn read(&mut self, mut opened: Opened, pause: &mut Pause) -> anyhow::Result<()> {
        self.bus.troubles().end(self.service, &self.part());
        if opened.empty {
            self.has_caught_up(opened.last);
        }
        while let Some(message) = opened.messages.next().await {
            let message = message?;
            pause.reset();
            let Ok((sequence, pending)) = message.info().map(|i| (i.stream_sequence, i.pending))
            else {
                continue;
            };
            self.take(&message);
            self.followed.has_read(sequence);
            if pending == 0 {
                self.has_caught_up(opened.last);
            }
        }
        bail!("the broker ended it")
    }

    fn take(&mut self, message: &async_nats::Message) {
        let subject = message.subject.to_string();
        let taken = guarded_now(|| {
            let envelope = connection::read(message)?;
            (self.apply)(&envelope)
        });
        let fault = match taken {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(panicked) => Some(panicked.to_string()),
        };
        let changed = match fault {
            Some(fault) => {
                error!(
                    service = self.service,
                    subject, fault, "state that cannot be read"
                );
                self.unreadable.insert(subject, fault);
                true
            }
            None => self.unreadable.remove(&subject).is_some(),
        };
        if changed {
            self.tell_unreadable();
        }
    }

    fn tell_unreadable(&self) {
        let part = format!("{} contents", self.part());
        let Some((subject, fault)) = self.unreadable.first_key_value() else {
            return self.bus.troubles().end(self.service, &part);
        };
        let count = self.unreadable.len();
        let what = format!(
            "{count} cannot be read, and what was known before stands; the first is {subject}: {fault}"
        );
        let now = Clock::real().machine_now();
        self.bus.troubles().begin(self.service, &part, what, now);
    }

    fn cannot_follow(&self, what: &str) {
        warn!(
            service = self.service,
            stream = self.followed.stream.name,
            error = what,
            "following a stream stopped; it begins again"
        );
        let now = Clock::real().machine_now();
        let troubles = self.bus.troubles();
        troubles.begin(self.service, &self.part(), what.to_owned(), now);
    }

    fn part(&self) -> String {
        format!("state of {}", self.followed.stream.name)
    }

    /// Sequences up to `last` that never came have been overtaken or removed.
    fn has_caught_up(&mut self, last: u64) {
        self.followed.has_read(last);
        if let Some(tell) = self.caught_up.take() {
            // Whoever waited may have gone; then nobody needs to know.
            tell.send(()).unwrap_or_default();
        }
    }
}
