//! Messages that could not be handled: kept, shown, replayed.

use anyhow::anyhow;
use contracts::{
    AuthorityCode, Envelope, EnvelopeError,
    commands::{DeadLetter, DeadLetterAsk, DeadLetterReply, dead_letter_subject},
};
use jiff::Timestamp;
use store::{Db, Insert, Prepared, Row, Statement, Tx, values};
use uuid::Uuid;

use crate::{Consumer, Context, Question, Refusal, consumer::Incoming, guard::guarded, outbox};

/// Stands in a dead letter for the consumer when the letter could not be published.
pub(crate) const OUTBOX: &str = "outbox";

/// Records a dead letter and forgets its attempts.
pub(crate) async fn put(
    tx: &mut Tx,
    consumer: &str,
    incoming: &Incoming,
    reason: &str,
    at: Timestamp,
) -> store::Result<()> {
    let (authority, id) = (incoming.authority_text(), incoming.id());
    let headers =
        serde_json::to_string(&incoming.headers).expect("a map of texts always serialises");
    let data = String::from_utf8_lossy(&incoming.data).into_owned();
    let row = values![
        authority.as_str(),
        id,
        consumer,
        incoming.subject.as_str(),
        incoming.event_type(),
        headers,
        data,
        reason,
        at
    ];
    tx.everywhere().insert(&PUT, vec![row]).await?;
    tx.everywhere()
        .run(&FORGET, values![authority, consumer, id])
        .await?;
    Ok(())
}

/// Counts one more lone attempt and says how many there have been.
pub(crate) async fn count_attempt(
    tx: &mut Tx,
    consumer: &str,
    incoming: &Incoming,
) -> store::Result<u64> {
    let row = values![incoming.authority_text(), consumer, incoming.id(), 1_i64];
    let rows = tx
        .everywhere()
        .insert_returning(&ATTEMPT, vec![row])
        .await?;
    rows.first().map_or(Ok(0), |row| row.count("count"))
}

/// The last attempt came to nothing through no fault of the message.
pub(crate) async fn take_attempt_back(
    tx: &mut Tx,
    consumer: &str,
    incoming: &Incoming,
) -> store::Result<()> {
    tx.everywhere()
        .run(
            &TAKE_BACK,
            values![incoming.authority_text(), consumer, incoming.id()],
        )
        .await
        .map(|_| ())
}

pub(crate) async fn forget_attempts(
    tx: &mut Tx,
    consumer: &str,
    incoming: &Incoming,
) -> store::Result<()> {
    tx.everywhere()
        .run(
            &FORGET,
            values![incoming.authority_text(), consumer, incoming.id()],
        )
        .await
        .map(|_| ())
}

/// The question every service answers: list, show, replay.
pub(crate) fn question(context: &Context, consumers: Vec<Consumer>) -> Question {
    let context = context.clone();
    Question::on(
        dead_letter_subject(context.service),
        move |ask: DeadLetterAsk| {
            let (context, consumers) = (context.clone(), consumers.clone());
            async move {
                match ask {
                    DeadLetterAsk::List => list(&context).await.map(DeadLetterReply::List),
                    DeadLetterAsk::Show(id) => {
                        let row = one(&context, id).await?;
                        Ok(DeadLetterReply::Shown(
                            read(context.service, &row)?,
                            row.text("data")?,
                        ))
                    }
                    DeadLetterAsk::Replay(id) => replay(&context, &consumers, id)
                        .await
                        .map(|()| DeadLetterReply::Replayed),
                }
            }
        },
    )
}

async fn list(context: &Context) -> anyhow::Result<Vec<DeadLetter>> {
    let rows = context.db.everywhere().rows(&LIST, vec![]).await?;
    Ok(rows
        .iter()
        .map(|row| read(context.service, row))
        .collect::<store::Result<_>>()?)
}

/// How many there are.
pub(crate) async fn count(db: &Db) -> store::Result<u64> {
    db.everywhere()
        .row(&COUNT, vec![])
        .await?
        .map_or(Ok(0), |row| row.count("n"))
}

/// How many of an authority's messages a consumer could not handle.
pub async fn count_of(
    tx: &mut Tx,
    authority: &AuthorityCode,
    consumer: &str,
) -> store::Result<u64> {
    tx.authority(authority)
        .row(&COUNT_OF, values![consumer])
        .await?
        .map_or(Ok(0), |row| row.count("n"))
}

async fn one(context: &Context, id: Uuid) -> anyhow::Result<Row> {
    let row = context.db.everywhere().row(&SHOW, values![id]).await?;
    row.ok_or_else(|| Refusal(format!("{} has no dead letter {id}", context.service)).into())
}

/// Handles the letter again; it is gone only if that succeeds, in the same transaction.
async fn replay(context: &Context, consumers: &[Consumer], id: Uuid) -> anyhow::Result<()> {
    let row = one(context, id).await?;
    let name = row.text("consumer")?;
    let letter = Incoming {
        subject: row.text("subject")?,
        headers: row.json("headers")?,
        data: row.text("data")?.into_bytes(),
        published: row.timestamp("at")?,
        delivered: 1,
    };
    let unread =
        |e: EnvelopeError| Refusal(format!("the letter still cannot be read: {:#}", anyhow!(e)));
    let mut tx = context.db.begin().await?;
    if name == OUTBOX {
        publish_again(&mut tx, letter.envelope().map_err(unread)?).await?;
    } else {
        let consumer = consumers.iter().find(|c| c.name == name).ok_or_else(|| {
            Refusal(format!(
                "the consumer {name} no longer exists; the letter stays"
            ))
        })?;
        let envelope = consumer.envelope(&letter);
        handle_again(&mut tx, consumer, envelope.map_err(unread)?).await?;
    }
    tx.everywhere().run(&REMOVE, values![id]).await?;
    tx.commit().await?;
    Ok(())
}

async fn publish_again(tx: &mut Tx, envelope: Envelope) -> anyhow::Result<()> {
    let bytes = envelope.data.len();
    if bytes > outbox::LARGEST {
        let why = format!("the letter is still too large to publish, {bytes} bytes, and stays");
        return Err(Refusal(why).into());
    }
    Ok(outbox::put(tx, &[envelope]).await?)
}

async fn handle_again(tx: &mut Tx, consumer: &Consumer, envelope: Envelope) -> anyhow::Result<()> {
    let handled = guarded(async { consumer.handler.handle(tx, &[envelope]).await }).await;
    let handled = handled.unwrap_or_else(|panicked| Err(panicked.into()));
    handled.map_err(|failure| {
        let why = failure.words();
        Refusal(format!("the letter failed again and stays: {why}")).into()
    })
}

fn read(service: &str, row: &Row) -> store::Result<DeadLetter> {
    Ok(DeadLetter {
        id: row.uuid("id")?,
        service: service.to_owned(),
        consumer: row.text("consumer")?,
        subject: row.text("subject")?,
        event_type: row.text("event_type")?,
        reason: row.text("reason")?,
        at: row.timestamp("at")?,
    })
}

const PUT: Insert = Insert {
    name: "dead_letter.put",
    into: "dead_letter (authority, id, consumer, subject, event_type, headers, data, reason, at)",
    columns: 9,
    then: "ON CONFLICT (authority, id) DO NOTHING",
};
const ATTEMPT: Insert = Insert {
    name: "attempt.count",
    into: "attempt (authority, consumer, id, count)",
    columns: 4,
    then: "ON CONFLICT (authority, consumer, id) DO UPDATE SET count = attempt.count + 1 RETURNING count",
};
const TAKE_BACK: Statement = Statement::new(
    "attempt.take_back",
    "UPDATE attempt SET count = count - 1 WHERE authority = $1 AND consumer = $2 AND id = $3",
);
const FORGET: Statement = Statement::new(
    "attempt.forget",
    "DELETE FROM attempt WHERE authority = $1 AND consumer = $2 AND id = $3",
);
const LIST: Statement = Statement::new(
    "dead_letter.list",
    "SELECT id, consumer, subject, event_type, reason, at FROM dead_letter ORDER BY at DESC LIMIT 500",
);
const SHOW: Statement = Statement::new(
    "dead_letter.show",
    "SELECT * FROM dead_letter WHERE id = $1",
);
const COUNT: Statement =
    Statement::new("dead_letter.count", "SELECT count(*) AS n FROM dead_letter");
const COUNT_OF: Statement = Statement::new(
    "dead_letter.count_of",
    "SELECT count(*) AS n FROM dead_letter WHERE authority = $1 AND consumer = $2",
);
const REMOVE: Statement = Statement::new(
    "dead_letter.remove",
    "DELETE FROM dead_letter WHERE id = $1",
);

pub(crate) const STATEMENTS: [&dyn Prepared; 9] = [
    &PUT, &ATTEMPT, &TAKE_BACK, &FORGET, &LIST, &SHOW, &COUNT, &COUNT_OF, &REMOVE,
];
