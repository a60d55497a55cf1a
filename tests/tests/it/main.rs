//! The whole suite.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails its test")]

mod architecture;
mod browser;
mod deployment;
mod first_start;
mod kills;
mod play;
mod program;
mod regulation_33;
mod stories;
mod supervision;
mod walkthrough;
mod world;
