//! Gate: a snapshot is told as a whole, and not at all while it would tell far more people than usual.

use super::{Candidate, Until, Verdict};
use crate::domain::{batch::BatchState, scene::Scene};

pub fn gate(scene: &Scene<'_>, candidate: &Candidate<'_>) -> Verdict {
    let Some(batch) = candidate.batch else {
        return Verdict::Send;
    };
    let why = match scene.batches.get(&batch) {
        None | Some(BatchState::Released) => return Verdict::Send,
        Some(BatchState::Collecting) => "waits until all that came with it is worked out",
        Some(BatchState::Held) => {
            "held: the snapshot would tell far more people than usual; somebody must let it go"
        }
    };
    Verdict::Hold {
        until: Until::Released,
        why: why.to_owned(),
    }
}

/// How many times the usual number of people, and what counts as usual at least.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub factor: u64,
    pub floor: u64,
}

/// What is decided about a complete batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weighed {
    pub people: u64,
    pub usual: u64,
    pub state: BatchState,
}

/// `people` are those it would tell apart from the baseline (one summary each by construction); `earlier` are the same
/// counts of the batches let go before it.
pub fn weigh(people: u64, earlier: &[u64], limits: Limits) -> Weighed {
    let usual = median(earlier).unwrap_or(0).max(limits.floor);
    let held = people > usual.saturating_mul(limits.factor);
    Weighed {
        people,
        usual,
        state: if held {
            BatchState::Held
        } else {
            BatchState::Released
        },
    }
}

fn median(of: &[u64]) -> Option<u64> {
    let mut sorted = of.to_vec();
    sorted.sort_unstable();
    let (low, high) = (sorted.len().checked_sub(1)? / 2, sorted.len() / 2);
    Some(u64::midpoint(sorted[low], sorted[high]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMITS: Limits = Limits {
        factor: 3,
        floor: 10,
    };

    #[test]
    fn more_than_three_times_the_usual_number_of_people_is_held() {
        use BatchState::{Held, Released};
        for (name, people, earlier, usual, state) in [
            ("no history, few", 30, vec![], 10, Released),
            ("no history, many", 31, vec![], 10, Held),
            ("usual is 40", 120, vec![40, 40, 40], 40, Released),
            ("one over", 121, vec![40, 40, 40], 40, Held),
            (
                "one odd day does not count",
                100,
                vec![12, 12, 900],
                12,
                Held,
            ),
            ("between two", 76, vec![20, 30], 25, Held),
            (
                "small numbers count as the floor",
                25,
                vec![1, 2, 1],
                10,
                Released,
            ),
            ("nobody", 0, vec![], 10, Released),
        ] {
            assert_eq!(
                weigh(people, &earlier, LIMITS),
                Weighed {
                    people,
                    usual,
                    state
                },
                "{name}"
            );
        }
    }

    proptest! {
        #[test]
        fn more_people_never_pass_where_fewer_are_held(
            few in 0..1000_u64, more in 0..1000_u64, earlier in prop::collection::vec(0..500_u64, 0..10),
        ) {
            let held = |people| weigh(people, &earlier, LIMITS).state == BatchState::Held;
            prop_assert!(!held(few) || held(few + more));
            prop_assert!(!held(few.min(30)));
        }
    }
}
