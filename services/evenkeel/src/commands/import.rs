//! `import`: sends a request to whoever takes the files in, shows how far it is, and says what came of it.

use std::{
    future::Future,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use bus::Bus;
use contracts::{
    AuthorityCode, ClockSetting,
    commands::{ImportDirectory, ImportFiles, ImportProgress, ImportSummary},
};
use futures::{Stream, StreamExt};
use jiff::civil::Date;
use uuid::Uuid;

use crate::{
    Place,
    cli::{FileArgs, ImportSource, SourceArgs},
    output::{progress::Progress, summary},
    reach::Reach,
};

pub(crate) async fn run(
    place: &Place,
    source: ImportSource,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let asked = Asked::try_new(source)?;
    let reach = Reach::open(place).await?;
    let done = import(&reach, asked, out).await;
    out.flush()?;
    let closed = reach.close().await;
    done.and(closed)
}

/// A request to intake or to the directory; its path has been seen to exist.
enum Asked {
    Files(ImportFiles),
    Directory(ImportDirectory),
}

impl Asked {
    fn try_new(source: ImportSource) -> anyhow::Result<Self> {
        Ok(match source {
            ImportSource::Ssd(asked) => Self::Files(source_request("ssd", asked)?),
            ImportSource::Ssda903(asked) => Self::Files(source_request("ssda903", asked)?),
            ImportSource::Annexa(asked) => Self::Files(source_request("annexa", asked)?),
            ImportSource::Allocations(FileArgs {
                file,
                authority,
                as_at,
            }) => Self::Files(files_request("allocations", authority, &file, as_at)?),
            ImportSource::Directory(FileArgs {
                file,
                authority,
                as_at,
            }) => Self::Directory(directory_request(authority, &file, as_at)?),
        })
    }
}

async fn import(reach: &Reach, asked: Asked, out: &mut impl Write) -> anyhow::Result<()> {
    let (authority, summary) = match asked {
        Asked::Files(mut request) => {
            if request.source == "allocations" {
                request.as_at = request.as_at.or_else(|| pinned(reach, &request.authority));
            }
            (
                request.authority.clone(),
                files(reach.bus(), request).await?,
            )
        }
        Asked::Directory(request) => (
            request.authority.clone(),
            directory(reach.bus(), request).await?,
        ),
    };
    summary::write(out, &authority, &summary)?;
    Ok(())
}

/// The day of an authority whose clock stands still: a file without a day describes that one, not today's.
fn pinned(reach: &Reach, authority: &AuthorityCode) -> Option<Date> {
    let known = reach.landscape().authority(authority)?;
    match known.clock {
        ClockSetting::Pinned(_) | ClockSetting::Stepped(_) => reach.landscape().today(authority),
        ClockSetting::Real => None,
    }
}

fn source_request(source: &str, asked: SourceArgs) -> anyhow::Result<ImportFiles> {
    let SourceArgs {
        path,
        authority,
        name,
        as_at,
        synthetic,
    } = asked;
    Ok(ImportFiles {
        name,
        synthetic,
        ..files_request(source, authority, &path, as_at)?
    })
}

pub(crate) fn files_request(
    source: &str,
    authority: AuthorityCode,
    path: &Path,
    as_at: Option<Date>,
) -> anyhow::Result<ImportFiles> {
    Ok(ImportFiles {
        key: Uuid::now_v7(),
        authority,
        name: None,
        source: source.to_owned(),
        path: existing(path)?,
        as_at,
        played_at: None,
        synthetic: false,
        progress: None,
    })
}

pub(crate) fn directory_request(
    authority: AuthorityCode,
    path: &Path,
    as_at: Option<Date>,
) -> anyhow::Result<ImportDirectory> {
    Ok(ImportDirectory {
        key: Uuid::now_v7(),
        authority,
        path: existing(path)?,
        as_at,
        progress: None,
    })
}

pub(crate) async fn files(bus: &Bus, mut request: ImportFiles) -> anyhow::Result<ImportSummary> {
    let (subject, updates) = bus.listen().await?;
    request.progress = Some(subject);
    watched(bus.ask(&request), updates.map(|update| update.payload)).await
}

pub(crate) async fn directory(
    bus: &Bus,
    mut request: ImportDirectory,
) -> anyhow::Result<ImportSummary> {
    let (subject, updates) = bus.listen().await?;
    request.progress = Some(subject);
    watched(bus.ask(&request), updates.map(|update| update.payload)).await
}

/// Shows progress until the answer is there.
async fn watched(
    answer: impl Future<Output = anyhow::Result<ImportSummary>>,
    mut updates: impl Stream<Item = impl AsRef<[u8]>> + Unpin,
) -> anyhow::Result<ImportSummary> {
    let mut progress = Progress::new();
    tokio::pin!(answer);
    let answer = loop {
        tokio::select! {
            answer = &mut answer => break answer,
            Some(update) = updates.next() => {
                if let Ok(update) = serde_json::from_slice::<ImportProgress>(update.as_ref()) {
                    progress.show(&update);
                }
            }
        }
    };
    progress.done();
    answer
}

/// The file as an absolute path: the instance asked may have another working folder.
fn existing(path: &Path) -> anyhow::Result<PathBuf> {
    anyhow::ensure!(
        path.exists(),
        "there is no {}: check the path",
        path.display()
    );
    std::path::absolute(path).with_context(|| format!("{} is no path", path.display()))
}
