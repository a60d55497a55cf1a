//! Codes from a fixed list.

use super::csv::{Cells, Fault};

// Code lists of the SSDA903 guide, returns of 2016 to 2027. Sources carry codes of earlier years in rows that began then,
// so a list holds all that were valid in any of them.

pub(super) const LEGAL_STATUSES: &[&str] = &[
    "C1", "C2", "D1", "E1", "J1", "J2", "J3", "L1", "L2", "L3", "V1", "V2", "V3", "V4",
];

pub(super) const PLACEMENTS: &[&str] = &[
    "A3", "A4", "A5", "A6", "H5", "K1", "K2", "K3", "P1", "P2", "P3", "R1", "R2", "R3", "R5", "S1",
    "T0", "T1", "T2", "T3", "T4", "U1", "U2", "U3", "U4", "U5", "U6", "Z1", "Z11", "Z12", "Z13",
    "Z14",
];

pub(super) const START_REASONS: &[&str] = &["S", "L", "P", "T", "B", "U"];

pub(super) const END_REASONS: &[&str] = &[
    "X1", "E11", "E12", "E13", "E14", "E15", "E16", "E17", "E2", "E3", "E41", "E43", "E44", "E45",
    "E46", "E47", "E48", "E4A", "E4B", "E5", "E6", "E7", "E8", "E9",
];

pub(super) const WORKER_CHANGES: &[&str] = &[
    "MANAGE", "FCONTA", "LEFTRL", "ORGRST", "TSPROC", "ABSENC", "CHCHAN", "PCCHAN", "SWDIED",
    "OTHERS",
];

/// A column's codes, and what the column is called in words.
pub(super) struct Codes {
    pub column: &'static str,
    pub what: &'static str,
    pub list: &'static [&'static str],
}

impl Codes {
    /// A code that must be there.
    pub(super) fn needed(&self, cells: &Cells<'_>) -> Result<String, Fault> {
        self.optional(cells)?.ok_or_else(|| {
            Fault::new(
                self.column,
                "",
                format!("it is blank: {} is needed", self.what),
            )
        })
    }

    /// A code that may be blank.
    pub(super) fn optional(&self, cells: &Cells<'_>) -> Result<Option<String>, Fault> {
        let value = cells.get(self.column);
        if value.is_empty() {
            return Ok(None);
        }
        if self.list.contains(&value) {
            return Ok(Some(value.to_owned()));
        }
        let reason = format!("it is not {} (nearest: {})", self.what, self.nearest(value));
        Err(Fault::new(self.column, value, reason))
    }

    /// A code that may be blank and that words may follow (`U1 - Foster placement ...`).
    pub(super) fn leading(&self, cells: &Cells<'_>) -> Result<Option<String>, Fault> {
        let value = cells.get(self.column);
        let code = value.split([' ', '-', ':']).next().unwrap_or_default();
        let known = self.list.iter().find(|c| c.eq_ignore_ascii_case(code));
        known.map_or_else(|| self.optional(cells), |code| Ok(Some((*code).to_owned())))
    }

    fn nearest(&self, value: &str) -> &'static str {
        let value = value.to_uppercase();
        self.list
            .iter()
            .copied()
            .max_by(|a, b| {
                likeness(&value, a)
                    .total_cmp(&likeness(&value, b))
                    .then(b.cmp(a))
            })
            .unwrap_or("none")
    }
}

fn likeness(value: &str, code: &str) -> f64 {
    // The letter says what kind of thing it is; a code that shares it is the likelier slip.
    let same_kind = value.chars().next() == code.chars().next();
    strsim::normalized_damerau_levenshtein(value, code) + if same_kind { 0.1 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACES: Codes = Codes {
        column: "PLACE",
        what: "a placement code",
        list: &["A3", "K2", "U1", "U2", "Z1"],
    };

    #[test]
    fn the_nearest_code_is_the_one_with_most_in_common() {
        for (value, nearest) in [
            ("u1", "U1"),
            ("U9", "U1"),
            ("U", "U1"),
            ("K22", "K2"),
            ("A3X", "A3"),
        ] {
            assert_eq!(PLACES.nearest(value), nearest, "{value}");
        }
    }
}
