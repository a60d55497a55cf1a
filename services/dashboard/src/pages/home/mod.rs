//! The authorities of this installation.

use askama::Template;
use axum::{extract::State, response::Response, routing::get};

use super::Route;
use crate::{
    app::App,
    asker::Asker,
    domain::{
        board::alphabetical,
        home::{Card, card},
    },
    layout::{self, Frame, Tab},
    live::Live,
    problem::Problem,
};

pub(crate) const ROUTE: Route = Route {
    path: "/",
    handlers: || get(home),
};

#[derive(Template)]
#[template(path = "pages/home/template.html")]
struct Page {
    frame: Frame,
    cards: Vec<Card>,
}

async fn home(State(app): State<App>, asker: Asker) -> Result<Response, Problem> {
    let mut cards = Vec::new();
    for authority in app.landscape().authorities() {
        if asker.viewer(&authority.authority).is_ok() {
            cards.push(app.look(&asker, &authority.authority, |place, viewer| {
                Ok(card(place, viewer))
            })?);
        }
    }
    cards.sort_by(|a, b| alphabetical(&a.name, &b.name));
    let frame = Frame::new(&asker, Tab::Home, "Authorities").live();
    layout::live(&Page { frame, cards }, Live::READ_MODEL)
}
