#![doc = include_str!("../README.md")]

mod clock;
mod guarded;
pub mod signals;
mod tasks;

pub use clock::Clock;
pub use guarded::{Ask, Guarded};
pub use tasks::Tasks;
