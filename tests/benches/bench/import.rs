//! The first import and computation of a large return, beside reading its rows and storing them and nothing more.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use store::{Insert, Migrations, Statement, values};

use crate::{Figure, engine::Engine, generate, per_second, up::Up};

pub(crate) async fn measure(children: u32) -> anyhow::Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let source = folder.path().join("return");
    std::fs::create_dir(&source)?;
    let made = generate::ssda903(&source, children)?;
    let (_, raw) = raw(&source, &Engine::Sqlite, folder.path()).await?;

    let data = folder.path().join("data");
    let up = Up::start(&data, &Engine::Sqlite)?;
    let started = Instant::now();
    up.import("ssda903", &source, generate::AS_AT)?;
    let imported = started.elapsed();
    up.until_at_rest()?;
    let took = started.elapsed();
    let again = Instant::now();
    up.import("ssda903", &source, generate::AS_AT)?;
    let again = again.elapsed();
    let rows = made.rows;
    let mut figures = vec![
        Figure {
            what: format!("first import of {children} children, every obligation worked out"),
            ours: per_second(rows, took),
            limit: per_second(rows, raw),
            unit: "rows/s",
            note: format!(
                "{rows} rows, {} MiB; accepted after {imported:.1?}, at rest after {took:.1?}; limit: read and stored {raw:.1?}",
                made.bytes / 1024 / 1024
            ),
        },
        Figure {
            what: "the same return again, unchanged".to_owned(),
            ours: per_second(rows, again),
            limit: per_second(rows, raw),
            unit: "rows/s",
            note: format!("{again:.1?}"),
        },
    ];
    figures.extend(up.peaks());
    Ok(figures)
}

/// Reads every row and stores its texts in one table, in one transaction; gives how many there are, and how long it took.
pub(crate) async fn raw(
    source: &Path,
    engine: &Engine,
    folder: &Path,
) -> anyhow::Result<(usize, Duration)> {
    const CREATE: Migrations = Migrations(&[(
        1,
        "raw",
        "CREATE TABLE raw (id BIGINT PRIMARY KEY, line TEXT NOT NULL)",
    )]);
    const PUT: Insert = Insert {
        name: "raw",
        into: "raw (id, line)",
        columns: 2,
        then: "",
    };
    let db = engine.open(folder, &[CREATE]).await?;
    let started = Instant::now();
    let mut tx = db.begin().await?;
    let mut id = 0_i64;
    for file in std::fs::read_dir(source)? {
        let file = file?.path();
        if file.extension().is_none_or(|e| e != "csv") {
            continue;
        }
        let mut rows = Vec::new();
        for record in csv::Reader::from_path(file)?.into_records() {
            id += 1;
            rows.push(values![id, record?.iter().collect::<Vec<_>>().join(",")]);
            if rows.len() == 10_000 {
                tx.everywhere()
                    .insert(&PUT, std::mem::take(&mut rows))
                    .await?;
            }
        }
        tx.everywhere().insert(&PUT, rows).await?;
    }
    tx.commit().await?;
    let took = started.elapsed();
    let count = db
        .everywhere()
        .row(
            &Statement::new("count", "SELECT count(*) AS n FROM raw"),
            vec![],
        )
        .await?;
    ensure!(
        count.context("a count")?.int("n")? == id,
        "every row is stored"
    );
    Ok((usize::try_from(id)?, took))
}
