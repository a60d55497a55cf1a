//! Every authority's children, workers and notices, folded from their state streams. Authorities, people and teams are in the
//! bus's landscape.

use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock, RwLockReadGuard},
};

use contracts::{
    AuthorityCode, Envelope, EnvelopeError, Event, Stream, WorkerObligations,
    notice::Notice,
    obligation::ChildObligations,
    streams::{NOTICES, OBLIGATIONS},
};
use tokio::sync::watch;

use super::{Children, Notices, Workers};

/// One message of a state stream.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Child(ChildObligations),
    Worker(WorkerObligations),
    Notice(Notice),
}

impl Change {
    /// The streams it is read from.
    pub(crate) const STREAMS: [&'static Stream; 2] = [&OBLIGATIONS, &NOTICES];

    pub(crate) fn decode(envelope: &Envelope) -> Result<Self, EnvelopeError> {
        match envelope.event_type.as_str() {
            ChildObligations::TYPE => envelope.decode().map(Self::Child),
            WorkerObligations::TYPE => envelope.decode().map(Self::Worker),
            _ => envelope.decode().map(Self::Notice),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) children: Children,
    pub(crate) workers: Workers,
    pub(crate) notices: Notices,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct World {
    known: BTreeMap<AuthorityCode, Known>,
}

impl World {
    /// Takes one change if it is newer than what is held; true if something changed.
    pub(crate) fn apply(&mut self, change: Change) -> bool {
        match change {
            Change::Child(new) => self.of(&new.authority).children.apply(new),
            Change::Worker(new) => self.of(&new.authority).workers.apply(new),
            Change::Notice(new) => self.of(&new.authority).notices.apply(new),
        }
    }

    fn of(&mut self, authority: &AuthorityCode) -> &mut Known {
        self.known.entry(authority.clone()).or_default()
    }

    pub(crate) fn get(&self, authority: &AuthorityCode) -> Option<&Known> {
        self.known.get(authority)
    }
}

/// The world behind a lock, and a counter that rises with every change of it.
#[derive(Debug)]
pub(crate) struct ReadModel {
    world: RwLock<World>,
    version: watch::Sender<u64>,
}

impl Default for ReadModel {
    fn default() -> Self {
        Self {
            world: RwLock::default(),
            version: watch::Sender::new(0),
        }
    }
}

impl ReadModel {
    /// Takes changes together; those who watch are told once.
    pub(crate) fn apply(&self, changes: impl IntoIterator<Item = Change>) {
        let mut world = self.world.write().unwrap_or_else(PoisonError::into_inner);
        let mut news = false;
        for change in changes {
            news |= world.apply(change);
        }
        drop(world);
        if news {
            self.version.send_modify(|v| *v += 1);
        }
    }

    /// Never held across an await.
    pub(crate) fn world(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use contracts::notice::StepState;

    use super::*;
    use crate::domain::fixture::{NOW, child, code, notice, open, supervised};

    fn changes() -> Vec<Change> {
        let day = jiff::civil::date(2025, 5, 7);
        let older = child("1", vec![open(day)]);
        let newer = ChildObligations {
            revision: 2,
            ..child("1", vec![])
        };
        vec![
            Change::Child(older),
            Change::Child(newer),
            Change::Child(child("2", vec![open(day)])),
            Change::Worker(supervised("w1", day, day)),
            Change::Notice(notice(
                "w1",
                "1",
                "a",
                StepState::Sent,
                NOW.parse().unwrap(),
            )),
        ]
    }

    #[test]
    fn changes_in_any_order_and_any_number_of_times_give_the_same_world() {
        let mut forward = World::default();
        let mut backward = World::default();
        for change in changes() {
            assert!(forward.apply(change.clone()));
            assert!(!forward.apply(change), "a repeat changes nothing");
        }
        for change in changes().into_iter().rev() {
            backward.apply(change);
        }
        assert!(forward.get(&code()).is_some());
        assert_eq!(forward, backward);
    }

    #[test]
    fn watchers_are_told_of_changes_and_not_of_repeats() {
        let model = ReadModel::default();
        let mut watch = model.watch();
        model.apply(changes());
        assert!(watch.has_changed().unwrap());
        watch.mark_unchanged();
        model.apply(changes());
        assert!(!watch.has_changed().unwrap());
    }
}
