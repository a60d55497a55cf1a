#![doc = include_str!("../README.md")]

mod config;
mod desk;
pub mod domain;
mod handlers;
pub mod store;
mod work;

use std::sync::Arc;

use bus::{Consumer, Context, Node};
use contracts::streams::{CHRONOLOGY, RECEIPTS, SIGNALS};

pub use config::{Config, DEFAULTS};
pub use store::MIGRATIONS;

/// The name of this service in subjects, stores and logs.
pub const SERVICE: &str = "dispatch";

/// The service's parts.
pub fn node(context: &Context, config: &Config) -> anyhow::Result<Node> {
    let desk = Arc::new(desk::Desk::new(context, config)?);
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
        due: vec![Arc::new(work::Rounds::new(desk))],
        questions: handlers::questions::all(&context.db),
        ..Node::default()
    })
}

/// Runs the service until the tasks stop. Returns once it answers.
pub async fn run(context: Context, config: Config) -> anyhow::Result<()> {
    let node = node(&context, &config)?;
    bus::run(&context, node).await
}
