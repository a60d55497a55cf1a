//! One mail as it would have been sent. Its HTML is shown in a frame of its own that may do nothing.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use contracts::commands::Mail;
use uuid::Uuid;

use super::Route;
use super::given::Path;
use crate::{
    app::App,
    asker::Asker,
    domain::{links, words::moment},
    guard,
    layout::{self, Frame, Tab},
    problem::Problem,
};

pub(crate) const ROUTE: Route = Route {
    path: "/mailbox/{id}",
    handlers: || get(show),
};

pub(crate) const HTML: Route = Route {
    path: "/mailbox/{id}/html",
    handlers: || get(html),
};

#[derive(Template)]
#[template(path = "pages/mail/template.html")]
struct Page {
    frame: Frame,
    mail: Mail,
    at: String,
    html: String,
}

async fn show(
    State(app): State<App>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let mail = mail(&app, &asker, &id).await?;
    let page = Page {
        frame: Frame::new(&asker, Tab::Mailbox, &mail.header.subject),
        at: moment(mail.header.gathered_at),
        html: format!("{}/html", links::mail(mail.header.message)),
        mail,
    };
    Ok(layout::html(&page))
}

async fn html(
    State(app): State<App>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let mail = mail(&app, &asker, &id).await?;
    let alone = [
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(guard::MAIL_POLICY),
        ),
        (
            header::X_FRAME_OPTIONS,
            HeaderValue::from_static("SAMEORIGIN"),
        ),
    ];
    Ok((alone, Html(mail.html)).into_response())
}

async fn mail(app: &App, asker: &Asker, id: &str) -> Result<Mail, Problem> {
    let operator = asker.operator()?;
    let message: Uuid = id
        .parse()
        .map_err(|_| Problem::NotFound("There is no such mail.".to_owned()))?;
    app.show_mail(operator, message)
        .await
        .map_err(|problem| match problem {
            Problem::Refused(words) => Problem::NotFound(words),
            other => other,
        })
}
