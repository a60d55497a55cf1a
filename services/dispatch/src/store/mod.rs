//! Every statement of this service.

pub mod account;
pub mod batches;
pub mod children;
pub mod decisions;
pub mod matters;
pub mod notices;
pub mod signals;
pub mod watch;

use ::store::{Migrations, Prepared};

pub const MIGRATIONS: Migrations = Migrations(&[
    (
        1001,
        "dispatch",
        include_str!("../../migrations/1001_dispatch.sql"),
    ),
    (
        1002,
        "seats",
        include_str!("../../migrations/1002_seats.sql"),
    ),
]);

/// All of them, for the test that prepares them on both engines.
pub const ALL: &[&dyn Prepared] = &[
    &account::STATES,
    &account::STATES_EVERYWHERE,
    &account::TALLY,
    &account::TALLIES,
    &account::TALLIES_EVERYWHERE,
    &account::SIGNALS,
    &account::SIGNALS_EVERYWHERE,
    &account::NOBODY,
    &account::NOBODY_EVERYWHERE,
    &batches::SEEN,
    &batches::COMPUTED,
    &batches::UNRELEASED,
    &batches::COUNTS,
    &batches::LAST_COMPUTED,
    &batches::PEOPLE,
    &batches::EARLIER,
    &batches::DECIDE,
    &batches::ONE,
    &batches::HELD,
    &children::PUT,
    &children::OF,
    &children::SUMS,
    &children::A_REVIEWER,
    &children::A_CHAIR,
    &decisions::PUT,
    &decisions::OF_CHILD,
    &matters::HEARD,
    &matters::DUE_BY_CHILD,
    &matters::DUE_ALL,
    &matters::DUE_BY_BATCH,
    &matters::DUE_AGAIN,
    &matters::CLAIM,
    &matters::SAVE,
    &matters::OF,
    &notices::OF_MATTERS,
    &notices::OF_IDS,
    &notices::STEPS_OF_MATTERS,
    &notices::STEPS_OF_NOTICES,
    &notices::PUT,
    &notices::PUT_STEP,
    &notices::READY_ADDRESSEES,
    &notices::READY_NOTICES,
    &notices::NEXT,
    &notices::CARRIED,
    &signals::RECORD,
    &signals::UNANSWERED,
    &signals::ANSWER,
    &watch::LOCK,
    &watch::START,
    &watch::TRY,
    &watch::PUT,
];
