use contracts::{
    chronology::Holder,
    message::{MessageKind, Recipient},
    obligation::{DeadlineEvent, Limit, LimitUnit, Obligation},
};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use proptest::prelude::*;

use super::*;
use crate::domain::{
    notice::Who,
    stages::gather,
    testing::{Stage, TODAY, at, holder, obligation, signal, unheld},
};

/// A step ready for somebody: what a test says about one child.
#[derive(Clone)]
struct One {
    child: ChildId,
    matter: Matter,
    step: Step,
    to: Addressed,
    holder: Holder,
    family: Option<String>,
}

fn one(stage: &Stage, child: &str, due: Date, step: Step) -> One {
    with(stage, child, obligation(child, due), step)
}

fn with(stage: &Stage, child: &str, obligation: Obligation, step: Step) -> One {
    let scene = stage.scene();
    let policy = scene.settings.policies.of(&obligation.rule.id);
    let (_, signal) = signal(child, DeadlineEvent::Raised, obligation);
    let (matter, _) = Matter::hear(None, &signal, policy, scene.calendar, scene.today);
    let mut holder = holder("sam");
    holder.since = Some(date(2025, 1, 12));
    One {
        child: child.into(),
        matter,
        step,
        to: to("sam", Seat::Worker, Standing::Own),
        holder,
        family: None,
    }
}

fn to(id: &str, seat: Seat, standing: Standing) -> Addressed {
    Addressed {
        who: Who::Person(id.into()),
        seat,
        standing,
    }
}

fn gathered(stage: &Stage, all: &[One]) -> Message {
    let scene = stage.scene();
    let ready: Vec<_> = all
        .iter()
        .map(|one| Ready {
            notice: NoticeRevision {
                notice: one.to.who.notice(one.matter.obligation.id, 1),
                revision: 2,
            },
            key: StepKey {
                step: one.step,
                due: None,
            },
            to: one.to.clone(),
            matter: &one.matter,
            policy: scene
                .settings
                .policies
                .of(&one.matter.obligation.rule.id)
                .unwrap(),
            child: &one.child,
            holder: one.holder.clone(),
            family: one.family.as_deref(),
        })
        .collect();
    gather(&scene, &all[0].to.who, &ready).unwrap()
}

fn stage() -> Stage {
    Stage::new(at(TODAY, 8, 30))
}

const DUE: Date = date(2025, 5, 7);
const LATE: Date = date(2025, 3, 3);

#[test]
fn a_morning_mail_says_what_when_why_and_who_is_next() {
    let stage = stage();
    let message = gathered(
        &stage,
        &[
            one(&stage, "1001", DUE, Step::Approaching(15)),
            one(&stage, "1002", LATE, Step::Overdue),
        ],
    );
    assert_eq!(
        message.title,
        "Your day: 1 review coming up, 1 not recorded"
    );
    assert_eq!(
        (message.kind, message.must_have),
        (MessageKind::Digest, true)
    );
    let [late, coming] = message.lines.as_slice() else {
        panic!("{:?}", message.lines)
    };
    assert_eq!(
        late.text,
        "was due Mon 3 Mar 2025, not recorded; yours since Sun 12 Jan 2025"
    );
    assert_eq!(
        coming.text,
        "due Wed 7 May 2025; yours since Sun 12 Jan 2025"
    );
    assert!(late.late && !coming.late);
    assert_eq!(
        coming.why,
        "20 working days from Fri 4 Apr 2025, skipping the bank holidays of 18 and 21 April and 5 May: due Wed 7 May 2025. \
         Rule en.cla.first-review, version 1 (Care Planning Regulations 2010, regulation 33). \
         You see this because you are the case-holder."
    );
    assert_eq!(
        message.closing[0],
        "If it is not recorded by Mon 28 Apr 2025, your manager, Ann Lee, is told in their morning mail."
    );
    let Recipient::Person { email, .. } = &message.recipient else {
        panic!("{:?}", message.recipient)
    };
    assert_eq!(email, "sam@example.test");
}

/// A clock of another rule.
fn clock(stage: &Stage, child: &str, rule: &str, title: &str, due: Date, step: Step) -> One {
    let mut obligation = obligation(child, due);
    (obligation.rule.id, obligation.rule.title) = (rule.into(), title.into());
    with(stage, child, obligation, step)
}

/// The whole of a message, as somebody reads it.
fn read(message: &Message) -> String {
    use std::fmt::Write as _;
    crate::domain::words::tests::check(message);
    let Message {
        title,
        intro,
        lines,
        closing,
        kind,
        ..
    } = message;
    let mut out = format!("{kind:?}\n{title}\n{intro}\n");
    for line in lines {
        let children: Vec<_> = line.children.iter().map(ToString::to_string).collect();
        let (title, text, why) = (&line.title, &line.text, &line.why);
        write!(out, "- {title}, {}: {text}\n  {why}\n", children.join(", ")).unwrap();
    }
    out + &closing.join("\n")
}

#[test]
fn a_worker_s_mixed_morning_in_full() {
    let stage = stage();
    let mut missed = clock(
        &stage,
        "C-101",
        "en.cp.visit",
        "Protection visit",
        TODAY,
        Step::Approaching(0),
    );
    missed.matter.obligation.attempted = Some(date(2025, 4, 14));
    let mut stated = clock(
        &stage,
        "C-102",
        "en.cla.next-review",
        "Review",
        DUE,
        Step::Approaching(15),
    );
    stated.matter.obligation.stated_due = Some(date(2025, 5, 12));
    let late = clock(
        &stage,
        "C-103",
        "en.assessment",
        "Assessment",
        LATE,
        Step::Overdue,
    );
    insta::assert_snapshot!(read(&gathered(&stage, &[missed, stated, late])));
}

#[test]
fn a_return_interview_in_full() {
    let stage = Stage::new(at(TODAY, 9, 15));
    let mut back = clock(
        &stage,
        "C-101",
        "en.missing.return-interview",
        "Return interview",
        date(2025, 4, 19),
        Step::Raised,
    );
    let obligation = &mut back.matter.obligation;
    obligation.due_time = Some(jiff::civil::time(15, 30, 0, 0));
    obligation.trigger_date = date(2025, 4, 16);
    obligation.rule.limit = Limit {
        n: 72,
        unit: LimitUnit::Hours,
    };
    insta::assert_snapshot!(read(&gathered(&stage, &[back])));
}

#[test]
fn a_conference_in_full() {
    let stage = stage();
    let mut conference = clock(
        &stage,
        "C-101",
        "en.s47.conference",
        "Initial conference",
        date(2025, 4, 28),
        Step::Day(8),
    );
    conference.matter.obligation.rule.limit.n = 15;
    conference.matter.obligation.trigger_date = date(2025, 4, 3);
    insta::assert_snapshot!(read(&gathered(&stage, &[conference])));
}

#[test]
fn a_handover_in_full() {
    let stage = stage();
    let step = Step::Handover(TODAY);
    let own = [
        clock(
            &stage,
            "C-101",
            "en.cla.next-review",
            "Review",
            date(2025, 9, 8),
            step,
        ),
        clock(&stage, "C-101", "en.cla.visit", "Visit", DUE, step),
    ];
    let managers = own.clone().map(|one| One {
        to: to("ann", Seat::Manager, Standing::Own),
        ..one
    });
    let (own, managers) = (gathered(&stage, &own), gathered(&stage, &managers));
    insta::assert_snapshot!(format!("{}\n\n{}", read(&own), read(&managers)));
}

#[test]
fn a_manager_s_children_without_a_case_holder_in_full() {
    let stage = stage();
    let one = One {
        to: to("ann", Seat::Worker, Standing::NoCaseHolder),
        holder: unheld("north"),
        ..clock(
            &stage,
            "C-101",
            "en.cp.visit",
            "Protection visit",
            DUE,
            Step::Unheld(TODAY),
        )
    };
    insta::assert_snapshot!(read(&gathered(&stage, &[one])));
}

#[test]
fn a_reviewing_officer_s_morning_in_full() {
    let stage = stage();
    let reviewer = |child, step| One {
        to: to("ira", Seat::Reviewer, Standing::Own),
        ..clock(&stage, child, "en.cla.next-review", "Review", DUE, step)
    };
    let mut stage_with = Stage::new(at(TODAY, 8, 30));
    stage_with
        .organisation
        .apply_person(crate::domain::testing::person("ira", "Ira Day"));
    let own = gathered(&stage_with, &[reviewer("C-101", Step::Approaching(30))]);
    let empty = One {
        to: to("ann", Seat::Reviewer, Standing::EmptySeat),
        ..reviewer("C-102", Step::Approaching(30))
    };
    let empty = gathered(&stage_with, &[empty]);
    insta::assert_snapshot!(format!("{}\n\n{}", read(&own), read(&empty)));
}

#[test]
fn what_begins_with_coming_into_care_in_full() {
    let stage = stage();
    let begins = |rule, title, due| clock(&stage, "C-101", rule, title, due, Step::Raised);
    let all = [
        begins("en.cla.first-review", "First review", DUE),
        begins("en.cla.visit", "Visit", date(2025, 4, 24)),
        begins("en.cla.health", "Health assessment", DUE),
        begins(
            "en.cla.reviewer-named",
            "Reviewing officer named",
            date(2025, 4, 25),
        ),
    ];
    insta::assert_snapshot!(read(&gathered(&stage, &all)));
}

#[test]
fn siblings_with_another_word_to_say_are_lines_of_their_own() {
    let stage = stage();
    let sibling = |child| One {
        family: Some("F1".into()),
        ..clock(
            &stage,
            child,
            "en.cp.visit",
            "Protection visit",
            DUE,
            Step::Share(80),
        )
    };
    let mut tried = sibling("C-102");
    tried.matter.obligation.attempted = Some(date(2025, 4, 14));
    let lines = gathered(&stage, &[sibling("C-101"), tried, sibling("C-103")]).lines;
    let children: Vec<_> = lines.iter().map(|l| l.children.len()).collect();
    assert_eq!(children, [2, 1]);
    assert!(
        lines[1]
            .text
            .contains("a visit on Mon 14 Apr 2025 is recorded")
    );
}

#[test]
fn siblings_with_the_same_date_and_worker_are_one_line() {
    let stage = stage();
    let sibling = |child: &str, due| One {
        family: Some("F1".into()),
        ..one(&stage, child, due, Step::Approaching(15))
    };
    let together = gathered(
        &stage,
        &[
            sibling("1002", DUE),
            sibling("1001", DUE),
            sibling("1003", DUE + 1.day()),
        ],
    );
    assert_eq!(together.lines.len(), 2);
    assert_eq!(together.lines[0].children, ["1001".into(), "1002".into()]);
    assert_eq!(together.lines[0].notices.len(), 2);
    assert_eq!(together.title, "Your day: 3 reviews coming up");
    let kit = One {
        holder: holder("kit"),
        ..sibling("1004", DUE)
    };
    let apart = gathered(
        &stage,
        &[
            sibling("1001", DUE),
            kit,
            one(&stage, "1005", DUE, Step::Approaching(15)),
        ],
    );
    assert_eq!(
        apart.lines.len(),
        3,
        "another worker's and no family are lines of their own"
    );
}

#[test]
fn fifteen_lines_are_listed_late_first_and_the_rest_is_counted() {
    let stage = stage();
    let all: Vec<_> = (0..40_i64)
        .map(|n| {
            let late = n % 4 == 0;
            let due = if late {
                LATE + n.days()
            } else {
                DUE - n.days().min_days()
            };
            one(
                &stage,
                &format!("{n}"),
                due,
                if late {
                    Step::Overdue
                } else {
                    Step::Approaching(15)
                },
            )
        })
        .collect();
    let message = gathered(&stage, &all);
    assert_eq!((message.lines.len(), message.unlisted.len()), (15, 25));
    assert!(message.lines[..10].iter().all(|l| l.late));
    assert!(message.lines.windows(2).all(|l| !l[1].late || l[0].late));
    assert!(
        message.lines[10..]
            .windows(2)
            .all(|l| l[0].due_date <= l[1].due_date)
    );
}

trait MinDays {
    fn min_days(self) -> jiff::Span;
}

impl MinDays for jiff::Span {
    fn min_days(self) -> jiff::Span {
        (i64::from(self.get_days()) % 7).days()
    }
}

#[test]
fn a_manager_s_lines_name_the_case_holder() {
    let stage = stage();
    let line = |standing, holder: Holder, seat| {
        let one = One {
            to: to("ann", seat, standing),
            holder,
            ..one(&stage, "1001", DUE, Step::Approaching(5))
        };
        gathered(&stage, &[one])
    };
    let own = line(Standing::Own, holder("sam"), Seat::Manager);
    assert_eq!(own.title, "Your team today: 1 review coming up");
    assert_eq!(own.lines[0].text, "due Wed 7 May 2025; held by Sam Roe");
    assert_eq!(
        own.closing[0],
        "This goes no further: nobody above you is told about it."
    );
    let covering = line(Standing::For("kit".into()), holder("kit"), Seat::Worker);
    assert_eq!(
        covering.lines[0].text,
        "due Wed 7 May 2025; for Kit Poe, who cannot be reached today"
    );
    assert!(
        covering.lines[0]
            .why
            .ends_with("You see this because you cover for Kit Poe.")
    );
    let nobody = line(Standing::NoCaseHolder, unheld("north"), Seat::Worker);
    assert_eq!(nobody.lines[0].text, "due Wed 7 May 2025; no case-holder");
}

#[test]
fn a_mailbox_learns_how_many_and_never_which() {
    let stage = stage();
    let mailbox = |child: &str| One {
        to: Addressed {
            who: Who::Mailbox("north".into()),
            seat: Seat::Worker,
            standing: Standing::CountUnheld,
        },
        holder: unheld("north"),
        ..one(&stage, child, DUE, Step::Approaching(15))
    };
    let message = gathered(&stage, &[mailbox("SECRET-1"), mailbox("SECRET-2")]);
    assert_eq!(message.title, "North: 2 reviews waiting for somebody");
    assert_eq!(
        message.lines[0].text,
        "2 reviews without a case-holder; Ann Lee has the list"
    );
    assert_eq!(
        (message.lines.len(), message.lines[0].notices.len()),
        (1, 2)
    );
    assert!(!serde_json::to_string(&message).unwrap().contains("SECRET"));
}

#[test]
fn a_baseline_is_one_summary_and_a_short_clock_a_mail_of_its_own() {
    let stage = stage();
    let summary = gathered(
        &stage,
        &[
            one(&stage, "1", DUE, Step::Baseline),
            one(&stage, "2", DUE, Step::Approaching(15)),
        ],
    );
    assert_eq!(summary.kind, MessageKind::Baseline);
    let mut short = obligation("1", TODAY);
    short.rule.limit = Limit {
        n: 1,
        unit: LimitUnit::WorkingDays,
    };
    assert_eq!(
        gathered(&stage, &[with(&stage, "1", short, Step::Approaching(5))]).kind,
        MessageKind::Immediate
    );
}

#[test]
fn gathering_the_same_again_gives_the_same_message() {
    let stage = stage();
    let all = [
        one(&stage, "1", DUE, Step::Approaching(15)),
        one(&stage, "2", LATE, Step::Overdue),
    ];
    let turned = [all[1].clone(), all[0].clone()];
    assert_eq!(gathered(&stage, &all), gathered(&stage, &turned));
    assert_ne!(gathered(&stage, &all).id, gathered(&stage, &all[..1]).id);
}

#[test]
fn nobody_who_cannot_be_reached_is_written_to() {
    let mut stage = stage();
    crate::domain::testing::away(&mut stage.organisation, "sam");
    let scene = stage.scene();
    assert!(gather(&scene, &Who::Person("sam".into()), &[]).is_none());
    assert!(gather(&scene, &Who::Person("stranger".into()), &[]).is_none());
}

fn any_one() -> impl Strategy<Value = (u32, i64, u8, u8, Option<u8>)> {
    (
        0..500_u32,
        -60..60_i64,
        0..8_u8,
        0..7_u8,
        prop::option::of(0..3_u8),
    )
}

proptest! {
    #[test]
    fn every_matter_is_in_a_message_once_and_no_word_is_unkind(all in prop::collection::vec(any_one(), 1..60)) {
        let stage = stage();
        let mut seen = std::collections::BTreeSet::new();
        let all: Vec<_> = all
            .into_iter()
            .filter(|(child, ..)| seen.insert(*child))
            .map(|(child, shift, step, standing, family)| {
                let steps = [
                    Step::Baseline,
                    Step::Approaching(15),
                    Step::Approaching(5),
                    Step::Overdue,
                    Step::Raised,
                    Step::Handover(TODAY),
                    Step::Unheld(TODAY),
                    Step::StillLate,
                ];
                let step = steps[usize::from(step)];
                let mut made = one(&stage, &format!("CHILD{child}"), TODAY + shift.days(), step);
                made.to = [
                    to("sam", Seat::Worker, Standing::Own),
                    to("sam", Seat::Worker, Standing::For("kit".into())),
                    to("sam", Seat::Manager, Standing::Own),
                    to("sam", Seat::Worker, Standing::NoCaseHolder),
                    to("sam", Seat::Manager, Standing::For("ann".into())),
                    to("sam", Seat::Reviewer, Standing::Own),
                    to("sam", Seat::ConferenceChair, Standing::EmptySeat),
                ][usize::from(standing)].clone();
                made.family = family.map(|f| format!("F{f}"));
                made
            })
            .collect();
        let message = gathered(&stage, &all);
        let listed = message.lines.iter().flat_map(|l| &l.notices).chain(&message.unlisted);
        let mut notices: Vec<_> = listed.map(|n| n.notice).collect();
        notices.sort_unstable();
        let mut expected: Vec<_> = all.iter().map(|o| o.to.who.notice(o.matter.obligation.id, 1)).collect();
        expected.sort_unstable();
        prop_assert_eq!(notices, expected);
        prop_assert!(message.lines.len() <= 15);
        prop_assert!(message.lines.iter().all(|l| l.children.len() == l.notices.len()));
        crate::domain::words::tests::check(&message);
    }
}
