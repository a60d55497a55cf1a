//! A seeded world: the services' own handlers and due work over real SQLite or PostgreSQL, and a queue that duplicates, reorders,
//! delays, loses acknowledgements and kills processes at every named crash point. One seed, one history.

mod broker;
mod process;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context as _;
use bus::{CrashPoints, Failure, consumer::Disposition};
use contracts::{Envelope, TokenKey};
use jiff::Timestamp;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use runtime::Clock;
use store::Db;

use crate::servers::Postgres;

use broker::Broker;
pub use process::{Process, Service};

/// How badly things go, in percent of the occasions on which they could.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    pub duplicate: u32,
    pub lose_ack: u32,
    pub crash: u32,
}

impl Faults {
    pub const NONE: Self = Self {
        duplicate: 0,
        lose_ack: 0,
        crash: 0,
    };
    pub const MANY: Self = Self {
        duplicate: 20,
        lose_ack: 20,
        crash: 3,
    };
}

/// Where the services keep what they know.
#[derive(Clone, Copy)]
pub enum Engine<'s> {
    Sqlite,
    Postgres(&'s Postgres),
}

impl Engine<'_> {
    async fn store(self, seed: u64, service: &Service) -> store::Result<Db> {
        match self {
            Self::Sqlite => Db::memory(&service.migrations).await,
            Self::Postgres(server) => {
                let schema = format!("{}_{seed}", service.name);
                Db::postgres(&server.url, &schema, 2, &service.migrations).await
            }
        }
    }
}

/// Services, a clock that only the test moves, and a queue in between.
pub struct World {
    pub clock: Clock,
    pub tokens: TokenKey,
    processes: Vec<Process>,
    broker: Broker,
    chance: Chance,
    /// How often a process died, by crash point.
    pub deaths: BTreeMap<&'static str, u32>,
}

/// The world's one source of chance, shared with its crash points.
#[derive(Clone)]
struct Chance(Arc<Mutex<(StdRng, Faults)>>);

impl Chance {
    fn roll<T>(&self, f: impl FnOnce(&mut StdRng, Faults) -> T) -> T {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (rng, faults) = &mut *held;
        f(rng, *faults)
    }

    fn percent(&self, which: impl FnOnce(Faults) -> u32) -> bool {
        self.roll(|rng, faults| rng.random_range(0..100) < which(faults))
    }

    fn set(&self, faults: Faults) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1 = faults;
    }
}

/// More steps than any quiet world needs: past it, something goes round in circles.
const MOST_STEPS: u32 = 20_000;

impl World {
    /// Over SQLite in memory.
    pub async fn new(seed: u64, now: Timestamp, services: Vec<Service>) -> anyhow::Result<Self> {
        Self::on(Engine::Sqlite, seed, now, services).await
    }

    pub async fn on(
        engine: Engine<'_>,
        seed: u64,
        now: Timestamp,
        services: Vec<Service>,
    ) -> anyhow::Result<Self> {
        let clock = Clock::manual(now);
        let tokens = TokenKey::new([7; 32]);
        let chance = Chance(Arc::new(Mutex::new((
            StdRng::seed_from_u64(seed),
            Faults::NONE,
        ))));
        let dying = chance.clone();
        let crash = CrashPoints::new(move |_| dying.percent(|f| f.crash));
        let mut processes = Vec::new();
        for service in services {
            let db = engine.store(seed, &service).await?;
            let (clock, tokens, crash) = (clock.clone(), tokens.clone(), crash.clone());
            processes.push(Process::new(service, db, clock, tokens, crash));
        }
        Ok(Self {
            clock,
            tokens,
            processes,
            broker: Broker::default(),
            chance,
            deaths: BTreeMap::new(),
        })
    }

    pub fn process(&self, service: &str) -> &Process {
        self.processes
            .iter()
            .find(|p| p.service() == service)
            .expect("a service of this world")
    }

    /// Publishes as another part of the world would, such as a source.
    pub fn publish(&mut self, envelope: Envelope) {
        let fetched = self.chance.percent(|_| 50);
        self.broker.publish(&self.processes, envelope, fetched);
    }

    /// The newest message of each subject of a state stream.
    pub fn latest(&self, stream: &'static contracts::Stream) -> impl Iterator<Item = &Envelope> {
        self.broker.latest(stream)
    }

    /// Every message a stream was given, in order; what was published twice is there twice.
    pub fn all(&self, stream: &'static contracts::Stream) -> impl Iterator<Item = &Envelope> {
        self.broker.all(stream)
    }

    /// Takes `steps` steps, each chosen by chance, while things go wrong.
    pub async fn run(&mut self, steps: u32, faults: Faults) -> anyhow::Result<()> {
        self.chance.set(faults);
        for _ in 0..steps {
            self.step().await?;
        }
        self.chance.set(Faults::NONE);
        Ok(())
    }

    /// Lets everything come to rest with nothing going wrong.
    pub async fn settle(&mut self) -> anyhow::Result<()> {
        self.chance.set(Faults::NONE);
        for _ in 0..MOST_STEPS {
            let mut moved = false;
            for n in 0..self.processes.len() {
                moved |= self.relay(n).await?;
                moved |= self.read_landscape(n)?;
                for consumer in 0..self.processes[n].consumers() {
                    moved |= self.deliver(n, consumer, usize::MAX).await?;
                }
                for due in 0..self.processes[n].due() {
                    moved |= self.work(n, due).await?;
                }
                moved |= self.own_step(n).await?;
            }
            if !moved {
                return Ok(());
            }
        }
        anyhow::bail!("the world does not come to rest in {MOST_STEPS} rounds")
    }

    async fn step(&mut self) -> anyhow::Result<()> {
        let n = self
            .chance
            .roll(|rng, _| rng.random_range(0..self.processes.len()));
        let process = &self.processes[n];
        let (consumers, due) = (process.consumers(), process.due());
        match self.chance.roll(|rng, _| rng.random_range(0..5)) {
            0 => self.relay(n).await?,
            1 if consumers > 0 => {
                let (consumer, most) = self
                    .chance
                    .roll(|rng, _| (rng.random_range(0..consumers), rng.random_range(1..8)));
                self.deliver(n, consumer, most).await?
            }
            2 if due > 0 => {
                let due = self.chance.roll(|rng, _| rng.random_range(0..due));
                self.work(n, due).await?
            }
            3 => self.own_step(n).await?,
            _ => self.read_landscape(n)?,
        };
        Ok(())
    }

    /// Claims, publishes, marks: dying in between publishes again.
    async fn relay(&mut self, n: usize) -> anyhow::Result<bool> {
        let claimed = self.processes[n].claim().await?;
        let any = !claimed.is_empty();
        let mut published = Vec::new();
        for row in claimed {
            let fetched = self.chance.percent(|_| 50);
            self.broker
                .publish(&self.processes, row.envelope.clone(), fetched);
            let acked = !self.chance.percent(|f| f.lose_ack);
            published.push(bus::outbox::Published {
                claimed: row,
                acked,
            });
        }
        if any && self.chance.percent(|f| f.crash) {
            self.die(n, "relay.before-mark").await?;
            return Ok(true);
        }
        self.processes[n].mark(&published).await?;
        Ok(any)
    }

    /// Delivers some of what waits for a consumer, in any order, perhaps twice.
    async fn deliver(&mut self, n: usize, consumer: usize, most: usize) -> anyhow::Result<bool> {
        let mut places = self.broker.waiting(n, consumer);
        if places.is_empty() {
            return Ok(false);
        }
        let orderly = most == usize::MAX;
        if !orderly {
            places = self
                .chance
                .roll(|rng, _| places.choose_multiple(rng, most).copied().collect());
            if self.chance.percent(|f| f.duplicate) {
                places.extend(places.clone());
            }
        }
        let batch = self.broker.take(n, consumer, &places);
        let told = match self.processes[n].process(consumer, &batch).await {
            Ok(told) => told,
            Err(Failure::Crashed(crashed)) => {
                self.die(n, crashed.0).await?;
                return Ok(true);
            }
            Err(failure) => {
                return Err(anyhow::Error::from(failure))
                    .context("the store of a world is never ill");
            }
        };
        let mut moved = false;
        for (place, disposition) in places.iter().zip(told) {
            if disposition != Disposition::Nak(std::time::Duration::ZERO)
                && !matches!(disposition, Disposition::Nak(_))
            {
                moved = true;
                if !self.chance.percent(|f| f.lose_ack) {
                    self.broker.acknowledge(n, consumer, *place);
                }
            }
        }
        Ok(moved)
    }

    async fn work(&mut self, n: usize, due: usize) -> anyhow::Result<bool> {
        match self.processes[n].work(due).await {
            Ok(worked) => Ok(worked.done > 0),
            Err(Failure::Crashed(crashed)) => self.die(n, crashed.0).await.map(|()| true),
            Err(failure) => Err(failure.into()),
        }
    }

    /// A step of the service's own, such as delivery's sender.
    async fn own_step(&mut self, n: usize) -> anyhow::Result<bool> {
        match self.processes[n].own_step().await {
            Ok(moved) => Ok(moved),
            Err(error) => match error.downcast_ref::<bus::crash::Crashed>().map(|c| c.0) {
                Some(point) => self.die(n, point).await.map(|()| true),
                None => Err(error),
            },
        }
    }

    fn read_landscape(&mut self, n: usize) -> anyhow::Result<bool> {
        let orderly = self.chance.roll(|_, faults| faults.crash == 0);
        let mut places = self.broker.landscape_waiting(n);
        if !orderly {
            places = self
                .chance
                .roll(|rng, _| places.choose_multiple(rng, 3).copied().collect());
        }
        for place in &places {
            self.processes[n].read_landscape(self.broker.envelope(*place))?;
            self.broker.landscape_read(n, *place);
        }
        Ok(!places.is_empty())
    }

    /// The process is gone with all it had in memory, and starts again over its store.
    async fn die(&mut self, n: usize, point: &'static str) -> anyhow::Result<()> {
        *self.deaths.entry(point).or_default() += 1;
        self.broker.forget(n);
        self.processes[n].restart().await
    }
}
