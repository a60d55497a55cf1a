use std::sync::{Arc, Mutex, PoisonError};

use jiff::{Span, Timestamp};

/// Domain time drives due dates, working hours and digests and can be set; machine time drives backoff, receipts and
/// sessions. Both are whole microseconds, as the stores keep them. Clones share the same time.
#[derive(Clone, Debug)]
pub struct Clock {
    domain: Source,
    machine: Source,
}

#[derive(Clone, Debug)]
enum Source {
    System,
    Set(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// Both times are the system's.
    pub fn real() -> Self {
        Self {
            domain: Source::System,
            machine: Source::System,
        }
    }

    /// Both times stand still, together, until `set` or `advance`.
    pub fn manual(now: Timestamp) -> Self {
        let shared = Source::still(now);
        Self {
            domain: shared.clone(),
            machine: shared,
        }
    }

    /// Domain time stands still until `set` or `advance`; machine time is real.
    pub fn with_domain(now: Timestamp) -> Self {
        Self {
            domain: Source::still(now),
            machine: Source::System,
        }
    }

    /// Domain time.
    pub fn now(&self) -> Timestamp {
        self.domain.now()
    }

    pub fn machine_now(&self) -> Timestamp {
        self.machine.now()
    }

    /// Sets the times that stand still; a real one stays real.
    pub fn set(&self, now: Timestamp) {
        for source in [&self.domain, &self.machine] {
            source.change(|_| now);
        }
    }

    /// Moves domain time forward by hours or smaller units (a day's length depends on the zone). A machine time that
    /// stands still is the same time and moves with it.
    pub fn advance(&self, span: Span) {
        self.domain.change(|now| now + span);
    }
}

impl Source {
    fn still(now: Timestamp) -> Self {
        Self::Set(Arc::new(Mutex::new(whole_microseconds(now))))
    }

    fn now(&self) -> Timestamp {
        match self {
            Self::System => whole_microseconds(system_now()),
            Self::Set(now) => *now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    fn change(&self, to: impl FnOnce(Timestamp) -> Timestamp) {
        if let Self::Set(now) = self {
            let mut now = now.lock().unwrap_or_else(PoisonError::into_inner);
            *now = whole_microseconds(to(*now));
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the system's clock"
)]
fn system_now() -> Timestamp {
    Timestamp::now()
}

fn whole_microseconds(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;

    fn noon() -> Timestamp {
        "2018-03-31T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_manual_clock_stands_still_and_moves_both_times_together() {
        let clock = Clock::manual(noon());
        assert_eq!((clock.now(), clock.machine_now()), (noon(), noon()));
        let copy = clock.clone();
        copy.advance(90.minutes());
        let later = noon() + 90.minutes();
        assert_eq!((clock.now(), clock.machine_now()), (later, later));
        clock.set(noon());
        assert_eq!((copy.now(), copy.machine_now()), (noon(), noon()));
    }

    #[test]
    fn a_set_domain_leaves_machine_time_real() {
        let clock = Clock::with_domain(noon());
        clock.set(noon() + 1.hour());
        assert_eq!(clock.now(), noon() + 1.hour());
        assert!(clock.machine_now() > noon() + 8.hours());
    }

    #[test]
    fn a_real_clock_moves_in_whole_microseconds_and_cannot_be_set() {
        let clock = Clock::real();
        let before = clock.now();
        clock.set(noon());
        assert!(clock.now() >= before);
        assert_eq!(clock.now().as_nanosecond() % 1000, 0);
    }
}
