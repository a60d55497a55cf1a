//! What pages show, worked out without I/O: every query takes the [`Viewer`] who asks and gives nothing else away.

pub(crate) mod banner;
pub(crate) mod board;
pub(crate) mod clock;
pub(crate) mod counts;
pub(crate) mod filter;
pub(crate) mod found;
pub(crate) mod home;
pub(crate) mod horizon;
pub(crate) mod links;
pub(crate) mod my_day;
pub(crate) mod paging;
pub(crate) mod people;
pub(crate) mod place;
pub(crate) mod rules;
pub(crate) mod seen;
pub(crate) mod status;
pub(crate) mod supervision;
pub(crate) mod team;
pub(crate) mod told;
pub(crate) mod words;

#[cfg(test)]
pub(crate) mod fixture;

pub(crate) use place::Place;
