use contracts::{
    ObligationState, Person, SupervisionRecord, WorkerObligations, organisation::Absence,
};
use proptest::prelude::*;

use super::*;
use crate::domain::{
    local::{LocalLimits, check},
    rules::Rules,
    testing::{authority, code, day},
};

fn person() -> Person {
    Person {
        authority: code(),
        staff_id: "w1".into(),
        revision: 1,
        removed: false,
        name: "Amira Khan".to_owned(),
        email: String::new(),
        role: "social worker".to_owned(),
        team_id: None,
        manager_id: Some("m1".into()),
        deputy_id: None,
        fte_hundredths: None,
        start_date: Some(day("2019-09-02")),
        leave_date: None,
        absences: Vec::new(),
        working_days: Vec::new(),
        first_year_until: None,
    }
}

/// Newly qualified, at work since that day.
fn new_since(start: &str) -> Person {
    let start = day(start);
    Person {
        start_date: Some(start),
        first_year_until: start
            .saturating_add(jiff::Span::new().years(1))
            .yesterday()
            .ok(),
        ..person()
    }
}

fn away(person: Person, absences: &[(&str, Option<&str>)]) -> Person {
    let absence = |(from, to): &(&str, Option<&str>)| Absence {
        from: day(from),
        to: to.map(day),
    };
    Person {
        absences: absences.iter().map(absence).collect(),
        ..person
    }
}

/// An authority whose supervision is recorded since a day.
struct World {
    rules: Rules,
    record: Option<SupervisionRecord>,
    calendar: Calendar,
}

impl World {
    fn since(since: &str) -> Self {
        Self {
            rules: Rules::built_in(),
            record: Some(SupervisionRecord {
                authority: code(),
                revision: 1,
                since: day(since),
                removed: false,
                as_at: day("2025-06-02"),
            }),
            calendar: Calendar::england_and_wales(),
        }
    }

    fn with<T>(&self, today: &str, then: impl FnOnce(Circumstances<'_>) -> T) -> T {
        let mut sources = authority(&["care_episode", "involvement"]);
        "ssd".clone_into(&mut sources.sources[0].source);
        let sources = with_directory(&sources, self.record.as_ref());
        let running = Running::of_workers(&self.rules, &sources, day(today));
        then(Circumstances {
            running: &running,
            record: self.record.as_ref(),
            calendar: &self.calendar,
            today: day(today),
        })
    }

    /// Each clock as `due state`, the running one last.
    fn clocks(&self, person: &Person, held: &[&str], today: &str) -> Vec<String> {
        let held: Vec<Date> = held.iter().map(|d| day(d)).collect();
        let worker = Worker {
            person,
            held: &held,
            reviews: 0,
        };
        self.with(today, |at| {
            let clocks = reckon(&worker, at);
            let words = clocks
                .iter()
                .map(|c| format!("{} {}", c.due, c.state.as_str()));
            words.collect()
        })
    }

    /// The one that is not met.
    fn last(&self, person: &Person, held: &[&str], today: &str) -> String {
        let mut clocks = self.clocks(person, held, today);
        clocks.retain(|clock| !clock.ends_with("met"));
        clocks.pop().unwrap_or_else(|| "none".to_owned())
    }

    fn decide(
        &self,
        prior: Option<&WorkerObligations>,
        person: &Person,
        held: &[Date],
        (reviews, today): (u64, &str),
    ) -> Decision {
        let worker = Worker {
            person,
            held,
            reviews,
        };
        self.with(today, |at| {
            let decision = decide(prior, &worker, at);
            let again = decide(Some(&decision.list), &worker, at);
            assert_eq!(again, decision, "deciding twice is deciding once");
            decision
        })
    }
}

/// Every month held before the case begins, so that the record covers it.
const LONG_AGO: &str = "2018-01-02";

#[test]
fn everybody_with_a_manager_has_supervision_within_a_month_of_the_last() {
    let world = World::since(LONG_AGO);
    for (held, today, want) in [
        ("2025-03-03", "2025-04-03", "2025-04-03 open"),
        ("2025-03-03", "2025-04-04", "2025-04-03 overdue"),
        // Clamped to the month's end, also in a leap year; never rolled off a weekend or a bank holiday.
        ("2025-01-31", "2025-02-28", "2025-02-28 open"),
        ("2024-01-31", "2024-02-29", "2024-02-29 open"),
        ("2025-03-18", "2025-04-01", "2025-04-18 open"),
        ("2025-11-25", "2025-12-01", "2025-12-25 open"),
        ("2025-02-08", "2025-03-01", "2025-03-08 open"),
    ] {
        assert_eq!(world.last(&person(), &[held], today), want, "{held}");
    }
}

#[test]
fn the_next_one_is_counted_from_the_day_it_was_held_and_late_evidence_meets() {
    let world = World::since("2025-01-06");
    assert_eq!(
        world.clocks(
            &person(),
            &["2025-01-06", "2025-02-20", "2025-03-03"],
            "2025-03-10"
        ),
        ["2025-02-06 met", "2025-03-20 met", "2025-04-03 open"]
    );
    assert_eq!(
        world.clocks(&person(), &["2025-02-20", "2025-03-21"], "2025-03-10"),
        ["2025-02-06 met", "2025-03-20 open"],
        "what is dated after the day takes no part"
    );
}

#[test]
fn what_was_held_before_they_came_starts_nothing() {
    let world = World::since(LONG_AGO);
    let came = |start: &str, first_year_until: Option<&str>| Person {
        start_date: Some(day(start)),
        first_year_until: first_year_until.map(day),
        ..person()
    };
    for (person, held, today, want) in [
        // Supervised as an assistant before.
        (
            came("2025-01-06", Some("2026-01-05")),
            &["2024-11-20"][..],
            "2025-01-07",
            &["2025-01-13 open"][..],
        ),
        // Back after some time elsewhere.
        (
            came("2025-03-01", None),
            &["2024-06-03", "2025-03-12"],
            "2025-03-12",
            &["2025-04-01 met", "2025-04-12 open"],
        ),
    ] {
        assert_eq!(world.clocks(&person, held, today), want);
    }
}

#[test]
fn thirteen_months_are_listed_so_that_days_no_longer_known_do_not_look_like_none() {
    let world = World::since("2024-01-08");
    let held = ["2025-10-12", "2025-11-10"];
    assert_eq!(
        world.clocks(&person(), &held, "2025-11-20"),
        ["2025-11-12 met", "2025-12-10 open"]
    );
}

#[test]
fn with_none_recorded_it_is_counted_from_the_work_or_the_record_whichever_is_later() {
    let none_known = Person {
        start_date: None,
        ..person()
    };
    let began = |start: &str| Person {
        start_date: Some(day(start)),
        ..person()
    };
    for (since, person, today, want) in [
        ("2025-03-01", person(), "2025-03-10", "2025-04-01 open"),
        (
            "2025-03-01",
            began("2025-03-17"),
            "2025-03-18",
            "2025-04-17 open",
        ),
        ("2025-03-01", none_known, "2025-04-02", "2025-04-01 overdue"),
        ("2025-03-01", began("2025-03-17"), "2025-03-16", "none"),
        ("2025-03-01", person(), "2025-02-28", "none"),
    ] {
        let world = World::since(since);
        assert_eq!(world.last(&person, &[], today), want, "{since} {today}");
    }
    let mut world = World::since("2025-03-01");
    world.record = None;
    assert_eq!(world.last(&person(), &[], "2025-03-10"), "none");
}

#[test]
fn in_a_first_year_weekly_then_fortnightly_then_monthly_by_the_day_it_was_held() {
    let world = World::since(LONG_AGO);
    let new = new_since("2025-01-06");
    for (held, want) in [
        (None, "2025-01-13"),
        (Some("2025-01-08"), "2025-01-15"),
        // Six weeks are over on 17 February, six months on 6 July.
        (Some("2025-02-16"), "2025-02-23"),
        (Some("2025-02-17"), "2025-03-03"),
        (Some("2025-07-05"), "2025-07-19"),
        (Some("2025-07-06"), "2025-08-06"),
        (Some("2026-01-05"), "2026-02-05"),
    ] {
        let held: Vec<&str> = held.into_iter().collect();
        let today = held.last().copied().unwrap_or("2025-01-07");
        let last = world.last(&new, &held, today);
        assert_eq!(last, format!("{want} open"), "{held:?}");
    }
}

#[test]
fn a_first_year_is_never_inferred_and_needs_a_first_day() {
    let world = World::since(LONG_AGO);
    let rule = |person: &Person, held: &str| {
        let held = [day(held)];
        let worker = Worker {
            person,
            held: &held,
            reviews: 0,
        };
        world.with("2026-06-01", |at| {
            let clocks = reckon(&worker, at);
            clocks.last().map(|c| c.rule.id.clone()).unwrap_or_default()
        })
    };
    let new = new_since("2025-01-06");
    let first_year = "en.worker.supervision.first-year";
    assert_eq!(rule(&new, "2026-01-05"), first_year);
    assert_eq!(rule(&new, "2026-01-06"), "en.worker.supervision", "passed");
    let recent = Person {
        first_year_until: None,
        ..new.clone()
    };
    assert_eq!(rule(&recent, "2025-01-08"), "en.worker.supervision");
    let undated = Person {
        start_date: None,
        ..new.clone()
    };
    assert_eq!(rule(&undated, "2025-01-08"), "en.worker.supervision");
    let unmanaged = |person: Person| Person {
        manager_id: None,
        ..person
    };
    assert_eq!(rule(&unmanaged(person()), "2025-01-08"), "");
    assert_eq!(rule(&unmanaged(new), "2025-01-08"), first_year);
}

#[test]
fn who_is_away_when_it_is_due_has_it_counted_again_from_the_first_day_back() {
    let world = World::since(LONG_AGO);
    let held = ["2025-03-03"];
    for (absences, today, want) in [
        // Back on 8 April, so due on 8 May.
        (
            vec![("2025-03-31", Some("2025-04-07"))],
            "2025-04-08",
            "2025-05-08 open",
        ),
        (
            vec![("2025-04-03", Some("2025-04-03"))],
            "2025-03-10",
            "2025-05-04 open",
        ),
        // An absence that ends before the day moves nothing, nor one that begins after it.
        (
            vec![("2025-03-10", Some("2025-04-02"))],
            "2025-04-03",
            "2025-04-03 open",
        ),
        (
            vec![("2025-04-04", Some("2025-04-10"))],
            "2025-04-11",
            "2025-04-03 overdue",
        ),
        // While they are away nothing is due, whatever was late before.
        (
            vec![("2025-04-04", Some("2025-04-10"))],
            "2025-04-07",
            "none",
        ),
        // Back on 8 April and away again on 8 May.
        (
            vec![
                ("2025-03-31", Some("2025-04-07")),
                ("2025-05-05", Some("2025-05-30")),
            ],
            "2025-04-08",
            "2025-06-30 open",
        ),
        // Nobody knows until when.
        (vec![("2025-03-31", None)], "2025-07-01", "none"),
        (vec![("2025-03-31", None)], "2025-03-10", "none"),
        // To the end of January: from 1 February a month is 28 days.
        (
            vec![("2025-03-31", Some("2026-01-31"))],
            "2026-02-02",
            "2026-03-01 open",
        ),
    ] {
        let person = away(person(), &absences);
        assert_eq!(
            world.last(&person, &held, today),
            want,
            "{absences:?} {today}"
        );
    }
}

#[test]
fn it_ends_with_the_last_day_of_work() {
    let world = World::since(LONG_AGO);
    let leaver = Person {
        leave_date: Some(day("2025-03-20")),
        ..person()
    };
    let gone = Person {
        removed: true,
        ..person()
    };
    for (person, today, want) in [
        (&leaver, "2025-03-20", "2025-04-03 open"),
        (&leaver, "2025-03-21", "2025-04-03 withdrawn"),
        (&leaver, "2025-05-01", "2025-04-03 withdrawn"),
        (&gone, "2025-03-10", "2025-04-03 withdrawn"),
    ] {
        assert_eq!(world.last(person, &["2025-03-03"], today), want, "{today}");
    }
    assert_eq!(
        world.clocks(&leaver, &["2025-02-20", "2025-03-18"], "2025-05-01")[0],
        "2025-03-20 met"
    );
}

#[test]
fn more_than_seventy_children_are_found_and_seventy_are_not() {
    let world = World::since(LONG_AGO);
    let mut prior = None;
    for (today, reviews, want) in [
        ("2025-05-01", 49, None),
        ("2025-05-02", 70, None),
        ("2025-05-06", 71, Some((71, "2025-05-06"))),
        ("2025-05-07", 74, Some((74, "2025-05-06"))),
        ("2025-05-08", 70, None),
        ("2025-05-09", 71, Some((71, "2025-05-09"))),
    ] {
        let decision = world.decide(prior.as_ref(), &person(), &[], (reviews, today));
        let found = decision.list.reviews.as_ref();
        let found = found.map(|f| (f.children, f.since));
        assert_eq!(found, want.map(|(n, since)| (n, day(since))), "{today}");
        prior = Some(decision.list);
    }
    let left = Person {
        leave_date: Some(day("2025-05-09")),
        ..person()
    };
    let decision = world.decide(prior.as_ref(), &left, &[], (71, "2025-05-10"));
    assert_eq!(decision.list.reviews, None);
}

#[test]
fn limits_are_tightened_here_and_never_loosened() {
    let limits = |text: &str| toml::from_str::<LocalLimits>(text).unwrap();
    let (rules, calendar) = (Rules::built_in(), Calendar::england_and_wales());
    for (text, want) in [
        (
            "\"en.worker.supervision\" = [{ from = \"2025-01-01\", n = 3, unit = \"weeks\" }]",
            "",
        ),
        (
            "\"en.worker.supervision\" = [{ from = \"2025-01-01\", n = 5, unit = \"weeks\" }]",
            "never loosened",
        ),
        (
            "\"en.worker.supervision.first-year\" = [{ from = \"2025-01-01\", step = \"six_months\", n = 15, unit = \"days\" }]",
            "never loosened",
        ),
        (
            "\"en.worker.reviewing-officer\" = [{ from = \"2025-01-01\", n = 60 }]",
            "",
        ),
        (
            "\"en.worker.reviewing-officer\" = [{ from = \"2025-01-01\", n = 71 }]",
            "never loosened",
        ),
        (
            "\"en.worker.reviewing-officer\" = [{ from = \"2025-01-01\", n = 60, unit = \"days\" }]",
            "without a unit",
        ),
        (
            "\"en.cla.visit\" = [{ from = \"2025-01-01\", n = 60 }]",
            "has no unit",
        ),
    ] {
        let problem = check(&limits(text), &rules, &calendar)
            .err()
            .unwrap_or_default();
        let fits = if want.is_empty() {
            problem.is_empty()
        } else {
            problem.contains(want)
        };
        assert!(fits, "{text}: {problem}");
    }
    let mut world = World::since(LONG_AGO);
    world.rules = rules.here(&limits(
        "\"en.worker.supervision\" = [{ from = \"2025-04-01\", n = 3, unit = \"weeks\" }]\n\
         \"en.worker.reviewing-officer\" = [{ from = \"2025-04-01\", n = 60 }]",
    ));
    assert_eq!(
        world.last(&person(), &["2025-03-18"], "2025-03-31"),
        "2025-04-18 open"
    );
    assert_eq!(
        world.last(&person(), &["2025-03-18"], "2025-04-01"),
        "2025-04-08 open"
    );
    let found = |today| {
        let decision = world.decide(None, &person(), &[], (61, today));
        decision.list.reviews.map(|found| found.at_most)
    };
    assert_eq!((found("2025-03-31"), found("2025-04-01")), (None, Some(60)));
}

#[test]
fn a_rule_that_cannot_be_confirmed_says_so_and_is_no_matter_of_a_childs() {
    let rules = Rules::built_in();
    let known = authority(&["care_episode"]);
    let why = |authority: &Authority| {
        let report = crate::domain::running::report(&rules, authority, day("2025-06-02"));
        let status = report.into_iter().find(|r| r.id == "en.worker.supervision");
        status.map(|s| (s.runs, s.why)).unwrap()
    };
    assert_eq!(
        why(&known),
        (
            false,
            "no source supplies supervision of workers: expected, cannot be confirmed here"
                .to_owned()
        )
    );
    let world = World::since("2025-01-06");
    assert_eq!(
        why(&with_directory(&known, world.record.as_ref())),
        (
            true,
            "on the evidence of directory as at Mon 2 Jun 2025".to_owned()
        )
    );
    let all = with_directory(&authority(&contracts::Fact::KINDS), world.record.as_ref());
    let running = Running::of(&rules, &all, day("2025-06-02"));
    assert!(running.rules.iter().all(|r| !r.clock.is_of_worker()));
}

#[test]
fn what_is_said_in_words_has_the_arithmetic() {
    let world = World::since("2025-01-06");
    let person = away(person(), &[("2025-04-01", Some("2025-04-07"))]);
    let held = [day("2025-01-06"), day("2025-03-03")];
    let worker = Worker {
        person: &person,
        held: &held,
        reviews: 0,
    };
    let lines = world.with("2025-04-09", |at| {
        let sources = with_directory(&authority(&[]), world.record.as_ref());
        explain(&worker, None, (&sources, &world.rules), at)
    });
    for line in [
        "w1 of Testshire, as at Wed 9 Apr 2025.",
        "Supervision is recorded from Mon 6 Jan 2025, as at Mon 2 Jun 2025.",
        "Away from Tue 1 Apr 2025 to Mon 7 Apr 2025.",
        "Supervision, due Thu 8 May 2025: coming up.",
        "  Supervision was held before on Mon 3 Mar 2025.",
        "  1 month from Mon 3 Mar 2025: due Thu 3 Apr 2025.",
        "  Away then, so it is counted again from the first day back: 1 month from Tue 8 Apr 2025: due Thu 8 May 2025.",
        "  Not recorded by Wed 9 Apr 2025.",
        "  Rule en.worker.supervision version 1: Employer Standards for Social Workers in England, standard 5 (LGA).",
    ] {
        assert!(lines.iter().any(|l| l == line), "{line}\n{lines:#?}");
    }
    assert!(
        lines
            .iter()
            .any(|l| l.contains("en.worker.reviewing-officer) does not run here"))
    );
}

#[test]
fn it_is_looked_at_again_on_the_next_day_that_changes_anything() {
    let world = World::since("2025-01-06");
    let held = [day("2025-03-03")];
    for (person, today, want) in [
        (person(), "2025-03-10", Some("2025-04-04")),
        (person(), "2025-04-04", None),
        (
            away(person(), &[("2025-03-31", Some("2025-04-07"))]),
            "2025-03-10",
            Some("2025-03-31"),
        ),
        (
            away(person(), &[("2025-03-31", Some("2025-04-07"))]),
            "2025-03-31",
            Some("2025-04-08"),
        ),
    ] {
        let next = world.decide(None, &person, &held, (0, today)).next_on;
        assert_eq!(next, want.map(day), "{today}");
    }
}

#[test]
fn what_is_closed_is_kept_for_thirteen_months_and_a_wrong_day_leaves_nothing() {
    let world = World::since("2024-01-08");
    let held: Vec<Date> = ["2024-01-08", "2024-02-05", "2025-03-03"].map(day).to_vec();
    let first = world.decide(None, &person(), &held, (0, "2025-03-05"));
    let triggers = |list: &WorkerObligations| -> Vec<String> {
        let triggers = list.obligations.iter();
        triggers
            .map(|o| o.obligation.trigger_date.to_string())
            .collect()
    };
    assert_eq!(triggers(&first.list), ["2024-02-05", "2025-03-03"]);
    let corrected = [day("2024-02-05"), day("2025-02-27")];
    let then = world.decide(Some(&first.list), &person(), &corrected, (0, "2025-03-06"));
    assert_eq!(triggers(&then.list), ["2025-02-27"]);
    assert_eq!(
        then.list.obligations[0].obligation.state,
        ObligationState::Open
    );
}

proptest! {
    /// Whatever days are recorded, absences included: each clock has its own trigger, one runs at most, and what a day
    /// brings is the same whether the days between were looked at or not.
    #[test]
    fn clocks_are_a_chain(
        days in prop::collection::btree_set(0_i64..500, 0..12),
        absence in (0_i64..500, prop::option::of(0_i64..60)),
        new in any::<bool>(),
        today in 0_i64..520,
    ) {
        let world = World::since("2024-01-08");
        let at = |n: i64| day("2024-01-08").saturating_add(jiff::Span::new().days(n));
        let held: Vec<Date> = days.iter().map(|n| at(*n)).collect();
        let mut person = if new { new_since("2024-01-15") } else { person() };
        person.absences = vec![Absence { from: at(absence.0), to: absence.1.map(|n| at(absence.0 + n)) }];
        let mut prior: Option<WorkerObligations> = None;
        for n in (today - 60).max(0)..today {
            let decision = world.decide(prior.as_ref(), &person, &held, (0, &at(n).to_string()));
            prior = Some(decision.list);
        }
        let stepped = world.decide(prior.as_ref(), &person, &held, (0, &at(today).to_string()));
        let at_once = world.decide(None, &person, &held, (0, &at(today).to_string()));
        let said = |d: &Decision| -> Vec<_> {
            let all = d.list.obligations.iter();
            all.map(|o| (o.obligation.id, o.obligation.due_date, o.obligation.state, o.again_from)).collect()
        };
        prop_assert_eq!(said(&stepped), said(&at_once));
        prop_assert_eq!(stepped.next_on, at_once.next_on);
        let running: Vec<_> = stepped.list.obligations.iter().filter(|o| o.obligation.state.is_running()).collect();
        prop_assert!(running.len() <= 1);
        if let Some(o) = running.first() {
            let due = o.obligation.due_date;
            prop_assert!(!person.is_absent(due), "due on a day away");
            prop_assert!(o.obligation.state == ObligationState::Overdue || due >= at(today));
        }
    }
}
