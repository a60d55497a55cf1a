//! Codes from a fixed list.

use super::csv::{Cells, Fault};

pub(super) use crate::domain::codes::*;

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
        let near = self
            .nearest(value)
            .map(|code| format!(" (nearest: {code})"));
        let reason = format!("it is not {}{}", self.what, near.unwrap_or_default());
        Err(Fault::new(self.column, value, reason))
    }

    /// A code that may be blank and that words may follow (`U1 - Foster placement ...`).
    pub(super) fn leading(&self, cells: &Cells<'_>) -> Result<Option<String>, Fault> {
        let value = cells.get(self.column);
        let code = value.split([' ', '-', ':']).next().unwrap_or_default();
        let known = self.list.iter().find(|c| c.eq_ignore_ascii_case(code));
        known.map_or_else(|| self.optional(cells), |code| Ok(Some((*code).to_owned())))
    }

    /// What a slip of the hand may have meant; none is better than one of another meaning.
    fn nearest(&self, value: &str) -> Option<&'static str> {
        let value = value.to_uppercase();
        let near = |code: &&str| {
            strsim::normalized_damerau_levenshtein(&value, &code.to_uppercase()) >= 0.5
        };
        self.list
            .iter()
            .copied()
            .filter(|code| near(code))
            .max_by(|a, b| {
                likeness(&value, a)
                    .total_cmp(&likeness(&value, b))
                    .then(b.cmp(a))
            })
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
            assert_eq!(PLACES.nearest(value), Some(nearest), "{value}");
        }
        assert_eq!(PLACES.nearest("LODGINGS"), None);
    }
}
