//! Every statement of this service.

pub mod account;
pub mod mailbox;
pub mod messages;
pub mod sending;

use ::store::{Migrations, Prepared};

pub const MIGRATIONS: Migrations = Migrations(&[
    (
        1001,
        "delivery",
        include_str!("../../migrations/1001_delivery.sql"),
    ),
    (
        1002,
        "mail gathered at",
        include_str!("../../migrations/1002_mail_gathered_at.sql"),
    ),
]);

/// All of them, for the test that prepares them on both engines.
pub const ALL: &[&dyn Prepared] = &[
    &account::ADD,
    &account::COUNTS,
    &account::SHOW,
    &account::NEWEST,
    &mailbox::LAST,
    &mailbox::PUT,
    &mailbox::LIST,
    &mailbox::LIST_OF,
    &mailbox::COUNT,
    &mailbox::COUNT_OF,
    &mailbox::ONE,
    &messages::PUT,
    &messages::QUEUE,
    &messages::CHANGE,
    &sending::PEEK,
    &sending::WAITING,
    &sending::READY,
    &sending::CHANGED,
    &sending::ATTEMPT,
    &sending::ATTEMPT_PART,
    &sending::STAND_DOWN,
    &sending::ACCEPT,
    &sending::SETTLE,
    &sending::INTERRUPTED,
];
