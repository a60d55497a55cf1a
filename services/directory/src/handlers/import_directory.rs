//! `import`: a directory file becomes people and teams, or days of supervision, in one transaction with what is published about them.

use std::path::{Path, PathBuf};

use ::store::Scoped;
use anyhow::Context as _;
use bus::{Context, Question, Refusal, outbox};
use contracts::{
    AuthorityCode, Envelope, StaffId,
    commands::{ImportDirectory, ImportProgress, ImportSummary},
};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use tracing::{debug, info};

use crate::{
    Config,
    domain::{
        self,
        decide::{Arrived, Decision, decide},
        kind::FileKind,
        moment::Moment,
        order::{Next, Verdict, judge},
        supervision,
        table::Table,
    },
    refusals,
    store::{self, Taken, Whose},
};

use super::{say, today};

/// A file larger than this is no directory.
const MAX_FILE_BYTES: u64 = 100 * 1024 * 1024;

/// Refused rows shown in an answer; the refusals file has them all.
const SHOWN: usize = 20;

/// What an import needs besides its request.
#[derive(Clone)]
struct Importer {
    context: Context,
    config: Config,
    refusals_folder: PathBuf,
}

pub(crate) fn question(context: &Context, config: &Config, refusals_folder: &Path) -> Question {
    let importer = Importer {
        context: context.clone(),
        config: config.clone(),
        refusals_folder: refusals_folder.to_owned(),
    };
    Question::new::<ImportDirectory, _>(move |request| {
        let importer = importer.clone();
        async move { importer.import(request).await }
    })
}

impl Importer {
    async fn import(&self, request: ImportDirectory) -> anyhow::Result<ImportSummary> {
        let file = request
            .path
            .file_name()
            .map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        self.tell(&request, &format!("reading {file}"), 0).await;
        let bytes = read(&request.path).await?;
        let content = hex(&Sha256::digest(&bytes));
        let table = Table::read(&file, &bytes).map_err(refusal)?;
        self.tell(&request, "recording", 1).await;
        let summary = self.record(&request, &table, &content).await?;
        self.tell(&request, "done", 2).await;
        info!(
            authority = %request.authority,
            refused_rows = summary.refused_rows,
            already_imported = summary.already_imported,
            "directory taken in"
        );
        Ok(summary)
    }

    async fn record(
        &self,
        request: &ImportDirectory,
        table: &Table,
        content: &str,
    ) -> anyhow::Result<ImportSummary> {
        let authority = &request.authority;
        let as_at = request
            .as_at
            .unwrap_or_else(|| today(&self.context, authority));
        let kind = FileKind::of(table).map_err(refusal)?;
        let mut tx = self.context.db.begin().await?;
        let mut scoped = tx.authority(authority);
        let number = store::take_turn(&mut scoped).await?;
        if let Some(summary) = store::answered(&mut scoped, request.key).await? {
            return Ok(summary);
        }
        let next = Next {
            file: &table.file,
            kind,
            as_at,
            content,
        };
        if let Some(summary) = taken_before(&mut scoped, next).await? {
            return Ok(summary);
        }
        let arrived = Arrived {
            authority,
            table,
            moment: Moment::new(as_at, self.context.clock.now()),
            max_lost_percent: self.config.max_lost_percent,
        };
        let (mut summary, mut news) = match kind {
            FileKind::People | FileKind::Teams => self.organisation(&mut scoped, &arrived).await?,
            FileKind::Supervision => (self.supervision(&mut scoped, &arrived).await?, Vec::new()),
        };
        self.keep_refusals(authority, as_at, &mut summary).await?;
        let taken = Taken {
            number,
            request: request.key,
            kind,
            as_at,
            content,
            at: self.context.clock.machine_now(),
            summary: &summary,
        };
        store::record(&mut scoped, &taken).await?;
        if kind == FileKind::Supervision {
            let all = Whose::All;
            news = say::supervision(&self.context, &mut scoped, authority, all, as_at).await?;
        }
        outbox::put(&mut tx, &news).await?;
        tx.commit().await?;
        Ok(summary)
    }

    /// People and teams: what came of the file, and what to publish.
    async fn organisation(
        &self,
        scoped: &mut Scoped<'_>,
        arrived: &Arrived<'_>,
    ) -> anyhow::Result<(ImportSummary, Vec<Envelope>)> {
        let known = store::load(scoped).await?;
        let decision = decide(&known, arrived).map_err(refusal)?;
        store::save(scoped, &decision).await?;
        let news = self.news(arrived.authority, &decision);
        Ok((decision.summary, news))
    }

    /// Days of supervision; what is published of them is worked out once the file counts as taken in.
    async fn supervision(
        &self,
        scoped: &mut Scoped<'_>,
        arrived: &Arrived<'_>,
    ) -> anyhow::Result<ImportSummary> {
        let people = store::load(scoped).await?.people;
        let known = store::supervision_rows(scoped, Whose::All).await?;
        let is_here = |id: &StaffId| people.get(id).is_some_and(|known| !known.said.removed);
        let taken = supervision::take_in(&known, arrived, is_here).map_err(refusal)?;
        store::put_supervision_rows(scoped, &taken.rows).await?;
        Ok(taken.summary)
    }

    async fn keep_refusals(
        &self,
        authority: &AuthorityCode,
        as_at: Date,
        summary: &mut ImportSummary,
    ) -> anyhow::Result<()> {
        summary.refusals_file = refusals::write(
            &self.refusals_folder,
            (authority, &summary.source),
            as_at,
            &summary.refused,
        )
        .await
        .with_context(|| {
            format!(
                "could not write the list of refused rows in {}",
                self.refusals_folder.display()
            )
        })?;
        summary.refused.truncate(SHOWN);
        Ok(())
    }

    /// The people and teams that changed, as others hear of them.
    fn news(&self, authority: &AuthorityCode, decision: &Decision) -> Vec<Envelope> {
        let tokens = &self.context.tokens;
        let people = decision.people_changed.iter().map(|person| {
            let token = tokens.person(authority, &person.staff_id);
            say::state(&self.context, authority, &token, person.revision, person)
        });
        let teams = decision.teams_changed.iter().map(|team| {
            let token = tokens.token(authority, "team", team.team_id.as_str());
            say::state(&self.context, authority, &token, team.revision, team)
        });
        people.chain(teams).collect()
    }

    async fn tell(&self, request: &ImportDirectory, stage: &str, done: u64) {
        let Some(subject) = &request.progress else {
            return;
        };
        let progress = ImportProgress {
            stage: stage.to_owned(),
            done,
            total: 2,
        };
        if let Err(error) = self.context.bus.tell(subject, &progress).await {
            debug!(%error, "progress could not be told");
        }
    }
}

async fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let shown = path.display();
    let about = tokio::fs::metadata(path)
        .await
        .map_err(|e| Refusal(format!("{shown} cannot be read ({e}): check the path")))?;
    if about.is_dir() {
        return Err(Refusal(format!(
            "{shown} is a folder: name the CSV file of people, teams or supervision in it"
        ))
        .into());
    }
    if about.len() > MAX_FILE_BYTES {
        return Err(Refusal(format!(
            "{shown} has {} MB and a directory at most {} MB: check that it is the right file",
            about.len() / (1024 * 1024),
            MAX_FILE_BYTES / (1024 * 1024)
        ))
        .into());
    }
    tokio::fs::read(path)
        .await
        .map_err(|e| Refusal(format!("{shown} cannot be read ({e})")).into())
}

/// What came of it, if it was taken in before; an error if what is known is newer.
async fn taken_before(
    scoped: &mut Scoped<'_>,
    next: Next<'_>,
) -> anyhow::Result<Option<ImportSummary>> {
    let latest = store::latest(scoped, next.kind).await?;
    let before = store::taken(scoped, next.kind, next.as_at, next.content).await?;
    match judge(latest.as_ref(), next, before.is_some()) {
        Verdict::TakeIn => Ok(None),
        Verdict::TakenBefore { overtaken_by } => Ok(before.map(|b| unchanged(b, overtaken_by))),
        Verdict::Refuse(why) => Err(refusal(why)),
    }
}

/// The answer to a file that was already taken in: what it said, and that nothing came of it this time.
fn unchanged(mut summary: ImportSummary, overtaken_by: Option<Date>) -> ImportSummary {
    summary.notes.extend(
        overtaken_by
            .map(|day| format!("a file of {day} was taken in since: what that one says stands")),
    );
    ImportSummary {
        already_imported: true,
        recorded: Vec::new(),
        changed: Vec::new(),
        missing: Vec::new(),
        retracted: Vec::new(),
        ..summary
    }
}

fn refusal(refusal: domain::Refusal) -> anyhow::Error {
    Refusal(refusal.0).into()
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}
