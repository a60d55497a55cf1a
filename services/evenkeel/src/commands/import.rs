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
    let asked = Asked::try_new(source, &Reader::of(place))?;
    let reach = Reach::open(place).await?;
    let done = import(&reach, asked, out).await;
    out.flush()?;
    let closed = reach.close().await;
    done.and(closed)
}

/// A request to intake or to the directory, with the path as they are to read it.
enum Asked {
    Files(ImportFiles),
    Directory(ImportDirectory),
}

impl Asked {
    fn try_new(source: ImportSource, reader: &Reader) -> anyhow::Result<Self> {
        Ok(match source {
            ImportSource::Ssd(asked) => Self::Files(source_request("ssd", asked, reader)?),
            ImportSource::Ssda903(asked) => Self::Files(source_request("ssda903", asked, reader)?),
            ImportSource::Cin(asked) => Self::Files(source_request("cin", asked, reader)?),
            ImportSource::Annexa(asked) => Self::Files(source_request("annexa", asked, reader)?),
            ImportSource::Allocations(FileArgs {
                file,
                authority,
                as_at,
            }) => Self::Files(files_request(
                "allocations",
                authority,
                reader.path(&file)?,
                as_at,
            )),
            ImportSource::Directory(FileArgs {
                file,
                authority,
                as_at,
            })
            | ImportSource::Supervision(FileArgs {
                file,
                authority,
                as_at,
            }) => Self::Directory(directory_request(authority, reader.path(&file)?, as_at)),
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

fn source_request(source: &str, asked: SourceArgs, reader: &Reader) -> anyhow::Result<ImportFiles> {
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
        ..files_request(source, authority, reader.path(&path)?, as_at)
    })
}

pub(crate) fn files_request(
    source: &str,
    authority: AuthorityCode,
    path: PathBuf,
    as_at: Option<Date>,
) -> ImportFiles {
    ImportFiles {
        key: Uuid::now_v7(),
        authority,
        name: None,
        source: source.to_owned(),
        path,
        as_at,
        played_at: None,
        synthetic: false,
        progress: None,
    }
}

pub(crate) fn directory_request(
    authority: AuthorityCode,
    path: PathBuf,
    as_at: Option<Date>,
) -> ImportDirectory {
    ImportDirectory {
        key: Uuid::now_v7(),
        authority,
        path,
        as_at,
        progress: None,
    }
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

/// Where a file is read. What it says of children's names never travels, so it is read by the service, where that runs.
enum Reader {
    /// On this machine, perhaps with another working folder.
    Here,
    /// In a process of its own, which may see other files than we do.
    Service,
}

impl Reader {
    fn of(place: &Place) -> Self {
        if place.settings.bus.is_elsewhere() {
            Self::Service
        } else {
            Self::Here
        }
    }

    fn path(&self, path: &Path) -> anyhow::Result<PathBuf> {
        match self {
            Self::Service => {
                anyhow::ensure!(
                    path.is_absolute(),
                    "{} is read by the service that takes it in, where that runs: give its whole path there, such as \
                     /drop/{}",
                    path.display(),
                    path.display()
                );
                Ok(path.to_owned())
            }
            Self::Here => {
                anyhow::ensure!(
                    path.exists(),
                    "there is no {}: check the path",
                    path.display()
                );
                std::path::absolute(path).with_context(|| format!("{} is no path", path.display()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_elsewhere_is_given_the_path_as_it_sees_it() {
        let there = Path::new("/drop/only/there");
        assert_eq!(Reader::Service.path(there).unwrap(), there);
        let refused = Reader::Service.path(Path::new("return")).unwrap_err();
        assert!(
            refused.to_string().contains("such as /drop/return"),
            "{refused}"
        );
        let refused = Reader::Here.path(there).unwrap_err().to_string();
        assert!(
            refused.contains("there is no /drop/only/there"),
            "{refused}"
        );
    }
}
