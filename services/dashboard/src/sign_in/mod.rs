//! One-time links and the sessions they open: until there is sign-in by an identity provider, whoever starts Evenkeel is its operator.

pub(crate) mod cookie;
mod sessions;

pub(crate) use sessions::Sessions;
