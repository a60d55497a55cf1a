//! One file per command. Each opens what it needs, asks, writes what a person reads, and puts everything away.

pub(crate) mod dead_letters;
pub(crate) mod deadlines;
pub(crate) mod held;
pub(crate) mod import;
pub(crate) mod link;
pub(crate) mod play;
pub(crate) mod rules;
pub(crate) mod sample;
pub(crate) mod status;
pub(crate) mod up;
pub(crate) mod why;
