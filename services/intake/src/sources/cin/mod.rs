//! The census of children in need (CIN): one XML file a year, with referrals and all that followed from them. Its blocks
//! are read as the rows of tables, each of the elements it is made of and no others; it has no ids but the child's, so a
//! row is known by its day.

mod blocks;
mod stream;

use jiff::civil::Date;

use super::{Shape, Source};
use crate::domain::window::Window;

pub(crate) use stream::reference_date;
pub(super) use stream::{Block, Census};

pub(super) static SOURCE: Source = Source {
    name: "cin",
    shape: Shape::Census,
    window: Window::ReturnYear,
    tables: &[
        blocks::CINDETAILS,
        blocks::CHILD,
        blocks::ASSESSMENTS,
        blocks::PLANS,
        blocks::SECTION47,
        blocks::PROTECTION_PLANS,
        blocks::PROTECTION_REVIEWS,
    ],
    gaps: &[],
};

/// The key of a fact that is known by its day.
fn key_of(day: Date) -> String {
    day.to_string()
}

#[cfg(test)]
mod tests;
