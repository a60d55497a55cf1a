//! An invented authority for tests: two teams, somebody in every role, a child in every state.

use calendar::Calendar;
use contracts::{
    Authority, AuthorityCode, ChildId, ClockSetting, Obligation, ObligationState, Organisation,
    Person, SourceState, StaffId, SupervisionRecord, Team, Viewer, WorkerObligation,
    WorkerObligations,
    chronology::Holder,
    ids,
    notice::{Notice, NoticeStep, StepState},
    obligation::{ChildObligations, Limit, LimitUnit, RuleKind, RuleRef, Withdrawn},
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, date},
};

use super::Place;
use crate::read_model::{Children, Notices, Workers};

/// Tue 6 May 2025, 09:30 in London.
pub(crate) const NOW: &str = "2025-05-06T08:30:00Z";
pub(crate) const TODAY: Date = date(2025, 5, 6);

pub(crate) fn code() -> AuthorityCode {
    "westshire".parse().unwrap()
}

pub(crate) fn authority() -> Authority {
    Authority {
        authority: code(),
        name: "Westshire".into(),
        revision: 1,
        snapshot: 1,
        clock: ClockSetting::Real,
        sources: vec![SourceState {
            source: "ssda903".into(),
            as_at: TODAY,
            accepted_at: NOW.parse().unwrap(),
            supplies: vec!["care_episode".into(), "looked_after_review".into()],
            visits_seen_unreliable: false,
        }],
        children: 7,
        revision_sum: 7,
        synthetic: false,
    }
}

pub(crate) fn team(id: &str, name: &str) -> Team {
    Team {
        authority: code(),
        team_id: id.into(),
        revision: 1,
        removed: false,
        name: name.into(),
        parent_id: None,
        manager_id: None,
        mailbox: None,
    }
}

pub(crate) fn person(id: &str, name: &str, role: &str, team: &str) -> Person {
    Person {
        authority: code(),
        staff_id: id.into(),
        revision: 1,
        removed: false,
        name: name.into(),
        email: format!("{id}@westshire.example"),
        role: role.into(),
        team_id: Some(team.into()),
        manager_id: None,
        deputy_id: None,
        fte_hundredths: Some(100),
        start_date: None,
        leave_date: None,
        absences: vec![],
        working_days: vec![],
        first_year_until: None,
    }
}

/// Teams north (T1) and south (T2), a reviewing service (T3); per team a manager and two workers, and a leader.
pub(crate) fn teams() -> Vec<Team> {
    let managed = |t: Team, manager: &str| Team {
        manager_id: Some(manager.into()),
        ..t
    };
    vec![
        managed(team("T1", "north team"), "m1"),
        managed(team("T2", "South team"), "m2"),
        team("T3", "Reviewing service"),
    ]
}

pub(crate) fn people() -> Vec<Person> {
    let under = |p: Person, manager: &str| Person {
        manager_id: Some(manager.into()),
        ..p
    };
    vec![
        person("m1", "Morwenna Lowe", "Team manager", "T1"),
        under(person("w1", "Amira Khan", "Social worker", "T1"), "m1"),
        under(person("w2", "Ben Adeyemi", "Social worker", "T1"), "m1"),
        person("m2", "Carys Pugh", "Team manager", "T2"),
        under(person("w3", "Dilys Okoro", "Social worker", "T2"), "m2"),
        person("r1", "Ewan Fraser", "Independent reviewing officer", "T3"),
        person("l1", "Farah Ahmed", "Service manager", "T1"),
    ]
}

pub(crate) fn organisation() -> Organisation {
    let mut organisation = Organisation::default();
    for team in teams() {
        organisation.apply_team(team);
    }
    for person in people() {
        organisation.apply_person(person);
    }
    organisation
}

pub(crate) fn rule() -> RuleRef {
    RuleRef {
        id: "en.cla.first-review".into(),
        version: 1,
        title: "First review".into(),
        source:
            "Care Planning, Placement and Case Review (England) Regulations 2010, regulation 33(1)"
                .into(),
        kind: RuleKind::National,
        limit: Limit {
            n: 20,
            unit: LimitUnit::WorkingDays,
        },
    }
}

/// A running first review with the trigger that gives this due date.
pub(crate) fn open(due: Date) -> Obligation {
    let trigger = Calendar::england_and_wales().subtract_working_days(due, 20);
    Obligation {
        id: ids::computed("test", &[&due.to_string()]),
        rule: rule(),
        started_by: format!("S-{trigger}"),
        trigger_date: trigger,
        due_date: due,
        due_time: None,
        stated_due: None,
        attempted: None,
        found: None,
        state: ObligationState::Open,
        met_date: None,
        met_by: None,
        withdrawn: None,
        opening: 1,
        revision: 1,
        baseline: false,
    }
}

pub(crate) fn met(on: Date) -> Obligation {
    Obligation {
        state: ObligationState::Met,
        met_date: Some(on),
        met_by: Some(format!("R-{on}")),
        ..open(on.saturating_add(3.days()))
    }
}

pub(crate) fn withdrawn(why: Withdrawn) -> Obligation {
    Obligation {
        state: ObligationState::Withdrawn,
        withdrawn: Some(why),
        ..open(date(2025, 5, 9))
    }
}

pub(crate) fn child(id: &str, obligations: Vec<Obligation>) -> ChildObligations {
    let obligations = obligations
        .into_iter()
        .map(|o| Obligation {
            id: ids::obligation(&code(), &o.rule.id, &id.into(), &o.started_by),
            ..o
        })
        .collect();
    ChildObligations {
        authority: code(),
        child: id.into(),
        revision: 1,
        day: TODAY,
        holder: Holder::default(),
        reviewer: None,
        chair: None,
        died: false,
        family: None,
        obligations,
    }
}

pub(crate) fn held(id: &str, worker: &str, obligations: Vec<Obligation>) -> ChildObligations {
    ChildObligations {
        holder: Holder {
            worker: Some(worker.into()),
            team: None,
            since: Some(date(2025, 1, 12)),
            last_worker: None,
        },
        ..child(id, obligations)
    }
}

/// Ids are words, so that a test can look for them in a page.
pub(crate) fn children() -> Vec<ChildObligations> {
    let late = || open(date(2025, 5, 1));
    let soon = || open(date(2025, 5, 9));
    let later = || open(date(2025, 6, 2));
    let mut unheld = child("child-unheld", vec![late()]);
    unheld.holder.team = Some("T1".into());
    vec![
        held("child-amira-a", "w1", vec![late(), later()]),
        held("child-amira-b", "w1", vec![soon(), met(date(2025, 4, 28))]),
        held("child-ben", "w2", vec![soon()]),
        ChildObligations {
            reviewer: Some("r1".into()),
            ..held("child-dilys", "w3", vec![late(), soon()])
        },
        ChildObligations {
            died: true,
            ..held(
                "child-died",
                "w1",
                vec![met(date(2025, 5, 2)), withdrawn(Withdrawn::Died)],
            )
        },
        held("child-home", "w1", vec![withdrawn(Withdrawn::Ended)]),
        unheld,
        child("child-nowhere", vec![soon()]),
    ]
}

pub(crate) fn notice(
    person: &str,
    child: &str,
    key: &str,
    state: StepState,
    at: Timestamp,
) -> Notice {
    Notice {
        id: ids::computed("notice", &[person, child, key]),
        authority: code(),
        person: person.into(),
        child: child.into(),
        obligation: ids::computed("test", &[child]),
        opening: 1,
        rule: rule().id,
        title: "First review".into(),
        due_date: date(2025, 5, 9),
        found: false,
        revision: 1,
        open: true,
        steps: vec![NoticeStep {
            step: "approaching 15".into(),
            state,
            why: None,
            at,
            message: None,
        }],
    }
}

pub(crate) fn supervision_record() -> SupervisionRecord {
    SupervisionRecord {
        authority: code(),
        revision: 1,
        since: date(2024, 4, 2),
        removed: false,
        as_at: TODAY,
    }
}

/// Somebody with supervision last held on a day, and the next one due.
pub(crate) fn supervised(person: &str, held: Date, due: Date) -> WorkerObligations {
    let rule = RuleRef {
        id: "en.worker.supervision".into(),
        version: 1,
        title: "Supervision".into(),
        source: "Employer Standards for Social Workers in England, standard 5 (LGA)".into(),
        kind: RuleKind::Guidance,
        limit: Limit {
            n: 1,
            unit: LimitUnit::Months,
        },
    };
    let started_by = held.to_string();
    WorkerObligations {
        authority: code(),
        staff_id: person.into(),
        revision: 1,
        day: TODAY,
        obligations: vec![WorkerObligation {
            obligation: Obligation {
                id: ids::worker_obligation(&code(), &rule.id, &person.into(), &started_by),
                rule,
                trigger_date: held,
                started_by,
                ..open(due)
            },
            again_from: None,
        }],
        reviews: None,
    }
}

/// One to come, one that was to be, and one of another team.
pub(crate) fn workers() -> Vec<WorkerObligations> {
    vec![
        supervised("w1", date(2025, 4, 7), date(2025, 5, 7)),
        supervised("w2", date(2025, 4, 5), date(2025, 5, 5)),
        supervised("w3", date(2025, 4, 15), date(2025, 5, 15)),
    ]
}

/// One told, one waiting, and one about the child who died.
pub(crate) fn notices() -> Vec<Notice> {
    let now: Timestamp = NOW.parse().unwrap();
    let mut waiting = notice(
        "w1",
        "child-amira-a",
        "b",
        StepState::Pending,
        now - 1.hour(),
    );
    waiting.steps[0].why = Some("held until the next working morning".into());
    vec![
        notice(
            "w1",
            "child-amira-b",
            "a",
            StepState::Sent,
            now - 24.hours(),
        ),
        waiting,
        notice("w1", "child-died", "c", StepState::Sent, now - 48.hours()),
        notice("w3", "child-dilys", "d", StepState::Sent, now - 2.hours()),
    ]
}

/// The whole of it, for queries.
pub(crate) struct Fixture {
    pub(crate) authority: Authority,
    pub(crate) organisation: Organisation,
    pub(crate) children: Children,
    pub(crate) workers: Workers,
    pub(crate) supervision: SupervisionRecord,
    pub(crate) notices: Notices,
    pub(crate) calendar: Calendar,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let mut fixture = Self {
            authority: authority(),
            organisation: organisation(),
            children: Children::default(),
            workers: Workers::default(),
            supervision: supervision_record(),
            notices: Notices::default(),
            calendar: Calendar::england_and_wales(),
        };
        for child in children() {
            fixture.children.apply(child);
        }
        for list in workers() {
            fixture.workers.apply(list);
        }
        for notice in notices() {
            fixture.notices.apply(notice);
        }
        fixture
    }

    pub(crate) fn place(&self) -> Place<'_> {
        Place {
            authority: &self.authority,
            organisation: &self.organisation,
            children: &self.children,
            workers: &self.workers,
            supervision: Some(&self.supervision),
            notices: &self.notices,
            calendar: &self.calendar,
            now: NOW.parse().unwrap(),
            today: TODAY,
            stale_hours: 36,
        }
    }

    /// Somebody of the directory, in the role it gives.
    pub(crate) fn viewer(&self, person: &str) -> Viewer {
        let id = StaffId::new(person);
        let role = &self.organisation.person(&id).unwrap().role;
        Viewer {
            authority: code(),
            role: contracts::Role::from_directory(role),
            person: Some(id),
        }
    }
}

/// Every id of a child in the fixture.
pub(crate) fn ids_of_children() -> Vec<ChildId> {
    children().into_iter().map(|c| c.child).collect()
}
