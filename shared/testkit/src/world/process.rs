//! One service in the world: its store outlives it, its memory does not.

use std::{pin::Pin, sync::Arc};

use bus::{
    Bus, Context, CrashPoints, Failure, Landscape, Node, Worked, consumer,
    consumer::{Disposition, Incoming},
    due,
    outbox::{self, Claimed, Published},
};
use contracts::{Envelope, Stream, TokenKey};
use jiff::SignedDuration;
use runtime::{Clock, Tasks};
use store::{Db, Migrations};

type Step = Pin<Box<dyn Future<Output = anyhow::Result<bool>> + Send>>;

/// How a service is built, as often as it dies.
#[derive(Clone)]
pub struct Service {
    pub name: &'static str,
    pub migrations: Vec<Migrations>,
    pub build: Arc<dyn Fn(&Context) -> Node + Send + Sync>,
    /// Called at each start, before anything else.
    pub on_start: Arc<dyn Fn(Context) -> Step + Send + Sync>,
    /// A step of its own; true if it did something.
    pub step: Arc<dyn Fn(Context) -> Step + Send + Sync>,
}

impl Service {
    /// A service of consumers and due work only.
    pub fn new(
        name: &'static str,
        migrations: Migrations,
        build: impl Fn(&Context) -> Node + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            migrations: vec![bus::MIGRATIONS, migrations],
            build: Arc::new(build),
            on_start: Arc::new(|_| Box::pin(async { Ok(false) })),
            step: Arc::new(|_| Box::pin(async { Ok(false) })),
        }
    }
}

pub struct Process {
    service: Service,
    pub context: Context,
    node: Node,
}

const BATCH: usize = 16;

impl Process {
    pub(super) fn new(
        service: Service,
        db: Db,
        clock: Clock,
        tokens: TokenKey,
        crash: CrashPoints,
    ) -> Self {
        let context = Context {
            service: service.name,
            db,
            bus: Bus::absent(),
            landscape: Arc::new(Landscape::new(clock.clone())),
            tokens,
            clock,
            tasks: Tasks::new(),
            crash,
        };
        let node = (service.build)(&context);
        Self {
            service,
            context,
            node,
        }
    }

    pub(super) async fn restart(&mut self) -> anyhow::Result<()> {
        self.context.landscape = Arc::new(Landscape::new(self.context.clock.clone()));
        self.node = (self.service.build)(&self.context);
        let mut tx = self.context.db.begin().await?;
        outbox::republish_recent(&mut tx, self.context.clock.machine_now()).await?;
        tx.commit().await?;
        (self.service.on_start)(self.context.clone()).await?;
        Ok(())
    }

    pub fn service(&self) -> &'static str {
        self.service.name
    }

    pub(super) fn consumers(&self) -> usize {
        self.node.consumers.len()
    }

    pub(super) fn consumers_of(&self, stream: &'static Stream) -> impl Iterator<Item = usize> {
        let of = self
            .node
            .consumers
            .iter()
            .enumerate()
            .filter(|(_, c)| c.stream.name == stream.name);
        of.map(|(n, _)| n)
    }

    pub(super) fn due(&self) -> usize {
        self.node.due.len()
    }

    pub(super) async fn claim(&self) -> anyhow::Result<Vec<Claimed>> {
        let mut tx = self.context.db.begin().await?;
        let now = self.context.clock.machine_now();
        let claimed =
            outbox::settle_and_claim(&mut tx, &[], BATCH, now, SignedDuration::ZERO).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    pub(super) async fn mark(&self, published: &[Published]) -> anyhow::Result<()> {
        let mut tx = self.context.db.begin().await?;
        let now = self.context.clock.machine_now();
        outbox::settle_and_claim(&mut tx, published, 0, now, SignedDuration::ZERO).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn process(
        &self,
        consumer: usize,
        batch: &[Incoming],
    ) -> Result<Vec<Disposition>, Failure> {
        consumer::process(&self.context, &self.node.consumers[consumer], batch).await
    }

    pub(super) async fn work(&self, due: usize) -> Result<Worked, Failure> {
        due::once(&self.context, self.node.due[due].as_ref()).await
    }

    pub(super) async fn own_step(&self) -> anyhow::Result<bool> {
        (self.service.step)(self.context.clone()).await
    }

    pub(super) fn read_landscape(&self, envelope: &Envelope) -> anyhow::Result<bool> {
        Ok(self.context.landscape.apply(envelope)?)
    }

    /// Asks the service's questions as the broker would.
    pub async fn ask<R: contracts::commands::Request>(
        &self,
        request: &R,
    ) -> anyhow::Result<R::Reply> {
        let subject = R::subject();
        let question = self.node.questions.iter().find(|q| q.subject == subject);
        let question = question.ok_or_else(|| anyhow::anyhow!("nobody answers {subject}"))?;
        let answer = question.answer(serde_json::to_vec(request)?).await;
        match serde_json::from_slice(&answer)? {
            contracts::commands::Answer::Done(reply) => Ok(reply),
            contracts::commands::Answer::Refused(why) => Err(bus::Refusal(why).into()),
        }
    }
}
