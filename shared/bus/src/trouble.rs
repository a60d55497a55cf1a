//! What is wrong now, for whoever looks: `evenkeel status`, health and metrics.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use contracts::commands::Trouble;
use jiff::Timestamp;

/// Parts of a process that do not work, each from when it began until it works again. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Troubles(Arc<Mutex<BTreeMap<Key, Trouble>>>);

/// The service and its part.
type Key = (&'static str, String);

impl Troubles {
    /// Notes what is wrong with a part; true if nothing was until now.
    pub(crate) fn begin(
        &self,
        service: &'static str,
        part: &str,
        what: String,
        now: Timestamp,
    ) -> bool {
        let mut all = self.lock();
        let since = all
            .get(&(service, part.to_owned()))
            .map(|known| known.since);
        let trouble = Trouble {
            part: part.to_owned(),
            what,
            since: since.unwrap_or(now),
        };
        all.insert((service, part.to_owned()), trouble);
        since.is_none()
    }

    /// It works again.
    pub(crate) fn end(&self, service: &'static str, part: &str) {
        self.lock().remove(&(service, part.to_owned()));
    }

    /// What is wrong with a service's parts.
    pub fn of(&self, service: &str) -> Vec<Trouble> {
        let all = self.lock();
        let of = all.iter().filter(|((owner, _), _)| *owner == service);
        of.map(|(_, trouble)| trouble.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Trouble>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_keeps_when_it_began_until_it_ends() {
        let (troubles, at) = (Troubles::default(), Timestamp::UNIX_EPOCH);
        let later = Timestamp::from_second(60).unwrap();
        assert!(troubles.begin("intake", "relay", "full".to_owned(), at));
        assert!(!troubles.begin("intake", "relay", "still full".to_owned(), later));
        troubles.begin("dispatch", "relay", "full".to_owned(), later);
        let expected = Trouble {
            part: "relay".to_owned(),
            what: "still full".to_owned(),
            since: at,
        };
        assert_eq!(troubles.of("intake"), [expected]);
        troubles.end("intake", "relay");
        assert!(troubles.of("intake").is_empty());
        assert_eq!(troubles.of("dispatch").len(), 1);
    }
}
