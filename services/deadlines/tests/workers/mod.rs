//! People with supervision, in the seeded world and on both engines.

use bus::{Context, Node, consumer};
use contracts::{
    Envelope, Event, Fact, ObligationState, Person, StaffId, Supervision, SupervisionRecord,
    WorkerObligations,
    chronology::InvolvementRole,
    commands::{ExplainWorker, ListRules, ListWorkerDeadlines},
};
use jiff::ToSpan;
use testkit::world::Faults;

use crate::story::{Story, care, code, day, entry, state};

pub(crate) const PEOPLE: u64 = 20;

fn person(id: &str, revision: u64) -> Person {
    Person {
        authority: code(),
        staff_id: id.into(),
        revision,
        removed: false,
        name: format!("Synthetic {id}"),
        email: String::new(),
        role: "social worker".to_owned(),
        team_id: None,
        manager_id: Some("m1".into()),
        deputy_id: None,
        fte_hundredths: None,
        start_date: Some(day("2020-01-06")),
        leave_date: None,
        absences: Vec::new(),
        working_days: Vec::new(),
        first_year_until: None,
    }
}

fn supervision(id: &str, revision: u64, held: &[&str]) -> Supervision {
    Supervision {
        authority: code(),
        staff_id: id.into(),
        revision,
        held: held.iter().map(|text| day(text)).collect(),
    }
}

fn record(revision: u64, since: &str) -> SupervisionRecord {
    SupervisionRecord {
        authority: code(),
        revision,
        since: day(since),
        removed: false,
        as_at: day("2025-06-10"),
    }
}

/// The directory publishes twenty people and their supervision, each twice.
pub(crate) async fn published_to(context: &Context, node: &Node) {
    let now = context.clock.now();
    let mut batch = Vec::new();
    for n in 0..PEOPLE {
        let id = format!("w{n}");
        let token = context.tokens.person(&code(), &StaffId::new(&id));
        let held = supervision(&id, 1, &["2025-05-20"]);
        batch.push(state("directory", &token, 1, &person(&id, 1), now));
        batch.push(state("directory", &token, 1, &held, now));
    }
    let token = context.tokens.token(&code(), "authority", "");
    batch.push(state("directory", &token, 1, &record(1, "2025-01-06"), now));
    let batch: Vec<_> = batch
        .iter()
        .map(|e| consumer::Incoming::new(e, 1))
        .collect();
    for _ in 0..2 {
        consumer::process(context, &node.consumers[1], &batch)
            .await
            .unwrap();
    }
}

pub(crate) fn each_is_worked_out_once(published: &[Envelope]) {
    let mut lists: Vec<WorkerObligations> =
        published.iter().filter_map(|e| e.decode().ok()).collect();
    lists.sort_by(|a, b| a.staff_id.cmp(&b.staff_id));
    assert_eq!(lists.len() as u64, PEOPLE);
    for list in lists {
        let running: Vec<_> = list
            .obligations
            .iter()
            .filter(|o| o.obligation.state.is_running())
            .map(|o| o.obligation.due_date)
            .collect();
        assert_eq!((list.revision, running), (1, vec![day("2025-06-20")]));
    }
}

impl Story {
    fn send_state<E: Event>(&mut self, whose: &str, revision: u64, event: &E) {
        let token = self.world.tokens.person(&code(), &whose.into());
        let now = self.world.clock.now();
        let envelope = state("directory", &token, revision, event, now);
        self.world.publish(envelope);
    }

    /// The newest list of a person: due date and state of each clock.
    fn worker(&self, staff: &str) -> Vec<String> {
        let mut lists = self.decoded::<WorkerObligations>();
        lists.retain(|l| l.staff_id.as_str() == staff);
        lists.sort_by_key(|l| l.revision);
        let revisions: Vec<u64> = lists.iter().map(|l| l.revision).collect();
        let n = revisions.len() as u64;
        assert_eq!(revisions, (1..=n).collect::<Vec<_>>(), "none twice");
        let last = lists.pop().map_or(Vec::new(), |l| l.obligations);
        last.iter()
            .map(|o| format!("{} {}", o.obligation.due_date, o.obligation.state.as_str()))
            .collect()
    }

    async fn settle(&mut self) {
        self.world.settle().await.unwrap();
    }
}

#[tokio::test]
async fn a_person_is_worked_out_again_when_they_their_supervision_or_the_day_changes() {
    let mut story = Story::at("2025-06-10").await;
    story.send_state("w1", 1, &person("w1", 1));
    story.import().await;
    assert_eq!(story.worker("w1"), [""; 0], "no record of supervision here");
    story.send_state("", 1, &record(1, "2025-05-19"));
    story.settle().await;
    assert_eq!(story.worker("w1"), ["2025-06-19 open"]);
    story.send_state("w1", 2, &supervision("w1", 2, &["2025-06-02"]));
    story.send_state("w1", 1, &supervision("w1", 1, &[]));
    story.settle().await;
    assert_eq!(story.worker("w1"), ["2025-06-19 met", "2025-07-02 open"]);
    for _ in 0..25 {
        story.world.clock.advance(24.hours());
        story.settle().await;
    }
    assert_eq!(story.worker("w1")[1], "2025-07-02 overdue");
    let mut away = person("w1", 2);
    away.absences = vec![contracts::organisation::Absence {
        from: day("2025-06-30"),
        to: Some(day("2025-07-06")),
    }];
    story.send_state("w1", 2, &away);
    story.settle().await;
    assert_eq!(story.worker("w1")[1], "2025-08-07 open");
    assert!(story.signals().is_empty(), "nothing is told of it");
}

#[tokio::test]
async fn whatever_goes_wrong_on_the_way_the_list_is_the_same() {
    for seed in 1..4 {
        let mut story = Story::seeded(seed, "2025-06-10").await;
        for n in 0..6 {
            let id = format!("w{n}");
            story.send_state(&id, 1, &person(&id, 1));
            story.send_state(&id, 1, &supervision(&id, 1, &["2025-04-01"]));
            story.send_state(&id, 2, &supervision(&id, 2, &["2025-04-01", "2025-05-27"]));
        }
        story.send_state("", 1, &record(1, "2025-01-06"));
        story.send().await;
        story.world.run(120, Faults::MANY).await.unwrap();
        story.settle().await;
        for n in 0..6 {
            let list = story.worker(&format!("w{n}"));
            assert_eq!(list[1..], ["2025-05-01 met", "2025-06-27 open"], "{seed}");
        }
    }
}

#[tokio::test]
async fn a_reviewing_officer_of_more_than_seventy_is_found_and_of_seventy_no_more() {
    let mut story = Story::at("2025-06-10").await;
    story.source = "ssd";
    story.supplies = vec!["care_episode", "looked_after_review", "involvement"];
    story.send_state("r1", 1, &person("r1", 1));
    let reviewed = |end: Option<&str>| {
        let fact = Fact::Involvement {
            worker: Some("r1".into()),
            team: None,
            role: InvolvementRole::Reviewer,
            change_reason: None,
        };
        vec![
            care("a", "2025-05-03", end),
            entry("i", "2025-05-03", None, fact),
        ]
    };
    for n in 0..71 {
        story.child(&n.to_string(), reviewed(None));
    }
    story.child("home", reviewed(Some("2025-05-20")));
    story.import().await;
    let found = |story: &Story| {
        let mut lists = story.decoded::<WorkerObligations>();
        lists.retain(|l| l.staff_id.as_str() == "r1");
        lists.sort_by_key(|l| l.revision);
        lists
            .pop()
            .and_then(|l| l.reviews)
            .map(|f| (f.children, f.at_most))
    };
    assert_eq!(found(&story), Some((71, 70)));
    let ask = ExplainWorker {
        authority: Some(code()),
        staff_id: "r1".into(),
        as_at: None,
    };
    let lines = story.ask(&ask).await.lines;
    assert!(
        lines
            .iter()
            .any(|l| l.contains("Reviewing officer of 71 children")),
        "{lines:#?}"
    );
    story.child("7", reviewed(Some("2025-06-09")));
    story.import().await;
    assert_eq!(found(&story), None);
}

#[tokio::test]
async fn the_list_has_a_row_a_clock_and_the_rules_say_why_they_do_not_run() {
    let mut story = Story::at("2025-06-10").await;
    story.import().await;
    let ask = ListRules {
        authority: Some(code()),
    };
    let why = |rules: contracts::commands::RuleReport| {
        let mut rules = rules.rules.into_iter();
        let rule = rules.find(|r| r.id == "en.worker.supervision").unwrap();
        (rule.runs, rule.why)
    };
    let (runs, words) = why(story.ask(&ask).await);
    assert!(
        !runs && words.contains("cannot be confirmed here"),
        "{words}"
    );
    for n in 0..230 {
        let id = format!("w{n:03}");
        story.send_state(&id, 1, &person(&id, 1));
        story.send_state(&id, 1, &supervision(&id, 1, &["2025-05-20"]));
    }
    story.send_state("", 1, &record(1, "2025-05-20"));
    story.settle().await;
    let (runs, words) = why(story.ask(&ask).await);
    assert_eq!(words, "on the evidence of directory as at Tue 10 Jun 2025");
    assert!(runs);
    let mut ask = ListWorkerDeadlines {
        authority: Some(code()),
        as_at: Some(day("2025-06-21")),
        after: None,
    };
    let (mut rows, mut pages) = (Vec::new(), 0);
    loop {
        let page = story.ask(&ask).await;
        rows.extend(page.rows);
        pages += 1;
        ask.after = page.next;
        if ask.after.is_none() {
            break;
        }
    }
    assert_eq!((rows.len(), pages), (230, 8));
    let row = &rows[0];
    assert_eq!(
        (row.staff_id.as_str(), row.rule.as_str(), row.state),
        ("w000", "en.worker.supervision", ObligationState::Overdue)
    );
    assert_eq!(row.manager, Some("m1".into()));
}
