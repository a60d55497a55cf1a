//! `evenkeel deadlines`: every obligation on a day, worked out from what is recorded, a page of children at a time.

use std::sync::Arc;

use ::store::Db;
use bus::Question;
use contracts::{
    AuthorityCode, ChildId, Chronology,
    commands::{DeadlinePage, DeadlineRow, ListDeadlines},
};
use jiff::civil::Date;

use crate::{
    domain::{reckon::reckon, running::Running},
    engine::{Engine, Place},
    store,
};

/// Children read at once, and rows after which a page ends: a page has to fit into one message of the bus.
const CHILDREN: usize = 500;
const ROWS: usize = 2000;

pub(crate) fn question(engine: Arc<Engine>, db: Db) -> Question {
    Question::new(move |ask: ListDeadlines| {
        let (engine, db) = (engine.clone(), db.clone());
        async move { answer(&engine, &db, ask).await }
    })
}

async fn answer(engine: &Engine, db: &Db, ask: ListDeadlines) -> anyhow::Result<DeadlinePage> {
    let mut places = engine.places_of(ask.authority.as_ref());
    if let (Some(code), true) = (&ask.authority, places.is_empty()) {
        return Err(engine.unknown(code).into());
    }
    places.sort_by(|a, b| a.authority.authority.cmp(&b.authority.authority));
    let mut rows = Vec::new();
    for place in places {
        let code = &place.authority.authority;
        let from = match &ask.after {
            Some((authority, _)) if code < authority => continue,
            Some((authority, child)) if code == authority => Some(child),
            _ => None,
        };
        let next = page(engine, db, &place, ask.as_at, from, &mut rows).await?;
        if next.is_some() {
            return Ok(DeadlinePage { rows, next });
        }
    }
    Ok(DeadlinePage { rows, next: None })
}

/// Adds an authority's rows; gives where to go on when the page is full.
async fn page(
    engine: &Engine,
    db: &Db,
    place: &Place,
    as_at: Option<Date>,
    from: Option<&ChildId>,
    rows: &mut Vec<DeadlineRow>,
) -> anyhow::Result<Option<(AuthorityCode, ChildId)>> {
    let code = &place.authority.authority;
    let day = as_at.unwrap_or(place.today);
    let running = engine.running(place, day);
    let children = store::after(db, code, from, CHILDREN).await?;
    let read = children.len();
    for (n, chronology) in children.iter().enumerate() {
        rows.extend(child(engine, &running, chronology, day));
        let full = rows.len() >= ROWS || n + 1 == CHILDREN;
        if full && (n + 1 < read || read == CHILDREN) {
            return Ok(Some((code.clone(), chronology.child.clone())));
        }
    }
    Ok(None)
}

fn child(
    engine: &Engine,
    running: &Running<'_>,
    chronology: &Chronology,
    day: Date,
) -> Vec<DeadlineRow> {
    let owner = chronology.holder(day).worker;
    reckon(chronology, running, &engine.calendar, day)
        .into_iter()
        // Of what was only found nothing is due; `--explain` shows it.
        .filter(|clock| clock.found.is_none())
        .map(|clock| DeadlineRow {
            authority: chronology.authority.clone(),
            child: chronology.child.clone(),
            rule: clock.rule.id.clone(),
            trigger_date: clock.day0,
            due_date: clock.due,
            state: clock.state,
            met_date: clock.met.and_then(|met| met.on),
            owner: owner.clone(),
        })
        .collect()
}
