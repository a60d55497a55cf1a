#![doc = include_str!("../README.md")]

mod config;
pub mod domain;
mod engine;
mod handlers;
pub mod store;

use std::sync::Arc;

use bus::{Consumer, Context, Node};
use contracts::streams::CHRONOLOGY;

pub use config::{Config, DEFAULTS};
pub use store::MIGRATIONS;

/// The name of this service in subjects, stores and logs.
pub const SERVICE: &str = "deadlines";

/// The service's parts.
pub fn node(context: &Context, config: &Config) -> Node {
    parts(context, Arc::new(engine::Engine::new(context, config)))
}

fn parts(context: &Context, engine: Arc<engine::Engine>) -> Node {
    let keep = Arc::new(handlers::chronology::KeepChronology);
    Node {
        consumers: vec![Consumer::new("deadlines-chronology", &CHRONOLOGY, keep)],
        due: vec![Arc::new(handlers::work_out::WorkOut::new(engine.clone()))],
        questions: vec![
            handlers::list_deadlines::question(engine.clone(), context.db.clone()),
            handlers::explain_child::question(engine.clone(), context.db.clone()),
            handlers::list_rules::question(engine),
        ],
        ..Node::default()
    }
}

/// Runs the service until the tasks stop. Returns once it answers.
pub async fn run(context: Context, config: Config) -> anyhow::Result<()> {
    let node = node(&context, &config);
    bus::run(&context, node).await
}
