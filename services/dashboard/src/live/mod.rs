//! Pages that keep themselves up to date: one stream of server-sent events a page. The page is rendered again by its
//! own handler, with the rights of whoever looks at it, and sent when it shows something else than before.

use std::{convert::Infallible, time::Duration};

use axum::{
    Extension, Router,
    body::Body,
    extract::State,
    http::{HeaderMap, Request, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::get,
};
use futures::{Stream, stream};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::{
    app::App,
    layout,
    pages::{Query, Route},
    problem::Problem,
};

pub(crate) const ROUTE: Route = Route {
    path: "/live",
    handlers: || get(follow),
};

/// Shortest time between two sendings.
const CALM: Duration = Duration::from_secs(1);

/// A page larger than this is not followed, in bytes.
const LARGEST: usize = 8 * 1024 * 1024;

/// A mark on the answer of a page that may be followed: look again when the read model changes, and after this long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Live(Duration);

impl Live {
    /// Shows the read model; time passes by the minute.
    pub(crate) const READ_MODEL: Self = Self(Duration::from_mins(1));
    /// Shows what services answer.
    pub(crate) const QUESTIONS: Self = Self(Duration::from_secs(5));
}

/// The pages to render from, without this module's own route.
#[derive(Clone)]
pub(crate) struct Pages(pub(crate) Router);

#[derive(Deserialize)]
struct Asked {
    path: String,
    #[serde(default)]
    seen: String,
}

/// What the script receives.
#[derive(Serialize)]
struct Sent<'a> {
    seen: &'a str,
    html: &'a str,
}

struct Following {
    pages: Router,
    path: String,
    cookie: HeaderMap,
    seen: String,
    /// What was rendered to find out whether the page is live, until it is looked at.
    first: Option<String>,
    model: watch::Receiver<u64>,
    landscape: watch::Receiver<u64>,
    every: Duration,
    stopping: CancellationToken,
}

async fn follow(
    State(app): State<App>,
    Extension(Pages(pages)): Extension<Pages>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    if !asked.path.starts_with('/') {
        return no_live_page();
    }
    let mut cookie = HeaderMap::new();
    for value in headers.get_all(header::COOKIE) {
        cookie.append(header::COOKIE, value.clone());
    }
    let mut following = Following {
        pages,
        path: asked.path,
        cookie,
        seen: asked.seen,
        first: None,
        model: app.model().watch(),
        landscape: app.landscape().watch(),
        every: CALM,
        stopping: app.tasks().token().clone(),
    };
    // A page that may not be seen, or is not live, is answered as itself rather than with a stream.
    match following.render().await {
        Ok((html, live)) => {
            following.first = Some(html);
            following.every = live.0;
        }
        Err(instead) => return *instead,
    }
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(15));
    Sse::new(events(following))
        .keep_alive(keep_alive)
        .into_response()
}

fn events(following: Following) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(Some(following), |following| async {
        let mut following = following?;
        let stopping = following.stopping.clone();
        let next = tokio::select! {
            next = following.next() => next,
            () = stopping.cancelled() => return None,
        };
        match next {
            Some(html) => {
                let sent = Sent {
                    seen: &following.seen,
                    html: &html,
                };
                let event = Event::default().json_data(sent).ok()?;
                Some((Ok(event), Some(following)))
            }
            None => Some((Ok(Event::default().event("gone").data("")), None)),
        }
    })
}

impl Following {
    /// The page's changed part, as soon as there is one; none when it may no longer be seen.
    async fn next(&mut self) -> Option<String> {
        loop {
            let html = match self.first.take() {
                Some(html) => html,
                None => self.render_again().await?,
            };
            let part = layout::fragment(&html);
            let mark = layout::mark(part);
            if mark != self.seen {
                self.seen = mark;
                return Some(part.to_owned());
            }
        }
    }

    async fn render_again(&mut self) -> Option<String> {
        self.changed().await;
        self.model.mark_unchanged();
        self.landscape.mark_unchanged();
        self.render().await.ok().map(|(html, _)| html)
    }

    /// Waits for a change, and then until whatever comes with it has come too.
    async fn changed(&mut self) {
        tokio::select! {
            _ = self.model.changed() => {}
            _ = self.landscape.changed() => {}
            () = tokio::time::sleep(self.every) => {}
        }
        tokio::time::sleep(CALM).await;
    }

    /// The page and how to follow it; what is answered instead, when it is no page that can be followed.
    async fn render(&self) -> Result<(String, Live), Box<Response>> {
        let Ok(mut request) = Request::get(&self.path).body(Body::empty()) else {
            return Err(no_live_page().into());
        };
        *request.headers_mut() = self.cookie.clone();
        let Ok(response) = self.pages.clone().oneshot(request).await;
        let Some(live) = response.extensions().get::<Live>().copied() else {
            let found = response.status().is_success() || response.status().is_redirection();
            return Err(Box::new(if found { no_live_page() } else { response }));
        };
        let body = axum::body::to_bytes(response.into_body(), LARGEST).await;
        let html = body
            .ok()
            .and_then(|body| String::from_utf8(body.into()).ok());
        let html = html.ok_or_else(|| Box::new(Problem::Broken.into_response()))?;
        Ok((html, live))
    }
}

fn no_live_page() -> Response {
    Problem::NotFound("This page does not change by itself.".to_owned()).into_response()
}
