//! What every page stands on.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use bus::{Bus, Landscape};
use calendar::Calendar;
use contracts::AuthorityCode;
use runtime::{Clock, Tasks};

use crate::{
    Config,
    asker::Asker,
    domain::Place,
    problem::Problem,
    read_model::{Known, ReadModel},
    sign_in::Sessions,
};

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct App(Arc<Inner>);

struct Inner {
    config: Config,
    address: SocketAddr,
    model: ReadModel,
    landscape: Arc<Landscape>,
    bus: Bus,
    sessions: Sessions,
    calendar: Calendar,
    clock: Clock,
    tasks: Tasks,
}

impl App {
    /// `address` is the one listened on.
    pub(crate) fn new(context: &bus::Context, config: Config, address: SocketAddr) -> Self {
        Self(Arc::new(Inner {
            sessions: Sessions::new(config.session_hours),
            config,
            address,
            model: ReadModel::default(),
            landscape: context.landscape.clone(),
            bus: context.bus.clone(),
            calendar: Calendar::england_and_wales(),
            clock: context.clock.clone(),
            tasks: context.tasks.clone(),
        }))
    }

    pub(crate) fn model(&self) -> &ReadModel {
        &self.0.model
    }

    pub(crate) fn landscape(&self) -> &Landscape {
        &self.0.landscape
    }

    pub(crate) fn bus(&self) -> &Bus {
        &self.0.bus
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(crate) fn tasks(&self) -> &Tasks {
        &self.0.tasks
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.0.address
    }

    pub(crate) fn port(&self) -> u16 {
        self.0.address.port()
    }

    /// The names a browser on this machine may call us by.
    pub(crate) fn is_our_host(&self, host: &str) -> bool {
        let port = self.port();
        let ours = match self.0.address.ip() {
            IpAddr::V4(ip) => format!("{ip}:{port}"),
            IpAddr::V6(ip) => format!("[{ip}]:{port}"),
        };
        let localhost = format!("localhost:{port}");
        host == ours || host == localhost || Some(host) == self.0.config.public_host()
    }

    /// A one-time link, good for whoever opens it first.
    pub(crate) fn new_link(&self) -> String {
        let key = self.sessions().new_key(self.clock().machine_now());
        let base = if self.0.config.public_url.is_empty() {
            format!("http://{}", self.0.address)
        } else {
            self.0.config.public_url.trim_end_matches('/').to_owned()
        };
        format!("{base}/sign-in?key={key}")
    }

    /// Looks at one authority as it is now, for somebody who may. The view is made at once: nothing waits meanwhile.
    pub(crate) fn look<T>(
        &self,
        asker: &Asker,
        code: &AuthorityCode,
        view: impl FnOnce(&Place<'_>, &contracts::Viewer) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let unknown = || Problem::NotFound(format!("There is no authority “{code}” here."));
        let viewer = asker.viewer(code)?;
        let authority = self.landscape().authority(code).ok_or_else(unknown)?;
        let now = self.landscape().now(code).ok_or_else(unknown)?;
        let organisation = self.landscape().organisation(code);
        let supervision = self.landscape().supervision(code);
        let world = self.model().world();
        let nothing = Known::default();
        let known = world.get(code).unwrap_or(&nothing);
        let place = Place {
            authority: &authority,
            organisation: &organisation,
            children: &known.children,
            workers: &known.workers,
            supervision: supervision.as_deref(),
            notices: &known.notices,
            calendar: &self.0.calendar,
            now,
            today: now.to_zoned(calendar::london()).date(),
            stale_hours: self.0.config.stale_hours,
        };
        view(&place, &viewer)
    }
}
