//! The live board: what is due, late and recorded, team by team.

use askama::Template;
use axum::{extract::State, response::Response, routing::get};
use contracts::AuthorityCode;

use super::Route;
use super::given::{Path, Query};
use crate::{
    app::App,
    asker::Asker,
    domain::{
        board::{Board, board},
        filter::{Asked, Filter},
    },
    layout::{self, Frame, Tab},
    live::Live,
    problem::Problem,
};

pub(crate) const ROUTE: Route = Route {
    path: "/a/{code}/board",
    handlers: || get(show),
};

#[derive(Template)]
#[template(path = "pages/board/template.html")]
struct Page {
    frame: Frame,
    board: Board,
}

async fn show(
    State(app): State<App>,
    asker: Asker,
    Path(code): Path<String>,
    Query(wanted): Query<Asked>,
) -> Result<Response, Problem> {
    let page = app.look(&asker, &authority(&code)?, |place, viewer| {
        Ok(Page {
            frame: Frame::of_place(&asker, Tab::Board, "Board", place).live(),
            board: board(place, viewer, &Filter::of(&wanted)),
        })
    })?;
    layout::live(&page, Live::READ_MODEL)
}

/// The authority of an address.
pub(super) fn authority(code: &str) -> Result<AuthorityCode, Problem> {
    code.parse()
        .map_err(|_| Problem::NotFound(format!("There is no authority “{code}” here.")))
}
