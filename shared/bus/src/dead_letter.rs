//! Messages that could not be handled: kept, shown, replayed.

use contracts::{
    Envelope,
    commands::{DeadLetter, DeadLetterAsk, DeadLetterReply, dead_letter_subject},
};
use jiff::Timestamp;
use store::{Insert, Prepared, Row, Statement, Tx, values};
use uuid::Uuid;

use crate::{Consumer, Context, Question, Refusal, consumer::Incoming};

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

async fn one(context: &Context, id: Uuid) -> anyhow::Result<Row> {
    let row = context.db.everywhere().row(&SHOW, values![id]).await?;
    row.ok_or_else(|| Refusal(format!("{} has no dead letter {id}", context.service)).into())
}

/// Handles the letter again; it is gone only if that succeeds, in the same transaction.
async fn replay(context: &Context, consumers: &[Consumer], id: Uuid) -> anyhow::Result<()> {
    let row = one(context, id).await?;
    let name = row.text("consumer")?;
    let consumer = consumers.iter().find(|c| c.name == name).ok_or_else(|| {
        Refusal(format!(
            "the consumer {name} no longer exists; the letter stays"
        ))
    })?;
    let headers: std::collections::BTreeMap<String, String> = row.json("headers")?;
    let header = |name: &str| headers.get(name).map(String::as_str);
    let envelope = Envelope::from_headers(
        &row.text("subject")?,
        header,
        row.text("data")?.into_bytes(),
    )
    .map_err(|e| Refusal(format!("the letter still cannot be read: {e}")))?;
    let mut tx = context.db.begin().await?;
    let handled = consumer
        .handler
        .handle(&mut tx, std::slice::from_ref(&envelope))
        .await;
    handled.map_err(|e| {
        Refusal(format!(
            "the letter failed again and stays: {e:#}",
            e = anyhow::Error::from(e)
        ))
    })?;
    tx.everywhere().run(&REMOVE, values![id]).await?;
    tx.commit().await?;
    Ok(())
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
const REMOVE: Statement = Statement::new(
    "dead_letter.remove",
    "DELETE FROM dead_letter WHERE id = $1",
);

pub(crate) const STATEMENTS: [&dyn Prepared; 6] = [&PUT, &ATTEMPT, &FORGET, &LIST, &SHOW, &REMOVE];
