//! Columns that hold codes.

use crate::sources::codes::{
    Codes, END_REASONS, LEGAL_STATUSES, PLACEMENTS, START_REASONS, WORKER_CHANGES,
};

pub(super) const START_REASON: Codes = Codes {
    column: "RNE",
    what: "a reason for a new episode",
    list: START_REASONS,
};

pub(super) const LEGAL_STATUS: Codes = Codes {
    column: "LS",
    what: "a legal status code",
    list: LEGAL_STATUSES,
};

pub(super) const PLACEMENT: Codes = Codes {
    column: "PLACE",
    what: "a placement code",
    list: PLACEMENTS,
};

pub(super) const END_REASON: Codes = Codes {
    column: "REC",
    what: "a reason for the end of an episode",
    list: END_REASONS,
};

pub(super) const AWAY: Codes = Codes {
    column: "MISSING",
    what: "M (missing) or A (away without authorisation)",
    list: crate::domain::codes::AWAY,
};

pub(super) const WORKER_CHANGE: Codes = Codes {
    column: "SW_REASON",
    what: "a reason for a change of social worker",
    list: WORKER_CHANGES,
};
