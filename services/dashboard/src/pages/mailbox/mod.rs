//! The development mailbox: what would have been sent.

use askama::Template;
use axum::{extract::State, response::Response, routing::get};
use contracts::{AuthorityCode, commands::MailPage};
use serde::Deserialize;

use super::Route;
use super::{board::authority, given::Query};
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
    /// Whose mails these are, when they are one authority's.
    of: Option<String>,
    all: Option<String>,
    newest: Option<String>,
    older: Option<String>,
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
    authority: Option<String>,
    after: Option<u64>,
}

async fn list(
    State(app): State<App>,
    asker: Asker,
    Query(query): Query<Asked>,
) -> Result<Response, Problem> {
    let operator = asker.operator()?;
    let after = query.after;
    let whose = query.authority.as_deref().map(authority).transpose()?;
    let MailPage { mails, total, next } =
        app.list_mail(operator, whose.clone(), after, PAGE).await?;
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
        of: whose
            .as_ref()
            .map(|code| name(code).unwrap_or_else(|| code.to_string())),
        all: whose.as_ref().map(|_| links::mailbox(None, None)),
        newest: after.map(|_| links::mailbox(whose.as_ref(), None)),
        older: next.map(|next| links::mailbox(whose.as_ref(), Some(next))),
    };
    layout::live(&page, Live::QUESTIONS)
}
