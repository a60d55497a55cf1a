//! Takes in what turns up in the drop folder, unattended, and puts it away with what became of it. Killed between taking
//! in and putting away, it finds the snapshot already imported and only puts it away.

mod look;
mod put_away;
mod settle;

use std::{collections::BTreeSet, path::PathBuf, time::Duration};

use anyhow::bail;
use bus::{Refusal, landscape::time_zone};
use contracts::commands::{ImportDirectory, ImportFiles, ImportSummary};
use jiff::SignedDuration;
use tracing::{error, info, warn};
use uuid::Uuid;

use self::{
    look::{DIRECTORY, Waiting},
    put_away::put_away,
    settle::Settling,
};
use crate::{Config, import::Importer, words::in_words};

/// Watches until the tasks stop.
pub(crate) async fn watch(importer: Importer, config: Config) -> anyhow::Result<()> {
    let settling = Duration::from_secs(config.settling_seconds);
    let every = (settling / 3).clamp(Duration::from_millis(100), Duration::from_secs(10));
    let mut folder = DropFolder::new(importer.clone(), config.drop_folder, settling);
    let tasks = importer.context.tasks.clone();
    info!(folder = %folder.path.display(), "watching the drop folder");
    while !tasks.is_stopping() {
        folder.pass().await;
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = tasks.stopping() => {}
        }
    }
    Ok(())
}

struct DropFolder {
    importer: Importer,
    path: PathBuf,
    settling: Settling,
    /// What was said already, so that it is said once.
    said: BTreeSet<String>,
}

impl DropFolder {
    fn new(importer: Importer, path: PathBuf, settling: Duration) -> Self {
        let settling = SignedDuration::try_from(settling).unwrap_or(SignedDuration::MAX);
        Self {
            importer,
            path,
            settling: Settling::new(settling),
            said: BTreeSet::new(),
        }
    }

    /// Looks once, and takes in what is complete, oldest day first.
    async fn pass(&mut self) {
        let path = self.path.clone();
        let looked = tokio::task::spawn_blocking(move || look::look(&path)).await;
        let found = match looked {
            Ok(Ok(found)) => found,
            Ok(Err(error)) => {
                return self.say_once(format!(
                    "{} could not be read: {error}",
                    self.path.display()
                ));
            }
            Err(error) => return self.say_once(format!("looking stopped: {error}")),
        };
        for oddity in found.oddities {
            self.say_once(oddity);
        }
        let now = self.importer.context.clock.machine_now();
        for waiting in self.settling.complete(found.waiting, now) {
            if self.importer.context.tasks.is_stopping() {
                return;
            }
            self.take_in(&waiting).await;
        }
    }

    async fn take_in(&mut self, waiting: &Waiting) {
        let outcome = match &waiting.as_at {
            Ok(_) if waiting.source == DIRECTORY => self.pass_on(waiting).await,
            Ok(_) => Box::pin(self.importer.import_found(request(waiting))).await,
            Err(reason) => Err(Refusal(reason.clone()).into()),
        };
        let (place, text, refusals) = match &outcome {
            Ok(summary) => {
                // The directory may keep its lists where we cannot read.
                let list = summary.refusals_file.as_deref().filter(|f| f.exists());
                ("done", in_words(summary), list)
            }
            Err(error) => {
                let Some(Refusal(reason)) = error.downcast_ref() else {
                    // Our own trouble: it stays where it is and is tried again.
                    let (error, authority) = (format!("{error:#}"), &waiting.authority);
                    error!(error, %authority, "the drop folder's import failed");
                    return self.settling.again_later(&waiting.path);
                };
                ("refused", format!("Refused: {reason}.\n"), None)
            }
        };
        if let Err(error) = put_away(&waiting.path, place, &text, refusals) {
            error!(%error, path = %waiting.path.display(), "it was taken in but could not be put away");
            self.settling.again_later(&waiting.path);
        }
    }

    /// Has the directory take in its file, as `import directory` does.
    async fn pass_on(&self, waiting: &Waiting) -> anyhow::Result<ImportSummary> {
        let context = &self.importer.context;
        let as_at = waiting.as_at.clone().map_err(Refusal)?;
        let today = context.landscape.today(&waiting.authority);
        let today = today.unwrap_or_else(|| context.clock.now().to_zoned(time_zone()).date());
        if let Some(day) = as_at.filter(|day| *day > today) {
            let reason =
                format!("{day} is after today ({today}): correct the name and drop it again");
            return Err(Refusal(reason).into());
        }
        let request = ImportDirectory {
            key: Uuid::now_v7(),
            authority: waiting.authority.clone(),
            path: std::path::absolute(&waiting.path)?,
            as_at,
            progress: None,
        };
        tokio::select! {
            answer = context.bus.ask(&request) => answer,
            () = context.tasks.stopping() => bail!("the process stops before the directory has answered"),
        }
    }

    fn say_once(&mut self, what: String) {
        if !self.said.contains(&what) {
            warn!("{what}");
            self.said.insert(what);
        }
    }
}

fn request(waiting: &Waiting) -> ImportFiles {
    ImportFiles {
        key: Uuid::now_v7(),
        authority: waiting.authority.clone(),
        name: None,
        source: waiting.source.to_owned(),
        path: waiting.path.clone(),
        as_at: waiting.as_at.clone().ok().flatten(),
        played_at: None,
        synthetic: false,
        progress: None,
    }
}

#[cfg(test)]
mod tests;
