//! When something in the drop folder is complete. Copying tools keep old times, so what counts is that we ourselves
//! have seen nothing change for a while.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp};

use super::look::Waiting;

/// After our own trouble, long enough not to go round in a hurry.
const LATER: SignedDuration = SignedDuration::from_mins(1);

pub(super) struct Settling {
    settle: SignedDuration,
    seen: BTreeMap<PathBuf, Seen>,
}

struct Seen {
    waiting: Waiting,
    since: Timestamp,
    not_before: Option<Timestamp>,
    put_off: bool,
}

impl Settling {
    pub(super) fn new(settle: SignedDuration) -> Self {
        Self {
            settle,
            seen: BTreeMap::new(),
        }
    }

    /// What waits now; gives what is complete, in the same order.
    pub(super) fn complete(&mut self, waiting: Vec<Waiting>, now: Timestamp) -> Vec<Waiting> {
        let mut before = std::mem::take(&mut self.seen);
        let mut complete = Vec::new();
        for waiting in waiting {
            let seen = match before.remove(&waiting.path) {
                Some(seen) if seen.waiting == waiting => seen.on(now),
                _ => Seen {
                    waiting: waiting.clone(),
                    since: now,
                    not_before: None,
                    put_off: false,
                },
            };
            let settled = waiting.ready || now.duration_since(seen.since) >= self.settle;
            if settled && seen.not_before.is_none_or(|then| then <= now) {
                complete.push(waiting.clone());
            }
            self.seen.insert(waiting.path, seen);
        }
        complete
    }

    /// It was tried and could not be done now.
    pub(super) fn again_later(&mut self, path: &Path) {
        if let Some(seen) = self.seen.get_mut(path) {
            seen.put_off = true;
        }
    }
}

impl Seen {
    fn on(mut self, now: Timestamp) -> Self {
        if std::mem::take(&mut self.put_off) {
            self.not_before = Some(now + LATER);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    fn waiting(name: &str, size: u64, ready: bool) -> Waiting {
        Waiting {
            authority: "westshire".parse().unwrap(),
            source: "ssda903",
            path: name.into(),
            as_at: Ok(None),
            looks: vec![(
                "episodes.csv".into(),
                size,
                Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1)),
            )],
            ready,
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn names(complete: &[Waiting]) -> Vec<&str> {
        complete.iter().map(|w| w.path.to_str().unwrap()).collect()
    }

    #[test]
    fn it_is_complete_when_nothing_changed_for_the_settling_time_or_when_it_says_so() {
        let mut settling = Settling::new(SignedDuration::from_secs(30));
        assert_eq!(
            names(&settling.complete(vec![waiting("a", 1, false), waiting("b", 1, true)], at(0))),
            ["b"]
        );
        assert!(
            settling
                .complete(vec![waiting("a", 1, false)], at(29))
                .is_empty()
        );
        assert!(
            settling
                .complete(vec![waiting("a", 2, false)], at(31))
                .is_empty()
        );
        assert!(
            settling
                .complete(vec![waiting("a", 2, false)], at(60))
                .is_empty()
        );
        assert_eq!(
            names(&settling.complete(vec![waiting("a", 2, false)], at(61))),
            ["a"]
        );
    }

    #[test]
    fn what_could_not_be_done_waits_a_minute() {
        let mut settling = Settling::new(SignedDuration::ZERO);
        let a = || vec![waiting("a", 1, false)];
        assert_eq!(names(&settling.complete(a(), at(0))), ["a"]);
        settling.again_later(Path::new("a"));
        assert!(settling.complete(a(), at(10)).is_empty());
        assert!(settling.complete(a(), at(69)).is_empty());
        assert_eq!(names(&settling.complete(a(), at(70))), ["a"]);
    }
}
