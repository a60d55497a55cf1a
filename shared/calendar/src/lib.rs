#![doc = include_str!("../README.md")]

mod calendar;
mod hours;
mod table;
mod words;

pub use calendar::{Calendar, Due, Unit};
pub use hours::{WorkingHours, london};
pub use words::{day, moment};
