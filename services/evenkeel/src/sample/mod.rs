//! Invented people, teams and histories, labelled synthetic, the same for the same seed: so that a real return without
//! workers reaches somebody, and so that a first start has something to show.

mod allocations;
mod chance;
pub mod cover;
mod episodes;
pub(crate) mod files;
mod names;
pub mod ssd;
mod staff;
mod supervision;
pub mod westshire;

pub use files::{SampleFile, write};
