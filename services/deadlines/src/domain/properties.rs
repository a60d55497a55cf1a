//! What holds whatever is recorded.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use calendar::Calendar;
use contracts::{
    Authority, Entry, Obligation, ObligationState,
    obligation::{DeadlineEvent, LimitUnit},
};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use proptest::{prelude::*, sample};
use uuid::Uuid;

use super::{
    decide::{Circumstances, Decision, Established, decide},
    overrides::Overrides,
    rules::Rules,
    running::Running,
    testing::{
        self, Care, cancelled, chronology, day, episode, review, rules_here, whole_authority,
    },
};

const FIRST: Date = date(2024, 1, 1);

static RULES: LazyLock<Rules> = LazyLock::new(rules_here);
static CALENDAR: LazyLock<Calendar> = LazyLock::new(Calendar::england_and_wales);

struct World {
    authority: Authority,
    established: Established,
    overrides: Overrides,
}

impl World {
    fn new() -> Self {
        Self::said("")
    }

    /// With what the authority has said about the child.
    fn said(overrides: &str) -> Self {
        let pairs = RULES
            .all()
            .iter()
            .flat_map(|rule| ["ssda903", "ssd"].map(|source| (source.to_owned(), rule.id.clone())));
        Self {
            authority: whole_authority(),
            established: Established(pairs.collect()),
            overrides: testing::overrides(overrides, &RULES),
        }
    }

    fn decide(&self, prior: &[Obligation], entries: &[Entry], today: Date) -> Decision {
        let running = Running::of(&RULES, &self.authority, today).with(&self.overrides);
        let at = Circumstances {
            running: &running,
            calendar: &CALENDAR,
            established: &self.established,
            today,
        };
        decide(prior, &chronology(entries.to_vec()), at)
    }
}

/// A note of each kind of fact, in most of its forms; `@` is its own first day.
const NOTES: [&str; 64] = [
    "referral",
    "referral decided",
    "referral nfa",
    "referral nfa=no",
    "assessment of=k0",
    "assessment of=k1",
    "assessment",
    "section47",
    "section47 of=k0",
    "section47 nfa",
    "conference",
    "conference of=k2",
    "conference planned",
    "conference transfer planned target=@",
    "conference transfer",
    "conference transfer target=@",
    "transfer_in_notified",
    "cin",
    "cp",
    "cp conference=k3",
    "cp other",
    "cp-review",
    "cp-review of=k4",
    "cp-review planned stated=@",
    "core_group",
    "child_in_need_review",
    "visit",
    "visit",
    "visit",
    "visit",
    "visit unseen",
    "visit blank",
    "care reason=S status=- place=-",
    "care reason=P status=C1 place=P1",
    "care reason=L place=P1",
    "care status=V3",
    "care status=V4",
    "care reason=P place=T1",
    "care reason=P place=U1",
    "care status=- place=- entered=@",
    "status code=C1",
    "status code=V4",
    "placement code=P1",
    "placement code=T2",
    "placement code=U4",
    "review",
    "review planned",
    "review planned stated=@",
    "health",
    "education_plan",
    "missing",
    "missing at=15:30",
    "missing offered",
    "missing not-needed",
    "leaver eligible",
    "leaver relevant",
    "leaver former",
    "pathway",
    "contact",
    "adoption",
    "reviewer",
    "age 0-4",
    "age 16-17",
    "private_fostering",
];

const STEPS: [&str; 7] = [
    "private_fostering_visit",
    "care_application",
    "reviewer_told",
    "review_decisions",
    "review_record",
    "emergency_placement",
    "placement_notified",
];

fn any_note(n: usize) -> impl Strategy<Value = Entry> {
    let notes: Vec<&str> = NOTES.into_iter().chain(STEPS).collect();
    let length = prop_oneof![1 => Just(None), 2 => (0i64..250).prop_map(Some)];
    (sample::select(notes), 0i64..600, length).prop_map(move |(note, start, length)| {
        let (kind, rest) = note.split_once(' ').unwrap_or((note, ""));
        let from = days(start).to_string();
        let end = length.map_or_else(String::new, |l| format!("..{}", days(start + l)));
        let rest = rest.replace('@', &from);
        let note = format!("{kind} k{n} {from}{end} {rest}");
        testing::facts(&note).remove(0)
    })
}

fn any_visits(first: usize) -> impl Strategy<Value = Vec<Entry>> {
    let note = |(n, (on, seen)): (usize, (i64, &str))| format!("visit v{n} {} {seen}", days(on));
    let one = (0i64..700, sample::select(vec!["", "", "unseen", "blank"]));
    proptest::collection::vec(one, 0..5).prop_map(move |visits| {
        let notes: Vec<String> = (first..).zip(visits).map(note).collect();
        testing::facts(&notes.join(";"))
    })
}

fn any_plan() -> impl Strategy<Value = Vec<Entry>> {
    (0i64..500, 0i64..300).prop_map(|(from, length)| {
        let (from, until) = (days(from), days(from + length));
        testing::facts(&format!("cp p {from}..{until}; cin i {from}..{until}"))
    })
}

/// Facts of all kinds, with a death now and then.
fn whole() -> impl Strategy<Value = Vec<Entry>> {
    let notes = (0..22usize).prop_flat_map(|n| (0..n).map(any_note).collect::<Vec<_>>());
    let death = prop_oneof![9 => Just(None), 1 => (0i64..700).prop_map(Some)];
    let moved = prop_oneof![5 => Just(None), 1 => (0i64..300).prop_map(Some)];
    (notes, death, moved).prop_map(|(mut notes, death, moved)| {
        let death = death.map(|on| format!("death d {}", days(on)));
        notes.extend(testing::facts(&death.unwrap_or_default()));
        notes.extend(moved.map(moves).unwrap_or_default());
        notes
    })
}

/// A life that chance alone hardly ever gives: two reviews, then a move every two months.
fn moves(from: i64) -> Vec<Entry> {
    let on = |n| days(from + n);
    let (first, second) = (on(20), on(80));
    let moved: Vec<String> = (0..4)
        .map(|n| format!("care m{n} {} reason=P", on(100 + 60 * n)))
        .collect();
    let noted = format!(
        "care m {}; review m1 {first}; review m2 {second}; {}",
        on(0),
        moved.join(";")
    );
    testing::facts(&noted)
}

/// What an authority may have said about the child.
fn said() -> impl Strategy<Value = String> {
    let what = sample::select(vec![
        "en.cla.visit set_aside refused",
        "en.cp.visit set_aside away",
        "en.cla.visit.long-term long_term agreed",
        "en.cla.visit.parent-interim temporary_carer approved",
        "en.cla.visit.parent-unassessed parent_unassessed approved",
        "en.cla.short-break-visit as_agreed agreed 4 weeks",
        "en.court.care-application extended court 8 weeks",
        "en.cla.temporary-approval extended approved 3 weeks",
        "en.cla.temporary-approval carer_approved approved",
        "en.leaver.visit accommodated agreed",
    ]);
    let one = (what, 0i64..600, 0i64..200).prop_map(|(what, from, length)| {
        let mut words = what.splitn(4, ' ');
        let [rule, action, reason] = std::array::from_fn(|_| words.next().unwrap_or_default());
        let (from, until) = (days(from), days(from + length));
        let limit = words.next().unwrap_or_default();
        format!("1001 {rule} {action} {reason} w1 {from} {until} {limit}")
    });
    proptest::collection::vec(one, 0..3).prop_map(|all| all.join(";"))
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

/// What an obligation says, without how often that changed or it opened on the way.
fn told(list: &[Obligation]) -> Vec<Obligation> {
    let plain = |o: &Obligation| Obligation {
        revision: 0,
        opening: 0,
        ..o.clone()
    };
    list.iter().map(plain).collect()
}

fn by_id(list: &[Obligation]) -> BTreeMap<Uuid, Obligation> {
    list.iter().map(|o| (o.id, o.clone())).collect()
}

proptest! {
    #[test]
    fn no_working_day_deadline_falls_on_a_non_working_day(facts in whole(), today in today()) {
        let world = World::new();
        for o in world.decide(&[], &facts, today).list {
            if o.rule.limit.unit == LimitUnit::WorkingDays && o.found.is_none() {
                prop_assert!(CALENDAR.is_working_day(o.due_date));
            }
            let due = CALENDAR.add(o.trigger_date, o.rule.limit.n, o.rule.limit.unit.into());
            prop_assert!(due.date == o.due_date || o.due_time.is_some() || o.found.is_some());
            prop_assert!(o.found.is_none() || o.state != ObligationState::Overdue);
        }
    }

    #[test]
    fn working_it_out_twice_is_working_it_out_once(facts in whole(), said in said(), today in today()) {
        let world = World::said(&said);
        let once = world.decide(&[], &facts, today);
        let twice = world.decide(&once.list, &facts, today);
        prop_assert_eq!(&twice.list, &once.list);
        prop_assert_eq!(twice.events, vec![]);
        prop_assert_eq!(twice.next_on, once.next_on);
    }

    #[test]
    fn facts_in_any_order_give_the_same_obligations(
        (facts, shuffled) in whole().prop_flat_map(|f| (Just(f.clone()), Just(f).prop_shuffle())),
        today in today(),
    ) {
        let world = World::new();
        prop_assert_eq!(world.decide(&[], &facts, today), world.decide(&[], &shuffled, today));
    }

    #[test]
    fn snapshots_in_any_order_end_at_the_same_obligations(
        (facts, order) in whole().prop_flat_map(|f| (Just(f.clone()), Just(f).prop_shuffle())),
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
        facts in facts(), visits in any_visits(0), plan in any_plan(), more in proptest::collection::vec(any_review(90), 0..2),
        more_visits in any_visits(90), today in today(), later in 0i64..200,
    ) {
        let (facts, more) = ([facts, visits, plan].concat(), [more, more_visits].concat());
        let world = World::new();
        let before = world.decide(&[], &facts, today);
        let after_facts = [facts, more].concat();
        let after = by_id(&world.decide(&before.list, &after_facts, today.saturating_add(later.days())).list);
        for met in before.list.iter().filter(|o| o.state == ObligationState::Met) {
            prop_assert!(!after[&met.id].state.is_running(), "{met:?} opened again");
        }
    }

    #[test]
    fn stepping_day_by_day_ends_where_jumping_does(
        facts in whole(), said in said(), from in 0i64..600, length in 0i64..60,
    ) {
        let world = World::said(&said);
        let jumped = world.decide(&world.decide(&[], &facts, days(from)).list, &facts, days(from + length));
        let mut stepped = world.decide(&[], &facts, days(from));
        for n in 1..=length {
            stepped = world.decide(&stepped.list, &facts, days(from + n));
        }
        let mut seen = by_id(&told(&stepped.list));
        for o in told(&jumped.list) {
            prop_assert_eq!(seen.remove(&o.id), Some(o));
        }
        prop_assert!(seen.values().all(|o| o.state == ObligationState::Withdrawn), "{seen:?}");
        prop_assert_eq!(stepped.next_on, jumped.next_on);
    }

    #[test]
    fn a_child_has_one_visit_clock_at_most_and_a_dead_child_has_none(
        facts in whole(), said in said(), today in today(),
    ) {
        let world = World::said(&said);
        let list = world.decide(&[], &facts, today).list;
        let running = || list.iter().filter(|o| o.state.is_running());
        let visits = running().filter(|o| {
            let rule = RULES.all().iter().find(|r| r.id == o.rule.id);
            rule.is_some_and(|r| r.clock.is_visit())
        });
        prop_assert!(visits.count() <= 1, "{list:#?}");
        prop_assert!(!chronology(facts).died(today) || running().next().is_none());
    }

    #[test]
    fn every_obligation_is_there_once(facts in whole(), said in said(), today in today()) {
        let list = World::said(&said).decide(&[], &facts, today).list;
        prop_assert_eq!(by_id(&list).len(), list.len());
    }

    #[test]
    fn nothing_changes_between_one_day_to_look_again_and_the_next(
        facts in whole(), said in said(), from in 0i64..600,
    ) {
        let world = World::said(&said);
        let decision = world.decide(&[], &facts, days(from));
        let quiet_until = decision.next_on.unwrap_or(days(from + 400)).min(days(from + 400));
        let eve = quiet_until.saturating_sub(1.day()).max(days(from));
        let unchanged = world.decide(&decision.list, &facts, eve);
        prop_assert_eq!(unchanged.events, vec![]);
        prop_assert_eq!(unchanged.list, decision.list);
    }

    #[test]
    fn raise_withdraw_raise_tells_twice(facts in whole(), today in today()) {
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
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_deadline_goes_overdue_once_and_no_step_is_told_twice(facts in whole(), said in said()) {
        let world = World::said(&said);
        let mut list = Vec::new();
        let mut seen: BTreeMap<(Uuid, u32, DeadlineEvent), u32> = BTreeMap::new();
        let mut moved = BTreeSet::new();
        for n in 0..760 {
            let decision = world.decide(&list, &facts, days(n));
            for (what, o) in decision.events {
                // A moved date may go overdue again.
                if what == DeadlineEvent::Moved {
                    moved.insert((o.id, o.opening));
                }
                if moved.contains(&(o.id, o.opening)) {
                    continue;
                }
                let times = seen.entry((o.id, o.opening, what)).or_default();
                *times += 1;
                prop_assert!(*times == 1, "{:?} of {:?} told {} times", what, o, times);
            }
            list = decision.list;
        }
    }
}

#[test]
fn the_generated_facts_reach_every_rule_and_every_state() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let (mut states, mut ran) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..600 {
        let facts = whole().new_tree(&mut runner).unwrap().current();
        let said = said().new_tree(&mut runner).unwrap().current();
        let list = World::said(&said)
            .decide(&[], &facts, day("2025-06-03"))
            .list;
        for o in list {
            states.insert(format!("{:?} {:?}", o.state, o.withdrawn));
            ran.insert(o.rule.id);
        }
    }
    assert_eq!(states.len(), 8, "{states:?}");
    let of_children = RULES.all().iter().filter(|r| !r.clock.is_of_worker());
    let all: BTreeSet<String> = of_children.map(|r| r.id.clone()).collect();
    let never: Vec<_> = all.difference(&ran).collect();
    assert!(never.is_empty(), "{never:?}");
}
