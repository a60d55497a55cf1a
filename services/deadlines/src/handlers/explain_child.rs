//! `evenkeel deadlines --explain <child>`: the arithmetic and the evidence.

use std::sync::Arc;

use ::store::Db;
use bus::{Question, Refusal};
use contracts::commands::{ExplainChild, Explanation};

use crate::{domain::explain::explain, engine::Engine, store};

pub(crate) fn question(engine: Arc<Engine>, db: Db) -> Question {
    Question::new(move |ask: ExplainChild| {
        let (engine, db) = (engine.clone(), db.clone());
        async move { answer(&engine, &db, &ask).await }
    })
}

async fn answer(engine: &Engine, db: &Db, ask: &ExplainChild) -> anyhow::Result<Explanation> {
    let mut lines = Vec::new();
    for place in engine.places_of(ask.authority.as_ref()) {
        let code = &place.authority.authority;
        let Some(chronology) = store::chronology(db, code, &ask.child).await? else {
            continue;
        };
        let day = ask.as_at.unwrap_or(place.today);
        lines.extend(explain(
            &chronology,
            &place.authority,
            (engine.rules_of(code), &place.overrides),
            &engine.calendar,
            day,
        ));
    }
    if lines.is_empty() {
        let place = ask
            .authority
            .as_ref()
            .map_or("any authority".to_owned(), ToString::to_string);
        return Err(Refusal(format!(
            "nothing is recorded in {place} about the child {}",
            ask.child
        ))
        .into());
    }
    Ok(Explanation { lines })
}
