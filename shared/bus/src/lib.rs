#![doc = include_str!("../README.md")]

pub mod connection;
pub mod consumer;
pub mod crash;
pub mod dead_letter;
pub mod due;
pub mod follow;
mod guard;
pub mod landscape;
pub mod lease;
pub mod node;
pub mod outbox;
mod pause;
pub mod question;
pub mod relay;
pub mod server;
pub mod standing;
pub mod trouble;

pub use connection::{Bus, ConnectOptions, NotThere, Unfit};
pub use consumer::{Consumer, Failure, Handler};
pub use crash::CrashPoints;
pub use due::{Due, Worked};
pub use follow::Followed;
pub use landscape::Landscape;
pub use lease::Lease;
pub use node::{Context, Node, Part, run};
pub use question::{Question, Refusal};
pub use standing::Report;
pub use trouble::Troubles;

/// Tables of the outbox, lone attempts, dead letters and leases: every store that meets the bus has them.
pub const MIGRATIONS: store::Migrations = store::Migrations(&[
    (1, "bus", include_str!("../migrations/0001_bus.sql")),
    (2, "lease", include_str!("../migrations/0002_lease.sql")),
]);

/// Every statement of this crate, for the test that prepares them on both engines.
pub fn statements() -> Vec<&'static dyn store::Prepared> {
    [
        &outbox::STATEMENTS[..],
        &dead_letter::STATEMENTS[..],
        &lease::STATEMENTS[..],
    ]
    .concat()
}
