//! What the directory holds, and how it takes in what a file says.

use std::collections::{BTreeMap, BTreeSet};

use contracts::{Person, StaffId, Team, TeamId};

use super::moment::Moment;

/// A person or team as last published, and since when the files lack it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known<T> {
    pub said: T,
    /// Of the first file that lacked it; only a later file confirms.
    pub missing_since: Option<Moment>,
    /// Said by a file; a team may instead be worked out from its members.
    pub declared: bool,
}

/// One authority's directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    pub people: BTreeMap<StaffId, Known<Person>>,
    pub teams: BTreeMap<TeamId, Known<Team>>,
}

/// What both kinds of record have.
pub trait Record: Clone + PartialEq {
    fn revision(&mut self) -> &mut u64;
    fn removed(&mut self) -> &mut bool;
}

impl Record for Person {
    fn revision(&mut self) -> &mut u64 {
        &mut self.revision
    }
    fn removed(&mut self) -> &mut bool {
        &mut self.removed
    }
}

impl Record for Team {
    fn revision(&mut self) -> &mut u64 {
        &mut self.revision
    }
    fn removed(&mut self) -> &mut bool {
        &mut self.removed
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub recorded: u64,
    pub changed: u64,
    pub missing: u64,
    pub removed: u64,
}

/// When something the file no longer says is removed.
#[derive(Clone, Copy, Debug)]
pub enum Vanish {
    /// When a file of a later day, made half a day later at least, lacks it too.
    OnceConfirmed(Moment),
    AtOnce,
}

/// Takes what a file says into what is known: revisions rise where something changed.
pub fn take_in<K: Ord + Clone, T: Record>(
    known: &mut BTreeMap<K, Known<T>>,
    said: BTreeMap<K, T>,
    unreadable: &BTreeSet<K>,
    vanish: Vanish,
    declared: bool,
) -> Counts {
    let mut counts = Counts::default();
    for (id, held) in known.iter_mut() {
        if !said.contains_key(id) && !unreadable.contains(id) && !*held.said.removed() {
            let gone = match (vanish, held.missing_since) {
                (Vanish::AtOnce, _) => true,
                (Vanish::OnceConfirmed(now), Some(since)) => now.confirms(since),
                (Vanish::OnceConfirmed(now), None) => {
                    held.missing_since = Some(now);
                    false
                }
            };
            if gone {
                *held.said.removed() = true;
                *held.said.revision() += 1;
                held.missing_since = None;
                counts.removed += 1;
            } else {
                counts.missing += 1;
            }
        }
    }
    for (id, mut new) in said {
        let Some(held) = known.get_mut(&id) else {
            *new.revision() = 1;
            known.insert(
                id,
                Known {
                    said: new,
                    missing_since: None,
                    declared,
                },
            );
            counts.recorded += 1;
            continue;
        };
        *new.revision() = *held.said.revision();
        if new != held.said {
            *new.revision() += 1;
            if *held.said.removed() {
                counts.recorded += 1;
            } else {
                counts.changed += 1;
            }
            held.said = new;
        }
        held.missing_since = None;
        held.declared = declared;
    }
    counts
}
