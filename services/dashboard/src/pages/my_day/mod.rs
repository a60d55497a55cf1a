//! One person's day.

use askama::Template;
use axum::{extract::State, response::Response, routing::get};

use super::given::Path;
use super::{Route, board::authority};
use crate::{
    app::App,
    asker::Asker,
    domain::{
        links,
        my_day::{MyDay, my_day},
    },
    layout::{self, Frame, Tab},
    live::Live,
    problem::Problem,
};

pub(crate) const ROUTE: Route = Route {
    path: "/a/{code}/my-day",
    handlers: || get(show),
};

#[derive(Template)]
#[template(path = "pages/my_day/template.html")]
struct Page {
    frame: Frame,
    people: String,
    /// None for the operator, who first chooses a person.
    day: Option<MyDay>,
}

async fn show(
    State(app): State<App>,
    asker: Asker,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let code = authority(&code)?;
    let page = app.look(&asker, &code, |place, viewer| {
        Ok(Page {
            frame: Frame::of_place(&asker, Tab::MyDay, "My day", place).live(),
            people: links::people(&code),
            day: my_day(place, viewer),
        })
    })?;
    layout::live(&page, Live::READ_MODEL)
}
