//! What is due for each person who works there, as far as pages show it.

use std::collections::BTreeMap;

use contracts::{StaffId, WorkerObligation, WorkerObligations, worker::ReviewsTooMany};
use jiff::civil::Date;

/// One person: the clock that runs, when supervision was last recorded, and whether they review too many children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Worker {
    revision: u64,
    pub(crate) running: Option<WorkerObligation>,
    pub(crate) last_held: Option<Date>,
    pub(crate) reviews: Option<ReviewsTooMany>,
}

/// The people of one authority.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Workers {
    by_id: BTreeMap<StaffId, Worker>,
}

impl Workers {
    /// Takes a person's list if newer than the one held; true if something changed.
    pub(crate) fn apply(&mut self, list: WorkerObligations) -> bool {
        let held = self.by_id.get(&list.staff_id);
        if held.is_some_and(|held| held.revision >= list.revision) {
            return false;
        }
        let all = list.obligations.iter().map(|o| &o.obligation);
        let met = all.clone().filter_map(|o| o.met_date);
        let began = all.filter(|o| o.started_by != "start");
        let last_held = met.chain(began.map(|o| o.trigger_date)).max();
        let mut obligations = list.obligations.into_iter();
        let worker = Worker {
            revision: list.revision,
            running: obligations.find(|o| o.obligation.state.is_running()),
            last_held,
            reviews: list.reviews,
        };
        self.by_id.insert(list.staff_id, worker);
        true
    }

    pub(crate) fn get(&self, person: &StaffId) -> Option<&Worker> {
        self.by_id.get(person)
    }
}
