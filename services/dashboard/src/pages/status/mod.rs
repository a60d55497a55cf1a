//! How the installation stands, and the release of what the brake holds.

use askama::Template;
use axum::{
    extract::State,
    response::{Redirect, Response},
    routing::{get, post},
};
use contracts::commands::{DeadLetter, DeliveryStatus, HeldBatch};
use serde::Deserialize;

use super::given::Form;
use super::{Route, board::authority};
use crate::{
    app::App,
    asker::{Asker, Operator},
    domain::{
        status::{self, AccountView, SERVICES, ServiceLine, SourceLine},
        words::{moment, number},
    },
    layout::{self, Frame, Tab},
    live::Live,
    problem::Problem,
};

pub(crate) const ROUTE: Route = Route {
    path: "/status",
    handlers: || get(show),
};

pub(crate) const RELEASE: Route = Route {
    path: "/status/release",
    handlers: || post(release),
};

#[derive(Template)]
#[template(path = "pages/status/template.html")]
struct Page {
    frame: Frame,
    services: Vec<ServiceLine>,
    sources: Vec<SourceLine>,
    delivery: Option<Delivery>,
    held: Option<Vec<Held>>,
    account: Option<AccountView>,
    letters: Vec<Letters>,
}

struct Delivery {
    channel: String,
    numbers: Vec<(&'static str, String)>,
    trouble: Option<String>,
    shown: Vec<Shown>,
}

struct Shown {
    to: String,
    what: String,
    at: String,
}

struct Held {
    name: String,
    authority: String,
    batch: u64,
    people: String,
    usual: String,
}

struct Letters {
    service: &'static str,
    letters: Vec<Letter>,
}

struct Letter {
    id: String,
    event_type: String,
    consumer: String,
    reason: String,
    at: String,
}

async fn show(State(app): State<App>, asker: Asker) -> Result<Response, Problem> {
    let operator = asker.operator()?;
    let (services, delivery, held, account, letters) = tokio::join!(
        services(&app, operator),
        app.delivery(operator),
        app.held(operator),
        app.account(operator),
        letters(&app, operator),
    );
    let page = Page {
        frame: Frame::new(&asker, Tab::Status, "Status").live(),
        services,
        sources: sources(&app, &asker)?,
        delivery: delivery.ok().map(Delivery::new),
        held: held
            .ok()
            .map(|h| h.batches.iter().map(|b| Held::new(&app, b)).collect()),
        account: account.ok().map(|a| status::account(&a)),
        letters,
    };
    layout::live(&page, Live::QUESTIONS)
}

async fn services(app: &App, operator: Operator) -> Vec<ServiceLine> {
    futures::future::join_all(SERVICES.map(|(name, does)| async move {
        status::service(name, does, app.rest(operator, name).await)
    }))
    .await
}

async fn letters(app: &App, operator: Operator) -> Vec<Letters> {
    let all = futures::future::join_all(SERVICES.map(|(service, _)| async move {
        let letters = app
            .dead_letters(operator, service)
            .await
            .unwrap_or_default();
        Letters {
            service,
            letters: letters.into_iter().map(Letter::new).collect(),
        }
    }))
    .await;
    all.into_iter().filter(|l| !l.letters.is_empty()).collect()
}

fn sources(app: &App, asker: &Asker) -> Result<Vec<SourceLine>, Problem> {
    let mut lines = Vec::new();
    for authority in app.landscape().authorities() {
        lines.extend(app.look(asker, &authority.authority, |place, _| {
            Ok(status::sources(place))
        })?);
    }
    Ok(lines)
}

#[derive(Deserialize)]
struct Batch {
    authority: String,
    batch: u64,
}

async fn release(
    State(app): State<App>,
    asker: Asker,
    Form(batch): Form<Batch>,
) -> Result<Redirect, Problem> {
    let operator = asker.operator()?;
    app.release(operator, authority(&batch.authority)?, batch.batch)
        .await?;
    Ok(Redirect::to("/status"))
}

impl Delivery {
    fn new(status: DeliveryStatus) -> Self {
        Self {
            channel: status.channel,
            numbers: vec![
                ("Waiting", number(status.waiting)),
                ("Accepted", number(status.accepted)),
                ("Failed", number(status.failed)),
                ("No longer needed", number(status.stood_down)),
                ("In doubt", number(status.in_doubt)),
            ],
            trouble: status.trouble,
            shown: status
                .shown
                .into_iter()
                .map(|t| Shown {
                    to: t.to,
                    what: t.what,
                    at: moment(t.at),
                })
                .collect(),
        }
    }
}

impl Held {
    fn new(app: &App, batch: &HeldBatch) -> Self {
        let name = app
            .landscape()
            .authority(&batch.authority)
            .map(|a| a.name.clone());
        Self {
            name: name.unwrap_or_else(|| batch.authority.to_string()),
            authority: batch.authority.to_string(),
            batch: batch.batch,
            people: number(batch.people),
            usual: number(batch.usual),
        }
    }
}

impl Letter {
    fn new(letter: DeadLetter) -> Self {
        Self {
            id: letter.id.to_string(),
            event_type: letter.event_type,
            consumer: letter.consumer,
            reason: letter.reason,
            at: moment(letter.at),
        }
    }
}
