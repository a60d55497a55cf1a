//! Who holds a child, over every mixture of involvements.

use contracts::{
    ChildId, Chronology, Entry, Fact, Organisation, Person, StaffId, TeamId,
    chronology::InvolvementRole,
};
use jiff::{ToSpan, civil::Date};
use proptest::prelude::*;

const FIRST: Date = Date::constant(2018, 1, 1);

fn day(n: i64) -> Date {
    FIRST.saturating_add(n.days())
}

#[derive(Clone, Debug)]
struct Held {
    worker: Option<u8>,
    team: Option<u8>,
    role: InvolvementRole,
    start: i64,
    end: Option<i64>,
}

impl Held {
    fn says_something(&self) -> bool {
        self.role == InvolvementRole::CaseHolder && (self.worker.is_some() || self.team.is_some())
    }

    fn open(&self, today: i64) -> bool {
        self.says_something() && self.start <= today && self.end.is_none_or(|end| today < end)
    }
}

fn held() -> impl Strategy<Value = Held> {
    let role = prop_oneof![
        4 => Just(InvolvementRole::CaseHolder),
        1 => Just(InvolvementRole::Reviewer),
        1 => Just(InvolvementRole::Other),
    ];
    let few = || proptest::option::of(0_u8..4);
    (
        few(),
        few(),
        role,
        0_i64..20,
        proptest::option::of(0_i64..20),
    )
        .prop_map(|(worker, team, role, start, length)| Held {
            worker,
            team,
            role,
            start,
            end: length.map(|n| start + n),
        })
}

fn all() -> impl Strategy<Value = Vec<Held>> {
    proptest::collection::vec(held(), 0..6)
}

fn worker(n: u8) -> StaffId {
    StaffId::new(format!("w{n}"))
}

fn team(n: u8) -> TeamId {
    TeamId::new(format!("t{n}"))
}

fn chronology(all: &[Held]) -> Chronology {
    let entries = all.iter().enumerate().map(|(i, held)| Entry {
        key: format!("{i:02}"),
        source: "allocations".into(),
        start: day(held.start),
        end: held.end.map(day),
        known_from: FIRST,
        missing_since: None,
        fact: Fact::Involvement {
            worker: held.worker.map(worker),
            team: held.team.map(team),
            role: held.role,
            change_reason: None,
        },
    });
    Chronology {
        authority: "westshire".parse().unwrap(),
        child: ChildId::new("1001"),
        revision: 1,
        authority_revision: 1,
        entries: entries.collect(),
    }
}

proptest! {
    #[test]
    fn the_latest_open_case_holder_owns(all in all(), today in 0_i64..40) {
        let holder = chronology(&all).holder(day(today));
        let open = || all.iter().filter(|h| h.open(today) && h.worker.is_some());
        let latest = open().map(|h| h.start).max();
        prop_assert_eq!(holder.since, latest.map(day));
        prop_assert_eq!(holder.worker.is_some(), latest.is_some());
        if latest.is_some() {
            let owners = open().filter(|h| Some(h.start) == latest);
            let owners: Vec<_> = owners.map(|h| (h.worker.map(worker), h.team.map(team))).collect();
            prop_assert!(owners.contains(&(holder.worker, holder.team)));
            prop_assert_eq!(holder.last_worker, None);
        }
    }

    #[test]
    fn an_involvement_without_a_worker_is_nobody_and_its_team_holds(mut all in all(), today in 0_i64..40) {
        for held in &mut all {
            held.worker = None;
        }
        let holder = chronology(&all).holder(day(today));
        prop_assert_eq!((holder.worker, holder.since, holder.last_worker), (None, None, None));
        let open = || all.iter().filter(|h| h.open(today));
        if let Some(latest) = open().map(|h| h.start).max() {
            let teams: Vec<_> = open().filter(|h| h.start == latest).map(|h| h.team.map(team)).collect();
            prop_assert!(teams.contains(&holder.team));
        }
    }

    #[test]
    fn when_every_involvement_has_ended_the_team_of_the_last_holder_stays(mut all in all()) {
        let over = 60;
        for held in &mut all {
            held.end = Some(held.end.unwrap_or(held.start).min(over));
            held.role = InvolvementRole::CaseHolder;
        }
        let holder = chronology(&all).holder(day(over));
        prop_assert_eq!((holder.worker, holder.since), (None, None));
        let with_worker = all.iter().any(|h| h.worker.is_some());
        let counted = || all.iter().filter(|h| h.says_something() && h.worker.is_some() == with_worker);
        let last = counted().map(|h| h.start).max();
        let holders = counted().filter(|h| Some(h.start) == last);
        let holders: Vec<_> = holders.map(|h| (h.worker.map(worker), h.team.map(team))).collect();
        prop_assert!(last.is_none() || holders.contains(&(holder.last_worker, holder.team)));
    }

    #[test]
    fn what_has_not_begun_and_who_is_no_case_holder_count_for_nothing(all in all(), today in 0_i64..40) {
        let whole = chronology(&all);
        let mut fewer = whole.clone();
        fewer.entries.retain(|e| {
            let role = InvolvementRole::CaseHolder;
            e.start <= day(today) && matches!(&e.fact, Fact::Involvement { role: r, .. } if *r == role)
        });
        prop_assert_eq!(fewer.holder(day(today)), whole.holder(day(today)));
    }

    #[test]
    fn the_order_of_entries_does_not_matter(all in all(), today in 0_i64..40, turn in 0_usize..6) {
        let mut turned = chronology(&all);
        let by = turn.min(turned.entries.len());
        turned.entries.rotate_left(by);
        turned.entries.reverse();
        prop_assert_eq!(turned.holder(day(today)), chronology(&all).holder(day(today)));
    }

    #[test]
    fn a_child_of_whom_any_holder_or_team_was_ever_known_has_a_team(all in all(), today in 0_i64..40) {
        let mut organisation = Organisation::default();
        for n in 0..4 {
            let of_a_team = Person { team_id: Some(team(n)), ..crate::organisation::person(worker(n), 1) };
            organisation.apply_person(of_a_team);
        }
        let holder = chronology(&all).holder(day(today));
        let known = all.iter().any(|h| h.says_something() && h.start <= today);
        prop_assert_eq!(organisation.team_of(&holder).is_some(), known);
    }
}
