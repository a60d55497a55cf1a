//! Questions: the brake, the account, and why somebody was told or not.

use std::sync::Arc;

use ::store::Db;
use anyhow::Context as _;
use bus::{Context, Question, Refusal};
use contracts::commands::{
    AskAccount, AskNextMoment, ExplainTold, HeldBatches, ListHeld, NextMoment, ReleaseBatch,
    Released,
};

use super::why;
use crate::{
    domain::{batch::BatchState, stages::brake::Weighed},
    store,
};

pub(crate) fn all(context: &Context) -> Vec<Question> {
    let Context { db, landscape, .. } = context;
    let landscape = Arc::clone(landscape);
    let (held, release, account, told) = (db.clone(), db.clone(), db.clone(), db.clone());
    let next = db.clone();
    vec![
        Question::new(move |ListHeld {}| {
            let db = held.clone();
            async move {
                Ok(HeldBatches {
                    batches: store::batches::held(&db).await?,
                })
            }
        }),
        Question::new(move |ask: ReleaseBatch| {
            let db = release.clone();
            async move { let_go(&db, &ask).await }
        }),
        Question::new(move |ask: AskAccount| {
            let db = account.clone();
            async move { Ok(store::account::account(&db, ask.authority.as_ref()).await?) }
        }),
        Question::new(move |ask: AskNextMoment| {
            let db = next.clone();
            async move {
                let at = store::notices::next(&mut db.begin().await?, &ask.authority).await?;
                Ok(NextMoment { at })
            }
        }),
        Question::new(move |ask: ExplainTold| {
            let (db, landscape) = (told.clone(), landscape.clone());
            async move { why::answer(&db, &landscape, &ask).await }
        }),
    ]
}

/// Asked twice, it is let go once and answered the same.
async fn let_go(db: &Db, ask: &ReleaseBatch) -> anyhow::Result<Released> {
    let ReleaseBatch { authority, batch } = ask;
    let mut tx = db.begin().await?;
    store::watch::lock(&mut tx, authority).await?;
    let weighed = match store::batches::one(&mut tx, authority, *batch).await? {
        Some(weighed) if weighed.state != BatchState::Collecting => weighed,
        _ => {
            let no = format!(
                "no snapshot {batch} is held for {authority}; `evenkeel held` lists those that are"
            );
            return Err(Refusal(no).into());
        }
    };
    if weighed.state == BatchState::Held {
        let released = Weighed {
            state: BatchState::Released,
            ..weighed
        };
        store::batches::decide(&mut tx, authority, *batch, released).await?;
        store::matters::due_by_batch(&mut tx, authority, *batch).await?;
        tx.commit().await.context("let a snapshot go")?;
        tracing::info!(%authority, batch, people = weighed.people, "a held snapshot was let go");
    }
    Ok(Released {
        people: weighed.people,
    })
}
