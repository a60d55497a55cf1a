//! Waiting until all work is done.

use std::time::{Duration, Instant};

use bus::Bus;
use contracts::commands::{ImportProgress, Standing, standing_subject};
use tracing::debug;

use crate::output::{number, progress::Progress, seconds};

/// Between two looks while there is work: longer each time, since most steps of a clock are done with at once.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);
/// Working out a large first return takes minutes on a small machine.
pub(crate) const LIMIT: Duration = Duration::from_mins(30);

/// The time to wait was over first.
#[derive(Debug, thiserror::Error)]
#[error(
    "still at work after {after}: {left}. Nothing is lost, and `evenkeel status` shows how far it is"
)]
pub(crate) struct StillAtWork {
    after: String,
    left: String,
}

/// How one service stands.
pub(crate) async fn of(bus: &Bus, service: &str) -> anyhow::Result<Standing> {
    bus.ask_subject(&standing_subject(service), &()).await
}

/// Returns once these services are at rest.
pub(crate) async fn wait(bus: &Bus, services: &[&'static str]) -> anyhow::Result<()> {
    wait_within(bus, services, LIMIT).await
}

/// As `wait`, without a word about how far it is.
pub(crate) async fn wait_quietly(bus: &Bus, services: &[&'static str]) -> anyhow::Result<()> {
    until_rest(bus, services, LIMIT, |_, _| {}).await
}

/// Returns once these services are at rest, and shows how far it is.
pub(crate) async fn wait_within(
    bus: &Bus,
    services: &[&'static str],
    within: Duration,
) -> anyhow::Result<()> {
    let mut progress = Progress::new();
    let show = |done, total| {
        progress.show(&ImportProgress {
            stage: "working out what is due".to_owned(),
            done,
            total,
        });
    };
    let rested = until_rest(bus, services, within, show).await;
    progress.done();
    rested
}

/// Returns once these services are at rest, seen in two looks, one after the other, between which nothing was recorded:
/// work may be on its way from one to another while one looks. Then there was none at the moment between the two: it would
/// have been seen in the second, or what made an end of it recorded. Fails as `StillAtWork` when the time is over.
async fn until_rest(
    bus: &Bus,
    services: &[&'static str],
    within: Duration,
    mut show: impl FnMut(u64, u64),
) -> anyhow::Result<()> {
    let began = Instant::now();
    let (mut most, mut before) = (0, None);
    let mut seen = Vec::new();
    let mut pause = FIRST_PAUSE;
    loop {
        let left = within.saturating_sub(began.elapsed());
        let Ok(looked) = tokio::time::timeout(left, look(bus, services)).await else {
            return Err(still(within, &seen).into());
        };
        seen = looked?;
        let left: u64 = seen.iter().map(|(_, standing)| standing.rest.left()).sum();
        let commits: Vec<u64> = seen.iter().map(|(_, standing)| standing.commits).collect();
        if left == 0 && before.as_ref() == Some(&commits) {
            return Ok(());
        }
        before = (left == 0).then_some(commits);
        most = most.max(left);
        if left > 0 {
            show(most - left, most);
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

type Looks = Vec<(&'static str, Standing)>;

/// All are asked at once.
async fn look(bus: &Bus, services: &[&'static str]) -> anyhow::Result<Looks> {
    let ask = async |service: &'static str| {
        let standing = of(bus, service).await?;
        debug!(service, ?standing, "asked how it stands");
        anyhow::Ok((service, standing))
    };
    futures::future::try_join_all(services.iter().map(|service| ask(service))).await
}

fn still(within: Duration, seen: &[(&str, Standing)]) -> StillAtWork {
    let left: Vec<String> = seen
        .iter()
        .filter(|(_, standing)| !standing.rest.is_at_rest())
        .map(|(service, standing)| format!("{service} has {}", left(standing)))
        .collect();
    StillAtWork {
        after: seconds(within),
        left: if left.is_empty() {
            "not every service has answered".to_owned()
        } else {
            left.join("; ")
        },
    }
}

fn left(standing: &Standing) -> String {
    let rest = standing.rest;
    let parts: Vec<String> = [
        (rest.unread, "to read"),
        (rest.due, "due"),
        (rest.outbox, "to publish"),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, what)| format!("{} {what}", number(n)))
    .collect();
    let trouble = standing.troubles.first();
    let trouble = trouble.map_or(String::new(), |t| format!(" ({}: {})", t.part, t.what));
    parts.join(", ") + &trouble
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    };

    use bus::{ConnectOptions, Context, CrashPoints, Landscape, Node};
    use contracts::{TokenKey, commands::Rest};
    use runtime::Clock;
    use store::Db;
    use testkit::servers::{Nats, PATIENCE, nats};

    use super::*;

    const SERVICE: &str = "service";

    /// A service with so much left to do.
    async fn service(nats: &Nats, left: &Arc<AtomicU64>) -> Bus {
        let bus = Bus::connect(&ConnectOptions {
            url: nats.server.url.clone(),
            user: nats.server.user.clone(),
            password: nats.server.password.clone(),
        })
        .await
        .unwrap();
        bus.ensure_streams(1).await.unwrap();
        let clock = Clock::real();
        let context = Context {
            service: SERVICE,
            db: Db::memory(&[bus::MIGRATIONS]).await.unwrap(),
            bus: bus.clone(),
            landscape: Arc::new(Landscape::new(clock.clone())),
            tokens: TokenKey::new([1; 32]),
            clock,
            tasks: nats.tasks.child(),
            crash: CrashPoints::default(),
        };
        let left = left.clone();
        let report: bus::Report = Arc::new(move || {
            let due = left.load(Ordering::Relaxed);
            Box::pin(async move {
                Ok(Rest {
                    due,
                    ..Rest::default()
                })
            })
        });
        let node = Node {
            reports: vec![report],
            ..Node::default()
        };
        bus::run(&context, node).await.unwrap();
        bus
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_waits_is_told_what_is_left_when_the_time_is_over_and_goes_on_when_nothing_is() {
        let nats = nats().await;
        let left = Arc::new(AtomicU64::new(1200));
        let bus = service(&nats, &left).await;
        let short = Duration::from_millis(300);
        let error = wait_within(&bus, &[SERVICE], short).await.unwrap_err();
        let still = error.downcast_ref::<StillAtWork>().unwrap();
        assert_eq!(still.left, "service has 1,200 due");
        left.store(0, Ordering::Relaxed);
        wait_within(&bus, &[SERVICE], PATIENCE).await.unwrap();
    }

    #[test]
    fn what_is_left_names_the_service_and_its_trouble() {
        let trouble = contracts::commands::Trouble {
            part: "publishing".to_owned(),
            what: "a stream is full".to_owned(),
            since: jiff::Timestamp::UNIX_EPOCH,
        };
        let busy = Standing {
            rest: Rest {
                outbox: 2,
                unread: 30,
                due: 0,
            },
            troubles: vec![trouble],
            ..Standing::default()
        };
        let seen = [("intake", Standing::default()), ("dispatch", busy)];
        assert_eq!(
            still(Duration::from_mins(1), &seen).to_string(),
            "still at work after 60 seconds: dispatch has 30 to read, 2 to publish (publishing: a stream is full). \
             Nothing is lost, and `evenkeel status` shows how far it is"
        );
    }
}
