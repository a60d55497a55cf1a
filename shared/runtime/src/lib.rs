#![doc = include_str!("../README.md")]

mod clock;
pub mod signals;
mod tasks;

pub use clock::Clock;
pub use tasks::Tasks;
