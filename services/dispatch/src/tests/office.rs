use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard},
};

use ::store::Migrations;
use bus::{Consumer, Node};
use contracts::{
    Authority, AuthorityCode, ChildId, Chronology, ClockSetting, Entry, Envelope, Event, Fact,
    Obligation, Person, Team,
    chronology::InvolvementRole,
    commands::{Account, AskAccount},
    ids,
    message::{
        LineChange, Message, MessageChanged, NoticeRevision, Outcome, Receipt, Receipts, Recipient,
    },
    notice::StepState,
    obligation::{BatchComputed, DeadlineEvent, DeadlineSignal},
    streams::{MESSAGES, NOTICES},
};
use jiff::{Timestamp, civil::Date};
use testkit::world::{Faults, Service, World};
use uuid::Uuid;

use super::post::{Post, PostRoom};
use crate::{
    Config, MIGRATIONS,
    domain::{
        testing::{self, people, teams},
        words,
    },
};

pub(super) struct Office {
    pub(super) world: World,
    post: Arc<Mutex<Post>>,
    authority: Authority,
    children: BTreeMap<ChildId, u64>,
    people: BTreeMap<String, Person>,
    signals: usize,
}

/// Who holds a child, and what else decides whom to tell.
#[derive(Clone, Default)]
pub(super) struct Held<'a> {
    pub(super) worker: Option<&'a str>,
    pub(super) team: Option<&'a str>,
    pub(super) family: Option<&'a str>,
    pub(super) reviewer: Option<&'a str>,
    pub(super) chair: Option<&'a str>,
    pub(super) died: bool,
}

pub(super) fn by(worker: &str) -> Held<'_> {
    Held {
        worker: Some(worker),
        ..Held::default()
    }
}

pub(super) fn code() -> AuthorityCode {
    "aa".parse().unwrap()
}

pub(super) fn config() -> Config {
    Config {
        settle_ms: 0,
        ..crate::config::defaults()
    }
}

impl Office {
    /// An authority with nobody in it, its clock going on from `now`.
    pub(super) async fn empty(now: Timestamp, seed: u64, config: Config) -> Self {
        let post = Arc::new(Mutex::new(Post::default()));
        let room = post.clone();
        let dispatch = Service::new("dispatch", MIGRATIONS, move |context| {
            crate::node(context, &config).unwrap()
        });
        let delivery = Service::new("delivery", Migrations(&[]), move |_| Node {
            consumers: vec![
                Consumer::new("post-messages", &MESSAGES, Arc::new(PostRoom(room.clone()))),
                Consumer::new("post-notices", &NOTICES, Arc::new(PostRoom(room.clone()))),
            ],
            ..Node::default()
        });
        let world = World::new(seed, now, vec![dispatch, delivery])
            .await
            .unwrap();
        let authority = testing::authority(ClockSetting::Real);
        let mut office = Self {
            world,
            post,
            authority: Authority {
                revision: 0,
                snapshot: 0,
                ..authority
            },
            children: BTreeMap::new(),
            people: BTreeMap::new(),
            signals: 0,
        };
        office.announce();
        office
    }

    /// The same with Sam, Kit, Dee, Ann and Max.
    pub(super) async fn at(now: Timestamp) -> Self {
        let mut office = Self::empty(now, 1, config()).await;
        office.directory();
        office
    }

    pub(super) async fn pinned(now: Timestamp) -> Self {
        let mut office = Self::at(now).await;
        office.pin(now);
        office
    }

    pub(super) fn pin(&mut self, now: Timestamp) {
        self.authority.clock = ClockSetting::Pinned(now);
        self.announce();
    }

    pub(super) fn directory(&mut self) {
        for team in teams() {
            self.team(&team);
        }
        for person in people() {
            self.person(&person);
        }
    }

    /// Published, and published again: every event comes twice.
    fn say<E: Event>(&mut self, id: Uuid, name: &str, event: &E) {
        let token = self.world.tokens.token(&code(), "test", name);
        let envelope = Envelope::new(
            id,
            "test",
            &code(),
            &token,
            self.world.clock.machine_now(),
            event,
        );
        self.world.publish(envelope.clone());
        self.world.publish(envelope);
    }

    fn announce(&mut self) {
        self.authority.revision += 1;
        self.authority.snapshot = self.authority.revision;
        self.authority.children = self.children.len() as u64;
        self.authority.revision_sum = self.children.values().sum();
        let authority = self.authority.clone();
        self.say(
            ids::computed("authority", &[&authority.revision.to_string()]),
            "authority",
            &authority,
        );
    }

    pub(super) fn team(&mut self, team: &Team) {
        let id = ids::computed("team", &[team.team_id.as_str(), &team.revision.to_string()]);
        self.say(id, &format!("team {}", team.team_id), team);
    }

    pub(super) fn person(&mut self, person: &Person) {
        let id = ids::computed(
            "person",
            &[person.staff_id.as_str(), &person.revision.to_string()],
        );
        self.people
            .insert(person.staff_id.to_string(), person.clone());
        self.say(id, &format!("person {}", person.staff_id), person);
    }

    pub(super) fn change(&mut self, id: &str, with: impl FnOnce(&mut Person)) {
        let mut person = self.people[id].clone();
        person.revision += 1;
        with(&mut person);
        self.person(&person);
    }

    /// The child's next chronology, and the authority's next revision with it.
    pub(super) fn child(&mut self, id: &str, held: &Held<'_>) {
        let chronology = self.chronology(id, held);
        self.publish_chronology(&chronology);
        self.announce();
    }

    pub(super) fn chronology(&mut self, id: &str, held: &Held<'_>) -> Chronology {
        let revision = self.children.entry(id.into()).or_default();
        *revision += 1;
        let day: Date = "2025-01-12".parse().unwrap();
        let entry = |fact: Fact| Entry {
            key: match &fact {
                Fact::Involvement { role, .. } => format!("{role:?}"),
                fact => fact.kind().to_owned(),
            },
            source: "test".into(),
            start: day,
            end: None,
            known_from: day,
            missing_since: None,
            fact,
        };
        let involvement =
            (held.worker.is_some() || held.team.is_some()).then(|| Fact::Involvement {
                worker: held.worker.map(Into::into),
                team: held.team.map(Into::into),
                role: InvolvementRole::CaseHolder,
                change_reason: None,
            });
        let reviewer = held.reviewer.map(|reviewer| Fact::Involvement {
            worker: Some(reviewer.into()),
            team: None,
            role: InvolvementRole::Reviewer,
            change_reason: None,
        });
        let chair = held.chair.map(|chair| Fact::Involvement {
            worker: Some(chair.into()),
            team: None,
            role: InvolvementRole::ConferenceChair,
            change_reason: None,
        });
        let family = held.family.map(|f| Fact::Family { family: f.into() });
        let death = held.died.then_some(Fact::Death);
        let facts = involvement
            .into_iter()
            .chain(reviewer)
            .chain(chair)
            .chain(family)
            .chain(death);
        Chronology {
            authority: code(),
            child: id.into(),
            revision: *revision,
            authority_revision: self.authority.revision + 1,
            entries: facts.map(entry).collect(),
        }
    }

    pub(super) fn publish_chronology(&mut self, chronology: &Chronology) {
        let id = ids::computed(
            "chronology",
            &[chronology.child.as_str(), &chronology.revision.to_string()],
        );
        self.say(id, &format!("child {}", chronology.child), chronology);
    }

    pub(super) fn signal(&mut self, child: &str, what: DeadlineEvent, obligation: &Obligation) {
        self.signal_of(child, what, obligation, None);
    }

    pub(super) fn signal_of(
        &mut self,
        child: &str,
        what: DeadlineEvent,
        o: &Obligation,
        batch: Option<u64>,
    ) {
        let (id, signal) = testing::signal(child, what, o.clone());
        self.signals += 1;
        self.say(id, child, &DeadlineSignal { batch, ..signal });
    }

    pub(super) fn computed(&mut self, batch: u64, signals: u64) {
        let event = BatchComputed {
            authority: code(),
            batch,
            signals,
        };
        self.say(
            ids::computed("batch", &[&batch.to_string()]),
            "batch",
            &event,
        );
    }

    /// A snapshot's baseline: every child raised once, then the batch complete.
    pub(super) fn baseline(&mut self, batch: u64, of: &[Obligation], children: &[&str]) {
        for (child, obligation) in children.iter().zip(of) {
            let obligation = Obligation {
                baseline: true,
                ..obligation.clone()
            };
            self.signal_of(child, DeadlineEvent::Raised, &obligation, Some(batch));
        }
        self.computed(batch, of.len() as u64);
    }

    /// Lets everything come to rest, and checks the books.
    pub(super) async fn settle(&mut self) {
        self.world.settle().await.unwrap();
        self.check().await;
    }

    pub(super) async fn later(&mut self, now: Timestamp) {
        self.world.clock.set(now);
        self.settle().await;
    }

    pub(super) async fn faults(&mut self, steps: u32) {
        self.world.run(steps, Faults::MANY).await.unwrap();
    }

    pub(super) fn post(&self) -> MutexGuard<'_, Post> {
        self.post.lock().unwrap()
    }

    /// Sends what has no receipt yet, as delivery would: lines that fell away are left out. Gives who was told of which
    /// children.
    pub(super) async fn deliver(&mut self) -> Vec<(String, Vec<String>)> {
        let told = self.attempt(|told| {
            if told {
                Outcome::Accepted
            } else {
                Outcome::StoodDown
            }
        });
        self.settle().await;
        told
    }

    pub(super) fn attempt(
        &mut self,
        outcome: impl Fn(bool) -> Outcome,
    ) -> Vec<(String, Vec<String>)> {
        let (mut receipts, mut all) = (Vec::new(), Vec::new());
        {
            let mut post = self.post.lock().unwrap();
            let changed: HashMap<Uuid, u64> = newest(&post.changed);
            let waiting: Vec<_> = post
                .messages
                .iter()
                .filter(|m| !post.receipted.contains(&m.id))
                .cloned()
                .collect();
            for message in waiting {
                let holds = |n: &NoticeRevision| {
                    changed.get(&n.notice).is_none_or(|now| *now <= n.revision)
                };
                let lines = message
                    .lines
                    .iter()
                    .flat_map(|l| &l.notices)
                    .chain(&message.unlisted);
                let (told, stood_down): (Vec<NoticeRevision>, Vec<_>) =
                    lines.copied().partition(holds);
                let children = children_of(&message, &told);
                if !told.is_empty() {
                    all.push((name(&message.recipient), children));
                }
                post.receipted.insert(message.id);
                receipts.push(Receipt {
                    message: message.id,
                    channel: "mailbox".into(),
                    outcome: outcome(!told.is_empty()),
                    attempt: 1,
                    at: message.gathered_at,
                    told: told.iter().map(|n| n.notice).collect(),
                    stood_down: stood_down.iter().map(|n| n.notice).collect(),
                });
            }
        }
        for receipt in receipts {
            let id = ids::computed(
                "receipt",
                &[
                    &receipt.message.to_string(),
                    &format!("{:?}", receipt.outcome),
                ],
            );
            let receipts = Receipts {
                authority: code(),
                receipts: vec![receipt],
            };
            self.say(id, "receipts", &receipts);
        }
        all
    }

    /// Says once more what became of every message.
    pub(super) fn forget_receipts(&mut self) {
        self.post.lock().unwrap().receipted.clear();
    }

    pub(super) async fn account(&self) -> Account {
        let ask = AskAccount {
            authority: Some(code()),
        };
        self.world.process("dispatch").ask(&ask).await.unwrap()
    }

    pub(super) fn steps_of(&self, person: &str) -> Vec<(String, StepState)> {
        let post = self.post();
        let of = post
            .notices
            .values()
            .filter(|n| n.person.as_str() == person);
        let mut steps: Vec<_> = of
            .flat_map(|n| &n.steps)
            .map(|s| (s.step.clone(), s.state))
            .collect();
        steps.sort();
        steps
    }

    /// Conservation, and nothing unkind or telling in any message.
    async fn check(&self) {
        let account = self.account().await;
        let all = account.pending
            + account.sent
            + account.suppressed
            + account.stood_down
            + account.failed;
        assert_eq!(account.created, all, "{account:?}");
        assert!(
            account.signals_answered <= account.signals && account.signals <= self.signals as u64
        );
        let post = self.post();
        for message in &post.messages {
            words::tests::check(message);
        }
        let lines = |m: &Message| {
            m.lines
                .iter()
                .flat_map(|l| &l.notices)
                .chain(&m.unlisted)
                .count()
        };
        let said: usize = post.messages.iter().map(lines).sum();
        assert!(
            said as u64 >= account.sent,
            "nothing is sent without a message"
        );
        for notice in post.notices.values() {
            let keys: BTreeSet<_> = notice.steps.iter().map(|s| &s.step).collect();
            assert_eq!(keys.len(), notice.steps.len(), "each step once");
        }
    }

    /// Every signal has been answered.
    pub(super) async fn all_answered(&self) {
        let account = self.account().await;
        assert_eq!(
            (account.signals, account.signals_answered),
            (self.signals as u64, self.signals as u64)
        );
    }

    pub(super) fn changes(&self) -> Vec<LineChange> {
        self.post().changed.iter().map(|c| c.change).collect()
    }
}

fn newest(changed: &[MessageChanged]) -> HashMap<Uuid, u64> {
    let mut newest = HashMap::new();
    for MessageChanged { notice, .. } in changed {
        let at = newest.entry(notice.notice).or_insert(0);
        *at = notice.revision.max(*at);
    }
    newest
}

fn children_of(message: &Message, told: &[NoticeRevision]) -> Vec<String> {
    let pairs = message
        .lines
        .iter()
        .flat_map(|l| l.notices.iter().zip(&l.children));
    pairs
        .filter(|(n, _)| told.contains(n))
        .map(|(_, c)| c.to_string())
        .collect()
}

pub(super) fn name(recipient: &Recipient) -> String {
    match recipient {
        Recipient::Person { staff_id, .. } => staff_id.to_string(),
        Recipient::TeamMailbox { team, .. } => format!("mailbox of {team}"),
    }
}
