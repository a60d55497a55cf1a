//! Every page in a folder of its own, and the one table of them: the router is built from it, and so is the test that
//! asks every page as every role.

use axum::{Extension, Router, extract::DefaultBodyLimit, middleware, routing::MethodRouter};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

use crate::{app::App, assets, guard, live, problem};

mod board;
mod given;
mod home;
mod horizon;
mod look_as;
mod mail;
mod mailbox;
mod my_day;
mod people;
mod rules;
mod sign_in;
mod status;
mod team;

pub(crate) use given::{Path, Query};

/// An address and what answers there.
#[derive(Clone, Copy)]
pub(crate) struct Route {
    pub(crate) path: &'static str,
    pub(crate) handlers: fn() -> MethodRouter<App>,
}

pub(crate) static ROUTES: [Route; 18] = [
    home::ROUTE,
    board::ROUTE,
    team::ROUTE,
    rules::ROUTE,
    my_day::ROUTE,
    horizon::ROUTE,
    people::ROUTE,
    look_as::ROUTE,
    look_as::STOP,
    mailbox::ROUTE,
    mail::ROUTE,
    mail::HTML,
    status::ROUTE,
    status::RELEASE,
    sign_in::ROUTE,
    sign_in::OUT,
    assets::ROUTE,
    live::ROUTE,
];

/// A form with a few fields, in bytes.
const LARGEST_BODY: usize = 16 * 1024;

pub(crate) fn router(app: &App) -> Router {
    let of = |routes: &[Route]| {
        routes.iter().fold(Router::new(), |router, route| {
            router.route(route.path, (route.handlers)())
        })
    };
    let (live, pages): (Vec<Route>, Vec<Route>) =
        ROUTES.iter().partition(|r| r.path == live::ROUTE.path);
    let pages = of(&pages)
        .fallback(nothing_here)
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(middleware::from_fn_with_state(app.clone(), problem::framed))
        .with_state(app.clone());
    of(&live)
        .layer(Extension(live::Pages(pages.clone())))
        .with_state(app.clone())
        .merge(pages)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(app.clone(), guard::guard))
}

async fn nothing_here() -> problem::Problem {
    problem::Problem::NotFound(
        "No page has this address. It may have moved, or the link may be cut short.".to_owned(),
    )
}
