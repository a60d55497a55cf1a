//! What the contracts promise: the wire's shape, frozen; and the rules everybody asks of them.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails its test")]

mod asyncapi;
mod envelope;
mod events;
mod examples;
mod holder;
mod organisation;
mod viewer;
mod wire;
