//! A service as its parts, and what drives them.

use std::{future::Future, pin::Pin, sync::Arc};

use contracts::TokenKey;
use runtime::{Clock, Tasks};
use store::Db;

use crate::{
    Bus, Consumer, CrashPoints, Due, Landscape, Question, Report, consumer, dead_letter, due,
    due::Settled,
    question, relay,
    standing::{Gauges, Parts},
};

/// What a service stands on. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    pub service: &'static str,
    pub db: Db,
    pub bus: Bus,
    pub landscape: Arc<Landscape>,
    pub tokens: TokenKey,
    pub clock: Clock,
    pub tasks: Tasks,
    pub crash: CrashPoints,
}

/// A long-running part of a service that is neither a consumer nor due work, such as delivery's sender.
pub type Part = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>;

/// A service's parts.
#[derive(Default)]
pub struct Node {
    pub consumers: Vec<Consumer>,
    pub due: Vec<Arc<dyn Due>>,
    pub questions: Vec<Question>,
    pub parts: Vec<(&'static str, Part)>,
    /// What those parts have still to do, so that the service says it is at rest only when they are.
    pub reports: Vec<Report>,
}

/// Drives a node's parts until the tasks stop. Returns once everything is running and questions are answered.
pub async fn run(context: &Context, node: Node) -> anyhow::Result<()> {
    let tasks = &context.tasks;
    tasks.spawn_essential("relay", relay::drive(context.clone()));
    let mut settled = Vec::new();
    for due in node.due {
        let state = Arc::new(Settled::default());
        settled.push(state.clone());
        tasks.spawn_essential("due work", due::drive(context.clone(), due, state));
    }
    let parts = Parts {
        context: context.clone(),
        consumers: node.consumers.clone().into(),
        due: settled.into(),
        reports: node.reports.into(),
    };
    let mut questions = node.questions;
    questions.push(dead_letter::question(context, node.consumers.clone()));
    questions.extend(parts.questions());
    for question in questions {
        question::serve(context.clone(), question).await?;
    }
    for (name, part) in node.parts {
        tasks.spawn_essential(name, part);
    }
    for consumer in node.consumers {
        consumer::ensure(context, &consumer).await?;
        tasks.spawn_essential(consumer.name, consumer::drive(context.clone(), consumer));
    }
    let gauges = Gauges::new(&opentelemetry::global::meter("evenkeel.bus"));
    tasks.spawn_essential("watch", parts.watch(gauges));
    Ok(())
}
