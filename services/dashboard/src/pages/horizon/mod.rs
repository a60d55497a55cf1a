//! A reviewing officer's horizon.

use askama::Template;
use axum::{extract::State, response::Response, routing::get};

use super::given::Path;
use super::{Route, board::authority};
use crate::{
    app::App,
    asker::Asker,
    domain::{
        horizon::{Horizon, horizon},
        links,
    },
    layout::{self, Frame, Tab},
    live::Live,
    problem::Problem,
};

pub(crate) const ROUTE: Route = Route {
    path: "/a/{code}/horizon",
    handlers: || get(show),
};

#[derive(Template)]
#[template(path = "pages/horizon/template.html")]
struct Page {
    frame: Frame,
    people: String,
    /// None for the operator, who first chooses a person.
    horizon: Option<Horizon>,
}

async fn show(
    State(app): State<App>,
    asker: Asker,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let code = authority(&code)?;
    let page = app.look(&asker, &code, |place, viewer| {
        Ok(Page {
            frame: Frame::of_place(&asker, Tab::Horizon, "Horizon", place).live(),
            people: links::people(&code),
            horizon: horizon(place, viewer),
        })
    })?;
    layout::live(&page, Live::READ_MODEL)
}
