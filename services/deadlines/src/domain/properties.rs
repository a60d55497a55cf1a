//! What holds whatever is recorded.

use std::collections::BTreeMap;

use calendar::{Calendar, Unit};
use contracts::{
    Authority, Entry, Fact, Obligation, ObligationState,
    obligation::{DeadlineEvent, LimitUnit},
};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use proptest::prelude::*;
use uuid::Uuid;

use super::{
    decide::{Circumstances, Decision, Established, decide},
    rules::{Rules, unit},
    running::Running,
    testing::{Care, cancelled, chronology, day, episode, looked_after_authority, review},
};

const FIRST: Date = date(2024, 1, 1);

struct World {
    rules: Rules,
    authority: Authority,
    calendar: Calendar,
    established: Established,
}

impl World {
    fn new() -> Self {
        let pairs = ["en.cla.first-review", "en.cla.next-review"]
            .map(|rule| ("ssda903".to_owned(), rule.to_owned()));
        Self {
            rules: Rules::built_in(),
            authority: looked_after_authority(),
            calendar: Calendar::england_and_wales(),
            established: Established(pairs.into()),
        }
    }

    fn decide(&self, prior: &[Obligation], entries: &[Entry], today: Date) -> Decision {
        let running = Running::of(&self.rules, &self.authority, today);
        let at = Circumstances {
            running: &running,
            calendar: &self.calendar,
            established: &self.established,
            today,
        };
        decide(prior, &chronology(entries.to_vec()), at)
    }
}

fn days(n: i64) -> Date {
    FIRST.saturating_add(n.days())
}

fn any_care(n: usize) -> impl Strategy<Value = Entry> {
    let length = prop_oneof![1 => Just(None), 3 => (0i64..200).prop_map(Some)];
    let reason = prop_oneof![Just("S"), Just("P")];
    let status = prop_oneof![5 => Just("C2"), 1 => Just("V3")];
    (0i64..500, length, reason, status, 0..20u8).prop_map(
        move |(start, length, reason, status, end)| {
            let care = if reason == "S" {
                Care::starts()
            } else {
                Care::goes_on()
            };
            let ended = length.map(|l| days(start + l).to_string());
            let reason = if end == 0 { "E2" } else { "X1" };
            let care = care.status(status).ended(reason);
            episode(
                &format!("c{n}"),
                &days(start).to_string(),
                ended.as_deref(),
                care,
            )
        },
    )
}

fn any_review(n: usize) -> impl Strategy<Value = Entry> {
    (0i64..700, 0..8u8).prop_map(move |(on, kind)| {
        let (key, on) = (format!("r{n}"), days(on).to_string());
        if kind == 0 {
            cancelled(&key, &on)
        } else {
            review(&key, &on)
        }
    })
}

fn facts() -> impl Strategy<Value = Vec<Entry>> {
    let care = (0..5usize).prop_flat_map(|n| (0..n).map(any_care).collect::<Vec<_>>());
    let reviews = (0..8usize).prop_flat_map(|n| (0..n).map(any_review).collect::<Vec<_>>());
    (care, reviews).prop_map(|(care, reviews)| [care, reviews].concat())
}

fn today() -> impl Strategy<Value = Date> {
    (0i64..760).prop_map(days)
}

/// What an obligation says, without how often that changed on the way.
fn told(list: &[Obligation]) -> Vec<Obligation> {
    let plain = |o: &Obligation| Obligation {
        revision: 0,
        ..o.clone()
    };
    list.iter().map(plain).collect()
}

fn by_id(list: &[Obligation]) -> BTreeMap<Uuid, Obligation> {
    list.iter().map(|o| (o.id, o.clone())).collect()
}

proptest! {
    #[test]
    fn no_working_day_deadline_falls_on_a_non_working_day(facts in facts(), today in today()) {
        let world = World::new();
        for o in world.decide(&[], &facts, today).list {
            if o.rule.limit.unit == LimitUnit::WorkingDays {
                prop_assert!(world.calendar.is_working_day(o.due_date));
            }
            let due = world.calendar.add(o.trigger_date, o.rule.limit.n, unit(o.rule.limit.unit));
            prop_assert_eq!(due.date, o.due_date);
            prop_assert!(o.approach.iter().all(|d| *d > o.trigger_date && *d <= o.due_date));
        }
    }

    #[test]
    fn working_it_out_twice_is_working_it_out_once(facts in facts(), today in today()) {
        let world = World::new();
        let once = world.decide(&[], &facts, today);
        let twice = world.decide(&once.list, &facts, today);
        prop_assert_eq!(&twice.list, &once.list);
        prop_assert_eq!(twice.events, vec![]);
        prop_assert_eq!(twice.next_on, once.next_on);
    }

    #[test]
    fn facts_in_any_order_give_the_same_obligations(
        (facts, shuffled) in facts().prop_flat_map(|f| (Just(f.clone()), Just(f).prop_shuffle())),
        today in today(),
    ) {
        let world = World::new();
        prop_assert_eq!(world.decide(&[], &facts, today), world.decide(&[], &shuffled, today));
    }

    #[test]
    fn snapshots_in_any_order_end_at_the_same_obligations(
        (facts, order) in facts().prop_flat_map(|f| (Just(f.clone()), Just(f).prop_shuffle())),
        today in today(),
    ) {
        let world = World::new();
        let mut list = Vec::new();
        for known in 1..=order.len() {
            list = world.decide(&list, &order[..known], today).list;
        }
        let at_once = by_id(&world.decide(&[], &facts, today).list);
        for o in list {
            let at_once = at_once.get(&o.id);
            let state = at_once.map_or(ObligationState::Withdrawn, |same| same.state);
            prop_assert_eq!(o.state, state);
            prop_assert!(at_once.is_none_or(|same| (o.due_date, o.met_date) == (same.due_date, same.met_date)));
        }
    }

    #[test]
    fn a_met_clock_reopens_only_when_its_evidence_goes(
        facts in facts(), more in proptest::collection::vec(any_review(90), 0..2), today in today(), later in 0i64..200,
    ) {
        let world = World::new();
        let before = world.decide(&[], &facts, today);
        let after_facts = [facts, more].concat();
        let after = by_id(&world.decide(&before.list, &after_facts, today.saturating_add(later.days())).list);
        for met in before.list.iter().filter(|o| o.state == ObligationState::Met) {
            prop_assert!(!after[&met.id].state.is_running(), "{met:?} opened again");
        }
    }

    #[test]
    fn stepping_day_by_day_ends_where_jumping_does(facts in facts(), from in 0i64..400, length in 0i64..90) {
        let world = World::new();
        let jumped = world.decide(&world.decide(&[], &facts, days(from)).list, &facts, days(from + length));
        let mut stepped = world.decide(&[], &facts, days(from));
        for n in 1..=length {
            stepped = world.decide(&stepped.list, &facts, days(from + n));
        }
        prop_assert_eq!(told(&stepped.list), told(&jumped.list));
        prop_assert_eq!(stepped.next_on, jumped.next_on);
    }

    #[test]
    fn nothing_changes_between_one_day_to_look_again_and_the_next(facts in facts(), from in 0i64..600) {
        let world = World::new();
        let decision = world.decide(&[], &facts, days(from));
        let quiet_until = decision.next_on.unwrap_or(days(from + 400)).min(days(from + 400));
        let eve = quiet_until.saturating_sub(1.day()).max(days(from));
        let unchanged = world.decide(&decision.list, &facts, eve);
        prop_assert_eq!(unchanged.events, vec![]);
        prop_assert_eq!(unchanged.list, decision.list);
    }

    #[test]
    fn raise_withdraw_raise_tells_twice(facts in facts(), today in today()) {
        let world = World::new();
        let count = |d: &Decision, opening| {
            d.events.iter().filter(|(e, o)| *e == DeadlineEvent::Raised && o.opening == opening).count()
        };
        let raised = world.decide(&[], &facts, today);
        let running = raised.list.iter().filter(|o| o.state.is_running()).count();
        let withdrawn = world.decide(&raised.list, &[], today);
        let again = world.decide(&withdrawn.list, &facts, today);
        let settled = world.decide(&again.list, &facts, today);
        prop_assert_eq!(count(&raised, 1), running);
        prop_assert_eq!(withdrawn.events.len(), running);
        prop_assert_eq!(count(&again, 2), running);
        prop_assert_eq!(settled.events, vec![]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_deadline_goes_overdue_once_and_no_step_is_told_twice(facts in facts()) {
        let world = World::new();
        let mut list = Vec::new();
        let mut seen: BTreeMap<(Uuid, u32, DeadlineEvent, Option<Date>), u32> = BTreeMap::new();
        for n in 0..760 {
            let decision = world.decide(&list, &facts, days(n));
            for (what, o) in decision.events {
                let step = o.approached.filter(|_| what == DeadlineEvent::Approaching);
                let times = seen.entry((o.id, o.opening, what, step)).or_default();
                *times += 1;
                prop_assert!(*times == 1, "{:?} of {:?} told {} times", what, o, times);
            }
            list = decision.list;
        }
    }
}

#[test]
fn the_generated_facts_reach_every_state() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let (world, mut runner) = (World::new(), TestRunner::deterministic());
    let mut states = std::collections::BTreeSet::new();
    for _ in 0..200 {
        let facts = facts().new_tree(&mut runner).unwrap().current();
        let list = world.decide(&[], &facts, day("2025-03-03")).list;
        states.extend(list.iter().map(|o| (o.state, o.withdrawn.is_some())));
        assert!(facts.iter().all(|e| !matches!(e.fact, Fact::Death)));
    }
    assert_eq!(states.len(), 4, "{states:?}");
    assert_eq!(unit(LimitUnit::Months), Unit::Months);
}
