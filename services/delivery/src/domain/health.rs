//! How the channel is. While it is in trouble one message at a time finds out whether it works again.

use jiff::Timestamp;

use super::backoff::{self, Limits};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// What it last complained of; none while it works.
    pub trouble: Option<String>,
    /// Troubles since it last worked.
    failures: u32,
    /// No try before this moment of machine time.
    until: Option<Timestamp>,
}

impl Health {
    /// May it be tried now? Else, when.
    pub fn rests_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.until.filter(|until| now < *until)
    }

    /// How many messages to try at once.
    pub fn at_once(&self, usual: usize) -> usize {
        if self.failures > 0 { 1 } else { usual }
    }

    pub fn works(&mut self) {
        *self = Self::default();
    }

    /// True if it is news: a trouble within a rest that another one caused is the same trouble.
    pub fn is_troubled(
        &mut self,
        words: &str,
        limits: &Limits,
        chance: f64,
        now: Timestamp,
    ) -> bool {
        if self.rests_until(now).is_some() {
            return false;
        }
        let news = self.trouble.as_deref() != Some(words);
        self.failures = self.failures.saturating_add(1);
        let rest = backoff::delay(limits.channel, self.failures, chance);
        self.until = Some(now.checked_add(rest).unwrap_or(Timestamp::MAX));
        self.trouble = Some(words.to_owned());
        news
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn troubles_of_one_moment_are_one_trouble_and_rests_grow_until_it_works() {
        let span = (Duration::from_secs(1), Duration::from_secs(4));
        let limits = Limits {
            attempts: 1,
            message: span,
            channel: span,
        };
        let mut health = Health::default();
        let mut now = Timestamp::UNIX_EPOCH;
        let mut rests = Vec::new();
        for _ in 0..4 {
            let news = health.is_troubled("down", &limits, 0.0, now);
            assert_eq!(news, rests.is_empty());
            assert!(!health.is_troubled("down as well", &limits, 0.0, now));
            assert_eq!(health.at_once(16), 1);
            let until = health.rests_until(now).unwrap();
            rests.push(until.duration_since(now).as_secs());
            now = until;
            assert_eq!(health.rests_until(now), None);
        }
        assert_eq!(rests, [1, 2, 4, 4]);
        health.works();
        assert_eq!((health.at_once(16), health.trouble.clone()), (16, None));
    }
}
