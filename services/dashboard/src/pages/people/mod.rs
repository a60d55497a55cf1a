//! As whom to look.

use askama::Template;
use axum::{extract::State, response::Response, routing::get};
use serde::Deserialize;

use super::given::{Path, Query};
use super::{Route, board::authority};
use crate::{
    app::App,
    asker::Asker,
    domain::people::{People, people},
    layout::{self, Frame, Tab},
    problem::Problem,
};

pub(crate) const ROUTE: Route = Route {
    path: "/a/{code}/people",
    handlers: || get(show),
};

#[derive(Template)]
#[template(path = "pages/people/template.html")]
struct Page {
    frame: Frame,
    code: String,
    search: String,
    people: People,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    search: String,
}

async fn show(
    State(app): State<App>,
    asker: Asker,
    Path(code): Path<String>,
    Query(query): Query<Asked>,
) -> Result<Response, Problem> {
    asker.operator()?;
    let search = query.search;
    let page = app.look(&asker, &authority(&code)?, |place, viewer| {
        let people = people(place, viewer, &search).ok_or(Problem::Broken)?;
        Ok(Page {
            frame: Frame::of_place(&asker, Tab::People, "Look as a person", place),
            code: place.authority.authority.to_string(),
            search: search.clone(),
            people,
        })
    })?;
    Ok(layout::html(&page))
}
