//! The development mailbox's table.

use contracts::{
    AuthorityCode,
    commands::{Mail as Shown, MailHeader, MailPage},
};
use store::{Db, Insert, Result, Row, Statement, Tx, values};
use uuid::Uuid;

use crate::render::Mail;

/// Keeps mails, newest last. The same message again changes nothing.
pub async fn keep(tx: &mut Tx, mails: &[&Mail]) -> Result<()> {
    let last = tx.everywhere().row(&LAST, vec![]).await?;
    let last = last.map_or(Ok(0), |row| row.count("position"))?;
    for (mail, position) in mails.iter().zip(last + 1..) {
        let row = values![
            mail.message,
            position,
            mail.to.as_str(),
            mail.subject.as_str(),
            mail.message_id.as_str(),
            mail.text.as_str(),
            mail.html.as_str(),
            mail.at,
            mail.gathered_at
        ];
        let mut scope = tx.authority(&mail.authority);
        scope.insert(&PUT, vec![row]).await?;
    }
    Ok(())
}

/// A page of mails, newest first, from below position `after`.
pub async fn page(
    db: &Db,
    authority: Option<&AuthorityCode>,
    after: Option<u64>,
    limit: u32,
) -> Result<MailPage> {
    let below = after.unwrap_or(u64::MAX);
    let (mut rows, total) = if let Some(code) = authority {
        let scope = db.authority(code);
        let rows = scope.rows(&LIST_OF, values![below, limit + 1]).await?;
        (rows, scope.row(&COUNT_OF, vec![]).await?)
    } else {
        let scope = db.everywhere();
        let rows = scope.rows(&LIST, values![below, limit + 1]).await?;
        (rows, scope.row(&COUNT, vec![]).await?)
    };
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    let last = rows.last().map(|row| row.count("position")).transpose()?;
    Ok(MailPage {
        mails: rows.iter().map(header).collect::<Result<_>>()?,
        total: total.map_or(Ok(0), |row| row.count("n"))?,
        next: last.filter(|_| more),
    })
}

pub async fn one(db: &Db, message: Uuid) -> Result<Option<Shown>> {
    let row = db.everywhere().row(&ONE, values![message]).await?;
    row.map(|row| {
        Ok(Shown {
            header: header(&row)?,
            message_id: row.text("message_id")?,
            text: row.text("text")?,
            html: row.text("html")?,
        })
    })
    .transpose()
}

fn header(row: &Row) -> Result<MailHeader> {
    Ok(MailHeader {
        message: row.uuid("message")?,
        authority: row.authority("authority")?,
        to: row.text("recipient")?,
        subject: row.text("subject")?,
        gathered_at: row.timestamp("gathered_at")?,
        at: row.timestamp("at")?,
    })
}

pub(super) const LAST: Statement = Statement::new(
    "mail.last",
    "SELECT position FROM mail ORDER BY position DESC LIMIT 1",
);
pub(super) const PUT: Insert = Insert {
    name: "mail.put",
    into: "mail (authority, message, position, recipient, subject, message_id, text, html, at, gathered_at)",
    columns: 10,
    then: "ON CONFLICT (authority, message) DO NOTHING",
};
pub(super) const LIST: Statement = Statement::new(
    "mail.list",
    "SELECT authority, message, position, recipient, subject, at, gathered_at FROM mail \
     WHERE position < $1 ORDER BY position DESC LIMIT $2",
);
pub(super) const LIST_OF: Statement = Statement::new(
    "mail.list_of",
    "SELECT authority, message, position, recipient, subject, at, gathered_at FROM mail \
     WHERE authority = $1 AND position < $2 ORDER BY position DESC LIMIT $3",
);
pub(super) const COUNT: Statement = Statement::new("mail.count", "SELECT count(*) AS n FROM mail");
pub(super) const COUNT_OF: Statement = Statement::new(
    "mail.count_of",
    "SELECT count(*) AS n FROM mail WHERE authority = $1",
);
pub(super) const ONE: Statement = Statement::new(
    "mail.one",
    "SELECT authority, message, recipient, subject, at, gathered_at, message_id, text, html FROM mail WHERE message = $1",
);
