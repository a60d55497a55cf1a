//! Which rules run for an authority, and why the others do not.

use askama::Template;
use axum::{extract::State, response::Response, routing::get};

use super::given::Path;
use super::{Route, board::authority};
use crate::{
    app::App,
    asker::Asker,
    domain::{links, rules::Rules},
    layout::{self, Frame, Tab},
    live::Live,
    problem::Problem,
};

pub(crate) const ROUTE: Route = Route {
    path: "/a/{code}/rules",
    handlers: || get(show),
};

#[derive(Template)]
#[template(path = "pages/rules/template.html")]
struct Page {
    frame: Frame,
    board: String,
    rules: Rules,
}

async fn show(
    State(app): State<App>,
    asker: Asker,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let code = authority(&code)?;
    let frame = app.look(&asker, &code, |place, _| {
        Ok(Frame::of_place(&asker, Tab::Board, "Rules", place).live())
    })?;
    let page = Page {
        frame,
        board: links::board(&code),
        rules: Rules::new(&app.rules(&asker, &code).await?),
    };
    layout::live(&page, Live::QUESTIONS)
}
