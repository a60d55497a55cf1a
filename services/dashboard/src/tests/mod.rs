//! The pages as a browser meets them: a real server on a real port, over a real broker.

mod doors;
mod live;
mod pages;
mod services;
mod site;
mod who_sees_what;
