/// A weight, and the lowest and highest number it stands for.
pub(super) type Band = (i64, (i64, i64));

/// Numbers that look random and are the same for the same seed, on every machine and with every release
/// (`SplitMix64`).
#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    /// A stream of its own for each purpose, so that one more draw in one place changes nothing elsewhere.
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
        let purpose = purpose
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ purpose)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// From `low` up to and including `high`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high - low).map_or(1, |w| w + 1);
        let step = i64::try_from(self.next() % width).unwrap_or(0);
        low + step
    }

    /// True in so many cases of a hundred.
    pub(super) fn percent(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }

    /// True in so many cases of a thousand.
    pub(super) fn permille(&mut self, permille: i64) -> bool {
        self.between(1, 1000) <= permille
    }

    /// One of them, as often as its weight says.
    pub(super) fn weighted<T: Copy>(&mut self, from: &[(i64, T)]) -> T {
        let mut left = self.between(1, from.iter().map(|(weight, _)| weight).sum());
        let mut chosen = from[0].1;
        for (weight, item) in from {
            chosen = *item;
            left -= weight;
            if left <= 0 {
                break;
            }
        }
        chosen
    }

    /// A number of one of the bands, as often as their weights say.
    pub(super) fn band(&mut self, bands: &[Band]) -> i64 {
        let (low, high) = self.weighted(bands);
        self.between(low, high)
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let last = i64::try_from(from.len()).unwrap_or(1) - 1;
        &from[usize::try_from(self.between(0, last)).unwrap_or(0)]
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            let j = self.between(0, i64::try_from(i).unwrap_or(0));
            items.swap(i, usize::try_from(j).unwrap_or(0));
        }
    }
}

/// Spreads a number over all numbers; what follows from it needs no state.
pub(super) fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_the_same_for_ever() {
        let mut chance = Chance::new(1, "test");
        let drawn: Vec<i64> = (0..5).map(|_| chance.between(1, 100)).collect();
        assert_eq!(drawn, DRAWN);
        assert_ne!(drawn, draw(&mut Chance::new(2, "test")));
        assert_ne!(drawn, draw(&mut Chance::new(1, "other")));
    }

    const DRAWN: [i64; 5] = [27, 43, 52, 67, 41];

    fn draw(chance: &mut Chance) -> Vec<i64> {
        (0..5).map(|_| chance.between(1, 100)).collect()
    }

    #[test]
    fn a_weight_of_three_comes_three_times_as_often_as_one() {
        let mut chance = Chance::new(7, "test");
        let bands: [Band; 2] = [(3, (0, 4)), (1, (10, 14))];
        let high = (0..4000).filter(|_| chance.band(&bands) >= 10).count();
        assert!((900..1100).contains(&high), "{high}");
    }

    #[test]
    fn both_ends_are_drawn_and_nothing_beyond_them() {
        let mut chance = Chance::new(7, "test");
        let drawn: std::collections::BTreeSet<i64> =
            (0..200).map(|_| chance.between(3, 6)).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [3, 4, 5, 6]);
    }
}
