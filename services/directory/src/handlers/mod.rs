//! One file per question and event.

pub(crate) mod import_directory;
mod say;
pub(crate) mod supervision_told;

use bus::{Context, landscape::time_zone};
use contracts::AuthorityCode;
use jiff::civil::Date;

/// The authority's own day, else the calendar's.
fn today(context: &Context, authority: &AuthorityCode) -> Date {
    context.landscape.today(authority).unwrap_or_else(|| {
        let now = context.clock.now();
        now.to_zoned(time_zone()).date()
    })
}

#[cfg(test)]
mod tests;
