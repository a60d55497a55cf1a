//! `evenkeel deadlines --workers`: what is due for people on a day, a page of people at a time.

use std::sync::Arc;

use ::store::Db;
use bus::Question;
use contracts::{
    AuthorityCode, Person, StaffId,
    commands::{ListWorkerDeadlines, WorkerDeadlinePage, WorkerDeadlineRow},
};
use jiff::civil::Date;

use crate::{
    domain::{
        running::Running,
        workers::{Circumstances, Reckoned, Worker, reckon, with_directory},
    },
    engine::{Engine, Place},
    store,
};

/// People read at once: a page has to fit into one message of the bus.
const PEOPLE: usize = 30;

pub(crate) fn question(engine: Arc<Engine>, db: Db) -> Question {
    Question::new(move |ask: ListWorkerDeadlines| {
        let (engine, db) = (engine.clone(), db.clone());
        async move { answer(&engine, &db, ask).await }
    })
}

async fn answer(
    engine: &Engine,
    db: &Db,
    ask: ListWorkerDeadlines,
) -> anyhow::Result<WorkerDeadlinePage> {
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
            Some((authority, staff)) if code == authority => Some(staff),
            _ => None,
        };
        let day = ask.as_at.unwrap_or(place.today);
        let next = page(engine, db, (&place, day), from, &mut rows).await?;
        if next.is_some() {
            return Ok(WorkerDeadlinePage { rows, next });
        }
    }
    Ok(WorkerDeadlinePage { rows, next: None })
}

/// Adds a page of an authority's rows; gives where to go on, when there is more.
async fn page(
    engine: &Engine,
    db: &Db,
    (place, day): (&Place, Date),
    from: Option<&StaffId>,
    rows: &mut Vec<WorkerDeadlineRow>,
) -> anyhow::Result<Option<(AuthorityCode, StaffId)>> {
    let code = &place.authority.authority;
    let record = store::supervision_record(db, code).await?;
    let authority = with_directory(&place.authority, record.as_ref());
    let running = Running::of_workers(engine.rules_of(code), &authority, day);
    let at = Circumstances {
        running: &running,
        record: record.as_ref(),
        calendar: &engine.calendar,
        today: day,
    };
    let people = store::workers_after(db, code, from, PEOPLE).await?;
    for (person, held) in &people {
        let worker = Worker {
            person,
            held,
            reviews: 0,
        };
        let clocks = reckon(&worker, at);
        rows.extend(clocks.iter().map(|clock| row(person, clock)));
    }
    let last = people.last().filter(|_| people.len() == PEOPLE);
    Ok(last.map(|(person, _)| (code.clone(), person.staff_id.clone())))
}

fn row(person: &Person, clock: &Reckoned<'_>) -> WorkerDeadlineRow {
    WorkerDeadlineRow {
        authority: person.authority.clone(),
        staff_id: person.staff_id.clone(),
        rule: clock.rule.id.clone(),
        trigger_date: clock.day0,
        due_date: clock.due,
        state: clock.state,
        met_date: clock.met,
        manager: person.manager_id.clone(),
    }
}
