//! `evenkeel deadlines --workers --explain <staff_id>`: the arithmetic and the evidence.

use std::sync::Arc;

use ::store::Db;
use bus::{Question, Refusal};
use contracts::commands::{ExplainWorker, Explanation};

use crate::{
    domain::{
        running::Running,
        workers::{Circumstances, Worker, explain, with_directory},
    },
    engine::Engine,
    store,
};

pub(crate) fn question(engine: Arc<Engine>, db: Db) -> Question {
    Question::new(move |ask: ExplainWorker| {
        let (engine, db) = (engine.clone(), db.clone());
        async move { answer(&engine, &db, &ask).await }
    })
}

async fn answer(engine: &Engine, db: &Db, ask: &ExplainWorker) -> anyhow::Result<Explanation> {
    let mut lines = Vec::new();
    for place in engine.places_of(ask.authority.as_ref()) {
        let code = &place.authority.authority;
        let Some((person, held, list)) = store::worker(db, code, &ask.staff_id).await? else {
            continue;
        };
        let today = ask.as_at.unwrap_or(place.today);
        let record = store::supervision_record(db, code).await?;
        let authority = with_directory(&place.authority, record.as_ref());
        let rules = engine.rules_of(code);
        let running = Running::of_workers(rules, &authority, today);
        let at = Circumstances {
            running: &running,
            record: record.as_ref(),
            calendar: &engine.calendar,
            today,
        };
        let worker = Worker {
            person: &person,
            held: &held,
            reviews: 0,
        };
        // How many children somebody reviews is known for today only.
        let found = list.and_then(|list| list.reviews);
        let found = found.filter(|_| today == place.today);
        lines.extend(explain(&worker, found.as_ref(), (&authority, rules), at));
    }
    if lines.is_empty() {
        let place = ask
            .authority
            .as_ref()
            .map_or("any authority".to_owned(), ToString::to_string);
        let staff = &ask.staff_id;
        return Err(Refusal(format!("nobody in {place} has the staff_id {staff}")).into());
    }
    Ok(Explanation { lines })
}
