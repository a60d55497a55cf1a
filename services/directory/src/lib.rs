#![doc = include_str!("../README.md")]

mod config;
pub mod domain;
mod handlers;
mod refusals;
pub mod store;

use std::path::Path;

use bus::{Context, Node};

pub use config::{Config, DEFAULTS};
pub use store::MIGRATIONS;

/// The name of this service in subjects, stores and logs.
pub const SERVICE: &str = "directory";

/// The service's parts; `data` is the folder that gets the lists of refused rows.
pub fn node(context: &Context, config: &Config, data: &Path) -> Node {
    Node {
        consumers: vec![handlers::supervision_told::consumer(context)],
        questions: vec![handlers::import_directory::question(
            context,
            config,
            &data.join("refusals"),
        )],
        ..Node::default()
    }
}

/// Runs the service until the tasks stop. Returns once it answers.
pub async fn run(context: Context, config: Config, data: &Path) -> anyhow::Result<()> {
    let node = node(&context, &config, data);
    bus::run(&context, node).await
}
