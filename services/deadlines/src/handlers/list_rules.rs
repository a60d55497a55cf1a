//! `evenkeel rules`: which rules run, and why others do not.

use std::sync::Arc;

use bus::Question;
use contracts::commands::{ListRules, RuleReport};

use crate::{
    domain::running::{report, report_unloaded},
    engine::Engine,
};

pub(crate) fn question(engine: Arc<Engine>) -> Question {
    Question::new(move |ask: ListRules| {
        let engine = engine.clone();
        async move { answer(&engine, &ask) }
    })
}

fn answer(engine: &Engine, ask: &ListRules) -> anyhow::Result<RuleReport> {
    let places = engine.places_of(ask.authority.as_ref());
    if let (Some(code), true) = (&ask.authority, places.is_empty()) {
        return Err(engine.unknown(code).into());
    }
    let rules = if places.is_empty() {
        report_unloaded(&engine.rules)
    } else {
        let of = |p: &crate::engine::Place| {
            report(
                engine.rules_of(&p.authority.authority),
                &p.authority,
                p.today,
            )
        };
        places.iter().flat_map(of).collect()
    };
    Ok(RuleReport { rules })
}
