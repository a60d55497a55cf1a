#![doc = include_str!("../README.md")]

mod config;
mod desk;
pub mod domain;
mod handlers;
mod metrics;
pub mod store;
#[cfg(test)]
mod tests;
mod work;

use std::sync::Arc;

use bus::{Consumer, Context, Node};
use contracts::streams::{CHRONOLOGY, RECEIPTS, SIGNALS};

pub use config::{Config, DEFAULTS};
use metrics::Metrics;
pub use store::MIGRATIONS;

/// The name of this service in subjects, stores and logs.
pub const SERVICE: &str = "dispatch";

/// The service's parts, as the simulated world drives them: there the directory never comes in bits.
pub fn node(context: &Context, config: &Config) -> anyhow::Result<Node> {
    let config = Config {
        settle_ms: 0,
        ..config.clone()
    };
    parts(context, &config, &Metrics::of_the_process())
}

fn parts(context: &Context, config: &Config, metrics: &Metrics) -> anyhow::Result<Node> {
    let desk = Arc::new(desk::Desk::new(context, config, metrics)?);
    let settle = handlers::receipts::Settle(desk.clone());
    Ok(Node {
        consumers: vec![
            Consumer::new(
                "dispatch-signals",
                &SIGNALS,
                Arc::new(handlers::signals::KeepSignals),
            ),
            Consumer::new(
                "dispatch-chronology",
                &CHRONOLOGY,
                Arc::new(handlers::chronology::KeepHolders),
            ),
            Consumer::new("dispatch-receipts", &RECEIPTS, Arc::new(settle)),
        ],
        due: vec![
            Arc::new(work::Rounds::new(desk.clone())),
            Arc::new(work::Reconcile::new(desk)),
        ],
        questions: handlers::questions::all(context),
        ..Node::default()
    })
}

/// Runs the service until the tasks stop. Returns once it answers.
pub async fn run(context: Context, config: Config) -> anyhow::Result<()> {
    let node = parts(&context, &config, &Metrics::of_the_process())?;
    bus::run(&context, node).await
}
