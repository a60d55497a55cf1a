//! `run`: one service in a process of its own, beside the others on one NATS server and one PostgreSQL.

use anyhow::ensure;
use tracing::info;

use crate::{
    Place,
    cli::Service,
    host::{DASHBOARD, Host},
};

/// The service, as traces and metrics are told.
pub(crate) fn name(service: &Service) -> &'static str {
    match service {
        Service::Intake => intake::SERVICE,
        Service::Directory => directory::SERVICE,
        Service::Deadlines => deadlines::SERVICE,
        Service::Dispatch => dispatch::SERVICE,
        Service::Delivery { .. } => delivery::SERVICE,
        Service::Dashboard => DASHBOARD,
    }
}

pub(crate) async fn run(place: &Place, service: Service) -> anyhow::Result<()> {
    check(place, &service)?;
    let name = name(&service);
    let services = if name == DASHBOARD { &[][..] } else { &[name] };
    let mut host = Host::start(place, None, services).await?;
    let served = serve(place, &mut host, name).await;
    let stopped = host.stop().await;
    served.and(stopped)
}

fn check(place: &Place, service: &Service) -> anyhow::Result<()> {
    let settings = &place.settings;
    let name = name(service);
    ensure!(
        settings.bus.is_elsewhere(),
        "`evenkeel run {name}` needs a NATS server to meet the other services on: set [bus] url, such as \
         EVENKEEL_BUS__URL=nats://nats:4222. To run everything in one process, use `evenkeel up`"
    );
    ensure!(
        name == DASHBOARD || settings.store.is_shared(),
        "`evenkeel run {name}` needs a PostgreSQL: set [store] url, such as \
         EVENKEEL_STORE__URL=postgres://db:5432/evenkeel. To run everything in one process, use `evenkeel up`"
    );
    if let Service::Delivery { channels } = service {
        delivery::channels::check(channels, &settings.delivery)?;
    }
    Ok(())
}

async fn serve(place: &Place, host: &mut Host, name: &'static str) -> anyhow::Result<()> {
    if name == DASHBOARD {
        host.start_pages(place.settings.dashboard.clone()).await?;
    }
    let monitor = host.start_monitor(place).await?;
    info!(service = name, %monitor, "at work");
    runtime::signals::until_stopped(&host.tasks).await?;
    Ok(())
}
