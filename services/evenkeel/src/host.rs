//! Every service in this process, over an embedded broker and SQLite.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context as _;
use bus::{
    Bus, ConnectOptions, Context, CrashPoints, Landscape,
    server::{NatsServer, Options},
};
use contracts::TokenKey;
use dashboard::Dashboard;
use runtime::{Clock, Health, Tasks};
use store::{Db, Migrations};
use tracing::{info, warn};

use crate::{
    Place,
    instance::{Instance, Lock},
    monitor,
};

/// Which services run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Services {
    All,
    /// For a command without a running instance: nothing is sent and no page is served.
    WithoutEffects,
}

/// Services a command can ask in either case.
pub(crate) const WITHOUT_EFFECTS: [&str; 4] = [
    directory::SERVICE,
    intake::SERVICE,
    deadlines::SERVICE,
    dispatch::SERVICE,
];

/// The pages, in subjects, stores and logs.
pub(crate) const DASHBOARD: &str = "dashboard";

/// A running process: all that shutdown has to put away.
pub(crate) struct Host {
    pub(crate) bus: Bus,
    pub(crate) landscape: Arc<Landscape>,
    pub(crate) tasks: Tasks,
    clock: Clock,
    tokens: TokenKey,
    data: PathBuf,
    grace: Duration,
    server: NatsServer,
    stores: Vec<Db>,
    health: Health,
    lock: Lock,
}

impl Host {
    pub(crate) async fn start(
        place: &Place,
        lock: Lock,
        services: Services,
    ) -> anyhow::Result<Self> {
        let tokens = place.data.token_key()?;
        let tasks = Tasks::new();
        let server = NatsServer::start(&broker_options(place), &tasks).await?;
        let options = ConnectOptions {
            url: server.url.clone(),
            user: server.user.clone(),
            password: server.password.clone(),
        };
        let bus = Bus::connect(&options).await?;
        bus.ensure_streams(1).await?;
        let clock = Clock::real();
        let landscape = Arc::new(Landscape::new(clock.clone()));
        landscape.follow(&bus, &tasks).await?;
        let mut host = Self {
            bus,
            landscape,
            tasks,
            clock,
            tokens,
            data: place.data.path().to_owned(),
            grace: Duration::from_secs(place.settings.evenkeel.stop_seconds),
            server,
            stores: Vec::new(),
            health: Health::new(),
            lock,
        };
        monitor::check_broker(&host.health, &host.bus);
        match host.start_services(place, services).await {
            Ok(()) => Ok(host),
            Err(error) => {
                if let Err(second) = host.stop().await {
                    warn!(
                        error = format!("{second:#}"),
                        "stopping after a start that failed"
                    );
                }
                Err(error)
            }
        }
    }

    async fn start_services(&mut self, place: &Place, services: Services) -> anyhow::Result<()> {
        self.start_facts(place).await?;
        if services == Services::All {
            self.start_delivery(place).await?;
        }
        Ok(())
    }

    /// What takes facts in and works out who is told what.
    async fn start_facts(&mut self, place: &Place) -> anyhow::Result<()> {
        let settings = &place.settings;
        let data = self.data.clone();
        let context = self
            .context(directory::SERVICE, directory::MIGRATIONS)
            .await?;
        directory::run(context, settings.directory.clone(), &data).await?;
        let context = self.context(intake::SERVICE, intake::MIGRATIONS).await?;
        intake::run(context, settings.intake.clone(), &data).await?;
        let context = self
            .context(deadlines::SERVICE, deadlines::MIGRATIONS)
            .await?;
        deadlines::run(context, settings.deadlines.clone(), &data).await?;
        let context = self
            .context(dispatch::SERVICE, dispatch::MIGRATIONS)
            .await?;
        dispatch::run(context, settings.dispatch.clone()).await
    }

    async fn start_delivery(&mut self, place: &Place) -> anyhow::Result<()> {
        let context = self
            .context(delivery::SERVICE, delivery::MIGRATIONS)
            .await?;
        delivery::run(context, place.settings.delivery.clone()).await
    }

    /// Serves the pages and lets commands find this process; gives a one-time link. Not for logs.
    pub(crate) async fn start_pages(
        &mut self,
        place: &Place,
        config: dashboard::Config,
    ) -> anyhow::Result<String> {
        let listen = place.settings.evenkeel.monitor;
        let metrics = place.metrics.clone();
        let monitor = monitor::serve(listen, &self.health, metrics, &self.tasks).await?;
        let context = self.context(DASHBOARD, Migrations(&[])).await?;
        let mut dashboard = Dashboard::bind(&context, config).await?;
        dashboard.read(&context).await?;
        let link = dashboard.new_link();
        let page = format!("http://{}", dashboard.address());
        bus::run(&context, dashboard.node()).await?;
        self.lock.announce(&Instance {
            pid: std::process::id(),
            nats_url: self.server.url.clone(),
            user: self.server.user.clone(),
            password: self.server.password.clone(),
            page,
            monitor: format!("http://{monitor}"),
        })?;
        Ok(link)
    }

    async fn context(&mut self, service: &'static str, own: Migrations) -> anyhow::Result<Context> {
        let path = self.data.join(format!("{service}.db"));
        let db = Db::sqlite(&path, &[bus::MIGRATIONS, own])
            .await
            .with_context(|| format!("the store of {service} could not be opened"))?;
        self.stores.push(db.clone());
        monitor::check_store(&self.health, service, &db);
        Ok(Context {
            service,
            db,
            bus: self.bus.clone(),
            landscape: self.landscape.clone(),
            tokens: self.tokens.clone(),
            clock: self.clock.clone(),
            tasks: self.tasks.clone(),
            crash: CrashPoints::default(),
        })
    }

    /// Stops pulling, finishes what is in flight, stops the relays, closes the stores, then the broker.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.lock.clear()?;
        let unfinished = self.tasks.stop(self.grace).await;
        if !unfinished.is_empty() {
            warn!(
                ?unfinished,
                "some tasks did not end in time; their work is done again at the next start"
            );
        }
        for store in &self.stores {
            store.close().await;
        }
        self.bus.close().await;
        self.server.stop().await;
        info!("stopped");
        match self.tasks.failure() {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }
}

fn broker_options(place: &Place) -> Options {
    let cache = dirs::cache_dir().map_or_else(|| place.data.join("cache"), |d| d.join("evenkeel"));
    Options {
        config: place.settings.broker.clone(),
        store: place.data.join("nats"),
        cache,
    }
}
