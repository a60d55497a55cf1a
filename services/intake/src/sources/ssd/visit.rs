//! What a row of any of the three tables of visits says.

use contracts::{Fact, chronology::VisitPurpose};

use super::cells::{day, key, truth};
use crate::{
    domain::statements::Said,
    sources::{Unused, csv::Cells},
};

/// How a table names its columns.
pub(super) struct Visit {
    pub(super) purpose: VisitPurpose,
    pub(super) id: &'static str,
    pub(super) date: &'static str,
    pub(super) seen: &'static str,
    pub(super) seen_alone: &'static str,
}

impl Visit {
    pub(super) fn to(&self, child: String, cells: &Cells<'_>) -> Result<Vec<Said>, Unused> {
        let start = day(cells, self.date)?.ok_or(Unused::Aside("a visit without a date"))?;
        Ok(vec![Said {
            child,
            start,
            end: None,
            key: key(cells, self.id)?,
            fact: Fact::Visit {
                purpose: self.purpose,
                seen: truth(cells, self.seen)?,
                seen_alone: truth(cells, self.seen_alone)?,
            },
        }])
    }
}
