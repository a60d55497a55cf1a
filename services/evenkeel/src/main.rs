//! The `evenkeel` program.

use std::{io::Write, process::ExitCode};

use clap::Parser;
use evenkeel::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    runtime::install_crypto();
    let environment = std::env::vars_os().collect();
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(evenkeel::main(cli, environment)),
        Err(error) => failed(&format!("could not start: {error}")),
    }
}

fn failed(why: &str) -> ExitCode {
    writeln!(std::io::stderr(), "evenkeel: {why}").unwrap_or_default();
    ExitCode::FAILURE
}
