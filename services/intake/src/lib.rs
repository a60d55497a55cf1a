#![doc = include_str!("../README.md")]

mod config;
pub mod domain;
mod handlers;
mod import;
pub mod sources;
pub mod store;
mod words;

use std::path::Path;

use bus::{Context, Node, node::Part};

use import::Importer;

pub use config::{Config, DEFAULTS};
pub use store::MIGRATIONS;
pub use words::in_words;

/// The name of this service in subjects, stores and logs.
pub const SERVICE: &str = "intake";

/// The service's parts; `data` is the folder that gets the lists of refused rows.
pub fn node(context: &Context, config: &Config, data: &Path) -> Node {
    let importer = Importer::new(context, config, data.join("refusals"));
    let mut parts: Vec<(&'static str, Part)> = Vec::new();
    if !config.drop_folder.as_os_str().is_empty() {
        let watch = handlers::drop_folder::watch(importer.clone(), config.clone());
        parts.push(("drop folder", Box::pin(watch)));
    }
    Node {
        questions: vec![
            handlers::import_files::question(importer),
            handlers::step_clock::question(context),
        ],
        parts,
        ..Node::default()
    }
}

/// Runs the service until the tasks stop. Returns once it answers.
pub async fn run(context: Context, config: Config, data: &Path) -> anyhow::Result<()> {
    config.check()?;
    let node = node(&context, &config, data);
    bus::run(&context, node).await
}

#[cfg(test)]
mod tests;
