//! `sample --cover`, `sample ssd`, and the sample authority of a first start.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use bus::{Bus, Landscape, landscape::time_zone};
use contracts::{Authority, AuthorityCode, commands::ImportFiles};
use jiff::{ToSpan, civil::Date};
use runtime::Clock;

use super::import;
use crate::{
    Place,
    cli::{CoverArgs, SampleArgs, SampleSsdArgs, WholeSample},
    output::{number, summary},
    reach::Reach,
    sample::{self, cover::Cover, files, ssd, westshire},
};

pub(crate) async fn run(
    place: &Place,
    args: SampleArgs,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    if let Some(WholeSample::Ssd(args)) = args.whole {
        return dataset(&args, out);
    }
    match args.cover {
        Some(args) => cover(place, args, out).await,
        None => anyhow::bail!("say what to invent: --cover ssda903 <folder>, or ssd <folder>"),
    }
}

/// An authority's dataset, night by night.
fn dataset(args: &SampleSsdArgs, out: &mut impl Write) -> anyhow::Result<()> {
    let to = args.to.unwrap_or_else(|| today().saturating_sub(1.day()));
    let plan = ssd::Plan {
        children: args.children,
        seed: args.seed,
        from: args.from.unwrap_or_else(|| ssd::Plan::history(to)),
        to,
        nights: args.nights,
    };
    let folder = std::path::absolute(&args.folder)?;
    let made = ssd::write(&folder, &plan)?;
    writeln!(
        out,
        "Invented {} children, {} of them open, with {} people in {} teams; {} rows on the last night. All of it is synthetic.",
        number(made.children),
        count(made.open),
        count(made.people),
        count(made.teams),
        number(made.rows)
    )?;
    if let Some((night, table)) = made.partial {
        writeln!(
            out,
            "On the night of {night} half of {table} is missing, as happens."
        )?;
    }
    writeln!(out, "Bring it in, one night after the other, with:")?;
    for file in files::ORGANISATION {
        let path = folder.join(file);
        writeln!(
            out,
            "  evenkeel import directory {} --authority <code> --as-at {to}",
            path.display()
        )?;
    }
    let first = made.nights.first().copied().unwrap_or(to);
    writeln!(
        out,
        "  evenkeel import ssd {} --authority <code> --as-at {first} --synthetic",
        folder.join(first.to_string()).display()
    )?;
    Ok(())
}

fn count(n: usize) -> String {
    number(u64::try_from(n).unwrap_or(u64::MAX))
}

async fn cover(place: &Place, args: CoverArgs, out: &mut impl Write) -> anyhow::Result<()> {
    let Some(authority) = args.authority.clone() else {
        return into_files(&args, out);
    };
    let reach = Reach::open(place).await?;
    let done = into_authority(&reach, &args, authority, out).await;
    out.flush()?;
    let closed = reach.close().await;
    done.and(closed)
}

fn into_files(args: &CoverArgs, out: &mut impl Write) -> anyhow::Result<()> {
    let day = args.as_at.unwrap_or_else(today);
    let folder = invent(args, day, out)?;
    writeln!(out, "Bring them in with:")?;
    for (what, file) in FILES {
        let path = folder.join(file);
        writeln!(
            out,
            "  evenkeel import {what} {} --authority <code> --as-at {day}",
            path.display()
        )?;
    }
    Ok(())
}

/// In the order in which they are best brought in: whoever holds a child is known before the child.
const FILES: [(&str, &str); 3] = [
    ("directory", "directory.csv"),
    ("directory", "teams.csv"),
    ("allocations", "allocations.csv"),
];

async fn into_authority(
    reach: &Reach,
    args: &CoverArgs,
    authority: AuthorityCode,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let own = reach.landscape().today(&authority);
    let day = args.as_at.or(own).unwrap_or_else(today);
    let folder = invent(args, day, out)?;
    let as_at = args.as_at.or(own);
    for (what, file) in FILES {
        let path = folder.join(file);
        let summary = if what == "directory" {
            let request = import::directory_request(authority.clone(), path, as_at);
            import::directory(reach.bus(), request).await?
        } else {
            let request = ImportFiles {
                synthetic: true,
                ..import::files_request(what, authority.clone(), path, as_at)
            };
            import::files(reach.bus(), request).await?
        };
        summary::write(out, &authority, &summary)?;
    }
    Ok(())
}

/// Invents and writes the files; gives their folder.
fn invent(args: &CoverArgs, day: Date, out: &mut impl Write) -> anyhow::Result<PathBuf> {
    let cover = sample::cover::invent_for(&args.folder, day, args.seed)?;
    let name = args
        .authority
        .as_ref()
        .map_or("cover", AuthorityCode::as_str);
    let folder = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("synthetic-{name}")));
    let folder = std::path::absolute(&folder)?;
    write_files(&folder, &cover.files)?;
    describe(out, &cover, day, &folder)?;
    Ok(folder)
}

fn describe(out: &mut dyn Write, cover: &Cover, day: Date, folder: &Path) -> std::io::Result<()> {
    writeln!(
        out,
        "Invented for {}: {} people in {} teams for {} children in care, {} of them held by nobody. All of it is synthetic.",
        calendar::day(day),
        count(cover.people),
        count(cover.teams),
        count(cover.children),
        count(cover.unheld)
    )?;
    writeln!(out, "Written to {}", folder.display())
}

fn write_files(folder: &Path, files: &[sample::SampleFile]) -> anyhow::Result<()> {
    sample::write(folder, files)
        .with_context(|| format!("could not write into {}", folder.display()))
}

pub(crate) fn today() -> Date {
    Clock::real().now().to_zoned(time_zone()).date()
}

/// Nothing is there yet, or a start before this one ended while it made the sample.
pub(crate) fn is_wanted(landscape: &Landscape) -> anyhow::Result<bool> {
    let unfinished = |sample: &Authority| {
        let has_return = sample.sources.iter().any(|s| s.source == westshire::RETURN);
        sample.synthetic && !has_return
    };
    Ok(match landscape.authority(&westshire::CODE.parse()?) {
        Some(sample) => unfinished(&sample),
        None => landscape.authorities().is_empty(),
    })
}

/// Invents the sample authority around today, or the day it was begun for, and imports it as anything else would be.
/// Whoever holds a child is known before the child, so that the first word about it reaches them.
pub(crate) async fn make_westshire(
    place: &Place,
    bus: &Bus,
    landscape: &Landscape,
) -> anyhow::Result<()> {
    let code: AuthorityCode = westshire::CODE.parse()?;
    let day = westshire::anchor(landscape.today(&code).unwrap_or_else(today));
    let folder = place.data.join("sample");
    write_files(&folder, &westshire::invent(day, westshire::SEED))?;
    for file in files::ORGANISATION.into_iter().chain([files::SUPERVISION]) {
        let request = import::directory_request(code.clone(), folder.join(file), Some(day));
        bus.ask(&request).await?;
    }
    for (source, path) in [
        ("allocations", "allocations.csv"),
        ("ssda903", westshire::RETURN),
    ] {
        let request = ImportFiles {
            name: Some(westshire::NAME.to_owned()),
            synthetic: true,
            ..import::files_request(source, code.clone(), folder.join(path), Some(day))
        };
        bus.ask(&request).await?;
    }
    Ok(())
}
