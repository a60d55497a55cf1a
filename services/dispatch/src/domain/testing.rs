//! A small office, all invented, and what the deadlines service would say about it.

use std::collections::BTreeMap;

use calendar::Calendar;
use contracts::{
    Authority, ClockSetting, Obligation, ObligationState, Organisation, Person, Team,
    chronology::Holder,
    ids,
    obligation::{DeadlineEvent, DeadlineSignal, Limit, LimitUnit, RuleKind, RuleRef},
    organisation::Absence,
};
use jiff::{
    Timestamp,
    civil::{Date, date, time},
};
use uuid::Uuid;

use super::{
    batch::BatchState,
    child::Recorded,
    policy::Policies,
    scene::{Scene, Settings},
};

/// A Thursday.
pub(crate) const TODAY: Date = date(2025, 4, 17);

pub(crate) fn at(day: Date, hour: i8, minute: i8) -> Timestamp {
    calendar::london()
        .to_timestamp(day.at(hour, minute, 0, 0))
        .unwrap()
}

pub(crate) fn working_days_before(due: Date, n: u32) -> Date {
    Calendar::england_and_wales().subtract_working_days(due, n)
}

pub(crate) fn person(id: &str, name: &str) -> Person {
    Person {
        authority: "aa".parse().unwrap(),
        staff_id: id.into(),
        revision: 1,
        removed: false,
        name: name.into(),
        email: format!("{id}@example.test"),
        role: "social worker".into(),
        team_id: Some("north".into()),
        manager_id: None,
        deputy_id: None,
        fte_hundredths: None,
        start_date: None,
        leave_date: None,
        absences: vec![],
        working_days: vec![],
        first_year_until: None,
    }
}

pub(crate) fn team(id: &str, parent: Option<&str>, manager: &str) -> Team {
    Team {
        authority: "aa".parse().unwrap(),
        team_id: id.into(),
        revision: 1,
        removed: false,
        name: if id == "north" {
            "North".into()
        } else {
            "Service".into()
        },
        parent_id: parent.map(Into::into),
        manager_id: Some(manager.into()),
        mailbox: Some(format!("{id}@example.test")),
    }
}

/// Sam (deputy Dee) and Kit hold; Ann manages them and the team, Max is above Ann and manages the service.
pub(crate) fn people() -> Vec<Person> {
    let under = |manager: &str, person: Person| Person {
        manager_id: Some(manager.into()),
        ..person
    };
    vec![
        Person {
            deputy_id: Some("dee".into()),
            ..under("ann", person("sam", "Sam Roe"))
        },
        under("ann", person("kit", "Kit Poe")),
        under("ann", person("dee", "Dee Fox")),
        under("max", person("ann", "Ann Lee")),
        person("max", "Max Orr"),
    ]
}

pub(crate) fn teams() -> Vec<Team> {
    vec![
        team("service", None, "max"),
        team("north", Some("service"), "ann"),
    ]
}

pub(crate) fn organisation() -> Organisation {
    let mut all = Organisation::default();
    for person in people() {
        all.apply_person(person);
    }
    for team in teams() {
        all.apply_team(team);
    }
    all
}

pub(crate) fn change(all: &mut Organisation, id: &str, with: impl FnOnce(&mut Person)) {
    let mut person = all.person(&id.into()).unwrap().clone();
    person.revision += 1;
    with(&mut person);
    all.apply_person(person);
}

pub(crate) fn away(all: &mut Organisation, id: &str) {
    change(all, id, |p| {
        p.absences = vec![Absence {
            from: TODAY,
            to: None,
        }];
    });
}

pub(crate) fn holder(worker: &str) -> Holder {
    Holder {
        worker: Some(worker.into()),
        ..Holder::default()
    }
}

pub(crate) fn unheld(team: &str) -> Holder {
    Holder {
        team: Some(team.into()),
        ..Holder::default()
    }
}

/// A first review of `child`, due on `due`, as it stands on a day before that.
pub(crate) fn obligation(child: &str, due: Date) -> Obligation {
    Obligation {
        id: ids::computed("test", &[child]),
        rule: RuleRef {
            id: "en.cla.first-review".into(),
            version: 1,
            title: "First review".into(),
            source: "Care Planning Regulations 2010, regulation 33".into(),
            kind: RuleKind::National,
            limit: Limit {
                n: 20,
                unit: LimitUnit::WorkingDays,
            },
        },
        started_by: "e1".into(),
        trigger_date: working_days_before(due, 20),
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

pub(crate) fn signal(
    child: &str,
    what: DeadlineEvent,
    obligation: Obligation,
) -> (Uuid, DeadlineSignal) {
    let id = ids::obligation_event(obligation.id, &format!("{what:?}"), obligation.revision);
    let signal = DeadlineSignal {
        authority: "aa".parse().unwrap(),
        child: child.into(),
        what,
        obligation,
        data_as_at: date(2025, 1, 1),
        batch: None,
    };
    (id, signal)
}

pub(crate) fn authority(clock: ClockSetting) -> Authority {
    Authority {
        authority: "aa".parse().unwrap(),
        name: "Westshire".into(),
        revision: 1,
        snapshot: 1,
        clock,
        sources: vec![],
        children: 0,
        revision_sum: 0,
        synthetic: true,
    }
}

pub(crate) fn settings() -> Settings {
    Settings {
        policies: Policies::compiled().unwrap(),
        day_starts: time(8, 30, 0, 0),
        day_ends: time(17, 0, 0, 0),
        closures: BTreeMap::new(),
        line_limit: 15,
        link_pattern: String::new(),
        contact: String::new(),
        conference_office: None,
        health_office: None,
    }
}

/// Everything a scene borrows.
pub(crate) struct Stage {
    pub(crate) settings: Settings,
    pub(crate) calendar: Calendar,
    pub(crate) authority: Authority,
    pub(crate) organisation: Organisation,
    pub(crate) now: Timestamp,
    pub(crate) batches: BTreeMap<u64, BatchState>,
    pub(crate) recorded: Recorded,
}

impl Stage {
    pub(crate) fn new(now: Timestamp) -> Self {
        let settings = settings();
        Self {
            calendar: settings.calendar(&"aa".parse().unwrap()),
            settings,
            authority: authority(ClockSetting::Real),
            organisation: organisation(),
            now,
            batches: BTreeMap::new(),
            recorded: Recorded::default(),
        }
    }

    pub(crate) fn scene(&self) -> Scene<'_> {
        Scene {
            settings: &self.settings,
            calendar: &self.calendar,
            authority: &self.authority,
            organisation: &self.organisation,
            now: self.now,
            today: self.now.to_zoned(calendar::london()).date(),
            batches: &self.batches,
            recorded: self.recorded,
        }
    }
}
