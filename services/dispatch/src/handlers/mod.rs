//! What comes in: a file per event or question. Events are only recorded and marked; `work` decides.

pub(crate) mod chronology;
pub(crate) mod questions;
pub(crate) mod receipts;
pub(crate) mod signals;
mod why;
