//! Every statement of this service.

mod entries;
mod files;

use ::store::{Migrations, Prepared};

pub use entries::{load, save};
pub use files::{Taken, answered, latest, record, take_turn, taken};

pub const MIGRATIONS: Migrations = Migrations(&[
    (
        1001,
        "directory",
        include_str!("../../migrations/1001_directory.sql"),
    ),
    (
        1002,
        "missing_at",
        include_str!("../../migrations/1002_missing_at.sql"),
    ),
]);

/// All of them, for the test that prepares them on both engines.
pub const ALL: &[&dyn Prepared] = &[
    &entries::PEOPLE,
    &entries::TEAMS,
    &entries::PUT_PEOPLE,
    &entries::PUT_TEAMS,
    &files::ANSWERED,
    &files::LATEST,
    &files::TAKEN,
    &files::TURN,
    &files::PUT,
];
