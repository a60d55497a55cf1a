#![doc = include_str!("../README.md")]

mod config;
pub mod domain;
mod engine;
mod handlers;
mod override_files;
pub mod store;

use std::{path::Path, sync::Arc};

use bus::{Consumer, Context, Node};
use contracts::streams::{CHRONOLOGY, ORGANISATION};

pub use config::{Config, DEFAULTS, Local};
pub use store::MIGRATIONS;

/// The name of this service in subjects, stores and logs.
pub const SERVICE: &str = "deadlines";

/// The service's parts, without overrides.
pub fn node(context: &Context, config: &Config) -> Node {
    parts(context, Arc::new(engine::Engine::new(context, config)))
}

/// The service's parts; `overrides` is the folder of what authorities have decided about single children.
pub fn node_with(context: &Context, config: &Config, overrides: &Path) -> anyhow::Result<Node> {
    let engine = engine::Engine::new(context, config).with_overrides(overrides)?;
    Ok(parts(context, Arc::new(engine)))
}

fn parts(context: &Context, engine: Arc<engine::Engine>) -> Node {
    let keep = Arc::new(handlers::chronology::KeepChronology);
    let people = Arc::new(handlers::organisation::KeepPeople);
    Node {
        consumers: vec![
            Consumer::new("deadlines-chronology", &CHRONOLOGY, keep),
            Consumer::new("deadlines-organisation", &ORGANISATION, people),
        ],
        due: vec![
            Arc::new(handlers::work_out::WorkOut::new(engine.clone())),
            Arc::new(handlers::work_out_workers::WorkOutWorkers::new(
                engine.clone(),
            )),
        ],
        questions: vec![
            handlers::list_deadlines::question(engine.clone(), context.db.clone()),
            handlers::explain_child::question(engine.clone(), context.db.clone()),
            handlers::list_workers::question(engine.clone(), context.db.clone()),
            handlers::explain_worker::question(engine.clone(), context.db.clone()),
            handlers::list_rules::question(engine, context.db.clone()),
        ],
        ..Node::default()
    }
}

/// Runs the service until the tasks stop; `data` is the data folder. Returns once it answers.
pub async fn run(context: Context, config: Config, data: &Path) -> anyhow::Result<()> {
    let node = node_with(&context, &config, &data.join("overrides"))?;
    bus::run(&context, node).await
}
