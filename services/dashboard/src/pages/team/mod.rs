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
        filter::{self, Filter},
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
    view: TeamView,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default = "first")]
    page: usize,
    #[serde(default)]
    rule: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    by: String,
}

fn first() -> usize {
    1
}

impl Asked {
    fn filter(self) -> Filter {
        Filter::of(&filter::Asked {
            team: String::new(),
            rule: self.rule,
            state: self.state,
            from: self.from,
            by: self.by,
        })
    }
}

async fn show(
    State(app): State<App>,
    asker: Asker,
    Path((code, id)): Path<(String, String)>,
    Query(query): Query<Asked>,
) -> Result<Response, Problem> {
    let (code, id) = (authority(&code)?, TeamId::new(id));
    let (page, filter) = (query.page, query.filter());
    let rules = app.rules(&asker, &code).await.unwrap_or_default();
    let page = app.look(&asker, &code, |place, viewer| {
        let mut view = team(place, viewer, &id, page, &filter).map_err(|no| problem(no, &id))?;
        view.filter = view.filter.map(|filter| filter.named(&rules));
        Ok(Page {
            frame: Frame::of_place(&asker, Tab::Board, &view.name, place).live(),
            board: links::board(&code),
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
