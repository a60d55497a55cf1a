//! Every statement of this service.

mod children;
mod progress;
mod workers;

use ::store::{Migrations, Prepared};

pub use children::{
    Claimed, Kept, after, at_once, at_once_all, chronologies, chronology, claim, keep, obligations,
    schedule,
};
pub use progress::{
    Progress, add_signals, complete_batches, establish, established, progress, record, sums, waits,
};

pub use workers::{
    Workers, begin_workers, claim_workers, keep_people, keep_record, keep_reviewers,
    keep_supervision, record_held, schedule_workers, supervision_record, worker, workers,
    workers_after, workers_at_once,
};

pub const MIGRATIONS: Migrations = Migrations(&[
    (
        1001,
        "deadlines",
        include_str!("../../migrations/1001_deadlines.sql"),
    ),
    (
        1002,
        "workers",
        include_str!("../../migrations/1002_workers.sql"),
    ),
]);

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
    &workers::PUT_PERSON,
    &workers::PUT_SUPERVISION,
    &workers::PUT_RECORD,
    &workers::RECORD,
    &workers::AT_ONCE_ALL,
    &workers::PROGRESS,
    &workers::PUT_PROGRESS,
    &workers::CLAIM,
    &workers::SCHEDULE,
    &workers::PEOPLE,
    &workers::SUPERVISION,
    &workers::AFTER,
    &workers::OBLIGATIONS,
    &workers::PUT_OBLIGATIONS,
    &workers::REVIEWS,
    &workers::REVIEWED,
    &workers::PUT_REVIEWED,
];
