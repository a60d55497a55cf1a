//! `up`: everything in one process until it is asked to stop.

use std::{io::Write, net::SocketAddr};

use anyhow::bail;
use tracing::warn;

use super::sample;
use crate::{
    Place,
    host::{Host, Pages, WITHOUT_EFFECTS},
    instance::{Found, look},
    reach::busy,
};

pub(crate) async fn run(
    place: &Place,
    listen: Option<SocketAddr>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let lock = match look(&place.data)? {
        Found::Free(lock) => lock,
        Found::Running(instance) => bail!(
            "Evenkeel is running on {} already (process {}). Its page: {} (`evenkeel link` prints a link to sign in)",
            place.data.path().display(),
            instance.pid,
            instance.page
        ),
        Found::Busy { pid } => bail!(busy(place, pid)),
    };
    let mut pages = place.settings.dashboard.clone();
    if let Some(listen) = listen {
        pages.listen = listen;
    }
    pages.check()?;
    writeln!(out, "Data   {}", place.data.path().display())?;
    writeln!(
        out,
        "Starting; at the first start the message broker is fetched ..."
    )?;
    out.flush()?;
    let services = [&WITHOUT_EFFECTS[..], &[delivery::SERVICE]].concat();
    let mut host = Host::start(place, Some(lock), &services).await?;
    let served = serve(place, &mut host, pages, out).await;
    let stopped = host.stop().await;
    served.and(stopped)
}

async fn serve(
    place: &Place,
    host: &mut Host,
    pages: dashboard::Config,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let monitor = host.start_monitor(place).await?;
    let Pages { page, link } = host.start_pages(pages).await?;
    host.announce(page, monitor)?;
    if place.settings.evenkeel.sample && sample::is_wanted(&host.landscape)? {
        writeln!(out, "Making the sample authority ...")?;
        out.flush()?;
        if let Err(error) = sample::make_westshire(place, &host.bus, &host.landscape).await {
            warn!(
                error = format!("{error:#}"),
                "the sample authority could not be made"
            );
            writeln!(out, "The sample authority could not be made: {error:#}")?;
        }
    }
    writeln!(out, "Mail   {}", where_mail_goes(&place.settings.delivery))?;
    writeln!(out, "Page   {link}")?;
    writeln!(
        out,
        "       The link works once, on this machine; `evenkeel link` prints another. Ctrl-C stops."
    )?;
    out.flush()?;
    runtime::signals::until_stopped(&host.tasks).await?;
    writeln!(out, "Stopping; once more stops at once.")?;
    out.flush()?;
    Ok(())
}

pub(super) fn where_mail_goes(delivery: &delivery::Config) -> String {
    let smtp = &delivery.smtp;
    if smtp.host.is_empty() {
        "does not leave: it is kept in the mailbox on the page (no mail server is set)".to_owned()
    } else {
        format!("leaves through {}:{}", smtp.host, smtp.port)
    }
}
