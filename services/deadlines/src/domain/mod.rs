//! What is due, worked out from what is recorded: pure, the day is an argument.

pub mod care;
pub mod clocks;
pub mod decide;
pub mod explain;
pub mod history;
pub mod local;
pub mod overrides;
pub mod placements;
#[cfg(test)]
mod properties;
pub mod reckon;
pub mod rules;
pub mod running;
#[cfg(test)]
mod speed;
#[cfg(test)]
pub(crate) mod testing;
pub mod workers;
