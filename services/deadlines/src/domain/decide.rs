//! What changed since a child's list was last worked out, and what to say about it.

use std::collections::{BTreeMap, BTreeSet};

use calendar::Calendar;
use contracts::{
    Chronology, Obligation, ObligationState,
    obligation::{DeadlineEvent, Withdrawn},
};
use jiff::{ToSpan, civil::Date};
use uuid::Uuid;

use super::{
    history::History,
    overrides::Override,
    reckon::{Reckoned, reckon_from},
    running::Running,
};

/// Pairs of source and rule whose first sight is over. What is first seen outside of them is a baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Established(pub BTreeSet<(String, String)>);

/// What a decision depends on besides the child.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    pub running: &'a Running<'a>,
    pub calendar: &'a Calendar,
    pub established: &'a Established,
    pub today: Date,
}

/// A child's whole list as it now is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// By due date, then rule.
    pub list: Vec<Obligation>,
    /// What to tell, each with the obligation as it now is.
    pub events: Vec<(DeadlineEvent, Obligation)>,
    /// The next day on which anything may change without a new fact.
    pub next_on: Option<Date>,
    /// In an open period of care, and alive.
    pub is_looked_after: bool,
}

/// Works out the list again and compares it with `prior`. Deciding twice is deciding once.
pub fn decide(prior: &[Obligation], chronology: &Chronology, at: Circumstances<'_>) -> Decision {
    let mut before: BTreeMap<Uuid, &Obligation> = prior.iter().map(|o| (o.id, o)).collect();
    let mut decision = Decision {
        list: Vec::new(),
        events: Vec::new(),
        next_on: None,
        is_looked_after: false,
    };
    let history = History::of(chronology, at.today);
    decision.is_looked_after = !history.died && history.period_on(at.today).is_some();
    let (clocks, wakes) = reckon_from(&history, at.running, at.calendar);
    for clock in clocks {
        let fresh = clock.obligation(chronology);
        let old = before.remove(&fresh.id);
        let first_sight = || !at.established.has(&clock);
        decision.take(turn(old, fresh, first_sight));
    }
    for old in before.into_values() {
        decision.take(gone(old, at.running));
    }
    decision.list.sort_by(|a, b| order(a).cmp(&order(b)));
    decision
        .events
        .sort_by(|a, b| order(&a.1).cmp(&order(&b.1)));
    decision.next_on = next_on(&decision.list, chronology, &wakes, at);
    decision
}

fn order(o: &Obligation) -> (Date, &str, Date, &str) {
    (o.due_date, &o.rule.id, o.trigger_date, &o.started_by)
}

impl Established {
    fn has(&self, clock: &Reckoned<'_>) -> bool {
        let pairs = self.0.iter();
        let mut of_rule = pairs.filter(|(_, rule)| *rule == clock.rule.id);
        of_rule.any(|(source, _)| *source == clock.trigger.source)
    }
}

impl Decision {
    fn take(&mut self, (obligation, events): (Obligation, Vec<DeadlineEvent>)) {
        let told = events.into_iter().map(|e| (e, obligation.clone()));
        self.events.extend(told);
        self.list.push(obligation);
    }
}

/// One obligation's step from what it was to what it is.
pub(super) fn turn(
    old: Option<&Obligation>,
    fresh: Obligation,
    first_sight: impl FnOnce() -> bool,
) -> (Obligation, Vec<DeadlineEvent>) {
    let was_running = old.is_some_and(|o| o.state.is_running());
    let mut now = fresh;
    if let Some(old) = old {
        now.opening = old.opening;
        now.revision = old.revision;
        now.baseline = old.baseline;
    }
    let raised = now.state.is_running() && !was_running;
    if raised || old.is_none() {
        now.opening = old.map_or(1, |o| o.opening + 1);
        now.baseline = first_sight();
    }
    let mut events = Vec::new();
    if raised {
        events.push(DeadlineEvent::Raised);
    }
    let silent = raised && now.baseline;
    match now.state {
        ObligationState::Open | ObligationState::Overdue => {
            if was_running && old.is_some_and(|o| said(o) != said(&now)) {
                events.push(DeadlineEvent::Moved);
            }
            let late = now.state == ObligationState::Overdue;
            let was_late = was_running && old.is_some_and(|o| o.state == now.state);
            if late && !was_late && !silent {
                events.push(DeadlineEvent::Overdue);
            }
        }
        ObligationState::Met if was_running => events.push(DeadlineEvent::Met),
        ObligationState::Withdrawn if was_running => events.push(DeadlineEvent::Withdrawn),
        ObligationState::Met | ObligationState::Withdrawn => {}
    }
    if old.is_some_and(|o| *o != now) {
        now.revision += 1;
    }
    (now, events)
}

/// What people are told of a running one: readers hear of every change.
fn said(o: &Obligation) -> impl PartialEq + use<'_> {
    (
        o.due_date,
        o.due_time,
        o.stated_due,
        o.attempted,
        o.found.as_deref(),
    )
}

/// An obligation that is no longer worked out.
pub(super) fn gone(old: &Obligation, running: &Running<'_>) -> (Obligation, Vec<DeadlineEvent>) {
    let rule_runs = running.rules.iter().any(|r| r.id == old.rule.id);
    let was_running = old.state.is_running();
    let mut now = old.clone();
    // What a rule concluded before it was switched off stays as history.
    if !was_running && !rule_runs {
        return (now, Vec::new());
    }
    now.state = ObligationState::Withdrawn;
    now.withdrawn = Some(if rule_runs {
        Withdrawn::NoLongerStarted
    } else {
        Withdrawn::RuleOff
    });
    (now.met_date, now.met_by) = (None, None);
    if now != *old {
        now.revision += 1;
    }
    let events = was_running.then_some(DeadlineEvent::Withdrawn);
    (now, events.into_iter().collect())
}

fn next_on(
    list: &[Obligation],
    chronology: &Chronology,
    wakes: &[Date],
    at: Circumstances<'_>,
) -> Option<Date> {
    let clocks = list
        .iter()
        .filter(|o| o.state == ObligationState::Open)
        .map(|o| o.due_date.saturating_add(1.day()));
    let facts = chronology
        .entries
        .iter()
        .flat_map(|e| [Some(e.start), e.end, Some(e.known_from)])
        .flatten();
    let overrides = at.running.overrides_of(&chronology.child).iter();
    clocks
        .chain(facts)
        .chain(wakes.iter().copied())
        .chain(overrides.flat_map(Override::turns))
        .chain(at.running.changes_on)
        .filter(|day| *day > at.today)
        .min()
}

#[cfg(test)]
mod tests {
    use contracts::Entry;

    use super::*;
    use crate::domain::{
        rules::Rules,
        testing::{self, Care, day, episode, looked_after_authority, review},
    };

    /// One child worked out again and again.
    struct World {
        rules: Rules,
        authority: contracts::Authority,
        calendar: Calendar,
        established: Established,
        prior: Vec<Obligation>,
    }

    impl World {
        /// With first sight over.
        fn new() -> Self {
            let pairs = ["en.cla.first-review", "en.cla.next-review"]
                .map(|rule| ("ssda903".to_owned(), rule.to_owned()));
            Self {
                rules: Rules::built_in(),
                authority: looked_after_authority(),
                calendar: Calendar::england_and_wales(),
                established: Established(pairs.into()),
                prior: Vec::new(),
            }
        }

        fn at_first_sight() -> Self {
            Self {
                established: Established::default(),
                ..Self::new()
            }
        }

        fn decide(&mut self, today: &str, entries: &[Entry]) -> Decision {
            let today = day(today);
            let running = Running::of(&self.rules, &self.authority, today);
            let at = Circumstances {
                running: &running,
                calendar: &self.calendar,
                established: &self.established,
                today,
            };
            let chronology = testing::chronology(entries.to_vec());
            let decision = decide(&self.prior, &chronology, at);
            let again = decide(&decision.list, &chronology, at);
            assert_eq!(again.events, [], "deciding twice is deciding once");
            assert_eq!(again.list, decision.list);
            self.prior.clone_from(&decision.list);
            decision
        }

        /// The events of a day: `what rule opening`.
        fn told(&mut self, today: &str, entries: &[Entry]) -> Vec<String> {
            let decision = self.decide(today, entries);
            let line = |(what, o): &(DeadlineEvent, Obligation)| {
                let rule = o.rule.id.trim_start_matches("en.cla.");
                format!("{what:?} {rule} {}", o.opening).to_lowercase()
            };
            decision.events.iter().map(line).collect()
        }
    }

    const NOTHING: [&str; 0] = [];

    fn in_care() -> Entry {
        episode("a", "2025-05-03", None, Care::starts())
    }

    #[test]
    fn a_deadline_is_raised_and_goes_overdue_once() {
        let (mut world, facts) = (World::new(), [in_care()]);
        assert_eq!(world.told("2025-05-06", &facts), ["raised first-review 1"]);
        for (today, told) in [
            ("2025-05-09", ""),
            ("2025-06-03", ""),
            ("2025-06-04", "overdue first-review 1"),
            ("2025-06-05", ""),
        ] {
            assert_eq!(world.told(today, &facts).join(", "), told, "{today}");
        }
        let met = [in_care(), review("r", "2025-06-05")];
        assert_eq!(
            world.told("2025-06-06", &met),
            ["met first-review 1", "raised next-review 1"]
        );
    }

    #[test]
    fn a_long_sleep_tells_what_is_true_at_its_end() {
        let (mut world, facts) = (World::new(), [in_care()]);
        world.told("2025-05-06", &facts);
        assert_eq!(world.told("2025-07-01", &facts), ["overdue first-review 1"]);
    }

    #[test]
    fn at_first_sight_open_ones_are_raised_and_closed_ones_are_silent() {
        let mut world = World::at_first_sight();
        let overdue = [in_care()];
        assert_eq!(
            world.told("2025-07-01", &overdue),
            ["raised first-review 1"]
        );
        assert!(world.prior[0].baseline);
        let mut world = World::at_first_sight();
        let met = [in_care(), review("r", "2025-05-30")];
        assert_eq!(world.told("2025-08-20", &met), ["raised next-review 1"]);
        assert_eq!(world.told("2025-08-22", &met), NOTHING);
        assert_eq!(world.told("2025-09-01", &met), ["overdue next-review 1"]);
    }

    #[test]
    fn raise_withdraw_raise_tells_twice_and_no_more() {
        let (mut world, facts) = (World::new(), [in_care()]);
        assert_eq!(world.told("2025-05-06", &facts), ["raised first-review 1"]);
        assert_eq!(world.told("2025-05-07", &[]), ["withdrawn first-review 1"]);
        assert_eq!(world.prior[0].withdrawn, Some(Withdrawn::NoLongerStarted));
        assert_eq!(world.told("2025-05-08", &[]), NOTHING);
        assert_eq!(world.told("2025-05-09", &facts), ["raised first-review 2"]);
        assert_eq!(world.told("2025-05-09", &facts), NOTHING);
    }

    #[test]
    fn a_retracted_review_opens_the_clock_again() {
        let mut world = World::new();
        let met = [in_care(), review("r", "2025-05-30")];
        world.told("2025-05-06", &met[..1]);
        world.told("2025-06-02", &met);
        assert_eq!(
            world.told("2025-06-03", &met[..1]),
            ["raised first-review 2", "withdrawn next-review 1"]
        );
    }

    #[test]
    fn another_date_of_the_source_is_told_though_ours_stays() {
        let mut world = World::new();
        let planned = |on: &str| {
            let mut planned = review("p", on);
            planned.known_from = day("2025-05-01");
            planned.fact = contracts::Fact::LookedAfterReview {
                cancelled: false,
                planned: true,
                stated_due: None,
            };
            [in_care(), planned]
        };
        world.told("2025-05-06", &planned("2025-05-30"));
        assert_eq!(
            world.told("2025-05-07", &planned("2025-05-28")),
            ["moved first-review 1"]
        );
        assert_eq!(world.prior[0].stated_due, Some(day("2025-05-28")));
        assert_eq!(world.told("2025-05-08", &planned("2025-05-28")), NOTHING);
    }

    #[test]
    fn a_moved_date_keeps_its_obligation() {
        let mut world = World::new();
        let at = |start| [episode("a", start, None, Care::starts())];
        world.told("2025-05-12", &at("2025-05-03"));
        let id = world.prior[0].id;
        assert_eq!(
            world.told("2025-05-13", &at("2025-05-06")),
            ["moved first-review 1"]
        );
        assert_eq!(world.prior[0].id, id);
        assert_eq!(world.prior[0].due_date, day("2025-06-04"));
        assert_eq!(world.told("2025-05-14", &at("2025-05-06")), NOTHING);
        assert_eq!(
            world.told("2025-05-29", &at("2025-04-01")),
            ["moved first-review 1", "overdue first-review 1"]
        );
    }

    #[test]
    fn when_a_child_dies_what_was_running_is_withdrawn_and_stays_so() {
        let mut world = World::new();
        world.told("2025-05-06", &[in_care()]);
        let died = [episode(
            "a",
            "2025-05-03",
            Some("2025-05-20"),
            Care::starts().ended("E2"),
        )];
        assert_eq!(
            world.told("2025-05-21", &died),
            ["withdrawn first-review 1"]
        );
        assert_eq!(world.prior[0].withdrawn, Some(Withdrawn::Died));
        assert_eq!(world.told("2025-07-01", &died), NOTHING);
    }

    #[test]
    fn a_rule_switched_off_withdraws_what_runs_and_leaves_history() {
        let mut world = World::new();
        let facts = [in_care(), review("r", "2025-05-30")];
        world.told("2025-06-02", &facts);
        world.authority.sources.clear();
        assert_eq!(
            world.told("2025-06-03", &facts),
            ["withdrawn next-review 1"]
        );
        let ends: Vec<_> = world.prior.iter().map(|o| (o.state, o.withdrawn)).collect();
        assert_eq!(
            ends,
            [
                (ObligationState::Met, None),
                (ObligationState::Withdrawn, Some(Withdrawn::RuleOff))
            ]
        );
    }

    #[test]
    fn it_looks_again_on_the_next_day_that_can_change_anything() {
        let mut world = World::new();
        let mut next =
            |today, facts: &[Entry]| world.decide(today, facts).next_on.map(|d| d.to_string());
        let facts = [in_care()];
        assert_eq!(next("2025-05-06", &facts).as_deref(), Some("2025-06-04"));
        assert_eq!(next("2025-06-04", &facts), None);
        let later = [
            in_care(),
            testing::held_by("w1", "2025-06-09", Some("2025-06-20")),
        ];
        assert_eq!(next("2025-06-04", &later).as_deref(), Some("2025-06-09"));
        assert_eq!(next("2025-06-09", &later).as_deref(), Some("2025-06-20"));
    }
}
