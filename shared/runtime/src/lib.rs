#![doc = include_str!("../README.md")]

mod clock;
mod guarded;
mod health;
mod settings;
pub mod signals;
mod tasks;
pub mod telemetry;
mod tls;

pub use clock::Clock;
pub use guarded::{Ask, Guarded};
pub use health::Health;
pub use settings::{Secret, Settings, SettingsError};
pub use tasks::Tasks;
pub use telemetry::{Metrics, Telemetry, trace};
pub use tls::install_crypto;
