//! Every statement of this service.

mod authorities;
mod children;
mod snapshots;
mod supervision;
mod told;

use ::store::{Migrations, Prepared};

pub use authorities::{lock, save};
pub use children::{Head, Said, heads, put_children, put_said, revisions, said};
pub use snapshots::{Accepted, accept, answered, imported, last, recent};
pub use supervision::{put_told_supervision, told_revisions, told_supervision};
pub use told::{FactId, events, facts, put_told, told_children};

pub const MIGRATIONS: Migrations = Migrations(&[
    (
        1001,
        "intake",
        include_str!("../../migrations/1001_intake.sql"),
    ),
    (1002, "told", include_str!("../../migrations/1002_told.sql")),
    (
        1003,
        "supervision",
        include_str!("../../migrations/1003_supervision.sql"),
    ),
]);

/// For the test that prepares all of them on both engines.
pub const ALL: &[&dyn Prepared] = &[
    &authorities::LOCK,
    &authorities::SAVE,
    &children::HEADS,
    &children::SAID,
    &children::REVISIONS,
    &children::PUT_SAID,
    &children::PUT_CHILDREN,
    &snapshots::ANSWERED,
    &snapshots::IMPORTED,
    &snapshots::LAST,
    &snapshots::RECENT,
    &snapshots::PUT_SNAPSHOT,
    &snapshots::PUT_SOURCE,
    &supervision::TOLD,
    &supervision::WORKERS,
    &supervision::PUT_TOLD,
    &supervision::PUT_WORKERS,
    &told::EVENTS,
    &told::FACTS,
    &told::CHILDREN,
    &told::PUT_EVENTS,
    &told::PUT_FACTS,
];
