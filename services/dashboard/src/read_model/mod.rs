//! What the state streams say, in memory: thrown away at the end and read anew at every start. One entry a child, and
//! a bounded number of notices a person, however long the streams grow.

mod children;
mod notices;
mod workers;
mod world;

pub(crate) use children::{Child, Children, Clock, RECENT_DAYS, Standing};
pub(crate) use notices::Notices;
pub(crate) use workers::{Worker, Workers};
pub(crate) use world::{Change, Known, ReadModel};
