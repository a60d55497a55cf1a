//! A large authority's whole dataset, to every obligation; again unchanged; and the night after. And how fast children
//! are worked out, from the chronologies that came of it.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use async_nats::jetstream::{
    self,
    consumer::{DeliverPolicy, pull},
};
use bytes::Bytes;
use calendar::Calendar;
use contracts::{Authority, Chronology, Event, Stream, streams};
use deadlines::domain::{
    decide::{Circumstances, Established, decide},
    overrides::Overrides,
    rules::Rules,
    running::Running,
};
use futures::{StreamExt, TryStreamExt};
use jiff::civil::{Date, date};

use crate::{
    Figure,
    engine::Engine,
    import::raw,
    per_second,
    up::{AUTHORITY, Up},
};

const LAST: Date = date(2025, 6, 3);
/// About what the aim speaks of: sixty entries.
const ENTRIES: std::ops::RangeInclusive<usize> = 50..=70;

pub(crate) async fn measure(children: u32, engine: &Engine) -> anyhow::Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let [first, second] = invent(folder.path(), children)?;
    let (rows, limit) = raw(&first.1, engine, folder.path()).await?;

    let up = Up::start(&folder.path().join("data"), engine)?;
    for file in ["directory.csv", "teams.csv"] {
        up.import(
            "directory",
            &folder.path().join("nights").join(file),
            first.0,
        )?;
    }
    up.until_at_rest()?;
    let mut figures = Vec::new();
    let mut figure = |what: String, took: Duration| {
        figures.push(Figure {
            what,
            ours: per_second(rows, took),
            limit: per_second(rows, limit),
            unit: "rows/s",
            note: format!("{took:.1?}; limit: read and stored {limit:.1?}"),
        });
    };
    let of = format!("{children} children, {rows} rows, on {}", engine.name());
    figure(
        format!("first night of {of}, to all obligations"),
        timed(&up, &first)?,
    );
    figure(
        "the same night again, unchanged".to_owned(),
        timed(&up, &first)?,
    );
    figure(
        "the next night, about 2 % changed".to_owned(),
        timed(&up, &second)?,
    );
    figures.extend(up.peaks());
    if matches!(engine, Engine::Sqlite) {
        figures.extend(recomputed(&up).await?);
    }
    Ok(figures)
}

type Night = (Date, PathBuf);

/// Two nights of an authority of which about a fifth of the children are open.
fn invent(folder: &Path, children: u32) -> anyhow::Result<[Night; 2]> {
    let nights = folder.join("nights");
    let status = Command::new(Up::program())
        .args(["sample", "ssd"])
        .arg(&nights)
        .args(["--children", &children.to_string(), "--nights", "2"])
        .args(["--to", &LAST.to_string()])
        .arg("--data")
        .arg(folder.join("data"))
        .stdout(Stdio::null())
        .status()
        .context("could not run evenkeel; run `make bench`, which builds it")?;
    ensure!(status.success(), "inventing ended with {status}");
    Ok([LAST.yesterday()?, LAST].map(|day| (day, nights.join(day.to_string()))))
}

fn timed(up: &Up, (day, path): &Night) -> anyhow::Result<Duration> {
    let started = Instant::now();
    up.import("ssd", path, *day)?;
    up.until_at_rest()?;
    Ok(started.elapsed())
}

/// On one core, beside reading the same chronologies.
async fn recomputed(up: &Up) -> anyhow::Result<Option<Figure>> {
    let bodies = bodies(up, &streams::CHRONOLOGY).await?;
    let begun = Instant::now();
    let chronologies = bodies
        .iter()
        .map(|body| serde_json::from_slice::<Chronology>(body))
        .collect::<Result<Vec<_>, _>>()?;
    let read = per_second(chronologies.len(), begun.elapsed());
    let authorities = bodies_of::<Authority>(up).await?;
    let of_bench = |a: &Authority| a.authority.as_str() == AUTHORITY;
    let authority = authorities
        .into_iter()
        .find(of_bench)
        .context("the authority is known")?;
    let chosen: Vec<_> = chronologies
        .into_iter()
        .filter(|c| c.authority.as_str() == AUTHORITY && ENTRIES.contains(&c.entries.len()))
        .take(20_000)
        .collect();
    if chosen.is_empty() {
        return Ok(None);
    }
    let (rules, calendar) = (Rules::built_in(), Calendar::england_and_wales());
    let (overrides, established) = (Overrides::default(), Established::default());
    let running = Running::of(&rules, &authority, LAST).with(&overrides);
    let at = Circumstances {
        running: &running,
        calendar: &calendar,
        established: &established,
        today: LAST,
    };
    let begun = Instant::now();
    let mut obligations = 0;
    for chronology in &chosen {
        obligations += decide(&[], chronology, at).list.len();
    }
    let took = begun.elapsed();
    Ok(Some(Figure {
        what: "children worked out on one core".to_owned(),
        ours: per_second(chosen.len(), took),
        limit: read,
        unit: "children/s",
        note: format!(
            "{} of {} to {} entries, {} obligations each; limit: read as JSON, of any size",
            chosen.len(),
            ENTRIES.start(),
            ENTRIES.end(),
            obligations / chosen.len()
        ),
    }))
}

async fn bodies_of<E: Event>(up: &Up) -> anyhow::Result<Vec<E>> {
    let bodies = bodies(up, E::STREAM).await?;
    // Other events of the stream are of another shape.
    Ok(bodies
        .iter()
        .filter_map(|body| serde_json::from_slice(body).ok())
        .collect())
}

/// The bodies of all there is on a stream now.
async fn bodies(up: &Up, stream: &Stream) -> anyhow::Result<Vec<Bytes>> {
    let broker = up.broker()?;
    let client = async_nats::ConnectOptions::with_user_and_password(broker.user, broker.password)
        .connect(&broker.url)
        .await?;
    let handle = jetstream::new(client).get_stream(stream.name).await?;
    let count = usize::try_from(handle.cached_info().state.messages)?;
    let all = pull::OrderedConfig {
        deliver_policy: DeliverPolicy::All,
        ..pull::OrderedConfig::default()
    };
    let messages = handle.create_consumer(all).await?.messages().await?;
    let bodies = messages
        .take(count)
        .map_ok(|message| message.payload.clone());
    Ok(bodies.try_collect().await?)
}
