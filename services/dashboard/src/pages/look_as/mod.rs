//! Looking as a person, and no longer.

use axum::{extract::State, response::Redirect, routing::post};
use contracts::StaffId;
use serde::Deserialize;

use super::given::Form;
use super::{Route, board::authority};
use crate::{
    app::App,
    asker::{Asker, looks_as},
    domain::links,
    problem::Problem,
};

pub(crate) const ROUTE: Route = Route {
    path: "/look-as",
    handlers: || post(start),
};

pub(crate) const STOP: Route = Route {
    path: "/look-as/stop",
    handlers: || post(stop),
};

#[derive(Deserialize)]
struct Choice {
    authority: String,
    person: String,
}

async fn start(
    State(app): State<App>,
    asker: Asker,
    Form(choice): Form<Choice>,
) -> Result<Redirect, Problem> {
    asker.operator()?;
    let code = authority(&choice.authority)?;
    let person = StaffId::new(choice.person);
    if looks_as(&app, &code, &person).is_none() {
        return Err(Problem::NotFound(
            "The directory has nobody of this id now; they may have left.".to_owned(),
        ));
    }
    app.sessions()
        .look_as(&asker.session, Some((code.clone(), person)));
    Ok(Redirect::to(&links::my_day(&code)))
}

async fn stop(State(app): State<App>, asker: Asker) -> Redirect {
    app.sessions().look_as(&asker.session, None);
    match asker.looks_as {
        Some(person) => Redirect::to(&links::people(&person.viewer.authority)),
        None => Redirect::to("/"),
    }
}
