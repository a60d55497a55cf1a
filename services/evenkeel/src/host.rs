//! Services in this process, over a broker and stores of our own or shared ones.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context as _;
use bus::{Bus, Context, CrashPoints, Landscape, server::NatsServer};
use contracts::TokenKey;
use dashboard::Dashboard;
use runtime::{Clock, Health, Tasks};
use store::{Db, Migrations};
use tracing::{info, warn};

use crate::{
    Place, broker,
    instance::{Instance, Lock},
    monitor,
    settings::Store,
};

/// Services a command can ask also where nothing is sent and no page is served.
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
    /// None: somebody else runs the broker.
    server: Option<NatsServer>,
    store: Store,
    stores: Vec<Db>,
    health: Health,
    /// None: the process shares nothing of the data folder.
    lock: Option<Lock>,
}

impl Host {
    /// With these services; what was started is put away when one cannot.
    pub(crate) async fn start(
        place: &Place,
        lock: Option<Lock>,
        services: &[&'static str],
    ) -> anyhow::Result<Self> {
        let tokens = broker::token_key(place)?;
        let tasks = Tasks::new();
        let (bus, server) = broker::open(place, &tasks).await?;
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
            store: place.settings.store.clone(),
            stores: Vec::new(),
            health: Health::new(),
            lock,
        };
        monitor::check_broker(&host.health, &host.bus);
        for service in services {
            if let Err(error) = host.start_service(place, service).await {
                if let Err(second) = host.stop().await {
                    warn!(
                        error = format!("{second:#}"),
                        "stopping after a start that failed"
                    );
                }
                return Err(error);
            }
        }
        Ok(host)
    }

    async fn start_service(&mut self, place: &Place, service: &str) -> anyhow::Result<()> {
        let settings = &place.settings;
        let data = self.data.clone();
        match service {
            directory::SERVICE => {
                let context = self.context(directory::SERVICE, directory::MIGRATIONS);
                directory::run(context.await?, settings.directory.clone(), &data).await
            }
            intake::SERVICE => {
                let context = self.context(intake::SERVICE, intake::MIGRATIONS);
                intake::run(context.await?, settings.intake.clone(), &data).await
            }
            deadlines::SERVICE => {
                let context = self.context(deadlines::SERVICE, deadlines::MIGRATIONS);
                deadlines::run(context.await?, settings.deadlines.clone(), &data).await
            }
            dispatch::SERVICE => {
                let context = self.context(dispatch::SERVICE, dispatch::MIGRATIONS);
                dispatch::run(context.await?, settings.dispatch.clone()).await
            }
            delivery::SERVICE => {
                let context = self.context(delivery::SERVICE, delivery::MIGRATIONS);
                delivery::run(context.await?, settings.delivery.clone()).await
            }
            other => anyhow::bail!("there is no service {other}"),
        }
    }

    /// Serves health and metrics; gives their address.
    pub(crate) async fn start_monitor(
        &self,
        place: &Place,
    ) -> anyhow::Result<std::net::SocketAddr> {
        let listen = place.settings.evenkeel.monitor;
        monitor::serve(listen, &self.health, place.metrics.clone(), &self.tasks).await
    }

    /// Serves the pages.
    pub(crate) async fn start_pages(&mut self, config: dashboard::Config) -> anyhow::Result<Pages> {
        let context = self.page_context().await?;
        let mut dashboard = Dashboard::bind(&context, config).await?;
        dashboard.read(&context).await?;
        let pages = Pages {
            link: dashboard.new_link(),
            page: format!("http://{}", dashboard.address()),
        };
        bus::run(&context, dashboard.node()).await?;
        Ok(pages)
    }

    /// Lets commands find this process.
    pub(crate) fn announce(
        &self,
        page: String,
        monitor: std::net::SocketAddr,
    ) -> anyhow::Result<()> {
        let broker = self.server.as_ref();
        let Some((lock, server)) = self.lock.as_ref().zip(broker) else {
            return Ok(());
        };
        lock.announce(&Instance {
            pid: std::process::id(),
            nats_url: server.url.clone(),
            user: server.user.clone(),
            password: server.password.clone(),
            page,
            monitor: format!("http://{monitor}"),
        })
    }

    async fn context(&mut self, service: &'static str, own: Migrations) -> anyhow::Result<Context> {
        let tables = [bus::MIGRATIONS, own];
        let (url, size) = (&self.store.url, self.store.connections);
        let opened = if self.store.is_shared() {
            let login = self.store.login(service);
            Db::postgres_as(url, &login, service, size, &tables).await
        } else {
            let path = self.data.join(format!("{service}.db"));
            Db::sqlite(&path, &tables).await
        };
        let db = opened.with_context(|| format!("the store of {service} could not be opened"))?;
        Ok(self.over(service, db))
    }

    /// Pages keep nothing that lasts.
    async fn page_context(&mut self) -> anyhow::Result<Context> {
        let db = Db::memory(&[bus::MIGRATIONS]).await?;
        Ok(self.over(DASHBOARD, db))
    }

    fn over(&mut self, service: &'static str, db: Db) -> Context {
        self.stores.push(db.clone());
        monitor::check_store(&self.health, service, &db);
        Context {
            service,
            db,
            bus: self.bus.clone(),
            landscape: self.landscape.clone(),
            tokens: self.tokens.clone(),
            clock: self.clock.clone(),
            tasks: self.tasks.clone(),
            crash: CrashPoints::default(),
        }
    }

    /// Stops pulling, finishes what is in flight, stops the relays, closes the stores, then the broker.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        if let Some(lock) = &self.lock {
            lock.clear()?;
        }
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
        if let Some(server) = self.server {
            server.stop().await;
        }
        info!("stopped");
        match self.tasks.failure() {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }
}

/// Where the pages are.
pub(crate) struct Pages {
    pub(crate) page: String,
    /// Signs in once. Not for logs.
    pub(crate) link: String,
}
