//! The facts recorded about a child, as entries.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AuthorityCode, ChildId, Event, StaffId, TeamId, streams::CHRONOLOGY};

/// Everything recorded about one child (state stream `CHRONOLOGY`): the whole of it at every change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Chronology {
    pub authority: AuthorityCode,
    pub child: ChildId,
    /// Rises by one with every change of this child's entries.
    pub revision: u64,
    /// The authority's revision this was published with: read no chronology before that revision is known.
    pub authority_revision: u64,
    /// Sorted by kind and key.
    pub entries: Vec<Entry>,
}

impl Event for Chronology {
    const TYPE: &'static str = "chronology.state";
    const STREAM: &'static crate::Stream = &CHRONOLOGY;
}

/// A chronology larger than this is refused by name at intake, in bytes of JSON.
pub const MAX_CHRONOLOGY_BYTES: usize = 900 * 1024;

/// One recorded fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// Unique among the child's entries of this kind, stable from snapshot to snapshot.
    pub key: String,
    /// The source that said so (`ssda903`, ...).
    pub source: String,
    /// When it happened or began. It takes no part before that day.
    #[schemars(with = "String")]
    pub start: Date,
    /// When it ended; an end after the day of evaluation is not known yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub end: Option<Date>,
    /// As-at of the first snapshot that said so: when we knew.
    #[schemars(with = "String")]
    pub known_from: Date,
    /// As-at of the first accepted snapshot that no longer said so. The entry still counts: only a second snapshot
    /// confirms, and then the entry is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub missing_since: Option<Date>,
    #[serde(flatten)]
    pub fact: Fact,
}

/// What kind of fact, and what only that kind has. No names, no addresses, no dates of birth: there is no field.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fact {
    /// A row of looked-after history; contiguous rows make a period of care. Codes are those of the SSDA903 guide.
    CareEpisode {
        /// RNE: `S` started to be looked after, `L` legal status, `P` placement, `T` both, `B`, `U` carer changes.
        start_reason: String,
        /// LS, such as `C2`; `V3` and `V4` are short breaks.
        legal_status: String,
        /// PLACE, such as `U1`.
        placement: String,
        /// REC, such as `X1` (goes on in another row), `E4A` (returned home), `E2` (died).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end_reason: Option<String>,
    },
    /// A looked-after child's review. `start` is the day it was held, or meant to be held if cancelled.
    LookedAfterReview {
        #[serde(default)]
        cancelled: bool,
    },
    /// Somebody's involvement with the child.
    Involvement {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        worker: Option<StaffId>,
        /// The team given with the involvement; else the worker's own team holds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<TeamId>,
        role: InvolvementRole,
        /// Why the worker changed, as coded by the source (`ORGRST`, `LEFTRL`, ...).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change_reason: Option<String>,
    },
    /// Missing (`M`), or away from placement without authorisation (`A`).
    MissingEpisode { code: String },
    /// The family a child belongs to: siblings share `family`.
    Family { family: String },
    /// The child died on `start`. Nothing is due, shown, sent or counted from then on.
    Death,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvolvementRole {
    CaseHolder,
    Reviewer,
    Other,
}

impl Fact {
    /// Every kind, as written in `Entry`'s JSON, in summaries and in `SourceState::supplies`.
    pub const KINDS: [&'static str; 6] = [
        "care_episode",
        "looked_after_review",
        "involvement",
        "missing_episode",
        "family",
        "death",
    ];

    pub fn kind(&self) -> &'static str {
        match self {
            Self::CareEpisode { .. } => "care_episode",
            Self::LookedAfterReview { .. } => "looked_after_review",
            Self::Involvement { .. } => "involvement",
            Self::MissingEpisode { .. } => "missing_episode",
            Self::Family { .. } => "family",
            Self::Death => "death",
        }
    }
}

/// Who holds a child on a day: of two case-holders the later start owns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Holder {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<StaffId>,
    /// The team that holds, also when nobody in it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    /// When the worker's involvement began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub since: Option<Date>,
    /// Who held last, when nobody does: their team still holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_worker: Option<StaffId>,
}

impl Chronology {
    /// Who holds the child on `day`. An involvement that ended on or before `day` holds no longer; when none is open
    /// the team of the last one stays, so that somebody is still told. One that names neither worker nor team says nothing.
    pub fn holder(&self, day: Date) -> Holder {
        let mut held: Vec<_> = self
            .entries
            .iter()
            .filter(|e| e.start <= day)
            .filter_map(|e| match &e.fact {
                Fact::Involvement {
                    worker,
                    team,
                    role: InvolvementRole::CaseHolder,
                    ..
                } if worker.is_some() || team.is_some() => {
                    Some((e.end.is_none_or(|end| end > day), e, worker, team))
                }
                _ => None,
            })
            .collect();
        held.sort_by_key(|(open, e, worker, _)| (*open, worker.is_some(), e.start, e.end, &e.key));
        match held.pop() {
            Some((true, e, Some(worker), team)) => Holder {
                worker: Some(worker.clone()),
                team: team.clone(),
                since: Some(e.start),
                last_worker: None,
            },
            Some((_, _, last, team)) => Holder {
                worker: None,
                team: team.clone(),
                since: None,
                last_worker: last.clone(),
            },
            None => Holder::default(),
        }
    }

    /// The family, when a source gives one.
    pub fn family(&self) -> Option<&str> {
        self.entries.iter().find_map(|e| match &e.fact {
            Fact::Family { family } => Some(family.as_str()),
            _ => None,
        })
    }

    /// True from the snapshot that carries a death on or before `day`: a death entry, or care ceased with `E2`; an `E2`
    /// whose day is not recorded counts from the episode's start, so that nothing is ever sent by mistake.
    pub fn died(&self, day: Date) -> bool {
        self.entries.iter().any(|e| match &e.fact {
            Fact::Death => e.start <= day,
            Fact::CareEpisode {
                end_reason: Some(reason),
                ..
            } => reason == "E2" && e.end.unwrap_or(e.start) <= day,
            _ => false,
        })
    }
}
