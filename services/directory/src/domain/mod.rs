//! What a directory file says, and what changes because of it. No I/O: bytes and days go in, rows and sentences come out.

pub mod decide;
pub mod derive;
pub mod fields;
pub mod kind;
pub mod known;
pub mod links;
pub mod moment;
pub mod order;
pub mod people;
pub mod row;
pub mod supervision;
pub mod table;
pub mod teams;
pub mod words;

/// A whole file is not taken: what, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);
