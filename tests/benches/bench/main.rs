//! `make bench`: each figure beside the raw limit of the same run on the same machine. Ratios are what to keep.
//!
//! `cargo bench -p suite --bench bench -- mail --quick` measures one of `import`, `dataset`, `postgres` (the
//! dataset there) and `mail`, with less of everything.

mod dataset;
mod engine;
mod generate;
mod import;
mod mail;
mod up;

use std::{io::Write, time::Duration};

use self::engine::Engine;

/// One measured thing beside its limit.
struct Figure {
    what: String,
    ours: f64,
    limit: f64,
    unit: &'static str,
    note: String,
}

fn main() -> anyhow::Result<()> {
    runtime::install_crypto();
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let given = |word: &str| asked.iter().any(|a| a == word);
    let quick = given("--quick");
    let all = !["import", "dataset", "postgres", "mail"]
        .into_iter()
        .any(given);
    let runtime = tokio::runtime::Runtime::new()?;
    let mut figures = Vec::new();
    if all || given("import") {
        let children = if quick { 2_000 } else { 20_000 };
        figures.extend(runtime.block_on(import::measure(children))?);
    }
    let children = if quick { 5_000 } else { 50_000 };
    if all || given("dataset") {
        figures.extend(runtime.block_on(dataset::measure(children, &Engine::Sqlite))?);
    }
    if all || given("postgres") {
        figures.extend(runtime.block_on(async {
            let engine = Engine::postgres().await;
            dataset::measure(children, &engine).await
        })?);
    }
    if all || given("mail") {
        let mails = if quick { 4_000 } else { 20_000 };
        figures.extend(runtime.block_on(mail::measure(mails))?);
    }
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "\n{:<58} {:>10} {:>10}  {:<10} {:>6}",
        "", "ours", "raw limit", "", "ratio"
    )?;
    for Figure {
        what,
        ours,
        limit,
        unit,
        note,
    } in figures
    {
        let ratio = if limit > 0.0 {
            format!("{:.0} %", 100.0 * ours / limit)
        } else {
            String::new()
        };
        writeln!(
            out,
            "{what:<58} {ours:>10.0} {limit:>10.0}  {unit:<10} {ratio:>6}  {note}"
        )?;
    }
    Ok(())
}

/// Most memory a process has held, in MiB.
fn peak_mib(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kib: f64 = line
        .and_then(|l| l.split_whitespace().next()?.parse().ok())
        .unwrap_or(0.0);
    kib / 1024.0
}

fn per_second(count: usize, took: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / took.as_secs_f64()
}
