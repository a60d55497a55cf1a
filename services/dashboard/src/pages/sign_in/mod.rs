//! The one-time link, and signing out.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;

use super::Route;
use super::given::Query;
use crate::{
    app::App,
    asker::Asker,
    layout::{self, Frame},
    problem::Problem,
    sign_in::cookie,
};

pub(crate) const ROUTE: Route = Route {
    path: "/sign-in",
    handlers: || get(open),
};

pub(crate) const OUT: Route = Route {
    path: "/sign-out",
    handlers: || post(out),
};

#[derive(Template)]
#[template(path = "pages/sign_in/template.html")]
struct Page {
    frame: Frame,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    key: String,
}

/// Answers with a page that leads on by itself, no redirect: a link opened from a mail or a chat comes from another
/// site, and a strict cookie would not go along with a redirect of it.
async fn open(
    State(app): State<App>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let key = asked.key;
    if key.is_empty() {
        return Err(Problem::SignIn);
    }
    // A browser that only looks ahead must not use the link up.
    if headers.contains_key("sec-purpose") {
        return Err(Problem::SignIn);
    }
    let now = app.clock().machine_now();
    let session = app.sessions().redeem(&key, now).ok_or(Problem::UsedLink)?;
    let page = Page {
        frame: Frame::bare("You are signed in"),
    };
    let cookie = [(header::SET_COOKIE, cookie::set(app.port(), &session))];
    Ok((cookie, layout::html(&page)).into_response())
}

async fn out(State(app): State<App>, asker: Asker) -> Response {
    app.sessions().end(&asker.session);
    let cookie = [(header::SET_COOKIE, cookie::clear(app.port()))];
    (cookie, Redirect::to("/")).into_response()
}
