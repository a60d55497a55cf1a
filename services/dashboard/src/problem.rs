//! What went wrong, as a kind page.

use askama::Template;
use axum::{
    extract::{FromRequestParts, Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    app::App,
    asker::Asker,
    layout::{self, Frame, Tab},
};

/// Why a page cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Nobody is signed in.
    SignIn,
    /// The one-time link was used before, has grown old, or never was one.
    UsedLink,
    /// Not for whoever asks; in words for them.
    NotYours(String),
    /// The request does not come from our own pages.
    Foreign(&'static str),
    NotFound(String),
    /// A service said no; in its words.
    Refused(String),
    NotAnswering(String),
    Broken,
}

#[derive(Template)]
#[template(path = "layout/problem.html")]
struct Page {
    frame: Frame,
    heading: &'static str,
    words: String,
    next: Vec<&'static str>,
    retry: bool,
}

const NEW_LINK: &str =
    "To sign in, open a new link: run “evenkeel link” on the machine where Evenkeel runs.";

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::SignIn | Self::UsedLink => StatusCode::UNAUTHORIZED,
            Self::NotYours(_) | Self::Foreign(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Refused(_) => StatusCode::CONFLICT,
            Self::NotAnswering(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn heading(&self) -> &'static str {
        match self {
            Self::SignIn => "Please sign in",
            Self::UsedLink => "This link has been used",
            Self::NotYours(_) => "This page is not yours to see",
            Self::Foreign(_) => "This request was stopped",
            Self::NotFound(_) => "There is nothing here",
            Self::Refused(_) => "That was not possible",
            Self::NotAnswering(_) => "This part does not answer",
            Self::Broken => "Something went wrong",
        }
    }

    fn words(&self) -> String {
        match self {
            Self::SignIn => {
                "Evenkeel shows children's records, so it first needs to know that it is you."
                    .to_owned()
            }
            Self::UsedLink => "A sign-in link works once and for a limited time.".to_owned(),
            Self::NotYours(words) | Self::NotFound(words) | Self::Refused(words) => words.clone(),
            Self::Foreign(words) => (*words).to_owned(),
            Self::NotAnswering(service) => format!(
                "The {service} service did not answer. It may be starting, or it may have stopped. Nothing is lost."
            ),
            Self::Broken => "This is our fault, not yours. The details are in the log.".to_owned(),
        }
    }

    fn next(&self) -> Vec<&'static str> {
        match self {
            Self::SignIn => vec![
                NEW_LINK,
                "If you came from another page or a mail and had signed in before, try again with the link below.",
            ],
            Self::UsedLink => vec![NEW_LINK],
            Self::Foreign(_) => {
                vec!["Open Evenkeel from its own address and use the buttons on its own pages."]
            }
            Self::NotAnswering(_) => {
                vec!["Wait a moment and try again. The status page shows which services answer."]
            }
            Self::NotYours(_) | Self::NotFound(_) | Self::Refused(_) | Self::Broken => vec![],
        }
    }
}

impl Problem {
    fn page(&self, frame: Frame) -> Response {
        let page = Page {
            frame,
            heading: self.heading(),
            words: self.words(),
            next: self.next(),
            retry: matches!(self, Self::SignIn | Self::NotAnswering(_)),
        };
        (self.status(), layout::html(&page)).into_response()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.page(Frame::bare(self.heading()));
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives a problem's page the navigation of whoever met it, and says as whom they look.
pub(crate) async fn framed(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let asker = Asker::from_request_parts(&mut parts, &app).await.ok();
    let response = next.run(Request::from_parts(parts, body)).await;
    match (response.extensions().get::<Problem>(), asker) {
        (Some(problem), Some(asker)) => {
            problem.page(Frame::new(&asker, Tab::Elsewhere, problem.heading()))
        }
        _ => response,
    }
}

/// The last resort, should a handler panic all the same.
pub(crate) fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a page's handler panicked");
    Problem::Broken.into_response()
}
