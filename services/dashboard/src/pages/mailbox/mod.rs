//! The development mailbox: what would have been sent.

use askama::Template;
use axum::{extract::State, response::Response, routing::get};
use contracts::{AuthorityCode, commands::MailPage};
use serde::Deserialize;

use super::Route;
use super::given::Query;
use crate::{
    app::App,
    asker::Asker,
    domain::{
        links,
        words::{counted, moment},
    },
    layout::{self, Frame, Tab},
    live::Live,
    problem::Problem,
};

/// Mails on one page.
const PAGE: u32 = 50;

pub(crate) const ROUTE: Route = Route {
    path: "/mailbox",
    handlers: || get(list),
};

#[derive(Template)]
#[template(path = "pages/mailbox/template.html")]
struct Page {
    frame: Frame,
    mails: Vec<Line>,
    total: String,
    next: Option<u64>,
    newest: bool,
}

struct Line {
    href: String,
    subject: String,
    to: String,
    at: String,
    authority: String,
}

#[derive(Deserialize)]
struct Asked {
    after: Option<u64>,
}

async fn list(
    State(app): State<App>,
    asker: Asker,
    Query(query): Query<Asked>,
) -> Result<Response, Problem> {
    let operator = asker.operator()?;
    let after = query.after;
    let MailPage { mails, total, next } = app.list_mail(operator, after, PAGE).await?;
    let name = |code: &AuthorityCode| app.landscape().authority(code).map(|a| a.name.clone());
    let mails = mails
        .into_iter()
        .map(|mail| Line {
            href: links::mail(mail.message),
            authority: name(&mail.authority).unwrap_or_else(|| mail.authority.to_string()),
            subject: mail.subject,
            to: mail.to,
            at: moment(mail.gathered_at),
        })
        .collect();
    let page = Page {
        frame: Frame::new(&asker, Tab::Mailbox, "Mailbox").live(),
        mails,
        total: counted(total, "mail", "mails"),
        next,
        newest: after.is_none(),
    };
    layout::live(&page, Live::QUESTIONS)
}
