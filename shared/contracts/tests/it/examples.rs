//! One message of every event, with every field filled in, for a made-up authority.

use contracts::{
    Authority, AuthorityCode, ChildId, Chronology, ClockSetting, ClockStepped, Entry, Event, Fact,
    FactRetracted, FactTold, Obligation, ObligationState, Person, SnapshotAccepted,
    SnapshotRefused, SourceState, StaffId, Supervision, SupervisionHeld, SupervisionRecord,
    SupervisionRetracted, SupervisionTold, Team, TeamId, WorkerObligation, WorkerObligations,
    chronology::{
        AgeBand, Eligibility, Holder, InvolvementRole, ReturnInterview, Step, VisitPurpose,
    },
    message::{
        LineChange, Message, MessageChanged, MessageKind, MessageLine, NoticeRevision, Outcome,
        Receipt, Receipts, Recipient,
    },
    notice::{Notice, NoticeStep, StepState},
    obligation::{
        BatchComputed, ChildObligations, DeadlineEvent, DeadlineSignal, Limit, LimitUnit, RuleKind,
        RuleRef, Withdrawn,
    },
    organisation::Absence,
    supervision::HeldTold,
    worker::ReviewsTooMany,
};
use jiff::{Timestamp, civil::Date};
use serde_json::Value;
use uuid::Uuid;

pub(crate) struct Example {
    /// As in `contracts::schema::EVENTS`.
    pub(crate) event: &'static str,
    /// Where one event has several.
    pub(crate) case: &'static str,
    pub(crate) body: Value,
}

pub(crate) fn all() -> Vec<Example> {
    vec![
        example("Authority", "", &authority()),
        example("ClockStepped", "", &clock_stepped()),
        example("Chronology", "", &chronology()),
        example("Person", "", &person()),
        example("Team", "", &team()),
        example("FactTold", "", &told()),
        example("FactRetracted", "", &retracted()),
        example("SupervisionHeld", "", &supervision_held()),
        example("SupervisionRetracted", "", &supervision_retracted()),
        example("SupervisionTold", "", &supervision_told()),
        example("Supervision", "", &supervision()),
        example("SupervisionRecord", "", &supervision_record()),
        example("ChildObligations", "", &child_obligations()),
        example("WorkerObligations", "", &worker_obligations()),
        example("DeadlineSignal", "", &signal()),
        example("BatchComputed", "", &batch()),
        example("Notice", "", &notice()),
        example("SnapshotAccepted", "", &accepted()),
        example("SnapshotRefused", "", &refused()),
        example("Message", "", &message(to_person())),
        example("Message", "to a team", &message(to_team())),
        example("MessageChanged", "", &changed()),
        example("Receipts", "", &receipts(Outcome::Accepted)),
        example("Receipts", "failed", &receipts(failed())),
    ]
}

fn example<E: Event>(event: &'static str, case: &'static str, body: &E) -> Example {
    let body = serde_json::to_value(body).unwrap();
    Example { event, case, body }
}

fn code() -> AuthorityCode {
    "westshire".parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn child() -> ChildId {
    ChildId::new("1001")
}

fn told() -> FactTold {
    FactTold {
        authority: code(),
        child: child(),
        key: Some("V-77".into()),
        start: day("2025-04-11"),
        end: Some(day("2025-04-11")),
        fact: Fact::Visit {
            purpose: VisitPurpose::Protection,
            seen: Some(true),
            seen_alone: Some(false),
        },
    }
}

fn retracted() -> FactRetracted {
    FactRetracted {
        authority: code(),
        child: child(),
        kind: "visit".into(),
        key: Some("V-77".into()),
        start: Some(day("2025-04-11")),
        worker: Some(StaffId::new("SW1")),
    }
}

fn supervision_held() -> SupervisionHeld {
    SupervisionHeld {
        authority: code(),
        staff_id: StaffId::new("SW1"),
        held_on: day("2025-04-11"),
        key: Some("SUP-9".into()),
    }
}

fn supervision_retracted() -> SupervisionRetracted {
    SupervisionRetracted {
        authority: code(),
        staff_id: StaffId::new("SW1"),
        key: Some("SUP-9".into()),
        held_on: Some(day("2025-04-11")),
    }
}

fn supervision_told() -> SupervisionTold {
    SupervisionTold {
        authority: code(),
        staff_id: StaffId::new("SW1"),
        revision: 2,
        held: vec![HeldTold {
            held_on: day("2025-04-11"),
            key: "SUP-9".into(),
            told_on: day("2025-04-14"),
        }],
    }
}

fn supervision() -> Supervision {
    Supervision {
        authority: code(),
        staff_id: StaffId::new("SW1"),
        revision: 3,
        held: vec![day("2025-03-10"), day("2025-04-11")],
    }
}

fn supervision_record() -> SupervisionRecord {
    SupervisionRecord {
        authority: code(),
        revision: 4,
        since: day("2024-04-02"),
        removed: false,
        as_at: day("2025-05-06"),
    }
}

fn worker_obligations() -> WorkerObligations {
    WorkerObligations {
        authority: code(),
        staff_id: StaffId::new("SW1"),
        revision: 5,
        day: day("2025-05-06"),
        obligations: vec![WorkerObligation {
            obligation: obligation(),
            again_from: Some(day("2025-04-22")),
        }],
        reviews: Some(ReviewsTooMany {
            rule: "en.worker.reviewing-officer".into(),
            version: 1,
            source: "IRO Handbook, 2010".into(),
            at_most: 70,
            children: 74,
            since: day("2025-04-30"),
        }),
    }
}

fn authority() -> Authority {
    Authority {
        authority: code(),
        name: "Westshire".into(),
        revision: 3,
        snapshot: 3,
        clock: ClockSetting::Pinned(at("2018-03-31T08:00:00Z")),
        sources: vec![SourceState {
            source: "ssda903".into(),
            as_at: day("2018-03-31"),
            accepted_at: at("2026-11-20T01:02:03.000004Z"),
            supplies: vec!["care_episode".into(), "looked_after_review".into()],
            visits_seen_unreliable: false,
        }],
        children: 2,
        revision_sum: 5,
        synthetic: true,
    }
}

fn clock_stepped() -> ClockStepped {
    ClockStepped {
        authority: code(),
        at: at("2025-06-02T07:30:00Z"),
    }
}

fn chronology() -> Chronology {
    let facts = [
        Fact::CareEpisode {
            start_reason: "S".into(),
            legal_status: "C2".into(),
            placement: "U1".into(),
            end_reason: Some("X1".into()),
            entered_care: None,
        },
        Fact::looked_after_review(true),
        Fact::Involvement {
            worker: Some(StaffId::new("w1")),
            team: Some(TeamId::new("t1")),
            role: InvolvementRole::CaseHolder,
            change_reason: Some("ORGRST".into()),
        },
        Fact::missing("M"),
        Fact::Family {
            family: "f1".into(),
        },
        Fact::Death,
    ];
    Chronology {
        authority: code(),
        child: child(),
        revision: 2,
        authority_revision: 3,
        entries: facts
            .into_iter()
            .chain(need_and_protection())
            .chain(care_and_leaving())
            .map(entry)
            .collect(),
    }
}

fn need_and_protection() -> Vec<Fact> {
    vec![
        Fact::Referral {
            decided: true,
            no_further_action: Some(false),
        },
        Fact::Assessment {
            referral: Some("r1".into()),
            child_seen: Some(true),
        },
        Fact::Section47 {
            referral: Some("r1".into()),
            no_further_action: None,
        },
        Fact::InitialConference {
            section47: Some("s1".into()),
            held: true,
            transfer_in: true,
            plan_decided: Some(true),
            target: Some(day("2016-02-16")),
        },
        Fact::ChildInNeedPlan {
            referral: Some("r1".into()),
        },
        Fact::ProtectionPlan {
            referral: Some("r1".into()),
            conference: Some("c1".into()),
            other_authority: true,
        },
        Fact::ProtectionReview {
            plan: Some("p1".into()),
            held: false,
            continues: Some(true),
            stated_due: Some(day("2016-05-15")),
        },
        Fact::Visit {
            purpose: VisitPurpose::Protection,
            seen: Some(false),
            seen_alone: None,
        },
    ]
}

fn care_and_leaving() -> Vec<Fact> {
    vec![
        Fact::LegalStatus { code: "C1".into() },
        Fact::Placement {
            code: "U4".into(),
            distance_tenths: Some(213),
            change_reason: Some("CARPL".into()),
        },
        Fact::HealthAssessment,
        Fact::MissingEpisode {
            code: "A".into(),
            returned_at: Some("15:30:00".parse().unwrap()),
            interview: ReturnInterview::Offered,
        },
        Fact::CareLeaver {
            eligibility: Eligibility::FormerRelevant,
        },
        Fact::PathwayPlan,
        Fact::CareLeaverContact,
        Fact::PlacedForAdoption,
        Fact::AgeBand {
            band: AgeBand::FiveToFifteen,
        },
        Fact::Step {
            step: Step::CoreGroup,
        },
    ]
}

fn entry(fact: Fact) -> Entry {
    Entry {
        key: "2016-02-15".into(),
        source: "ssda903".into(),
        start: day("2016-02-15"),
        end: Some(day("2017-08-14")),
        known_from: day("2018-03-31"),
        missing_since: Some(day("2018-04-30")),
        fact,
    }
}

fn person() -> Person {
    Person {
        authority: code(),
        staff_id: StaffId::new("w1"),
        revision: 4,
        removed: false,
        name: "Sam Okoro".into(),
        email: "sam.okoro@westshire.example".into(),
        role: "social worker".into(),
        team_id: Some(TeamId::new("t1")),
        manager_id: Some(StaffId::new("m1")),
        deputy_id: Some(StaffId::new("w2")),
        fte_hundredths: Some(80),
        start_date: Some(day("2015-09-01")),
        leave_date: Some(day("2018-12-31")),
        absences: vec![Absence {
            from: day("2018-04-03"),
            to: Some(day("2018-04-06")),
        }],
        working_days: vec![1, 2, 3, 4],
        first_year_until: Some(day("2016-08-31")),
    }
}

fn team() -> Team {
    Team {
        authority: code(),
        team_id: TeamId::new("t1"),
        revision: 1,
        removed: false,
        name: "Looked after North".into(),
        parent_id: Some(TeamId::new("s1")),
        manager_id: Some(StaffId::new("m1")),
        mailbox: Some("north@westshire.example".into()),
    }
}

fn obligation() -> Obligation {
    Obligation {
        id: uuid(1),
        rule: RuleRef {
            id: "en.cla.first-review".into(),
            version: 1,
            title: "First review".into(),
            source: "Regulation 33(1)".into(),
            kind: RuleKind::National,
            limit: Limit {
                n: 20,
                unit: LimitUnit::WorkingDays,
            },
        },
        started_by: "2018-03-01".into(),
        trigger_date: day("2018-03-01"),
        due_date: day("2018-03-29"),
        due_time: None,
        stated_due: None,
        found: Some("the plan began on Wed 1 Mar 2017, more than 15 months before".into()),
        attempted: None,
        state: ObligationState::Withdrawn,
        met_date: Some(day("2018-03-28")),
        met_by: Some("2018-03-28".into()),
        withdrawn: Some(Withdrawn::Ended),
        opening: 1,
        revision: 2,
        baseline: true,
    }
}

fn child_obligations() -> ChildObligations {
    ChildObligations {
        authority: code(),
        child: child(),
        revision: 2,
        day: day("2018-03-31"),
        holder: Holder {
            worker: Some(StaffId::new("w1")),
            team: Some(TeamId::new("t1")),
            since: Some(day("2017-01-09")),
            last_worker: Some(StaffId::new("w2")),
        },
        reviewer: Some(StaffId::new("r1")),
        chair: Some(StaffId::new("r2")),
        died: false,
        family: Some("f1".into()),
        obligations: vec![obligation()],
    }
}

fn signal() -> DeadlineSignal {
    DeadlineSignal {
        authority: code(),
        child: child(),
        what: DeadlineEvent::Raised,
        obligation: obligation(),
        data_as_at: day("2018-03-31"),
        batch: Some(3),
    }
}

fn batch() -> BatchComputed {
    BatchComputed {
        authority: code(),
        batch: 3,
        signals: 12,
    }
}

fn notice() -> Notice {
    Notice {
        id: uuid(2),
        authority: code(),
        person: StaffId::new("w1"),
        child: child(),
        obligation: uuid(1),
        opening: 1,
        rule: "en.cla.first-review".into(),
        title: "First review".into(),
        due_date: day("2018-03-29"),
        found: true,
        revision: 3,
        open: true,
        steps: vec![NoticeStep {
            step: "overdue".into(),
            state: StepState::Pending,
            why: Some("held until the next working morning".into()),
            at: at("2018-03-31T08:00:00Z"),
            message: Some(uuid(3)),
        }],
    }
}

fn accepted() -> SnapshotAccepted {
    SnapshotAccepted {
        authority: code(),
        source: "ssda903".into(),
        as_at: day("2018-03-31"),
        revision: 3,
        children_changed: 2,
        recorded: 5,
        changed: 1,
        missing: 1,
        retracted: 1,
        refused_rows: 1,
    }
}

fn refused() -> SnapshotRefused {
    SnapshotRefused {
        authority: code(),
        source: "ssda903".into(),
        as_at: day("2018-03-31"),
        reason: "episodes.csv has half the rows it had; import it again when it is whole".into(),
    }
}

fn to_person() -> Recipient {
    Recipient::Person {
        staff_id: StaffId::new("w1"),
        name: "Sam Okoro".into(),
        email: "sam.okoro@westshire.example".into(),
    }
}

fn to_team() -> Recipient {
    Recipient::TeamMailbox {
        team: TeamId::new("t1"),
        name: "Looked after North".into(),
        email: "north@westshire.example".into(),
    }
}

fn noticed() -> NoticeRevision {
    NoticeRevision {
        notice: uuid(2),
        revision: 3,
    }
}

fn message(recipient: Recipient) -> Message {
    Message {
        id: uuid(3),
        authority: code(),
        authority_name: "Westshire".into(),
        recipient,
        kind: MessageKind::Digest,
        must_have: true,
        title: "Your day: 1 review due".into(),
        intro: "Good morning. One review needs you.".into(),
        lines: vec![MessageLine {
            notices: vec![noticed()],
            children: vec![child()],
            title: "First review".into(),
            due_date: day("2018-03-29"),
            text: "was due Thu 29 Mar 2018, not recorded".into(),
            why: "20 working days from Thu 1 Mar 2018 (en.cla.first-review, version 1)".into(),
            link: Some("https://records.westshire.example/1001".into()),
            late: true,
            found: true,
        }],
        unlisted: vec![noticed()],
        closing: vec!["Your manager is told next, on Tue 3 Apr 2018.".into()],
        data_as_at: day("2018-03-31"),
        gathered_at: at("2018-03-31T08:00:00Z"),
        synthetic: true,
        pinned: true,
    }
}

fn changed() -> MessageChanged {
    MessageChanged {
        authority: code(),
        notice: noticed(),
        change: LineChange::StoodDown,
    }
}

fn failed() -> Outcome {
    Outcome::Failed {
        reason: "550 no such mailbox".into(),
    }
}

fn receipts(outcome: Outcome) -> Receipts {
    let receipt = Receipt {
        message: uuid(3),
        channel: "smtp".into(),
        outcome,
        attempt: 1,
        at: at("2026-11-20T08:00:01Z"),
        told: vec![uuid(2)],
        stood_down: vec![uuid(4)],
    };
    Receipts {
        authority: code(),
        receipts: vec![receipt],
    }
}
