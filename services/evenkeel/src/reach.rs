//! How a command gets its questions answered: on the bus that the settings name, beside a running instance, or by starting
//! what it needs.

use std::{sync::Arc, time::Duration};

use anyhow::{bail, ensure};
use bus::{Bus, ConnectOptions, Landscape};
use runtime::{Clock, Tasks};
use tracing::info;

use crate::{
    Place,
    host::{DASHBOARD, Host, WITHOUT_EFFECTS},
    instance::{Found, Instance, look_patiently},
    rest,
};

pub(crate) enum Reach {
    Beside(Box<Beside>),
    Alone(Box<Host>),
}

pub(crate) struct Beside {
    bus: Bus,
    /// None: the services are processes of their own.
    instance: Option<Instance>,
    landscape: Arc<Landscape>,
    tasks: Tasks,
}

impl Reach {
    pub(crate) async fn open(place: &Place) -> anyhow::Result<Self> {
        if place.settings.bus.is_elsewhere() {
            return Self::on_the_bus(place).await;
        }
        match look_patiently(&place.data).await? {
            Found::Running(instance) => Self::beside(instance).await,
            Found::Free(lock) => {
                info!("no instance is running: starting what the command needs");
                let host = Host::start(place, Some(lock), &WITHOUT_EFFECTS).await?;
                Ok(Self::Alone(Box::new(host)))
            }
            Found::Busy { pid } => bail!(busy(place, pid)),
        }
    }

    /// For commands that only make sense beside a running instance.
    pub(crate) async fn running(place: &Place) -> anyhow::Result<Self> {
        if place.settings.bus.is_elsewhere() {
            return Self::on_the_bus(place).await;
        }
        match look_patiently(&place.data).await? {
            Found::Running(instance) => Self::beside(instance).await,
            Found::Free(_) => bail!(
                "no Evenkeel is running on {}: start it with `evenkeel up`",
                place.data.path().display()
            ),
            Found::Busy { pid } => bail!(busy(place, pid)),
        }
    }

    async fn beside(instance: Instance) -> anyhow::Result<Self> {
        let bus = Bus::connect(&ConnectOptions {
            url: instance.nats_url.clone(),
            user: instance.user.clone(),
            password: instance.password.clone(),
        })
        .await?;
        Self::over(bus, Some(instance)).await
    }

    async fn on_the_bus(place: &Place) -> anyhow::Result<Self> {
        let bus = Bus::meet(&place.settings.bus.options()).await?;
        let missing = bus.missing_streams().await?;
        ensure!(
            missing.is_empty(),
            "the broker at {} has no stream {}: services make them when they start. Start these (`evenkeel run <service>`), \
             or see that [bus] url names the broker that they meet",
            place.settings.bus.url,
            missing.join(", ")
        );
        Self::over(bus, None).await
    }

    async fn over(bus: Bus, instance: Option<Instance>) -> anyhow::Result<Self> {
        let tasks = Tasks::new();
        let landscape = Arc::new(Landscape::new(Clock::real()));
        landscape.follow(&bus, &tasks).await?;
        Ok(Self::Beside(Box::new(Beside {
            bus,
            instance,
            landscape,
            tasks,
        })))
    }

    pub(crate) fn bus(&self) -> &Bus {
        match self {
            Self::Beside(beside) => &beside.bus,
            Self::Alone(host) => &host.bus,
        }
    }

    pub(crate) fn landscape(&self) -> &Landscape {
        match self {
            Self::Beside(beside) => &beside.landscape,
            Self::Alone(host) => &host.landscape,
        }
    }

    /// The running instance that this machine's data folder names, when there is one.
    pub(crate) fn instance(&self) -> Option<&Instance> {
        match self {
            Self::Beside(beside) => beside.instance.as_ref(),
            Self::Alone(_) => None,
        }
    }

    /// Does this process answer its own questions?
    pub(crate) fn is_alone(&self) -> bool {
        matches!(self, Self::Alone(_))
    }

    /// Services that answer here.
    pub(crate) fn services(&self) -> Vec<&'static str> {
        let mut services = WITHOUT_EFFECTS.to_vec();
        if !self.is_alone() {
            services.extend([delivery::SERVICE, DASHBOARD]);
        }
        services
    }

    /// Puts everything away at once; what is not done is done at the next start.
    pub(crate) async fn leave(self) -> anyhow::Result<()> {
        match self {
            Self::Beside(_) => self.close().await,
            Self::Alone(host) => host.stop().await,
        }
    }

    /// Puts everything away; what this process started first finishes its work.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        match self {
            Self::Beside(beside) => {
                beside.tasks.stop(Duration::from_secs(5)).await;
                beside.bus.close().await;
                Ok(())
            }
            Self::Alone(host) => {
                let rested = rest::wait(&host.bus, &WITHOUT_EFFECTS).await;
                host.stop().await?;
                rested
            }
        }
    }
}

pub(crate) fn busy(place: &Place, pid: Option<u32>) -> String {
    let who = pid.map_or_else(
        || "another process".to_owned(),
        |pid| format!("process {pid}"),
    );
    format!(
        "{who} is at work on {} and cannot be asked: it is starting, stopping, or running a command. Try again when it is done",
        place.data.path().display()
    )
}
