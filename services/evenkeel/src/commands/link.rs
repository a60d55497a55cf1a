//! `link`: a new one-time link to the page of the running instance.

use std::io::Write;

use contracts::commands::NewLink;

use crate::{Place, reach::Reach};

pub(crate) async fn run(place: &Place, out: &mut impl Write) -> anyhow::Result<()> {
    let reach = Reach::running(place).await?;
    let link = reach.bus().ask(&NewLink {}).await;
    let closed = reach.close().await;
    writeln!(out, "{}", link?.url)?;
    closed
}
