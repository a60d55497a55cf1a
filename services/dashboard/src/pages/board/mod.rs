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
        links,
        rules::Rules,
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
    rules: String,
    /// How many rules run; none while the service that knows does not answer.
    rules_line: Option<String>,
}

async fn show(
    State(app): State<App>,
    asker: Asker,
    Path(code): Path<String>,
    Query(wanted): Query<Asked>,
) -> Result<Response, Problem> {
    let code = authority(&code)?;
    let rules = app.rules(&asker, &code).await.unwrap_or_default();
    let page = app.look(&asker, &code, |place, viewer| {
        let board = board(place, viewer, &Filter::of(&wanted));
        Ok(Page {
            frame: Frame::of_place(&asker, Tab::Board, "Board", place).live(),
            board: Board {
                filter: board.filter.named(&rules),
                ..board
            },
            rules: links::rules(&code),
            rules_line: (!rules.is_empty()).then(|| Rules::new(&rules).line()),
        })
    })?;
    layout::live(&page, Live::READ_MODEL)
}

/// The authority of an address.
pub(super) fn authority(code: &str) -> Result<AuthorityCode, Problem> {
    code.parse()
        .map_err(|_| Problem::NotFound(format!("There is no authority “{code}” here.")))
}
