//! Questions: the brake, the account, and why somebody was told or not.

use ::store::Db;
use anyhow::Context as _;
use bus::{Question, Refusal};
use contracts::commands::{AskAccount, HeldBatches, ListHeld, ReleaseBatch, Released};

use crate::{
    domain::{batch::BatchState, stages::brake::Weighed},
    store,
};

pub(crate) fn all(db: &Db) -> Vec<Question> {
    let (held, release, account) = (db.clone(), db.clone(), db.clone());
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
