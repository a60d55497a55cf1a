//! The service in the seeded world, and its statements on the real engines.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod engines;
mod story;
mod trouble;
mod workers;

use contracts::{
    ObligationState,
    commands::{DeadlineRow, ExplainChild, ListRules, RuleStatus},
    obligation::DeadlineEvent,
};
use jiff::ToSpan;
use store::Db;
use testkit::world::Faults;

use story::{Story, care, code, day, first, plan, review, visit};

#[tokio::test]
async fn it_works_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deadlines.sqlite");
    let db = Db::sqlite(&path, &[bus::MIGRATIONS, deadlines::MIGRATIONS])
        .await
        .unwrap();
    engines::works_on(db).await;
}

#[tokio::test]
async fn it_works_on_postgresql() {
    let server = testkit::servers::postgres().await;
    let migrations = [bus::MIGRATIONS, deadlines::MIGRATIONS];
    let db = Db::postgres(&server.url, "deadlines", 4, &migrations)
        .await
        .unwrap();
    engines::works_on(db).await;
}

#[tokio::test]
async fn a_first_snapshot_is_a_baseline_and_its_batch_is_complete() {
    let mut story = Story::at("2025-06-10").await;
    story.child("1", vec![care("a", "2025-05-03", None)]);
    story.child("2", vec![care("a", "2025-05-20", None)]);
    story.child("3", vec![care("a", "2024-05-03", Some("2024-09-02"))]);
    story.import().await;
    let told = story.signals();
    assert_eq!(told.len(), 2, "closed ones are silent: {told:#?}");
    for signal in &told {
        assert_eq!(
            (signal.what, signal.batch),
            (DeadlineEvent::Raised, Some(1))
        );
        assert!(signal.obligation.baseline);
        assert_eq!(signal.data_as_at, day("2025-06-10"));
    }
    assert_eq!(story.batches(), [(1, 2)]);
    assert_eq!(story.lists().len(), 3);
    story.import().await;
    assert_eq!(
        story.signals().len(),
        2,
        "a snapshot without news tells nothing"
    );
}

#[tokio::test]
async fn after_first_sight_what_a_snapshot_brings_is_told_with_its_batch() {
    let mut story = Story::at("2025-06-10").await;
    story.child("1", vec![care("a", "2025-05-03", None)]);
    story.import().await;
    story.child(
        "1",
        vec![care("a", "2025-05-03", None), review("r", "2025-06-09")],
    );
    story.child("2", vec![care("a", "2025-06-09", None)]);
    story.import().await;
    let mut told: Vec<_> = story.signals()[1..]
        .iter()
        .map(|s| (s.child.to_string(), s.what, s.batch, s.obligation.baseline))
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            ("1".to_owned(), DeadlineEvent::Raised, Some(2), false),
            ("1".to_owned(), DeadlineEvent::Met, Some(2), true),
            ("2".to_owned(), DeadlineEvent::Raised, Some(2), false),
        ]
    );
    assert_eq!(story.batches(), [(1, 1), (2, 3)]);
}

#[tokio::test]
async fn what_events_bring_is_of_no_batch_also_while_a_snapshot_is_being_worked_out() {
    let mut story = Story::at("2025-06-10").await;
    story.child("1", vec![care("a", "2025-05-03", None)]);
    story.import().await;
    story.child("2", vec![care("a", "2025-06-09", None)]);
    story.tell().await;
    story.child("3", vec![care("a", "2025-06-09", None)]);
    story.send().await;
    story.child("4", vec![care("a", "2025-06-09", None)]);
    story.tell().await;
    story.child("5", vec![care("a", "2025-06-09", None)]);
    story.tell().await;
    let mut told: Vec<_> = story
        .signals()
        .iter()
        .map(|s| (s.child.to_string(), s.batch))
        .collect();
    told.sort();
    let of = |child: &str, batch| (child.to_owned(), batch);
    assert_eq!(
        told,
        [
            of("1", Some(1)),
            of("2", None),
            of("3", Some(3)),
            of("4", None),
            of("5", None),
        ]
    );
    assert_eq!(story.batches(), [(1, 1), (3, 1)]);
}

#[tokio::test]
async fn days_that_pass_are_told_once_without_a_batch() {
    let mut story = Story::at("2025-05-06").await;
    story.child("1", vec![care("a", "2025-05-03", None)]);
    story.import().await;
    for _ in 0..45 {
        story.world.clock.advance(24.hours());
        story.world.settle().await.unwrap();
    }
    let told: Vec<_> = story.signals().iter().map(|s| (s.what, s.batch)).collect();
    assert_eq!(
        told,
        [
            (DeadlineEvent::Raised, Some(1)),
            (DeadlineEvent::Overdue, None),
        ]
    );
    assert_eq!(
        story.list("1").obligations[0].state,
        ObligationState::Overdue
    );
}

#[tokio::test]
async fn a_snapshot_that_moves_a_pinned_clock_is_the_cause_of_what_the_days_bring() {
    let mut story = Story::at("2025-05-06").await;
    story.child("1", vec![care("a", "2025-05-03", None)]);
    story.pin("2025-05-06");
    story.import().await;
    story.world.clock.advance(2000.hours());
    story.world.settle().await.unwrap();
    assert_eq!(story.signals().len(), 1, "its own days do not pass");
    story.pin("2025-06-30");
    story.import().await;
    let last = story.signals().pop().unwrap();
    assert_eq!((last.what, last.batch), (DeadlineEvent::Overdue, Some(2)));
    assert_eq!(story.batches(), [(1, 1), (2, 1)]);
}

#[tokio::test]
async fn a_chronology_waits_until_its_revision_of_the_authority_is_known() {
    let mut story = Story::at("2025-06-10").await;
    story.child("1", vec![care("a", "2025-05-03", None)]);
    let authority = story.prepare();
    story.world.settle().await.unwrap();
    assert!(story.signals().is_empty() && story.lists().is_empty());
    story.publish_authority(&authority).await;
    assert_eq!(story.signals().len(), 1);
    assert_eq!(story.batches(), [(1, 1)]);
}

#[tokio::test]
async fn a_chronology_that_runs_ahead_waits_for_its_revision_of_the_authority() {
    let mut story = Story::at("2025-05-06").await;
    story.child("1", vec![care("a", "2025-05-03", None)]);
    story.import().await;
    story.child(
        "1",
        vec![care("a", "2025-05-03", None), review("r", "2025-05-06")],
    );
    let authority = story.prepare();
    story.world.settle().await.unwrap();
    assert_eq!(story.signals().len(), 1);
    story.publish_authority(&authority).await;
    assert_eq!(story.signals().len(), 3);
    assert_eq!(story.batches(), [(1, 1), (2, 2)]);
}

#[tokio::test]
async fn sums_that_agree_by_chance_complete_nothing_while_a_child_waits() {
    let mut story = Story::at("2025-05-06").await;
    story.child("1", vec![care("a", "2025-05-03", None)]);
    story.child("2", vec![care("a", "2025-05-03", None)]);
    story.import().await;
    // The second snapshot changed child 1, which is late; the third changed child 2, which is early.
    let mut second = story.prepare();
    second.revision_sum += 1;
    story.child("2", vec![care("a", "2025-05-04", None)]);
    story.send_children(3);
    story.publish_authority(&second).await;
    assert!(!story.is_reconciled(2).await);
}

#[tokio::test]
async fn a_chronology_whose_deadlines_are_the_same_publishes_no_list() {
    let mut story = Story::at("2025-05-06").await;
    story.child("1", vec![care("a", "2025-05-03", None)]);
    story.import().await;
    story.child(
        "1",
        vec![care("a", "2025-05-03", None), review("r", "2026-05-06")],
    );
    story.import().await;
    assert_eq!(story.list("1").revision, 1);
    story.child("1", vec![care("a", "2025-05-02", None)]);
    story.import().await;
    assert_eq!(story.list("1").revision, 2);
}

#[tokio::test]
async fn a_batch_is_complete_only_when_every_chronology_has_come() {
    let mut story = Story::at("2025-06-10").await;
    story.child("1", vec![care("a", "2025-05-03", None)]);
    let mut authority = story.prepare();
    (authority.children, authority.revision_sum) = (2, 2);
    story.publish_authority(&authority).await;
    assert_eq!((story.signals().len(), story.batches().len()), (1, 0));
    story.child("2", vec![care("a", "2025-05-20", None)]);
    story.send_children(1);
    story.world.settle().await.unwrap();
    assert_eq!(story.batches(), [(1, 2)]);
}

#[tokio::test]
async fn a_source_that_stops_supplying_switches_its_rules_off() {
    let mut story = Story::at("2025-05-06").await;
    story.child("1", vec![care("a", "2025-05-03", None)]);
    story.import().await;
    story.supplies = vec!["care_episode"];
    story.import().await;
    let last = story.signals().pop().unwrap();
    assert_eq!((last.what, last.batch), (DeadlineEvent::Withdrawn, Some(2)));
    let rules = story
        .ask(&ListRules {
            authority: Some(code()),
        })
        .await
        .rules;
    // The evidence of this one is what the authority says of the child.
    let mut of_records = rules.iter().filter(|r| r.id != "en.cla.temporary-approval");
    assert!(of_records.all(|r| !r.runs && r.why.contains("cannot be confirmed here")));
    story.supplies = vec!["care_episode", "looked_after_review"];
    story.import().await;
    let last = story.signals().pop().unwrap();
    assert_eq!(
        (last.what, last.obligation.opening),
        (DeadlineEvent::Raised, 2)
    );
}

#[tokio::test]
async fn a_list_is_worked_out_for_the_day_asked_and_comes_in_pages() {
    let mut story = Story::at("2025-06-10").await;
    for n in 0..501 {
        let facts = vec![care("a", "2025-05-03", None), review("r", "2025-06-02")];
        story.child(&format!("{n:04}"), facts);
    }
    story.import().await;
    let pages = story.pages(Some("2025-05-30")).await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [500, 1]);
    let rows = pages.concat();
    let open =
        |r: &DeadlineRow| (r.state, r.due_date) == (ObligationState::Open, day("2025-06-03"));
    assert!(rows.iter().all(open));
    assert!(rows.is_sorted_by(|a, b| a.child < b.child));
    let now = story.pages(None).await.concat();
    assert_eq!(now.len(), 1002);
    assert_eq!(now[0].met_date, Some(day("2025-06-02")));
}

#[tokio::test]
async fn a_page_of_many_rows_ends_early_so_that_it_fits_into_one_message() {
    let mut story = Story::at("2025-06-10").await;
    for n in 0..30 {
        let mut facts = vec![care("a", "2024-05-03", None)];
        let held = (0..100).map(|n| day("2024-06-03").saturating_add(n.days()).to_string());
        facts.extend(held.map(|on| review(&on, &on)));
        story.child(&format!("{n:04}"), facts);
    }
    story.import().await;
    let pages = story.pages(None).await;
    assert_eq!(
        pages.iter().map(Vec::len).collect::<Vec<_>>(),
        [20 * 101, 10 * 101]
    );
}

#[tokio::test]
async fn a_child_is_explained_and_an_unknown_one_is_refused_in_words() {
    let mut story = Story::at("2025-06-10").await;
    story.child("1", vec![care("a", "2025-05-03", None)]);
    story.import().await;
    let ask = |child: &str| ExplainChild {
        authority: None,
        child: child.into(),
        as_at: None,
    };
    let lines = story.ask(&ask("1")).await.lines;
    assert!(
        lines.contains(&"First review, due Tue 3 Jun 2025: late, not recorded.".to_owned()),
        "{lines:#?}"
    );
    let refused = story.process().ask(&ask("2")).await.unwrap_err();
    assert!(
        format!("{refused:#}").contains("nothing is recorded"),
        "{refused:#}"
    );
}

#[tokio::test]
async fn whatever_goes_wrong_each_thing_is_told_once_and_the_lists_are_right() {
    let mut deaths = 0;
    for seed in 0..40 {
        let mut story = Story::seeded(seed, "2025-05-06").await;
        for n in 0..6 {
            story.child(&n.to_string(), vec![care("a", "2025-05-03", None)]);
        }
        story.send().await;
        story.world.run(60, Faults::MANY).await.unwrap();
        story.child(
            "1",
            vec![care("a", "2025-05-03", None), review("r", "2025-05-06")],
        );
        story.child("2", vec![]);
        story.child("7", vec![care("a", "2025-05-06", None)]);
        story.send().await;
        story.world.run(60, Faults::MANY).await.unwrap();
        for _ in 0..5 {
            story.world.clock.advance(240.hours());
            story.world.run(60, Faults::MANY).await.unwrap();
        }
        story.child(
            "3",
            vec![care("a", "2025-05-03", None), review("r", "2025-06-09")],
        );
        story.send().await;
        story.world.run(120, Faults::MANY).await.unwrap();
        story.world.settle().await.unwrap();
        story.check();
        deaths += story.world.deaths.values().sum::<u32>();
        let state = |child: &str| first(&story.list(child)).map(|o| o.state);
        assert_eq!(state("0"), Some(ObligationState::Overdue), "seed {seed}");
        assert_eq!(state("1"), Some(ObligationState::Met), "seed {seed}");
        assert_eq!(state("3"), Some(ObligationState::Met), "seed {seed}");
        assert!(
            state("2").is_none_or(|s| s == ObligationState::Withdrawn),
            "seed {seed}"
        );
    }
    assert!(
        deaths > 40,
        "only {deaths} deaths: the faults have stopped happening"
    );
}

const LOCAL: &str =
    "[testshire]\n\"en.cp.visit\" = [{ from = \"2025-06-12\", n = 10, unit = \"working_days\" }]\n";

#[tokio::test]
async fn a_local_rule_runs_from_the_day_the_authority_set_it_as_a_baseline() {
    let mut story = Story::configured(1, "2025-06-10", LOCAL, None).await;
    story.supplies = vec!["protection_plan", "visit"];
    story.child("1", vec![plan("p", "2025-05-06")]);
    story.import().await;
    assert_eq!(story.signals().len(), 0);
    let why = |rules: Vec<RuleStatus>| {
        let rule = rules.into_iter().find(|r| r.id == "en.cp.visit").unwrap();
        (rule.runs, rule.why)
    };
    let ask = ListRules {
        authority: Some(code()),
    };
    let (runs, words) = why(story.ask(&ask).await.rules);
    assert!(!runs && words.contains("not set here"), "{words}");
    for _ in 0..2 {
        story.world.clock.advance(24.hours());
        story.world.settle().await.unwrap();
    }
    let told = story.signals();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0].what, DeadlineEvent::Raised);
    assert!(
        told[0].obligation.baseline,
        "what is switched on is told in one summary"
    );
    assert_eq!(told[0].obligation.state, ObligationState::Overdue);
    let (runs, words) = why(story.ask(&ask).await.rules);
    assert!(
        runs && words.contains("limit set here from Thu 12 Jun 2025"),
        "{words}"
    );
}

#[tokio::test]
async fn a_rule_that_comes_back_is_a_baseline_again() {
    let mut story = Story::at("2025-06-10").await;
    story.child("1", vec![care("a", "2025-05-03", None)]);
    story.import().await;
    story.supplies = vec!["care_episode"];
    story.import().await;
    story.supplies = vec!["care_episode", "looked_after_review"];
    story.import().await;
    let last = story.signals().pop().unwrap();
    assert_eq!(
        (last.what, last.obligation.opening),
        (DeadlineEvent::Raised, 2)
    );
    assert!(last.obligation.baseline);
}

#[tokio::test]
async fn what_an_authority_says_about_a_child_holds_until_it_expires_and_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("testshire.csv");
    let header = "child,rule,action,reason,owner,from,until\n";
    std::fs::write(&file, header).unwrap();
    let mut story = Story::configured(1, "2025-06-10", "", Some(folder.path().to_owned())).await;
    story.supplies = vec!["care_episode", "visit"];
    story.child(
        "1",
        vec![care("a", "2023-05-03", None), visit("v", "2025-06-02")],
    );
    story.import().await;
    let running = |story: &Story| {
        let list = story.list("1").obligations.into_iter();
        let running: Vec<String> = list
            .filter(|o| o.state.is_running())
            .map(|o| o.rule.id)
            .collect();
        running
    };
    assert_eq!(running(&story), ["en.cla.visit"]);
    let line = "1,en.cla.visit.long-term,long_term,agreed,w1,2025-06-10,2025-06-12\n";
    std::fs::write(&file, format!("{header}{line}")).unwrap();
    story.world.clock.advance(1.hours());
    story.world.settle().await.unwrap();
    assert_eq!(running(&story), ["en.cla.visit.long-term"]);
    let ask = ExplainChild {
        authority: None,
        child: "1".into(),
        as_at: None,
    };
    let lines = story.ask(&ask).await.lines;
    let said = "en.cla.visit.long-term is visited as in a long-term placement (agreed with the child), says w1, \
                from Tue 10 Jun 2025 to Thu 12 Jun 2025: in force.";
    assert!(lines.iter().any(|l| l == said), "{lines:#?}");
    for _ in 0..3 {
        story.world.clock.advance(24.hours());
        story.world.settle().await.unwrap();
    }
    assert_eq!(running(&story), ["en.cla.visit"], "expired");
}
