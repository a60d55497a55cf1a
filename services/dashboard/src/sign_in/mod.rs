//! One-time links and the sessions they open: until OpenID Connect is built, whoever starts Evenkeel is its operator.

pub(crate) mod cookie;
mod sessions;

pub(crate) use sessions::Sessions;
