#![doc = include_str!("../README.md")]

pub mod channels;
mod config;
pub mod domain;
mod handlers;
pub mod render;
pub mod sender;
pub mod store;

use std::sync::Arc;

use bus::{Consumer, Context, Node, Report};
use contracts::commands::Rest;

use self::{channels::Channel, sender::Sender};
pub use config::{Config, DEFAULTS};
pub use store::MIGRATIONS;

/// The name of this service in subjects, stores and logs.
pub const SERVICE: &str = "delivery";

/// The development mailbox's name among the channels.
pub const MAILBOX: &str = "mailbox";

/// The service's parts without its sender, which the simulated world drives by hand.
pub fn node(sender: &Arc<Sender>) -> Node {
    let context = &sender.context;
    let handler = handlers::messages::Messages {
        clock: context.clock.clone(),
    };
    Node {
        consumers: vec![Consumer::new(
            "delivery-messages",
            &contracts::streams::MESSAGES,
            Arc::new(handler),
        )],
        questions: vec![
            handlers::delivery_status::question(sender),
            handlers::mailbox::list(&context.db),
            handlers::mailbox::show(&context.db),
        ],
        ..Node::default()
    }
}

/// Runs the service until the tasks stop. Returns once it answers and sends.
pub async fn run(context: Context, config: Config) -> anyhow::Result<()> {
    let channel = channels::open(&config)?;
    run_with(context, &config, channel).await
}

/// The same over a channel of one's own.
pub async fn run_with(
    context: Context,
    config: &Config,
    channel: Arc<dyn Channel>,
) -> anyhow::Result<()> {
    let sender = Arc::new(Sender::new(context.clone(), channel, config));
    let mut node = node(&sender);
    node.reports.push(unsent(&context));
    node.parts.push(("sender", Box::pin(sender::run(sender))));
    bus::run(&context, node).await
}

/// Mails not at their end yet: the sender's work.
fn unsent(context: &Context) -> Report {
    let db = context.db.clone();
    Arc::new(move || {
        let db = db.clone();
        Box::pin(async move {
            let due = store::sending::waiting(&db).await?;
            Ok(Rest {
                due,
                ..Rest::default()
            })
        })
    })
}
