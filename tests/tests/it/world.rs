//! Deadlines, dispatch and delivery in the seeded world: whatever is duplicated, reordered, delayed, lost or killed, in
//! the end every deadline is there, every reminder went out once, and every account adds up.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use contracts::{
    Authority, AuthorityCode, ChildId, Chronology, ClockSetting, Entry, Envelope, Event, Fact,
    ObligationState, Person, SourceState, StaffId, Team, TeamId, TokenKey,
    chronology::{Holder, InvolvementRole},
    commands::{Account, AskAccount, DeadlineRow, ListDeadlines},
    ids,
    message::{Message, Outcome, Receipt, Receipts},
    notice::{Notice, StepState},
    streams,
};
use delivery::{
    channels::{Channel, Trouble, Verdict},
    render::Mail,
    sender::Sender,
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, date},
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use testkit::world::{Engine, Faults, Service, World};
use uuid::Uuid;

/// What reached the outside, by message id.
type Sent = Arc<Mutex<BTreeMap<String, u32>>>;

/// A mail server that, unless it is `kind`, sometimes says "later" and sometimes takes a mail without answering.
struct Post {
    sent: Sent,
    kind: bool,
    chance: Mutex<StdRng>,
}

#[async_trait]
impl Channel for Post {
    fn name(&self) -> &'static str {
        "post"
    }
    fn lanes(&self) -> usize {
        4
    }
    async fn prepare(&self, _: usize) -> Result<(), String> {
        Ok(())
    }
    async fn send(&self, mail: &Mail) -> Verdict {
        let chance = self.chance.lock().unwrap().random_range(0..100);
        if chance < 10 && !self.kind {
            return Verdict::Retry {
                reason: "later".to_owned(),
                trouble: Trouble::Message,
            };
        }
        *self
            .sent
            .lock()
            .unwrap()
            .entry(mail.message_id.clone())
            .or_default() += 1;
        if chance < 15 && !self.kind {
            Verdict::InDoubt {
                reason: "no answer came".to_owned(),
            }
        } else {
            Verdict::Sent
        }
    }
}

fn services(seed: u64, sent: &Sent, kind: bool) -> Vec<Service> {
    let deadlines = Service::new(deadlines::SERVICE, deadlines::MIGRATIONS, |context| {
        deadlines::node(context, &settings("deadlines", deadlines::DEFAULTS))
    });
    let dispatch = Service::new(dispatch::SERVICE, dispatch::MIGRATIONS, |context| {
        dispatch::node(context, &settings("dispatch", dispatch::DEFAULTS))
            .expect("the policy compiled in is valid")
    });
    let post = Arc::new(Post {
        sent: sent.clone(),
        kind,
        chance: Mutex::new(StdRng::seed_from_u64(seed)),
    });
    let sender = move |context: &bus::Context| {
        Arc::new(Sender::new(
            context.clone(),
            post.clone(),
            &settings("delivery", delivery::DEFAULTS),
        ))
    };
    let (built, started, stepped) = (sender.clone(), sender.clone(), sender);
    let mut delivery = Service::new(delivery::SERVICE, delivery::MIGRATIONS, move |context| {
        delivery::node(&built(context))
    });
    delivery.on_start = Arc::new(move |context| {
        let sender = started(&context);
        Box::pin(async move { Ok(sender.recover().await? > 0) })
    });
    delivery.step = Arc::new(move |context| {
        let sender = stepped(&context);
        Box::pin(async move {
            let claimed = sender.claim(4).await?;
            let mut done = Vec::new();
            for attempt in claimed.attempts {
                done.push(sender.send(attempt).await);
            }
            context.crash.at("send.before-record")?;
            let any = !done.is_empty() || claimed.stood_down > 0;
            if !done.is_empty() {
                sender.record(&done).await?;
            }
            Ok(any)
        })
    });
    vec![deadlines, dispatch, delivery]
}

fn settings<T: serde::de::DeserializeOwned>(section: &str, defaults: &'static str) -> T {
    runtime::Settings::load(&[defaults], None, [])
        .unwrap()
        .section(section)
        .unwrap()
}

fn authority() -> AuthorityCode {
    "west".parse().unwrap()
}

/// What intake and the directory would publish.
struct Records {
    tokens: TokenKey,
    chance: StdRng,
    revision: u64,
    children: BTreeMap<ChildId, Chronology>,
}

const WORKERS: [&str; 4] = ["w1", "w2", "w3", "m1"];

impl Records {
    fn new(seed: u64, world: &mut World) -> Self {
        let records = Self {
            tokens: world.tokens.clone(),
            chance: StdRng::seed_from_u64(seed ^ 0x5eed),
            revision: 0,
            children: BTreeMap::new(),
        };
        for id in WORKERS {
            world.publish(records.person(id));
        }
        world.publish(records.team());
        records
    }

    fn state<E: contracts::Event>(
        &self,
        kind: &str,
        id: &str,
        revision: u64,
        event: &E,
    ) -> Envelope {
        let token = self.tokens.token(&authority(), kind, id);
        let name = event.event_type().split_once('.').unwrap().1;
        let subject = E::STREAM.subject(&authority(), name, &token);
        Envelope::new(
            ids::state(&subject, revision),
            "records",
            &authority(),
            &token,
            Timestamp::UNIX_EPOCH,
            event,
        )
    }

    fn person(&self, id: &str) -> Envelope {
        let person = Person {
            authority: authority(),
            staff_id: StaffId::new(id),
            revision: 1,
            removed: false,
            name: format!("Person {id}"),
            email: format!("{id}@authority.example"),
            role: if id == "m1" {
                "Team manager"
            } else {
                "Social worker"
            }
            .to_owned(),
            team_id: Some(TeamId::new("t1")),
            manager_id: (id != "m1").then(|| StaffId::new("m1")),
            deputy_id: None,
            fte_hundredths: Some(100),
            start_date: None,
            leave_date: None,
            absences: Vec::new(),
            working_days: Vec::new(),
            first_year_until: None,
        };
        self.state("person", id, 1, &person)
    }

    fn team(&self) -> Envelope {
        let team = Team {
            authority: authority(),
            team_id: TeamId::new("t1"),
            revision: 1,
            removed: false,
            name: "Team one".to_owned(),
            parent_id: None,
            manager_id: Some(StaffId::new("m1")),
            mailbox: None,
        };
        self.state("team", "t1", 1, &team)
    }

    fn entry(key: &str, start: Date, end: Option<Date>, fact: Fact) -> Entry {
        let source = if matches!(fact, Fact::Involvement { .. }) {
            "allocations"
        } else {
            "ssda903"
        };
        Entry {
            key: key.to_owned(),
            source: source.to_owned(),
            start,
            end,
            known_from: start,
            missing_since: None,
            fact,
        }
    }

    fn care(start: Date, end: Option<(Date, &str)>) -> Entry {
        let fact = Fact::CareEpisode {
            start_reason: "S".to_owned(),
            legal_status: "C2".to_owned(),
            placement: "U1".to_owned(),
            end_reason: end.map(|(_, reason)| reason.to_owned()),
            entered_care: None,
        };
        Self::entry(&start.to_string(), start, end.map(|(day, _)| day), fact)
    }

    fn held_by(worker: &str, start: Date, end: Option<Date>) -> Entry {
        let fact = Fact::Involvement {
            worker: Some(StaffId::new(worker)),
            team: None,
            role: InvolvementRole::CaseHolder,
            change_reason: None,
        };
        Self::entry(&format!("{start}-{worker}"), start, end, fact)
    }

    /// One night's snapshot: some children come, some are reviewed, some change hands, some leave, one may die.
    fn night(&mut self, today: Date, world: &mut World) {
        self.revision += 1;
        let mut changed = BTreeSet::new();
        for n in 0..12 {
            let child = ChildId::new(format!("c{n}"));
            if self.children.contains_key(&child) {
                if self.chance.random_range(0..100) < 25 {
                    self.change(&child, today);
                    changed.insert(child);
                }
            } else if self.chance.random_range(0..100) < 40 {
                let start = today - i64::from(self.chance.random_range(0..60_u8)).days();
                let worker = WORKERS.choose(&mut self.chance).unwrap();
                let mut entries = vec![Self::care(start, None)];
                if self.chance.random_range(0..100) < 85 {
                    entries.push(Self::held_by(worker, start, None));
                }
                let chronology = Chronology {
                    authority: authority(),
                    child: child.clone(),
                    revision: 0,
                    authority_revision: 0,
                    entries,
                };
                self.children.insert(child.clone(), chronology);
                changed.insert(child);
            }
        }
        for child in &changed {
            let chronology = self.children.get_mut(child).unwrap();
            chronology.revision += 1;
            chronology.authority_revision = self.revision;
            chronology
                .entries
                .sort_by(|a, b| (a.fact.kind(), &a.key).cmp(&(b.fact.kind(), &b.key)));
            let chronology = self.children[child].clone();
            world.publish(self.state("child", child.as_str(), chronology.revision, &chronology));
        }
        world.publish(self.authority_state(today));
    }

    fn change(&mut self, child: &ChildId, today: Date) {
        let entries = self.children[child].entries.clone();
        let roll = self.chance.random_range(0..100);
        let reviews = entries
            .iter()
            .filter(|e| e.fact.kind() == "looked_after_review")
            .count();
        let mut entries = entries;
        if roll < 40 {
            let held = Self::entry(
                &today.to_string(),
                today,
                None,
                Fact::looked_after_review(false),
            );
            entries.retain(|e| e.key != held.key || e.fact.kind() != "looked_after_review");
            entries.push(held);
        } else if roll < 55 && reviews > 0 {
            // A mistake is put right: the last review was not held after all.
            let at = entries
                .iter()
                .rposition(|e| e.fact.kind() == "looked_after_review")
                .unwrap();
            entries.remove(at);
        } else if roll < 80 {
            let worker = *WORKERS.choose(&mut self.chance).unwrap();
            for entry in entries
                .iter_mut()
                .filter(|e| e.fact.kind() == "involvement" && e.end.is_none())
            {
                entry.end = Some(today);
            }
            let held = Self::held_by(worker, today, None);
            entries.retain(|e| e.key != held.key);
            entries.push(held);
        } else {
            let reason = if roll < 95 { "E4A" } else { "E2" };
            for entry in entries
                .iter_mut()
                .filter(|e| e.fact.kind() == "care_episode" && e.end.is_none())
            {
                if entry.start < today {
                    *entry = Self::care(entry.start, Some((today, reason)));
                }
            }
        }
        self.children.get_mut(child).unwrap().entries = entries;
    }

    fn authority_state(&self, today: Date) -> Envelope {
        let source = |name: &str, supplies: &[&str]| SourceState {
            source: name.to_owned(),
            as_at: today,
            accepted_at: Timestamp::UNIX_EPOCH,
            supplies: supplies.iter().map(|s| (*s).to_owned()).collect(),
            visits_seen_unreliable: false,
        };
        let state = Authority {
            authority: authority(),
            name: "West".to_owned(),
            revision: self.revision,
            snapshot: self.revision,
            clock: ClockSetting::Real,
            sources: vec![
                source("ssda903", &["care_episode", "looked_after_review"]),
                source("allocations", &["involvement"]),
            ],
            children: self.children.len() as u64,
            revision_sum: self.children.values().map(|c| c.revision).sum(),
            synthetic: true,
        };
        self.state("authority", "west", self.revision, &state)
    }
}

/// Some nights and days of an authority, told from one seed; the mail server is as kind as the rest.
async fn history(engine: Engine<'_>, seed: u64, faults: Faults) -> (World, Records, Sent) {
    let sent = Sent::default();
    let start = date(2025, 3, 3)
        .at(3, 0, 0, 0)
        .to_zoned(calendar::london())
        .unwrap();
    let kind = faults.crash == 0;
    let mut world = World::on(engine, seed, start.timestamp(), services(seed, &sent, kind))
        .await
        .unwrap();
    let mut records = Records::new(seed, &mut world);
    for day in 0..12_i64 {
        let night = &start + (4 * day).days();
        world.clock.set(night.timestamp());
        records.night(night.date(), &mut world);
        world.run(60, faults).await.unwrap();
        world.clock.set((&night + 7.hours()).timestamp());
        world.run(60, faults).await.unwrap();
    }
    // The last nights pass with nothing going wrong, so that what is due is told.
    for _ in 0..6 {
        world.settle().await.unwrap();
        world.clock.advance(24.hours());
    }
    world.settle().await.unwrap();
    (world, records, sent)
}

async fn account(world: &World) -> Account {
    world
        .process("dispatch")
        .ask(&AskAccount { authority: None })
        .await
        .unwrap()
}

async fn listed(world: &World) -> Vec<DeadlineRow> {
    let ask = ListDeadlines {
        authority: None,
        as_at: None,
        after: None,
    };
    world.process("deadlines").ask(&ask).await.unwrap().rows
}

fn notices(world: &World) -> Vec<Notice> {
    world
        .latest(&streams::NOTICES)
        .map(|envelope| envelope.decode().unwrap())
        .collect()
}

/// The rows that stand stored and published, as opposed to those worked out on asking.
fn published(world: &World) -> BTreeSet<(String, String, Date, ObligationState)> {
    let lists = world.latest(&streams::OBLIGATIONS);
    let lists = lists.map(|e| {
        e.decode::<contracts::obligation::ChildObligations>()
            .unwrap()
    });
    lists
        .flat_map(|list| {
            let child = list.child.to_string();
            list.obligations
                .into_iter()
                .map(move |o| (child.clone(), o.rule.id, o.due_date, o.state))
        })
        .filter(|(_, _, _, state)| state.is_running())
        .collect()
}

/// How often delivery said of a message that it was in doubt and is sent again.
fn doubted(world: &World) -> BTreeMap<Uuid, u32> {
    let mut doubted = BTreeMap::new();
    for receipt in receipts(world) {
        if receipt.outcome == Outcome::InDoubt {
            *doubted.entry(receipt.message).or_default() += 1;
        }
    }
    doubted
}

/// Every receipt once, however often it was published.
fn receipts(world: &World) -> Vec<Receipt> {
    let told: BTreeMap<Uuid, Receipts> = world
        .all(&streams::RECEIPTS)
        .map(|envelope| (envelope.id, envelope.decode().unwrap()))
        .collect();
    told.into_values().flat_map(|t| t.receipts).collect()
}

/// Messages of which every line fell away before an attempt.
fn stood_down(world: &World) -> usize {
    receipts(world)
        .into_iter()
        .filter(|receipt| receipt.outcome == Outcome::StoodDown)
        .map(|receipt| receipt.message)
        .collect::<BTreeSet<_>>()
        .len()
}

/// Each message came once, and once more at most for every time it was in doubt.
fn assert_none_twice_but_what_was_in_doubt(seed: u64, world: &World, sent: &Sent) {
    let doubted = doubted(world);
    for (message_id, times) in sent.lock().unwrap().iter() {
        let id = message_id.trim_start_matches('<').split('@').next();
        let id: Uuid = id.unwrap().parse().unwrap();
        let doubts = doubted.get(&id).copied().unwrap_or_default();
        assert!(
            *times <= 1 + doubts,
            "seed {seed}: {message_id} came {times} times and was in doubt {doubts} times"
        );
    }
}

async fn check(engine: Engine<'_>, seed: u64, faults: Faults) -> (World, Sent) {
    let (world, records, sent) = history(engine, seed, faults).await;
    let asked: BTreeSet<_> = listed(&world)
        .await
        .into_iter()
        .map(|row| (row.child.to_string(), row.rule, row.due_date, row.state))
        .filter(|(_, _, _, state)| state.is_running())
        .collect();
    assert_eq!(
        published(&world),
        asked,
        "seed {seed}: what is published is what the records say"
    );

    let account = account(&world).await;
    let steps =
        account.pending + account.sent + account.suppressed + account.stood_down + account.failed;
    assert_eq!(
        account.created, steps,
        "seed {seed}: every step has one fate: {account:?}"
    );
    assert_eq!(
        account.signals, account.signals_answered,
        "seed {seed}: every signal is answered: {account:?}"
    );

    let notices = notices(&world);
    let waiting = |n: &Notice| n.steps.iter().any(|s| s.state == StepState::Pending);
    let stuck: Vec<_> = notices.iter().filter(|n| !n.open && waiting(n)).collect();
    assert!(
        stuck.is_empty(),
        "seed {seed}: a closed notice holds nothing back: {stuck:#?}"
    );
    for (child, rule, due, state) in &asked {
        let holder = records.children[&ChildId::new(child.clone())].holder(world_day(&world));
        let told = notices.iter().any(|n| {
            n.child.as_str() == child
                && &n.rule == rule
                && &n.due_date == due
                && holder
                    .worker
                    .as_ref()
                    .is_none_or(|w| &n.person == w || n.person.as_str() == "m1")
                && n.steps.iter().any(|s| s.state == StepState::Sent)
        });
        // Whom nobody ever held, nobody can be told about: that is recorded, and counted.
        let late = *state == ObligationState::Overdue && holder != Holder::default();
        assert!(
            told || !late,
            "seed {seed}: {child} {rule} {due} is late and its holder {holder:?} was told: {notices:#?}"
        );
    }
    assert_none_twice_but_what_was_in_doubt(seed, &world, &sent);
    (world, sent)
}

fn world_day(world: &World) -> Date {
    world.clock.now().to_zoned(calendar::london()).date()
}

#[tokio::test]
async fn with_nothing_going_wrong_every_message_is_sent_exactly_once() {
    for seed in 0..10 {
        let (world, sent) = check(Engine::Sqlite, seed, Faults::NONE).await;
        let messages: BTreeSet<Uuid> = world
            .all(&streams::MESSAGES)
            .filter(|envelope| envelope.event_type == Message::TYPE)
            .map(|envelope| envelope.decode::<Message>().unwrap().id)
            .collect();
        let account = account(&world).await;
        let sent = sent.lock().unwrap();
        assert!(!sent.is_empty(), "seed {seed}: somebody was told something");
        let twice: Vec<_> = sent.iter().filter(|(_, times)| **times != 1).collect();
        assert!(twice.is_empty(), "seed {seed}: {twice:?}");
        assert_eq!(
            sent.len(),
            messages.len() - stood_down(&world),
            "seed {seed}: all but what stood down before its moment are sent"
        );
        assert_eq!((account.pending, account.failed), (0, 0), "seed {seed}");
    }
}

#[tokio::test]
async fn whatever_goes_wrong_every_deadline_and_reminder_is_there_and_every_account_adds_up() {
    histories(0..25).await;
}

#[tokio::test]
async fn on_postgresql_too_every_deadline_and_reminder_is_there_and_every_account_adds_up() {
    let server = testkit::servers::postgres().await;
    for seed in 0..3 {
        let (world, _) = check(Engine::Postgres(&server), seed, Faults::MANY).await;
        assert!(world.deaths.len() > 3, "seed {seed}: {:?}", world.deaths);
    }
}

#[tokio::test]
async fn soak_hundreds_of_histories_add_up() {
    histories(1_000..1_600).await;
}

async fn histories(seeds: std::ops::Range<u64>) {
    let (mut deaths, mut twice) = (BTreeMap::<_, u32>::new(), 0);
    for seed in seeds {
        let (world, sent) = check(Engine::Sqlite, seed, Faults::MANY).await;
        for (point, times) in world.deaths {
            *deaths.entry(point).or_default() += times;
        }
        twice += sent.lock().unwrap().values().map(|n| n - 1).sum::<u32>();
    }
    for point in [
        "consume.before-commit",
        "consume.after-commit",
        "consume.before-ack",
        "due.before-commit",
        "due.after-commit",
        "relay.before-mark",
        "send.after-claim",
        "send.before-record",
    ] {
        assert!(
            deaths.contains_key(point),
            "nobody died at {point}: {deaths:?}"
        );
    }
    assert!(
        twice > 0,
        "nothing was ever in doubt and sent again: the bound on doubles bounds nothing"
    );
}
