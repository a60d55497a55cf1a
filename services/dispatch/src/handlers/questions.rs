//! Questions: the brake, the account, and why somebody was told or not.

use ::store::Db;
use anyhow::Context as _;
use bus::{Question, Refusal};
use contracts::commands::{
    AskAccount, AskNextMoment, ExplainTold, Explanation, HeldBatches, ListHeld, NextMoment,
    ReleaseBatch, Released,
};

use crate::{
    domain::{batch::BatchState, stages::brake::Weighed},
    store,
};

pub(crate) fn all(db: &Db) -> Vec<Question> {
    let (held, release, account, why) = (db.clone(), db.clone(), db.clone(), db.clone());
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
            let db = why.clone();
            async move { explain(&db, &ask).await }
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

async fn explain(db: &Db, ask: &ExplainTold) -> anyhow::Result<Explanation> {
    let kept = store::decisions::of_child(db, &ask.authority, &ask.child).await?;
    if kept.is_empty() {
        let no = format!(
            "nothing has been decided about child {} in {}",
            ask.child, ask.authority
        );
        return Err(Refusal(no).into());
    }
    Ok(Explanation {
        lines: kept.iter().map(line).collect(),
    })
}

/// `2025-04-17 07:30 en.cla.first-review, overdue, person sam: held (quiet hours): waits for the morning mail`.
fn line(kept: &store::decisions::Kept) -> String {
    let at = kept
        .at
        .to_zoned(calendar::london())
        .strftime("%Y-%m-%d %H:%M")
        .to_string();
    let of = [
        Some(&kept.rule),
        kept.step.as_ref(),
        kept.addressee.as_ref(),
    ];
    let of: Vec<&str> = of.into_iter().flatten().map(String::as_str).collect();
    let why = if kept.why.is_empty() {
        String::new()
    } else {
        format!(": {}", kept.why)
    };
    format!(
        "{at} {}: {} ({}){why}",
        of.join(", "),
        kept.verdict,
        kept.stage
    )
}
