//! One matter through any history: what is true after every routing.

use std::collections::{BTreeMap, BTreeSet};

use contracts::{
    Chronology, Entry, Fact, ObligationState,
    chronology::InvolvementRole,
    message::{Outcome, Receipt},
    obligation::{DeadlineEvent, Obligation},
    organisation::Absence,
};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use proptest::prelude::*;

use super::*;
use crate::domain::{
    fold::fold,
    gather::{About, gather},
    testing::{Stage, TODAY, at, change, obligation, signal},
};

#[derive(Clone, Debug)]
enum Happens {
    Holder(Option<&'static str>),
    Dies,
    Away(&'static str),
    Back(&'static str),
    Told(DeadlineEvent),
    DateMoves(i64),
    /// Morning: what may go is gathered.
    Morning,
    /// Delivery says what became of everything on its way.
    Receipts {
        sent: bool,
    },
    Batch(bool),
}

fn happens() -> impl Strategy<Value = Happens> {
    let who = || prop::sample::select(vec!["sam", "kit", "dee", "ann", "max"]);
    let told = prop::sample::select(vec![
        DeadlineEvent::Raised,
        DeadlineEvent::Moved,
        DeadlineEvent::Overdue,
        DeadlineEvent::Met,
    ]);
    prop_oneof![
        3 => prop::sample::select(vec![Some("sam"), Some("kit"), Some("stranger"), None]).prop_map(Happens::Holder),
        1 => Just(Happens::Dies),
        2 => who().prop_map(Happens::Away),
        2 => who().prop_map(Happens::Back),
        5 => told.prop_map(Happens::Told),
        2 => (-30..30_i64).prop_map(Happens::DateMoves),
        4 => Just(Happens::Morning),
        4 => any::<bool>().prop_map(|sent| Happens::Receipts { sent }),
        1 => any::<bool>().prop_map(Happens::Batch),
    ]
}

struct History {
    stage: Stage,
    obligation: Obligation,
    matter: Option<Matter>,
    child: Child,
    notices: Vec<Notice>,
    batch: Option<u64>,
}

fn child(holder: Option<&str>, died: bool, revision: u64) -> Child {
    let entry = |fact: Fact| Entry {
        key: fact.kind().to_owned(),
        source: "test".into(),
        start: date(2025, 1, 12),
        end: None,
        known_from: date(2025, 1, 12),
        missing_since: None,
        fact,
    };
    let involvement = Fact::Involvement {
        worker: holder.map(Into::into),
        team: Some("north".into()),
        role: InvolvementRole::CaseHolder,
        change_reason: None,
    };
    let entries = std::iter::once(involvement)
        .chain(died.then_some(Fact::Death))
        .map(entry)
        .collect();
    Child::new(Chronology {
        authority: "aa".parse().unwrap(),
        child: "1".into(),
        revision,
        authority_revision: 1,
        entries,
    })
}

impl History {
    fn new() -> Self {
        Self {
            stage: Stage::new(at(TODAY, 7, 0)),
            obligation: obligation("1", date(2025, 5, 7)),
            matter: None,
            child: child(Some("sam"), false, 1),
            notices: vec![],
            batch: None,
        }
    }

    fn take(&mut self, what: &Happens) {
        let revision = self.child.held.revision + 1;
        match what {
            Happens::Holder(who) => {
                self.child = child(*who, self.child.silent_from.is_some(), revision);
            }
            Happens::Dies => self.child = child(Some("sam"), true, revision),
            Happens::Away(who) => {
                change(&mut self.stage.organisation, who, |p| {
                    p.absences = vec![Absence {
                        from: TODAY,
                        to: None,
                    }];
                });
            }
            Happens::Back(who) => change(&mut self.stage.organisation, who, |p| p.absences.clear()),
            Happens::Told(event) => self.hear(*event),
            Happens::DateMoves(days) if self.obligation.state.is_running() => {
                let moved = obligation("1", self.obligation.due_date + days.days());
                self.obligation = Obligation {
                    due_date: moved.due_date,
                    ..self.obligation.clone()
                };
                self.hear(DeadlineEvent::Moved);
            }
            Happens::DateMoves(_) => {}
            Happens::Morning => self.morning(),
            Happens::Receipts { sent } => self.receipts(*sent),
            Happens::Batch(released) => {
                self.batch = Some(4);
                let state = crate::domain::batch::BatchState::Collecting;
                self.stage.batches = if *released {
                    BTreeMap::new()
                } else {
                    BTreeMap::from([(4, state)])
                };
            }
        }
    }

    fn hear(&mut self, event: DeadlineEvent) {
        let o = &mut self.obligation;
        o.revision += 1;
        let was_running = o.state.is_running();
        o.state = match event {
            DeadlineEvent::Met => ObligationState::Met,
            DeadlineEvent::Overdue => ObligationState::Overdue,
            _ if o.due_date < TODAY => ObligationState::Overdue,
            _ => ObligationState::Open,
        };
        o.opening += u32::from(!was_running && o.state.is_running());
        let (id, mut signal) = signal("1", event, o.clone());
        signal.batch = self.batch;
        let scene = self.stage.scene();
        let policy = scene.settings.policies.of("en.cla.first-review");
        let folded = fold(
            self.matter.take(),
            vec![(id, signal)],
            policy,
            scene.calendar,
            scene.today,
        );
        self.matter = folded.matter;
    }

    fn morning(&mut self) {
        let Some(matter) = self.matter.clone() else {
            return;
        };
        self.stage.now = next_morning(&self.stage);
        self.route();
        let matter = self.matter.clone().unwrap_or(matter);
        let about = BTreeMap::from([(
            matter.obligation.id,
            About {
                matter,
                child: self.child.clone(),
            },
        )]);
        let everybody: BTreeSet<Who> = self.notices.iter().map(|n| n.who.clone()).collect();
        let scene = self.stage.scene();
        for who in everybody {
            let (mut theirs, others): (Vec<_>, Vec<_>) =
                self.notices.drain(..).partition(|n| n.who == who);
            let gathered = gather(&scene, &who, &about, &mut theirs);
            assert!(
                gathered.stale.is_empty(),
                "routed, and yet not as it should be"
            );
            self.notices = others.into_iter().chain(theirs).collect();
        }
    }

    fn receipts(&mut self, sent: bool) {
        let now = self.stage.now;
        for notice in &mut self.notices {
            for step in 0..notice.steps.len() {
                let Some(message) = notice.steps[step].message else {
                    continue;
                };
                let gone = notice.steps[step].leaving && !sent;
                let receipt = Receipt {
                    message,
                    channel: "test".into(),
                    outcome: if gone {
                        Outcome::StoodDown
                    } else {
                        Outcome::Accepted
                    },
                    attempt: 1,
                    at: now,
                    told: if gone { vec![] } else { vec![notice.id] },
                    stood_down: if gone { vec![notice.id] } else { vec![] },
                };
                notice.settle(step, &receipt, now);
            }
        }
    }

    fn route(&mut self) -> Option<Routed> {
        let today = self.stage.scene().today;
        let holder = self.child.holder(today);
        let matter = self.matter.as_mut()?;
        matter.allocate(&holder, today);
        for notice in &mut self.notices {
            notice.changed = false;
            notice.steps.iter_mut().for_each(|s| s.fresh = false);
        }
        Some(route(
            &self.stage.scene(),
            self.matter.as_ref()?,
            &self.child,
            &mut self.notices,
        ))
    }

    fn check(&mut self) {
        if self.route().is_none() {
            return;
        }
        let before = self.notices.clone();
        let again = self.route().unwrap();
        assert_eq!(
            (again.fallen, again.trace),
            (vec![], vec![]),
            "routing twice is routing once"
        );
        assert!(self.notices.iter().all(|n| !n.changed));
        assert_eq!(before.len(), self.notices.len());
        let matter = self.matter.as_ref().unwrap();
        let scene = self.stage.scene();
        let told = told(&scene, matter, &self.child);
        for notice in &self.notices {
            let keys: BTreeSet<String> = notice.steps.iter().map(|s| s.key.to_string()).collect();
            assert_eq!(keys.len(), notice.steps.len(), "each step once");
            let current = notice.opening == matter.obligation.opening;
            if closed(&scene, matter, &self.child).is_some() || !current {
                assert!(!notice.open);
                assert!(
                    notice
                        .steps
                        .iter()
                        .all(|s| !s.is_waiting() && (s.leaving || !s.is_travelling()))
                );
            }
        }
        if closed(&scene, matter, &self.child).is_none() {
            let concerned = stages::fan_out(&scene, &self.child.around(scene.today), &Seat::ALL);
            let open = self.notices.iter().filter(|n| n.open);
            assert!(
                open.into_iter().all(|n| concerned.concerns(&n.who)),
                "nobody else's stays open"
            );
        }
        for who in &told {
            let id = who.notice(matter.obligation.id, matter.obligation.opening);
            let notice = self
                .notices
                .iter()
                .find(|n| n.id == id)
                .expect("everybody who is told has a notice");
            assert!(notice.open);
            assert_ne!(
                notice.step(&matter.key()).unwrap().state,
                StepState::StoodDown
            );
        }
    }
}

fn told(scene: &Scene<'_>, matter: &Matter, child: &Child) -> Vec<Who> {
    if closed(scene, matter, child).is_some() {
        return vec![];
    }
    let policy = scene.settings.policies.of("en.cla.first-review").unwrap();
    let tell = policy.rung(matter.key().step, &matter.obligation).tell;
    let covered = stages::fan_out(scene, &child.around(scene.today), &tell);
    covered.told.into_iter().map(|a| a.who).collect()
}

fn next_morning(stage: &Stage) -> jiff::Timestamp {
    let tomorrow: Date = stage.scene().today + 1.day();
    stage
        .calendar
        .next_working_morning(
            at(tomorrow, 0, 0),
            |day| day.to_monday_one_offset() <= 5,
            |_| false,
        )
        .unwrap()
}

proptest! {
    #[test]
    fn after_any_history_everybody_who_should_know_does_and_routing_again_changes_nothing(
        all in prop::collection::vec(happens(), 1..25),
    ) {
        let mut history = History::new();
        for what in &all {
            history.take(what);
            history.check();
        }
    }
}
