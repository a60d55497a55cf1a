//! What is due for the people who work there: supervision, by the same rules, limits and states as everything else. And
//! what is found of their work: a reviewing officer with too many children.

mod decide;
mod explain;
mod supervision;
#[cfg(test)]
mod tests;

use calendar::Calendar;
use contracts::{Authority, Person, SourceState, SupervisionRecord};
use jiff::civil::Date;

use super::running::Running;

pub use decide::{Decision, decide};
pub use explain::explain;
pub use supervision::{Reckoned, reckon};

/// The kind of evidence that the directory supplies.
pub const SUPERVISION: &str = "supervision";

/// How long days of supervision are known, and what is closed stays in a list.
const MONTHS: i32 = 13;

/// One person, and what is recorded of them.
#[derive(Clone, Copy, Debug)]
pub struct Worker<'a> {
    pub person: &'a Person,
    /// The days on which they had supervision, in order.
    pub held: &'a [Date],
    /// Children looked after whose reviewing officer they are.
    pub reviews: u64,
}

/// What a person's list depends on besides the person.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    pub running: &'a Running<'a>,
    pub record: Option<&'a SupervisionRecord>,
    pub calendar: &'a Calendar,
    pub today: Date,
}

/// An authority with its directory among its sources, where that records supervision: so a rule runs, or does not, for
/// the same reasons as any other.
pub fn with_directory(authority: &Authority, record: Option<&SupervisionRecord>) -> Authority {
    let mut authority = authority.clone();
    authority.sources.extend(record.map(|record| SourceState {
        source: "directory".to_owned(),
        as_at: record.as_at,
        accepted_at: jiff::Timestamp::UNIX_EPOCH,
        supplies: vec![SUPERVISION.to_owned()],
        visits_seen_unreliable: false,
    }));
    authority
}
