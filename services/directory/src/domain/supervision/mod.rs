//! On which days each person had supervision: what files say, what events told, and what is published of both.

mod file;
mod said;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use contracts::StaffId;
use jiff::civil::Date;

use super::moment::Moment;

pub use file::{Taken, take_in};
pub use said::{Sources, record, said};

/// A row of a file: who, and the row's id or else its day.
pub type RowId = (StaffId, String);

/// One supervision as a file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub held_on: Date,
    pub supervisor: Option<StaffId>,
    /// Of the first file that lacked it; only a later file confirms, and then it is removed.
    pub missing_since: Option<Moment>,
    pub removed: bool,
}

/// What an authority's files say, those rows included that are gone.
pub type FileRows = BTreeMap<RowId, Held>;
