//! Every statement of this service.

mod children;
mod progress;

use ::store::{Migrations, Prepared};

pub use children::{
    Claimed, Kept, after, at_once, at_once_all, chronologies, chronology, claim, keep, obligations,
    schedule,
};
pub use progress::{
    Progress, add_signals, complete_batches, establish, established, progress, record, sums, waits,
};

pub const MIGRATIONS: Migrations = Migrations(&[(
    1001,
    "deadlines",
    include_str!("../../migrations/1001_deadlines.sql"),
)]);

/// All of them, for the test that prepares them on both engines.
pub const ALL: &[&dyn Prepared] = &[
    &children::PUT_CHRONOLOGY,
    &children::AT_ONCE,
    &children::AT_ONCE_ALL,
    &children::CLAIM,
    &children::CHRONOLOGIES,
    &children::CHRONOLOGY,
    &children::AFTER,
    &children::OBLIGATIONS,
    &children::PUT_OBLIGATIONS,
    &children::SCHEDULE,
    &progress::PROGRESS,
    &progress::RECORD,
    &progress::ESTABLISHED,
    &progress::ESTABLISH,
    &progress::UNESTABLISH,
    &progress::SUMS,
    &progress::WAITS,
    &progress::ADD_SIGNALS,
    &progress::COMPLETE,
    &progress::FORGET,
];
