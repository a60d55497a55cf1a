//! What delivery decides, without doing any of it.

pub mod backoff;
pub mod health;
pub mod lines;
pub mod outcome;

pub use backoff::Limits;
pub use health::Health;
pub use lines::Live;
pub use outcome::{Came, Decision, State, Tries, Trouble, Verdict, after};

#[cfg(test)]
mod properties;
