//! Every statement of this service.

mod entries;
mod files;
mod supervision;

use ::store::{Migrations, Prepared};

pub use entries::{load, save};
pub use files::{Taken, answered, latest, record, take_turn, taken};
pub use supervision::{
    Whose, first_day_of_supervision, keep_supervision_told, put_supervision_rows,
    put_supervision_said, supervision_record, supervision_rows, supervision_said, supervision_told,
};

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
    (
        1003,
        "supervision",
        include_str!("../../migrations/1003_supervision.sql"),
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
    &supervision::ROWS,
    &supervision::ROWS_OF,
    &supervision::TOLD,
    &supervision::TOLD_OF,
    &supervision::SAID,
    &supervision::SAID_OF,
    &supervision::RECORD,
    &supervision::FIRST,
    &supervision::PUT_ROWS,
    &supervision::PUT_TOLD,
    &supervision::PUT_SAID,
    &supervision::PUT_RECORD,
];
