//! Code lists.

// Code lists of the SSDA903 guide, returns of 2016 to 2027. Sources carry codes of earlier years in rows that began then,
// so a list holds all that were valid in any of them.

pub const LEGAL_STATUSES: &[&str] = &[
    "C1", "C2", "D1", "E1", "J1", "J2", "J3", "L1", "L2", "L3", "V1", "V2", "V3", "V4",
];

pub const PLACEMENTS: &[&str] = &[
    "A3", "A4", "A5", "A6", "H5", "K1", "K2", "K3", "P1", "P2", "P3", "R1", "R2", "R3", "R5", "S1",
    "T0", "T1", "T2", "T3", "T4", "U1", "U2", "U3", "U4", "U5", "U6", "Z1", "Z11", "Z12", "Z13",
    "Z14",
];

pub const START_REASONS: &[&str] = &["S", "L", "P", "T", "B", "U"];

pub const END_REASONS: &[&str] = &[
    "X1", "E11", "E12", "E13", "E14", "E15", "E16", "E17", "E2", "E3", "E41", "E43", "E44", "E45",
    "E46", "E47", "E48", "E4A", "E4B", "E5", "E6", "E7", "E8", "E9",
];

pub const WORKER_CHANGES: &[&str] = &[
    "MANAGE", "FCONTA", "LEFTRL", "ORGRST", "TSPROC", "ABSENC", "CHCHAN", "PCCHAN", "SWDIED",
    "OTHERS",
];

/// Why a placement changed.
pub const PLACEMENT_CHANGES: &[&str] = &[
    "CARPL", "CLOSE", "ALLEG", "STAND", "CUSTOD", "APPRR", "CREQB", "CREQO", "CHILD", "LAREQ",
    "PLACE", "OTHER",
];

/// Missing, or away from placement without authorisation.
pub const AWAY: &[&str] = &["M", "A"];
