//! An authority whose snapshots a test writes, and what the service said about them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use bus::{Consumer, Failure, Handler, Node};
use contracts::{
    Authority, AuthorityCode, ChildId, Chronology, ClockSetting, Entry, Envelope, Event, Fact,
    Obligation, SourceState,
    chronology::VisitPurpose,
    commands::{DeadlineRow, ListDeadlines, Request},
    ids,
    obligation::{BatchComputed, ChildObligations, DeadlineEvent, DeadlineSignal},
    streams::{OBLIGATIONS, SIGNALS},
};
use deadlines::{Config, Local};
use jiff::{Timestamp, civil::Date};
use store::{Migrations, Tx};
use testkit::world::{Process, Service, World};

pub(crate) fn code() -> AuthorityCode {
    "testshire".parse().unwrap()
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn noon(text: &str) -> Timestamp {
    format!("{text}T11:00:00Z").parse().unwrap()
}

pub(crate) fn entry(key: &str, start: &str, end: Option<&str>, fact: Fact) -> Entry {
    Entry {
        key: key.to_owned(),
        source: "ssda903".to_owned(),
        start: day(start),
        end: end.map(day),
        known_from: day(start),
        missing_since: None,
        fact,
    }
}

pub(crate) fn care(key: &str, start: &str, end: Option<&str>) -> Entry {
    let fact = Fact::CareEpisode {
        start_reason: "S".to_owned(),
        legal_status: "C2".to_owned(),
        placement: "U1".to_owned(),
        end_reason: end.map(|_| "E4A".to_owned()),
        entered_care: None,
    };
    entry(key, start, end, fact)
}

pub(crate) fn plan(key: &str, start: &str) -> Entry {
    let fact = Fact::ProtectionPlan {
        referral: None,
        conference: None,
        other_authority: false,
    };
    entry(key, start, None, fact)
}

pub(crate) fn visit(key: &str, on: &str) -> Entry {
    let fact = Fact::Visit {
        purpose: VisitPurpose::Protection,
        seen: Some(true),
        seen_alone: None,
    };
    entry(key, on, None, fact)
}

pub(crate) fn review(key: &str, on: &str) -> Entry {
    entry(key, on, None, Fact::looked_after_review(false))
}

pub(crate) fn first(list: &ChildObligations) -> Option<&Obligation> {
    list.obligations
        .iter()
        .find(|o| o.rule.id == "en.cla.first-review")
}

/// Everything that was published, each id once, in the order it came.
#[derive(Default)]
struct Heard {
    ids: BTreeSet<uuid::Uuid>,
    envelopes: Vec<Envelope>,
}

struct Listen(Arc<Mutex<Heard>>);

#[async_trait]
impl Handler for Listen {
    async fn handle(&self, _: &mut Tx, batch: &[Envelope]) -> Result<(), Failure> {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for envelope in batch {
            if heard.ids.insert(envelope.id) {
                heard.envelopes.push(envelope.clone());
            }
        }
        Ok(())
    }
}

pub(crate) struct Story {
    pub(crate) world: World,
    pub(crate) supplies: Vec<&'static str>,
    pub(crate) source: &'static str,
    heard: Arc<Mutex<Heard>>,
    clock: ClockSetting,
    as_at: Date,
    revision: u64,
    snapshot: u64,
    children: BTreeMap<String, Chronology>,
    changed: BTreeSet<String>,
}

impl Story {
    pub(crate) async fn at(today: &str) -> Self {
        Self::seeded(1, today).await
    }

    pub(crate) async fn seeded(seed: u64, today: &str) -> Self {
        Self::configured(seed, today, "", None).await
    }

    /// With limits of the authority's own, and a folder of what it says about single children.
    pub(crate) async fn configured(
        seed: u64,
        today: &str,
        local: &str,
        overrides: Option<PathBuf>,
    ) -> Self {
        let local: Local = toml::from_str(local).unwrap();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let listening = heard.clone();
        let deadlines = Service::new("deadlines", deadlines::MIGRATIONS, move |context| {
            let config = Config {
                batch: 4,
                local: local.clone(),
            };
            match &overrides {
                None => deadlines::node(context, &config),
                Some(folder) => deadlines::node_with(context, &config, folder).unwrap(),
            }
        });
        let listener = Service::new("listener", Migrations(&[]), move |_| {
            let listen = Arc::new(Listen(listening.clone()));
            Node {
                consumers: vec![
                    Consumer::new("listener-signals", &SIGNALS, listen.clone()),
                    Consumer::new("listener-obligations", &OBLIGATIONS, listen),
                ],
                ..Node::default()
            }
        });
        let world = World::new(seed, noon(today), vec![deadlines, listener])
            .await
            .unwrap();
        Self {
            world,
            supplies: vec!["care_episode", "looked_after_review"],
            source: "ssda903",
            heard,
            clock: ClockSetting::Real,
            as_at: day(today),
            revision: 0,
            snapshot: 0,
            children: BTreeMap::new(),
            changed: BTreeSet::new(),
        }
    }

    /// What the next snapshot says about a child.
    pub(crate) fn child(&mut self, id: &str, entries: Vec<Entry>) {
        let held = self.children.get(id).map_or(0, |c| c.revision);
        let chronology = Chronology {
            authority: code(),
            child: id.into(),
            revision: held + u64::from(!self.changed.contains(id)),
            authority_revision: 0,
            entries,
        };
        self.children.insert(id.to_owned(), chronology);
        self.changed.insert(id.to_owned());
    }

    pub(crate) fn pin(&mut self, day: &str) {
        self.clock = ClockSetting::Pinned(noon(day));
    }

    /// Sends the children of the next snapshot, and gives the authority's state that belongs to it.
    pub(crate) fn prepare(&mut self) -> Authority {
        self.snapshot = self.revision + 1;
        self.next()
    }

    /// Sends what events told, and lets everything come to rest.
    pub(crate) async fn tell(&mut self) {
        let authority = self.next();
        self.publish_authority(&authority).await;
    }

    fn next(&mut self) -> Authority {
        self.revision += 1;
        self.send_children(self.revision);
        Authority {
            authority: code(),
            name: "Testshire".to_owned(),
            revision: self.revision,
            snapshot: self.snapshot,
            clock: self.clock,
            sources: vec![SourceState {
                source: self.source.to_owned(),
                as_at: self.as_at,
                accepted_at: self.world.clock.now(),
                supplies: self.supplies.iter().map(|s| (*s).to_owned()).collect(),
                visits_seen_unreliable: false,
            }],
            children: self.children.len() as u64,
            revision_sum: self.children.values().map(|c| c.revision).sum(),
            synthetic: true,
        }
    }

    pub(crate) fn send_children(&mut self, authority_revision: u64) {
        for id in std::mem::take(&mut self.changed) {
            let chronology = self
                .children
                .get_mut(&id)
                .expect("a changed child is a child");
            chronology.authority_revision = authority_revision;
            let token = self.world.tokens.child(&code(), &chronology.child);
            let envelope = state(
                "intake",
                &token,
                chronology.revision,
                chronology,
                self.world.clock.now(),
            );
            self.world.publish(envelope);
        }
    }

    fn send_authority(&mut self, authority: &Authority) {
        let token = self.world.tokens.token(&code(), "authority", "");
        let envelope = state(
            "intake",
            &token,
            authority.revision,
            authority,
            self.world.clock.now(),
        );
        self.world.publish(envelope);
    }

    pub(crate) async fn publish_authority(&mut self, authority: &Authority) {
        self.send_authority(authority);
        self.world.settle().await.unwrap();
    }

    /// Sends a snapshot without waiting for anything.
    #[expect(clippy::unused_async, reason = "reads like import")]
    pub(crate) async fn send(&mut self) {
        let authority = self.prepare();
        self.send_authority(&authority);
    }

    /// Sends a snapshot and lets everything come to rest.
    pub(crate) async fn import(&mut self) {
        self.send().await;
        self.world.settle().await.unwrap();
    }

    pub(crate) fn process(&self) -> &Process {
        self.world.process("deadlines")
    }

    /// Has every chronology of this revision of the authority been worked out?
    pub(crate) async fn is_reconciled(&self, revision: u64) -> bool {
        let mut tx = self.process().context.db.begin().await.unwrap();
        let progress = deadlines::store::progress(&mut tx, &code()).await.unwrap();
        progress.is_some_and(|p| p.reconciled >= revision)
    }

    pub(crate) async fn ask<R: Request>(&self, request: &R) -> R::Reply {
        self.process().ask(request).await.unwrap()
    }

    /// The pages of the list on a day; none: today.
    pub(crate) async fn pages(&self, as_at: Option<&str>) -> Vec<Vec<DeadlineRow>> {
        let mut ask = ListDeadlines {
            authority: Some(code()),
            as_at: as_at.map(day),
            after: None,
        };
        let mut pages = Vec::new();
        loop {
            let page = self.ask(&ask).await;
            pages.push(page.rows);
            ask.after = page.next;
            if ask.after.is_none() {
                return pages;
            }
        }
    }

    pub(crate) fn decoded<E: Event>(&self) -> Vec<E> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard
            .envelopes
            .iter()
            .filter_map(|e| e.decode().ok())
            .collect()
    }

    pub(crate) fn signals(&self) -> Vec<DeadlineSignal> {
        self.decoded()
    }

    /// Batch and number of signals.
    pub(crate) fn batches(&self) -> Vec<(u64, u64)> {
        let batches = self.decoded::<BatchComputed>();
        batches.into_iter().map(|b| (b.batch, b.signals)).collect()
    }

    /// The newest list of each child.
    pub(crate) fn lists(&self) -> BTreeMap<ChildId, ChildObligations> {
        let mut lists: BTreeMap<ChildId, ChildObligations> = BTreeMap::new();
        for list in self.decoded::<ChildObligations>() {
            let held = lists.get(&list.child);
            if held.is_none_or(|held| held.revision < list.revision) {
                lists.insert(list.child.clone(), list);
            }
        }
        lists
    }

    pub(crate) fn list(&self, child: &str) -> ChildObligations {
        self.lists()
            .remove(&ChildId::from(child))
            .expect("a list of that child")
    }

    /// What holds whatever went wrong.
    pub(crate) fn check(&self) {
        let mut times: BTreeMap<(uuid::Uuid, u32, DeadlineEvent), u32> = BTreeMap::new();
        let mut of_batch: BTreeMap<u64, u64> = BTreeMap::new();
        for signal in self.signals() {
            let o = &signal.obligation;
            *times.entry((o.id, o.opening, signal.what)).or_default() += 1;
            if let Some(batch) = signal.batch {
                *of_batch.entry(batch).or_default() += 1;
            }
        }
        let twice: Vec<_> = times.iter().filter(|(_, n)| **n > 1).collect();
        assert!(twice.is_empty(), "told more than once: {twice:#?}");
        let complete: BTreeMap<u64, u64> = self.batches().into_iter().collect();
        assert_eq!(complete, of_batch, "a batch has the signals it says it has");
        for (child, list) in self.lists() {
            for o in list.obligations.iter().filter(|o| o.state.is_running()) {
                let raised = (o.id, o.opening, DeadlineEvent::Raised);
                assert!(
                    times.contains_key(&raised),
                    "{child}: running and never raised: {o:?}"
                );
            }
        }
    }
}

pub(crate) fn state<E: Event>(
    source: &str,
    token: &contracts::Token,
    revision: u64,
    event: &E,
    now: Timestamp,
) -> Envelope {
    let mut envelope = Envelope::new(uuid::Uuid::nil(), source, &code(), token, now, event);
    envelope.id = ids::state(&envelope.subject, revision);
    envelope
}
