//! A service as its parts, and what drives them.

use std::{future::Future, pin::Pin, sync::Arc};

use contracts::{
    TokenKey,
    commands::{Rest, rest_subject},
};
use runtime::{Clock, Tasks};
use store::Db;

use crate::{
    Bus, Consumer, CrashPoints, Due, Landscape, Question, consumer, dead_letter, due, due::Settled,
    outbox, question, relay,
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
    let mut questions = node.questions;
    questions.push(dead_letter::question(context, node.consumers.clone()));
    questions.push(rest(context, node.consumers.clone(), settled));
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
    Ok(())
}

/// The question every service answers: is it at rest?
fn rest(context: &Context, consumers: Vec<Consumer>, settled: Vec<Arc<Settled>>) -> Question {
    let context = context.clone();
    let settled = Arc::new(settled);
    Question::on(rest_subject(context.service), move |(): ()| {
        let (context, consumers, settled) = (context.clone(), consumers.clone(), settled.clone());
        async move {
            let mut unread = context.landscape.unread(&context.bus).await?;
            for consumer in &consumers {
                unread += consumer::unread(&context, consumer).await?;
            }
            let busy = settled.iter().filter(|s| !s.is_settled(&context)).count();
            let outbox = outbox::depth(&context.db).await?;
            Ok(Rest {
                outbox,
                unread,
                due: u64::try_from(busy).unwrap_or(u64::MAX),
            })
        }
    })
}
