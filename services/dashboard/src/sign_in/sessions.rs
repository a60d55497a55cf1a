//! Keys that work once, and sessions; both in memory, so that a restart signs everybody out.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use contracts::{AuthorityCode, StaffId};
use jiff::{Timestamp, ToSpan};
use rand::RngCore;

/// Links that may wait to be opened, and sessions that may be open, at once: the oldest give way.
const AT_MOST: usize = 32;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) looks_as: Option<(AuthorityCode, StaffId)>,
    until: Timestamp,
}

pub(crate) struct Sessions {
    hours: u32,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    /// Key and how long it is good.
    keys: Vec<(String, Timestamp)>,
    open: BTreeMap<String, Session>,
}

impl Sessions {
    /// A link and a session are each good for `hours` of machine time.
    pub(crate) fn new(hours: u32) -> Self {
        Self {
            hours,
            held: Mutex::default(),
        }
    }

    pub(crate) fn new_key(&self, now: Timestamp) -> String {
        let key = random();
        let mut held = self.held();
        held.keys.push((key.clone(), self.until(now)));
        let surplus = held.keys.len().saturating_sub(AT_MOST);
        held.keys.drain(..surplus);
        key
    }

    /// Opens a session for a key, once; its id is as secret as the key was.
    pub(crate) fn redeem(&self, key: &str, now: Timestamp) -> Option<String> {
        let mut held = self.held();
        held.keys.retain(|(_, until)| *until > now);
        let place = held.keys.iter().position(|(known, _)| same(known, key))?;
        held.keys.remove(place);
        held.open.retain(|_, session| session.until > now);
        while held.open.len() >= AT_MOST {
            let oldest = held
                .open
                .iter()
                .min_by_key(|(_, s)| s.until)
                .map(|(id, _)| id.clone());
            held.open.remove(&oldest?);
        }
        let id = random();
        let session = Session {
            looks_as: None,
            until: self.until(now),
        };
        held.open.insert(id.clone(), session);
        Some(id)
    }

    pub(crate) fn get(&self, id: &str, now: Timestamp) -> Option<Session> {
        self.held().open.get(id).filter(|s| s.until > now).cloned()
    }

    pub(crate) fn look_as(&self, id: &str, person: Option<(AuthorityCode, StaffId)>) {
        if let Some(session) = self.held().open.get_mut(id) {
            session.looks_as = person;
        }
    }

    pub(crate) fn end(&self, id: &str) {
        self.held().open.remove(id);
    }

    fn until(&self, now: Timestamp) -> Timestamp {
        now + i64::from(self.hours).hours()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// 256 bits, in hexadecimal.
fn random() -> String {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    data_encoding::HEXLOWER.encode(&bytes)
}

/// Takes the same time wherever the two differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |d, (a, b)| d | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2025-05-06T08:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_key_opens_one_session_and_no_second() {
        let sessions = Sessions::new(12);
        let key = sessions.new_key(now());
        let id = sessions.redeem(&key, now()).unwrap();
        assert_ne!(id, key);
        assert!(sessions.get(&id, now()).is_some());
        assert_eq!(sessions.redeem(&key, now()), None);
        assert_eq!(sessions.redeem("", now()), None);
    }

    #[test]
    fn keys_and_sessions_grow_old() {
        let sessions = Sessions::new(12);
        let later = now() + 12.hours();
        let old = sessions.new_key(now());
        assert_eq!(sessions.redeem(&old, later), None);
        let key = sessions.new_key(now());
        let id = sessions.redeem(&key, now()).unwrap();
        assert_eq!(sessions.get(&id, later), None);
    }

    #[test]
    fn as_whom_one_looks_belongs_to_the_session() {
        let sessions = Sessions::new(12);
        let open = || sessions.redeem(&sessions.new_key(now()), now()).unwrap();
        let (one, other) = (open(), open());
        let person = ("westshire".parse().unwrap(), StaffId::new("w1"));
        sessions.look_as(&one, Some(person.clone()));
        assert_eq!(sessions.get(&one, now()).unwrap().looks_as, Some(person));
        assert_eq!(sessions.get(&other, now()).unwrap().looks_as, None);
        sessions.end(&one);
        assert_eq!(sessions.get(&one, now()), None);
    }

    #[test]
    fn neither_links_nor_sessions_pile_up() {
        let sessions = Sessions::new(12);
        let first = sessions.new_key(now());
        let mut last = String::new();
        for n in 0..100_i64 {
            last = sessions.new_key(now() + n.seconds());
        }
        assert_eq!(sessions.redeem(&first, now()), None);
        assert!(sessions.redeem(&last, now()).is_some());
        for n in 0..100_i64 {
            let key = sessions.new_key(now() + n.minutes());
            sessions.redeem(&key, now() + n.minutes()).unwrap();
        }
        assert_eq!(sessions.held().open.len(), AT_MOST);
    }
}
