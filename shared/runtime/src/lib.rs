#![doc = include_str!("../README.md")]

mod clock;
mod guarded;
mod settings;
pub mod signals;
mod tasks;

pub use clock::Clock;
pub use guarded::{Ask, Guarded};
pub use settings::{Secret, Settings, SettingsError};
pub use tasks::Tasks;
