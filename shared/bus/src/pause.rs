//! Growing pauses between tries.

use std::time::Duration;

/// Doubles from `first` to `most`, until something works again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pause {
    first: Duration,
    most: Duration,
    next: Duration,
}

impl Pause {
    pub(crate) fn new(first: Duration, most: Duration) -> Self {
        Self {
            first,
            most,
            next: first,
        }
    }

    /// How long to wait now; the next time it is longer.
    pub(crate) fn longer(&mut self) -> Duration {
        let now = self.next;
        self.next = (now * 2).min(self.most);
        now
    }

    pub(crate) fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_begin_anew() {
        let second = Duration::from_secs(1);
        let mut pause = Pause::new(second, 3 * second);
        let said: Vec<_> = (0..4).map(|_| pause.longer().as_secs()).collect();
        assert_eq!(said, [1, 2, 3, 3]);
        pause.reset();
        assert_eq!(pause.longer(), second);
    }
}
