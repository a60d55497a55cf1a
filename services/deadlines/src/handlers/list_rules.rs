//! `evenkeel rules`: which rules run, and why others do not.

use std::sync::Arc;

use ::store::Db;
use bus::Question;
use contracts::commands::{ListRules, RuleReport};

use crate::{
    domain::{
        running::{report, report_unloaded},
        workers::with_directory,
    },
    engine::Engine,
    store,
};

pub(crate) fn question(engine: Arc<Engine>, db: Db) -> Question {
    Question::new(move |ask: ListRules| {
        let (engine, db) = (engine.clone(), db.clone());
        async move { answer(&engine, &db, &ask).await }
    })
}

async fn answer(engine: &Engine, db: &Db, ask: &ListRules) -> anyhow::Result<RuleReport> {
    let places = engine.places_of(ask.authority.as_ref());
    if let (Some(code), true) = (&ask.authority, places.is_empty()) {
        return Err(engine.unknown(code).into());
    }
    if places.is_empty() {
        return Ok(RuleReport {
            rules: report_unloaded(&engine.rules),
        });
    }
    let mut rules = Vec::new();
    for place in places {
        let code = &place.authority.authority;
        let record = store::supervision_record(db, code).await?;
        let authority = with_directory(&place.authority, record.as_ref());
        rules.extend(report(engine.rules_of(code), &authority, place.today));
    }
    Ok(RuleReport { rules })
}
