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
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
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
    fn both_ends_are_drawn_and_nothing_beyond_them() {
        let mut chance = Chance::new(7, "test");
        let drawn: std::collections::BTreeSet<i64> =
            (0..200).map(|_| chance.between(3, 6)).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [3, 4, 5, 6]);
    }
}
