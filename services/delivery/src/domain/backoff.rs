//! How long to wait before another try. Machine time.

use std::time::Duration;

use uuid::Uuid;

/// How often and how long, from the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Tries of one message before it counts as failed.
    pub attempts: u32,
    /// First and longest wait of a message.
    pub message: (Duration, Duration),
    /// First and longest wait of the channel as a whole.
    pub channel: (Duration, Duration),
}

/// Doubles from the first to the longest; `chance` (0 to 1) takes up to half of it away, so that what failed together
/// does not come back together.
pub fn delay((first, longest): (Duration, Duration), failures: u32, chance: f64) -> Duration {
    let doubled = first.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1).min(30)));
    doubled
        .min(longest)
        .mul_f64(1.0 - chance.clamp(0.0, 1.0) / 2.0)
}

/// A chance that is the same each time it is asked for, and different for each message and try.
pub fn chance(message: Uuid, attempt: u32) -> f64 {
    let (high, low) = message.as_u64_pair();
    let mixed = (high ^ low.rotate_left(attempt)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    f64::from(u32::try_from(mixed).unwrap_or_default()) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_wait_is_never_longer_than_the_longest_nor_shorter_than_half_the_first(
            failures in 1_u32..100, a: u128, first in 1_u64..10_000, more in 0_u64..10_000_000,
        ) {
            let (first, longest) = (Duration::from_millis(first), Duration::from_millis(first + more));
            let wait = delay((first, longest), failures, chance(Uuid::from_u128(a), failures));
            prop_assert!(wait <= longest && wait >= first.mul_f64(0.499), "{wait:?}");
        }

        #[test]
        fn a_wait_grows_until_it_is_longest(failures in 1_u32..40) {
            let span = (Duration::from_secs(1), Duration::from_hours(1));
            prop_assert!(delay(span, failures, 0.3) <= delay(span, failures + 1, 0.3));
        }
    }

    #[test]
    fn messages_that_failed_together_do_not_come_back_together() {
        let chances: Vec<_> = (0..1000_u128)
            .map(|n| {
                chance(
                    Uuid::from_u128(n.wrapping_mul(0x1234_5678_9ABC_DEF1_2345_6789)),
                    1,
                )
            })
            .collect();
        let low = chances.iter().filter(|c| **c < 0.5).count();
        assert!((400..600).contains(&low), "{low}");
    }
}
