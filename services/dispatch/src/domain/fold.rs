//! Several signals of one obligation, in whatever order they came.

use calendar::Calendar;
use contracts::obligation::DeadlineSignal;
use jiff::civil::Date;
use uuid::Uuid;

use super::{
    matter::{Heard, Matter},
    policy::Policy,
};

/// What a list of signals made of a matter, and what each of them came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    /// None only when nothing was ever heard of it.
    pub matter: Option<Matter>,
    pub heard: Vec<(Uuid, Heard)>,
}

/// Takes signals in, oldest revision first; of several that put a step in force the last one stands. Then looks at what
/// the passing of days has made of it.
pub fn fold(
    mut matter: Option<Matter>,
    mut signals: Vec<(Uuid, DeadlineSignal)>,
    policy: Option<&Policy>,
    calendar: &Calendar,
    today: Date,
) -> Folded {
    signals.sort_by_key(|(id, s)| (s.obligation.revision, s.what, *id));
    let mut heard: Vec<(Uuid, Heard)> = Vec::with_capacity(signals.len());
    for (id, signal) in signals {
        let (now, what) = Matter::hear(matter.take(), &signal, policy, calendar, today);
        matter = Some(now);
        if matches!(what, Heard::InForce | Heard::Closed) {
            for (_, earlier) in heard.iter_mut().filter(|(_, h)| *h == Heard::InForce) {
                *earlier = Heard::Superseded;
            }
        }
        heard.push((id, what));
    }
    if let Some(matter) = &mut matter {
        matter.wake(policy, calendar, today);
    }
    Folded { matter, heard }
}

#[cfg(test)]
mod tests {
    use contracts::{Obligation, ObligationState, obligation::DeadlineEvent};
    use jiff::{ToSpan, civil::date};
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{
        policy::Policies,
        step::Step,
        testing::{self, working_days_before},
    };
    use DeadlineEvent::{Overdue, Raised};

    fn obligation(due: Date, revision: u64) -> Obligation {
        Obligation {
            revision,
            ..testing::obligation("1", due)
        }
    }

    fn signal(what: DeadlineEvent, obligation: Obligation) -> (Uuid, DeadlineSignal) {
        testing::signal("1", what, obligation)
    }

    fn folded(matter: Option<Matter>, signals: Vec<(Uuid, DeadlineSignal)>, today: Date) -> Folded {
        let policies = Policies::compiled().unwrap();
        fold(
            matter,
            signals,
            policies.of("en.cla.first-review"),
            &Calendar::england_and_wales(),
            today,
        )
    }

    #[test]
    fn a_step_is_in_force_once_its_signal_came() {
        let due = date(2025, 5, 7);
        let before = |n| working_days_before(due, n);
        for (what, today, step) in [
            (vec![Raised], before(18), Step::Raised),
            (vec![Raised], before(15), Step::Approaching(15)),
            (vec![Raised], before(3), Step::Approaching(5)),
            (vec![Raised, Overdue], due + 1.day(), Step::Overdue),
        ] {
            let signals = what
                .iter()
                .map(|w| signal(*w, obligation(due, 1)))
                .collect();
            let got = folded(None, signals, today);
            assert_eq!(got.matter.unwrap().in_force, step, "{what:?} on {today}");
        }
    }

    #[test]
    fn a_baseline_says_where_a_matter_stands_and_only_what_comes_nearer_is_said_again() {
        let due = date(2025, 5, 7);
        let baseline = |revision| Obligation {
            baseline: true,
            ..obligation(due, revision)
        };
        let first = folded(
            None,
            vec![signal(DeadlineEvent::Raised, baseline(1))],
            date(2025, 4, 20),
        );
        let matter = first.matter.unwrap();
        assert_eq!(
            (matter.in_force, matter.reached),
            (Step::Baseline, Step::Approaching(15))
        );
        let same = folded(
            Some(matter.clone()),
            vec![signal(DeadlineEvent::Moved, baseline(1))],
            date(2025, 4, 20),
        );
        assert_eq!(same.heard[0].1, Heard::Already);
        let nearer = folded(
            Some(matter),
            vec![signal(DeadlineEvent::Moved, baseline(2))],
            date(2025, 4, 30),
        );
        assert_eq!(nearer.matter.unwrap().in_force, Step::Approaching(5));
    }

    #[test]
    fn a_date_that_moves_out_of_reach_is_told_again_when_it_comes_near() {
        let near = date(2025, 4, 17);
        let told = folded(
            None,
            vec![signal(
                DeadlineEvent::Moved,
                obligation(date(2025, 5, 7), 1),
            )],
            near,
        );
        let first = told.matter.unwrap();
        assert_eq!(first.key().to_string(), "approaching 15");
        let far = folded(
            Some(first),
            vec![signal(
                DeadlineEvent::Moved,
                obligation(date(2025, 9, 8), 2),
            )],
            near,
        );
        let far = far.matter.unwrap();
        assert_eq!(far.in_force, Step::Raised);
        let again = folded(
            Some(far),
            vec![signal(
                DeadlineEvent::Moved,
                obligation(date(2025, 9, 8), 3),
            )],
            date(2025, 8, 20),
        );
        assert_eq!(
            again.matter.unwrap().key().to_string(),
            "approaching 15, due 2025-09-08"
        );
    }

    #[test]
    fn a_date_that_moves_on_and_on_is_told_under_the_one_it_has_at_last() {
        let near = date(2025, 4, 17);
        let told = [
            (DeadlineEvent::Moved, date(2025, 5, 7), near),
            (DeadlineEvent::Moved, date(2025, 9, 8), near),
            (DeadlineEvent::Moved, date(2025, 8, 8), near),
            (DeadlineEvent::Moved, date(2025, 8, 8), date(2025, 7, 25)),
        ];
        let mut matter = None;
        for ((what, due, today), revision) in told.into_iter().zip(1..) {
            matter = folded(matter, vec![signal(what, obligation(due, revision))], today).matter;
        }
        assert_eq!(
            matter.unwrap().key().to_string(),
            "approaching 15, due 2025-08-08"
        );
    }

    #[test]
    fn a_date_that_moves_earlier_is_told_and_one_that_moves_a_little_later_is_not() {
        let today = date(2025, 4, 17);
        let told = folded(
            None,
            vec![signal(
                DeadlineEvent::Moved,
                obligation(date(2025, 5, 7), 1),
            )],
            today,
        );
        let earlier = folded(
            told.matter.clone(),
            vec![signal(
                DeadlineEvent::Moved,
                obligation(date(2025, 5, 6), 2),
            )],
            today,
        );
        assert_eq!(earlier.heard[0].1, Heard::InForce);
        assert_eq!(
            earlier.matter.unwrap().key().to_string(),
            "approaching 15, due 2025-05-06"
        );
        let later = folded(
            told.matter,
            vec![signal(
                DeadlineEvent::Moved,
                obligation(date(2025, 5, 8), 2),
            )],
            today,
        );
        assert_eq!(later.heard[0].1, Heard::Already);
    }

    #[test]
    fn a_pinned_clock_set_on_for_the_sender_first_loses_nothing() {
        let mut ahead = signal(DeadlineEvent::Moved, obligation(date(2025, 5, 7), 1));
        ahead.1.data_as_at = date(2025, 4, 30);
        let got = folded(None, vec![ahead], date(2025, 3, 1));
        assert_eq!(got.matter.unwrap().in_force, Step::Approaching(5));
    }

    /// A history as the deadlines service would tell it.
    fn history() -> impl Strategy<Value = Vec<(Uuid, DeadlineSignal)>> {
        let days = prop::collection::vec((0..5u8, 0..40i64), 1..8);
        days.prop_map(|moves| {
            let mut opening = 1;
            let mut open = true;
            let mut all = Vec::new();
            for (n, (kind, shift)) in moves.into_iter().enumerate() {
                let mut now = obligation(date(2025, 5, 7) + shift.days(), n as u64 + 1);
                let what = match kind {
                    2 if open => DeadlineEvent::Overdue,
                    3 if open => {
                        open = false;
                        now.state = ObligationState::Met;
                        DeadlineEvent::Met
                    }
                    _ if open => DeadlineEvent::Moved,
                    _ => {
                        (open, opening) = (true, opening + 1);
                        DeadlineEvent::Raised
                    }
                };
                now.opening = opening;
                all.push(signal(what, now));
            }
            all
        })
    }

    proptest! {
        #[test]
        fn every_order_ends_at_the_newest_revision(all in history(), seed in any::<u64>()) {
            let today = date(2025, 5, 1);
            let mut shuffled = all.clone();
            let len = shuffled.len() as u64;
            for (i, turn) in (0..shuffled.len()).zip(0_u32..) {
                shuffled.swap(i, usize::try_from(seed.rotate_left(turn) % len).unwrap());
            }
            let mut matter = None;
            for one in shuffled {
                matter = folded(matter, vec![one], today).matter;
            }
            let whole = folded(None, all.clone(), today).matter.unwrap();
            let matter = matter.unwrap();
            prop_assert_eq!(&matter.obligation, &whole.obligation);
            prop_assert_eq!(matter.runs(), whole.runs());
        }

        #[test]
        fn hearing_everything_twice_changes_nothing(all in history()) {
            let today = date(2025, 5, 1);
            let once = folded(None, all.clone(), today);
            let twice = folded(once.matter.clone(), all, today);
            prop_assert_eq!(once.matter, twice.matter);
            prop_assert!(twice.heard.iter().all(|(_, heard)| *heard != Heard::InForce));
        }
    }
}
