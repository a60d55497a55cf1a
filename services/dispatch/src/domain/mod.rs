//! What is decided, and nothing that happens: no clock, no store, no bus. Time and rows go in, rows and messages come out.

pub mod batch;
pub mod child;
pub mod fold;
pub mod gather;
pub mod matter;
pub mod notice;
pub mod policy;
pub mod route;
pub mod scene;
pub mod stages;
pub mod step;
#[cfg(test)]
pub(crate) mod testing;
pub mod trace;
pub mod words;
