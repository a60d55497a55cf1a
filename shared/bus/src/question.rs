//! Request and reply: commands and questions to a service.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use anyhow::Context as _;
use bytes::Bytes;
use contracts::commands::{Answer, Request};
use futures::StreamExt;
use serde::{Serialize, de::DeserializeOwned};
use tracing::{Instrument, error, info_span};

use crate::{Context, guard::guarded};

/// A no, worded for the person who asked: what, where, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);

const LONGEST_ECHO: Duration = Duration::from_secs(30);

type Reply = Pin<Box<dyn Future<Output = Vec<u8>> + Send>>;

/// A subject and what answers on it.
#[derive(Clone)]
pub struct Question {
    pub subject: String,
    answer: Arc<dyn Fn(Vec<u8>) -> Reply + Send + Sync>,
}

impl Question {
    /// Answers `R`. An error that is a `Refusal` is told as it is; any other is logged and told as a fault of ours.
    pub fn new<R, F>(answer: impl Fn(R) -> F + Send + Sync + 'static) -> Self
    where
        R: Request,
        F: Future<Output = anyhow::Result<R::Reply>> + Send + 'static,
    {
        Self::on(R::subject(), answer)
    }

    pub fn on<Q, A, F>(subject: String, answer: impl Fn(Q) -> F + Send + Sync + 'static) -> Self
    where
        Q: DeserializeOwned + Send + 'static,
        A: Serialize + Send + 'static,
        F: Future<Output = anyhow::Result<A>> + Send + 'static,
    {
        let answer = Arc::new(answer);
        Self {
            subject,
            answer: Arc::new(move |body: Vec<u8>| {
                let answer = answer.clone();
                Box::pin(async move {
                    let outcome = match serde_json::from_slice::<Q>(&body) {
                        Ok(question) => answer(question).await,
                        Err(e) => {
                            Err(Refusal(format!("the request could not be read: {e}")).into())
                        }
                    };
                    serde_json::to_vec(&worded(outcome)).expect("answers always serialise")
                })
            }),
        }
    }

    /// Answers one body directly, as the broker would have it answered. Whoever asks is never left waiting: a panic is a
    /// refusal.
    pub async fn answer(&self, body: Vec<u8>) -> Vec<u8> {
        let answered = guarded(async { (self.answer)(body).await }).await;
        answered.unwrap_or_else(|panicked| {
            error!(subject = self.subject, error = %panicked, "a question could not be answered");
            no("this could not be answered: the fault is in Evenkeel, and its log says where")
        })
    }
}

fn no(why: &str) -> Vec<u8> {
    let refused: Answer<()> = Answer::Refused(why.to_owned());
    serde_json::to_vec(&refused).expect("a text always serialises")
}

fn worded<A>(outcome: anyhow::Result<A>) -> Answer<A> {
    match outcome {
        Ok(answer) => Answer::Done(answer),
        Err(error) => refused(&error),
    }
}

fn refused<A>(error: &anyhow::Error) -> Answer<A> {
    if error.downcast_ref::<Refusal>().is_none() {
        error!(
            error = format!("{error:#}"),
            "a question could not be answered"
        );
    }
    Answer::Refused(format!("{error:#}"))
}

/// Answers until the tasks stop, each question on a task of its own. Returns once it listens.
pub(crate) async fn serve(context: Context, question: Question) -> anyhow::Result<()> {
    let client = context.bus.client()?.clone();
    let queue = question.subject.clone();
    let mut asked = client
        .queue_subscribe(question.subject.clone(), queue)
        .await?;
    heard(&client).await?;
    let tasks = context.tasks.clone();
    context.tasks.spawn("questions", async move {
        while let Some(message) =
            tokio::select! { next = asked.next() => next, () = tasks.stopping() => None }
        {
            let span = info_span!("question.answer", subject = %question.subject);
            tasks.spawn(
                "answer",
                reply(client.clone(), question.clone(), message).instrument(span),
            );
        }
    });
    Ok(())
}

/// Returns once the broker has done everything that was asked of it on this connection: it takes things in their order,
/// and a flush only hands them over.
async fn heard(client: &async_nats::Client) -> anyhow::Result<()> {
    let inbox = client.new_inbox();
    let mut echo = client.subscribe(inbox.clone()).await?;
    client.publish(inbox, Bytes::new()).await?;
    let echoed = tokio::time::timeout(LONGEST_ECHO, echo.next()).await;
    echoed.context("the broker does not answer")?;
    Ok(())
}

async fn reply(client: async_nats::Client, question: Question, message: async_nats::Message) {
    let Some(reply) = message.reply else { return };
    let body = question.answer(message.payload.to_vec()).await;
    if let Err(error) = client.publish(reply.clone(), body.into()).await {
        error!(%error, "an answer could not be sent");
        let why = no(&format!("the answer could not be sent: {error}"));
        if let Err(error) = client.publish(reply, why.into()).await {
            error!(%error, "nor could a refusal");
        }
    }
}
