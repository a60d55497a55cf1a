//! Supervision held with a worker: what the worker is owed, and the only fact about a worker that starts a clock.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{AuthorityCode, Event, StaffId, Token, TokenKey, ids, streams::SUPERVISION};

/// Supervision was held with a worker (state stream `SUPERVISION`): a subject for each worker and day, so that it is
/// kept for as long as the worker's clocks need it, and recording it twice is recording it once. Nothing of what was
/// said has a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SupervisionHeld {
    pub authority: AuthorityCode,
    /// The worker it was held with, as the directory writes them.
    pub worker: StaffId,
    /// The day it was held.
    #[schemars(with = "String")]
    pub date: Date,
    /// The day on which the source said so: shown as the data's day.
    #[schemars(with = "String")]
    pub as_at: Date,
}

impl Event for SupervisionHeld {
    const TYPE: &'static str = "supervision.held";
    const STREAM: &'static crate::Stream = &SUPERVISION;
}

impl SupervisionHeld {
    /// From the worker and the day alone.
    pub fn id(&self) -> Uuid {
        ids::computed(
            Self::TYPE,
            &[
                self.authority.as_str(),
                self.worker.as_str(),
                &self.date.to_string(),
            ],
        )
    }

    /// The last part of its subject.
    pub fn token(&self, key: &TokenKey) -> Token {
        let held = format!("{}/{}", self.worker, self.date);
        key.token(&self.authority, "supervision", &held)
    }
}
