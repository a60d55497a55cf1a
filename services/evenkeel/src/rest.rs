//! Waiting until all work is done.

use std::time::{Duration, Instant};

use anyhow::bail;
use bus::Bus;
use contracts::commands::{ImportProgress, Rest, rest_subject};
use tracing::debug;

use crate::output::progress::Progress;

const PAUSE: Duration = Duration::from_millis(50);
/// Working out a large first return takes minutes on a small machine.
const LIMIT: Duration = Duration::from_mins(30);

/// What one service still has to do.
pub(crate) async fn of(bus: &Bus, service: &str) -> anyhow::Result<Rest> {
    bus.ask_subject(&rest_subject(service), &()).await
}

/// Returns once these services are at rest, seen twice in a row: work may be on its way between two of them.
pub(crate) async fn wait(bus: &Bus, services: &[&str]) -> anyhow::Result<()> {
    let began = Instant::now();
    let mut progress = Progress::new();
    let (mut most, mut quiet) = (0, 0);
    while quiet < 2 {
        let mut left = 0;
        for service in services {
            let rest = of(bus, service).await?;
            left += rest.outbox + rest.unread + rest.due;
            debug!(service, ?rest, "asked whether it is at rest");
        }
        quiet = if left == 0 { quiet + 1 } else { 0 };
        most = most.max(left);
        if left > 0 {
            progress.show(&ImportProgress {
                stage: "working out what is due".to_owned(),
                done: most - left,
                total: most,
            });
        }
        if began.elapsed() > LIMIT {
            bail!(
                "still working after {} minutes; nothing is lost, and `evenkeel status` shows how far it is",
                LIMIT.as_secs() / 60
            );
        }
        tokio::time::sleep(PAUSE).await;
    }
    progress.done();
    Ok(())
}
