//! The queue: streams in memory, and what each consumer has not acknowledged.

use std::collections::{BTreeMap, BTreeSet};

use bus::consumer::Incoming;
use contracts::{
    Envelope, STREAMS, Stream, StreamKind,
    streams::{AUTHORITY, ORGANISATION},
};

use super::Process;

/// A message's place on the broker.
pub(super) type Place = usize;

#[derive(Default)]
pub(super) struct Broker {
    messages: Vec<Envelope>,
    /// Newest message of each state subject.
    latest: BTreeMap<String, Place>,
    /// Unacknowledged places by process and consumer, and how often each was delivered.
    waiting: BTreeMap<(usize, usize), BTreeMap<Place, i64>>,
    /// Places of the landscape's streams that a process has not applied.
    landscape: BTreeMap<usize, BTreeSet<Place>>,
}

impl Broker {
    /// Stores a message for every consumer of its stream. A state message replaces the one before it, unless that has
    /// been `fetched` already and is on its way.
    pub(super) fn publish(&mut self, processes: &[Process], envelope: Envelope, fetched: bool) {
        let stream = stream_of(&envelope);
        let place = self.messages.len();
        let replaced = (stream.kind == StreamKind::State)
            .then(|| self.latest.insert(envelope.subject.clone(), place))
            .flatten();
        self.messages.push(envelope);
        for (n, process) in processes.iter().enumerate() {
            for consumer in process.consumers_of(stream) {
                let waiting = self.waiting.entry((n, consumer)).or_default();
                if let Some(old) = replaced.filter(|_| !fetched) {
                    waiting.remove(&old);
                }
                waiting.insert(place, 0);
            }
            if is_landscape(stream) {
                self.landscape.entry(n).or_default().insert(place);
            }
        }
    }

    pub(super) fn waiting(&self, process: usize, consumer: usize) -> Vec<Place> {
        self.waiting
            .get(&(process, consumer))
            .map(|w| w.keys().copied().collect())
            .unwrap_or_default()
    }

    pub(super) fn take(
        &mut self,
        process: usize,
        consumer: usize,
        places: &[Place],
    ) -> Vec<Incoming> {
        let waiting = self.waiting.entry((process, consumer)).or_default();
        let mut batch = Vec::new();
        for place in places {
            let delivered = waiting.entry(*place).or_default();
            *delivered += 1;
            batch.push(Incoming::new(&self.messages[*place], *delivered));
        }
        batch
    }

    pub(super) fn acknowledge(&mut self, process: usize, consumer: usize, place: Place) {
        if let Some(waiting) = self.waiting.get_mut(&(process, consumer)) {
            waiting.remove(&place);
        }
    }

    pub(super) fn landscape_waiting(&self, process: usize) -> Vec<Place> {
        self.landscape
            .get(&process)
            .map(|w| w.iter().copied().collect())
            .unwrap_or_default()
    }

    pub(super) fn landscape_read(&mut self, process: usize, place: Place) {
        if let Some(waiting) = self.landscape.get_mut(&process) {
            waiting.remove(&place);
        }
    }

    pub(super) fn latest(&self, stream: &'static Stream) -> impl Iterator<Item = &Envelope> {
        let all = self.latest.values().map(|place| &self.messages[*place]);
        all.filter(|envelope| stream_of(envelope).name == stream.name)
    }

    pub(super) fn all(&self, stream: &'static Stream) -> impl Iterator<Item = &Envelope> {
        let of_it = |envelope: &&Envelope| stream_of(envelope).name == stream.name;
        self.messages.iter().filter(of_it)
    }

    pub(super) fn envelope(&self, place: Place) -> &Envelope {
        &self.messages[place]
    }

    /// A process that died reads the landscape again from the state streams.
    pub(super) fn forget(&mut self, process: usize) {
        let latest = self
            .latest
            .values()
            .filter(|p| is_landscape(stream_of(&self.messages[**p])));
        self.landscape.insert(process, latest.copied().collect());
    }
}

fn stream_of(envelope: &Envelope) -> &'static Stream {
    let area = envelope.subject.split('.').nth(2).unwrap_or_default();
    STREAMS
        .into_iter()
        .find(|s| s.area == area)
        .expect("every subject belongs to a declared stream")
}

fn is_landscape(stream: &'static Stream) -> bool {
    [AUTHORITY.name, ORGANISATION.name].contains(&stream.name)
}
