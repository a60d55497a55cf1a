//! One team: its numbers, and the clocks of those children whom the viewer may see.

use askama::Template;
use axum::{extract::State, response::Response, routing::get};
use contracts::TeamId;
use serde::Deserialize;

use super::given::{Path, Query};
use super::{Route, board::authority};
use crate::{
    app::App,
    asker::Asker,
    domain::{
        links,
        team::{NoTeam, TeamView, team},
    },
    layout::{self, Frame, Tab},
    live::Live,
    problem::Problem,
};

pub(crate) const ROUTE: Route = Route {
    path: "/a/{code}/team/{team}",
    handlers: || get(show),
};

#[derive(Template)]
#[template(path = "pages/team/template.html")]
struct Page {
    frame: Frame,
    board: String,
    href: String,
    view: TeamView,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default = "first")]
    page: usize,
}

fn first() -> usize {
    1
}

async fn show(
    State(app): State<App>,
    asker: Asker,
    Path((code, id)): Path<(String, String)>,
    Query(query): Query<Asked>,
) -> Result<Response, Problem> {
    let (code, id) = (authority(&code)?, TeamId::new(id));
    let page = app.look(&asker, &code, |place, viewer| {
        let view = team(place, viewer, &id, query.page).map_err(|no| problem(no, &id))?;
        Ok(Page {
            frame: Frame::of_place(&asker, Tab::Board, &view.name, place).live(),
            board: links::board(&code),
            href: links::team(&code, &id),
            view,
        })
    })?;
    layout::live(&page, Live::READ_MODEL)
}

fn problem(no: NoTeam, id: &TeamId) -> Problem {
    match no {
        NoTeam::Unknown => Problem::NotFound(format!("There is no team “{id}” in this authority.")),
        NoTeam::NotYours => Problem::NotYours(
            "A team's page is for its own people and for those who manage it.".to_owned(),
        ),
    }
}
