//! How a service stands: asked by `evenkeel status`, measured, and watched.

use std::{sync::Arc, time::Duration};

use contracts::commands::{Rest, Standing, rest_subject, standing_subject};
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use opentelemetry::{
    KeyValue,
    metrics::{Gauge, Meter},
};
use tracing::{error, warn};

use crate::{
    Consumer, Context, Question, consumer, dead_letter, due::Settled, landscape::LANDSCAPE, outbox,
};

/// What a part that is neither a consumer nor due work has still to do.
pub type Report = Arc<dyn Fn() -> BoxFuture<'static, anyhow::Result<Rest>> + Send + Sync>;

const EVERY: Duration = Duration::from_secs(10);
/// Work that has not become less for so long is a trouble.
const STUCK_AFTER: SignedDuration = SignedDuration::from_mins(5);
const BACKLOG: &str = "backlog";

/// Everything that tells how a service stands. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) context: Context,
    pub(crate) consumers: Arc<[Consumer]>,
    pub(crate) due: Arc<[Arc<Settled>]>,
    pub(crate) reports: Arc<[Report]>,
}

impl Parts {
    async fn rest(&self) -> anyhow::Result<Rest> {
        let context = &self.context;
        let busy = |settled: &&Arc<Settled>| !settled.is_settled(context);
        let mut rest = Rest {
            outbox: outbox::depth(&context.db).await?,
            unread: context.landscape.unread(&context.bus).await?,
            due: self.due.iter().filter(busy).count() as u64,
        };
        for consumer in self.consumers.iter() {
            rest.unread += consumer::unread(context, consumer).await?;
        }
        for report in self.reports.iter() {
            rest += report().await?;
        }
        Ok(rest)
    }

    async fn standing(&self) -> anyhow::Result<Standing> {
        let context = &self.context;
        // Before all else: what is recorded while this looks shows as a change.
        let commits = *context.db.commits().borrow();
        let rest = self.rest().await?;
        let mut troubles = context.bus.troubles().of(context.service);
        troubles.extend(context.bus.troubles().of(LANDSCAPE));
        Ok(Standing {
            rest,
            dead_letters: dead_letter::count(&context.db).await?,
            troubles,
            commits,
        })
    }

    /// The questions every service answers about itself.
    pub(crate) fn questions(&self) -> [Question; 2] {
        let (resting, standing) = (self.clone(), self.clone());
        let service = self.context.service;
        [
            Question::on(rest_subject(service), move |(): ()| {
                let parts = resting.clone();
                async move { parts.rest().await }
            }),
            Question::on(standing_subject(service), move |(): ()| {
                let parts = standing.clone();
                async move { parts.standing().await }
            }),
        ]
    }

    /// Looks now and again until the tasks stop: measures, and raises the alarm.
    pub(crate) async fn watch(self, gauges: Gauges) -> anyhow::Result<()> {
        let mut watched = Watched::default();
        loop {
            match self.standing().await {
                Ok(standing) => {
                    gauges.record(self.context.service, &standing);
                    self.alarm(&mut watched, &standing);
                }
                Err(error) => warn!(
                    service = self.context.service,
                    error = format!("{error:#}"),
                    "could not look how it stands"
                ),
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = self.context.tasks.stopping() => return Ok(()),
            }
        }
    }

    fn alarm(&self, watched: &mut Watched, standing: &Standing) {
        let service = self.context.service;
        let dead = standing.dead_letters;
        if dead > watched.dead {
            error!(
                service,
                dead, "messages could not be handled: see `evenkeel dead-letters list`"
            );
        }
        watched.dead = dead;
        let now = self.context.clock.machine_now();
        let Rest { outbox, unread, .. } = standing.rest;
        let troubles = self.context.bus.troubles();
        if watched.is_stuck(outbox + unread, now) {
            let what = format!(
                "{outbox} to publish and {unread} to read have not become fewer for five minutes"
            );
            if troubles.begin(service, BACKLOG, what, now) {
                error!(service, outbox, unread, "a backlog does not become less");
            }
        } else {
            troubles.end(service, BACKLOG);
        }
    }
}

/// What the looks before have seen.
#[derive(Default)]
struct Watched {
    dead: u64,
    /// The least that was left to do since there was nothing, and when.
    least: Option<(u64, Timestamp)>,
}

impl Watched {
    fn is_stuck(&mut self, left: u64, now: Timestamp) -> bool {
        match self.least {
            _ if left == 0 => self.least = None,
            Some((least, since)) if left >= least => {
                return now.duration_since(since) >= STUCK_AFTER;
            }
            _ => self.least = Some((left, now)),
        }
        false
    }
}

/// What a dashboard of the operator's sees of each service.
#[derive(Clone)]
pub(crate) struct Gauges {
    outbox: Gauge<u64>,
    unread: Gauge<u64>,
    dead_letters: Gauge<u64>,
    troubles: Gauge<u64>,
}

impl Gauges {
    pub(crate) fn new(meter: &Meter) -> Self {
        let gauge = |name, what| meter.u64_gauge(name).with_description(what).build();
        Self {
            outbox: gauge("bus_outbox", "Messages recorded and not published yet"),
            unread: gauge(
                "bus_unread",
                "Messages on the bus that a service has not handled yet",
            ),
            dead_letters: gauge(
                "bus_dead_letters",
                "Messages a service could not handle or publish",
            ),
            troubles: gauge("bus_troubles", "Parts of a service that do not work now"),
        }
    }

    fn record(&self, service: &'static str, standing: &Standing) {
        let of = [KeyValue::new("service", service)];
        self.outbox.record(standing.rest.outbox, &of);
        self.unread.record(standing.rest.unread, &of);
        self.dead_letters.record(standing.dead_letters, &of);
        self.troubles.record(standing.troubles.len() as u64, &of);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backlog_is_stuck_when_it_has_not_become_less_for_five_minutes() {
        let minute = |n: i64| Timestamp::from_second(60 * n).unwrap();
        let mut watched = Watched::default();
        let looks = [
            (0, 900, false),
            (4, 1_000, false),
            (5, 950, true),
            (6, 800, false),
            (10, 800, false),
            (11, 801, true),
            (12, 0, false),
            (13, 1_000, false),
            (17, 1_000, false),
            (18, 1_000, true),
        ];
        for (at, left, stuck) in looks {
            assert_eq!(
                watched.is_stuck(left, minute(at)),
                stuck,
                "at minute {at} with {left} left"
            );
        }
    }
}
