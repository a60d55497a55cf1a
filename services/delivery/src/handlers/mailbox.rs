//! Reading the development mailbox.

use bus::{Question, Refusal};
use contracts::commands::{ListMail, ShowMail};
use store::Db;

use crate::store::mailbox;

/// Longest page.
const MOST: u32 = 200;

pub(crate) fn list(db: &Db) -> Question {
    let db = db.clone();
    Question::new::<ListMail, _>(move |ask| {
        let db = db.clone();
        async move {
            let limit = ask.limit.clamp(1, MOST);
            Ok(mailbox::page(&db, ask.authority.as_ref(), ask.after, limit).await?)
        }
    })
}

pub(crate) fn show(db: &Db) -> Question {
    let db = db.clone();
    Question::new::<ShowMail, _>(move |ask| {
        let db = db.clone();
        async move {
            let mail = mailbox::one(&db, ask.message).await?;
            Ok(mail.ok_or_else(|| {
                Refusal("this message is not in the mailbox: it has not been sent, or went out by a mail server".into())
            })?)
        }
    })
}
