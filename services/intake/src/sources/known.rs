//! What the rows read so far have said that later rows refer to.

use std::collections::{BTreeMap, HashMap};

use contracts::chronology::InvolvementRole;
use jiff::civil::Date;

use super::roles::Roles;

/// Built while a source is read, table after table in the order of the source.
#[derive(Debug)]
pub struct Known {
    pub as_at: Date,
    pub roles: Roles,
    /// The staff id of a worker, by the id that rows name them with.
    pub workers: HashMap<String, String>,
    /// A team's id, by its name in lower case.
    pub teams: HashMap<String, String>,
    /// Whose referral it is.
    pub referrals: HashMap<String, String>,
    /// Whose period of care it is.
    pub care: HashMap<String, String>,
    /// Role codes that nobody has mapped, and how many rows have them.
    pub unmapped_roles: BTreeMap<String, u64>,
    /// Whose row the present one is, where its first column does not say.
    pub whose: Option<String>,
}

impl Known {
    pub fn new(as_at: Date, roles: Roles) -> Self {
        Self {
            as_at,
            roles,
            workers: HashMap::new(),
            teams: HashMap::new(),
            referrals: HashMap::new(),
            care: HashMap::new(),
            unmapped_roles: BTreeMap::new(),
            whose: None,
        }
    }

    pub fn role(&mut self, code: &str) -> InvolvementRole {
        self.roles.of(code).unwrap_or_else(|| {
            *self.unmapped_roles.entry(code.to_owned()).or_default() += 1;
            InvolvementRole::Other
        })
    }
}
