#![doc = include_str!("../README.md")]

mod broker;
pub mod cli;
mod commands;
mod data;
mod host;
mod instance;
mod monitor;
mod output;
mod reach;
mod rest;
pub mod sample;
mod settings;

use std::{
    ffi::OsString,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use bus::Refusal;
use runtime::{Metrics, Telemetry};

pub use cli::Cli;
use cli::Command;
use data::{DataDir, Environment, variable};
use settings::Settings;

/// Where a command works and with which settings.
pub struct Place {
    data: DataDir,
    settings: Settings,
    metrics: Metrics,
}

/// Exit code of `status --wait` when the time was over first.
const STILL_AT_WORK: u8 = 3;

/// Runs one command to its end; what went wrong is told on stderr in words.
pub async fn main(cli: Cli, environment: Environment) -> ExitCode {
    match run(cli, environment).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let words = match error.downcast_ref::<Refusal>() {
                Some(Refusal(why)) => why.clone(),
                None => format!("{error:#}"),
            };
            // With stderr gone too, the exit code is all that is left.
            writeln!(io::stderr(), "evenkeel: {words}").unwrap_or_default();
            match error.downcast_ref::<rest::StillAtWork>() {
                Some(_) => ExitCode::from(STILL_AT_WORK),
                None => ExitCode::FAILURE,
            }
        }
    }
}

async fn run(cli: Cli, environment: Environment) -> anyhow::Result<()> {
    let data = DataDir::find(cli.data.as_deref(), &environment)?;
    let settings = load(&cli, &data, environment)?;
    if cli.command.asks_only() && !settings.bus.is_elsewhere() {
        data.is_there()?;
    }
    data.create()?;
    let telemetry = Telemetry::start(name(&cli.command), &settings.all)?;
    let place = Place {
        data,
        settings,
        metrics: telemetry.metrics.clone(),
    };
    let done = obey(&place, cli.command).await;
    telemetry.stop().await;
    done
}

fn load(cli: &Cli, data: &DataDir, mut environment: Environment) -> anyhow::Result<Settings> {
    let level = OsString::from("EVENKEEL_LOG__LEVEL");
    let lasts = matches!(cli.command, Command::Up { .. } | Command::Run { .. });
    if !lasts && environment.iter().all(|(name, _)| *name != level) {
        // A command answers a person; what goes on beneath is for the log of `up` and `run`.
        environment.push((level, "warn".into()));
    }
    let named = variable(&environment, "EVENKEEL_CONFIG");
    let file = cli
        .config
        .as_deref()
        .or(named.as_deref())
        .map(Path::to_owned);
    Settings::load(data, file.as_deref(), environment)
}

/// What traces and metrics are told to come from.
fn name(command: &Command) -> &'static str {
    match command {
        Command::Run { service } => commands::run::name(service),
        _ => "evenkeel",
    }
}

async fn obey(place: &Place, command: Command) -> anyhow::Result<()> {
    let mut out = io::BufWriter::new(io::stdout());
    match command {
        Command::Up { listen } => commands::up::run(place, listen, &mut out).await,
        Command::Run { service } => commands::run::run(place, service).await,
        Command::Health => commands::health::run(place, &mut out).await,
        Command::Import { source } => commands::import::run(place, source, &mut out).await,
        Command::Deadlines(args) => commands::deadlines::run(place, args, &mut out).await,
        Command::Why { child, authority } => {
            commands::why::run(place, child, authority, &mut out).await
        }
        Command::Rules { authority } => commands::rules::run(place, authority, &mut out).await,
        Command::Sample(args) => commands::sample::run(place, args, &mut out).await,
        Command::Play(args) => commands::play::run(place, args, &mut out).await,
        Command::Held => commands::held::list(place, &mut out).await,
        Command::Release { authority, batch } => {
            commands::held::release(place, authority, batch, &mut out).await
        }
        Command::DeadLetters { action } => {
            commands::dead_letters::run(place, &action, &mut out).await
        }
        Command::Status(args) => commands::status::run(place, args.within(), &mut out).await,
        Command::Link => commands::link::run(place, &mut out).await,
    }?;
    out.flush()?;
    Ok(())
}

/// Whoever read our output has had enough, as `head` does.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
}
