//! Filters of the templates.
#![expect(unreachable_pub, reason = "written by the macro")]

use crate::domain::words;

/// `2,123`.
#[askama::filter_fn]
pub(crate) fn number(n: &u64, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(words::number(*n))
}

/// `a, b and c`.
#[askama::filter_fn]
pub(crate) fn and(parts: &[String], _: &dyn askama::Values) -> askama::Result<String> {
    Ok(words::and(parts))
}
