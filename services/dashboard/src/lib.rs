#![doc = include_str!("../README.md")]

mod app;
mod asker;
mod assets;
mod config;
mod domain;
mod guard;
mod layout;
mod live;
mod pages;
mod problem;
mod questions;
mod read_model;
mod serve;
mod sign_in;

#[cfg(test)]
mod tests;

pub use config::{Config, DEFAULTS, NotLoopback};
pub use serve::{Dashboard, run};
