//! One import, from files to the outbox: read, judge, compare, record.

mod compare;
mod progress;
mod publish;
mod record;
mod refusals;
mod summary;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context as _;
use bus::{Context, Refusal, landscape::time_zone, outbox};
use contracts::{
    AuthorityCode, Envelope, SnapshotRefused,
    commands::{ImportFiles, ImportSummary},
    ids,
};
use jiff::civil::Date;
use tracing::{info, warn};

use crate::{
    Config, SERVICE,
    domain::authority::ClockWish,
    sources::{self, Reading, Source},
};

use progress::Progress;
pub(crate) use publish::state_message;
use refusals::RefusalsFile;

/// Takes snapshots in, one at a time for each authority. Clones share the turn.
#[derive(Clone)]
pub(crate) struct Importer {
    pub(crate) context: Context,
    config: Config,
    refusals_folder: PathBuf,
    turns: Turns,
}

type Turns = Arc<Mutex<HashMap<AuthorityCode, Arc<tokio::sync::Mutex<()>>>>>;

/// A request whose day and clock are settled.
struct Order {
    request: ImportFiles,
    source: &'static Source,
    as_at: Date,
    clock: ClockWish,
}

impl Importer {
    pub(crate) fn new(context: &Context, config: &Config, refusals_folder: PathBuf) -> Self {
        Self {
            context: context.clone(),
            config: config.clone(),
            refusals_folder,
            turns: Turns::default(),
        }
    }

    /// As a person asked: a day given pins the authority's clock, none means today and a real clock; in a play it is
    /// set to the moment given.
    pub(crate) async fn import(&self, request: ImportFiles) -> anyhow::Result<ImportSummary> {
        let (as_at, clock) = match (request.as_at, request.played_at) {
            (day, Some(at)) => {
                let day = day.unwrap_or_else(|| at.to_zoned(time_zone()).date());
                (day, ClockWish::Step(at))
            }
            (Some(day), None) => (day, ClockWish::Pin),
            (None, None) => (self.real_today(), ClockWish::Real),
        };
        self.in_turn(request, as_at, clock).await
    }

    /// As a file that turned up: the clock stays as it is.
    pub(crate) async fn import_found(&self, request: ImportFiles) -> anyhow::Result<ImportSummary> {
        let today = self.context.landscape.today(&request.authority);
        let today = today.unwrap_or_else(|| self.real_today());
        let as_at = request.as_at.unwrap_or(today);
        if as_at > today {
            // A slip in a folder's name would shut out every later snapshot.
            let reason =
                format!("{as_at} is after today ({today}): correct the name and drop it again");
            return Err(Refusal(reason).into());
        }
        self.in_turn(request, as_at, ClockWish::Leave).await
    }

    async fn in_turn(
        &self,
        request: ImportFiles,
        as_at: Date,
        clock: ClockWish,
    ) -> anyhow::Result<ImportSummary> {
        let turn = self.turn(&request.authority);
        let _turn = turn.lock().await;
        let source = sources::named(&request.source).map_err(|e| Refusal(e.to_string()))?;
        let order = Order {
            request,
            source,
            as_at,
            clock,
        };
        let progress = Progress::default();
        let subject = order.request.progress.as_deref();
        let outcome = progress
            .told(&self.context.bus, subject, self.take_in(&order, &progress))
            .await;
        match &outcome {
            Ok(summary) => info!(
                authority = %order.request.authority,
                source = source.name,
                as_at = %as_at,
                already_imported = summary.already_imported,
                children = summary.children,
                refused_rows = summary.refused_rows,
                "snapshot taken in"
            ),
            Err(error) => self.refused(&order, error).await,
        }
        outcome
    }

    async fn take_in(&self, order: &Order, progress: &Progress) -> anyhow::Result<ImportSummary> {
        if let Some(summary) = self.answered(order).await? {
            return Ok(summary);
        }
        let (reading, refusals) = self.read(order, progress).await?;
        let refusals_file = refusals
            .keep()
            .context("could not write the list of refused rows")?;
        Box::pin(record::record(
            self,
            order,
            reading,
            refusals_file,
            progress,
        ))
        .await
    }

    async fn answered(&self, order: &Order) -> anyhow::Result<Option<ImportSummary>> {
        let mut tx = self.context.db.begin().await?;
        let mut scoped = tx.authority(&order.request.authority);
        Ok(crate::store::answered(&mut scoped, order.request.key).await?)
    }

    /// Files are read on a thread of their own: it is work without a pause.
    async fn read(
        &self,
        order: &Order,
        progress: &Progress,
    ) -> anyhow::Result<(Reading, RefusalsFile)> {
        let (source, path) = (order.source, order.request.path.clone());
        let terms = self.config.terms(order.as_at);
        let name = format!(
            "{}-{}-{}.csv",
            order.request.authority, source.name, order.as_at
        );
        let mut watch = refusals::Watching {
            progress: progress.clone(),
            file: RefusalsFile::new(self.refusals_folder.join(name)),
        };
        let work = move || sources::read(source, &path, terms, &mut watch).map(|r| (r, watch.file));
        let read = tokio::task::spawn_blocking(work)
            .await
            .context("reading stopped")?;
        read.map_err(|e| Refusal(e.to_string()).into())
    }

    /// Others may want to know that a source did not come through. That it could not even be told is our own trouble.
    async fn refused(&self, order: &Order, error: &anyhow::Error) {
        let Some(Refusal(reason)) = error.downcast_ref() else {
            return;
        };
        warn!(authority = %order.request.authority, source = order.source.name, "snapshot refused");
        let event = SnapshotRefused {
            authority: order.request.authority.clone(),
            source: order.source.name.to_owned(),
            as_at: order.as_at,
            reason: reason.clone(),
        };
        if let Err(error) = self.tell_refused(order, &event).await {
            warn!(%error, "a refused snapshot could not be told");
        }
    }

    async fn tell_refused(&self, order: &Order, event: &SnapshotRefused) -> store::Result<()> {
        let authority = &event.authority;
        let request = order.request.key.to_string();
        let id = ids::computed("snapshot.refused", &[authority.as_str(), &request]);
        let token = self
            .context
            .tokens
            .token(authority, "source", &event.source);
        let now = self.context.clock.machine_now();
        let envelope = Envelope::new(id, SERVICE, authority, &token, now, event);
        let mut tx = self.context.db.begin().await?;
        outbox::put(&mut tx, &[envelope]).await?;
        tx.commit().await
    }

    fn turn(&self, authority: &AuthorityCode) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.entry(authority.clone()).or_default().clone()
    }

    fn real_today(&self) -> Date {
        self.context.clock.now().to_zoned(time_zone()).date()
    }
}

#[cfg(test)]
mod large;
#[cfg(test)]
pub(crate) mod tests;
