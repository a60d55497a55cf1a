//! The facts recorded about a child, as entries.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use jiff::civil::{Date, Time, date};
use schemars::{JsonSchema, schema_for};
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

/// The `start` of a fact that has no day of its own, such as belonging to a family.
pub const UNDATED: Date = date(1900, 1, 1);

/// What kind of fact, and what only that kind has. No names, no addresses, no dates of birth: there is no field.
///
/// What a source leaves blank is `None`: not recorded is not "no".
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fact {
    /// A referral; `end` is the day it was closed.
    Referral {
        /// An outcome is recorded, whichever.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        decided: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        no_further_action: Option<bool>,
    },
    /// An assessment; `end` is the day it was authorised.
    Assessment {
        /// Key of the referral.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        referral: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        child_seen: Option<bool>,
    },
    /// A section 47 enquiry: `start` is the day of the strategy discussion, `end` the day it was completed.
    Section47 {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        referral: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        no_further_action: Option<bool>,
    },
    /// An initial child protection conference; `start` is the day it was held, or, when it was not, `target`.
    InitialConference {
        /// Key of the section 47 enquiry.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        section47: Option<String>,
        held: bool,
        /// The case has come from another authority.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        transfer_in: bool,
        /// A plan was decided.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        plan_decided: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<String>")]
        target: Option<Date>,
    },
    ChildInNeedPlan {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        referral: Option<String>,
    },
    ProtectionPlan {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        referral: Option<String>,
        /// Key of the conference that decided it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conference: Option<String>,
        /// Held by another authority: no local clock.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        other_authority: bool,
    },
    /// A review conference; `start` is the day it was held, or, when it was not, the day the source says it is due.
    ProtectionReview {
        /// Key of the plan.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        plan: Option<String>,
        held: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        continues: Option<bool>,
        /// The source's own due date.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<String>")]
        stated_due: Option<Date>,
    },
    Visit {
        /// The table it was recorded in; it counts for whatever is open.
        purpose: VisitPurpose,
        /// Was the child seen?
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen_alone: Option<bool>,
    },
    /// A row of looked-after history; contiguous rows make a period of care. Codes are those of the SSDA903 guide.
    CareEpisode {
        /// RNE: `S` started to be looked after, `L` legal status, `P` placement, `T` both, `B`, `U` carer changes.
        start_reason: String,
        /// LS, such as `C2`; `V3` and `V4` are short breaks. Blank: the source keeps it apart (`LegalStatus`).
        legal_status: String,
        /// PLACE, such as `U1`. Blank: the source keeps it apart (`Placement`).
        placement: String,
        /// REC, such as `X1` (goes on in another row), `E4A` (returned home), `E2` (died).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end_reason: Option<String>,
        /// The day the source says the present period of care began.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<String>")]
        entered_care: Option<Date>,
    },
    /// A legal status of its own (LS, such as `C2`).
    LegalStatus { code: String },
    /// A placement of its own.
    Placement {
        /// PLACE, such as `U1`.
        code: String,
        /// Miles from home, in tenths; none when not known (999.9).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        distance_tenths: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change_reason: Option<String>,
    },
    /// A looked-after child's review. `start` is the day it was held, or meant to be held if cancelled or planned.
    LookedAfterReview {
        #[serde(default)]
        cancelled: bool,
        /// Not held yet: `start` is the source's own due date.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        planned: bool,
        /// The source's own due date.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<String>")]
        stated_due: Option<Date>,
    },
    /// A health assessment held. Nothing else about health is kept.
    HealthAssessment,
    /// Missing (`M`), or away from placement without authorisation (`A`); `end` is the day of return.
    MissingEpisode {
        code: String,
        /// The time of return; none when only the day is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<String>")]
        returned_at: Option<Time>,
        #[serde(default)]
        interview: ReturnInterview,
    },
    /// Eligibility as a care leaver, latest only.
    CareLeaver { eligibility: Eligibility },
    /// A pathway plan started or reviewed, latest only in the source.
    PathwayPlan,
    /// A young person and their adviser were in touch, latest only in the source.
    CareLeaverContact,
    /// Placed for adoption; `end` is the day of the order.
    PlacedForAdoption,
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
    /// The family a child belongs to: siblings share `family`.
    Family { family: String },
    /// The child is of this age from `start` on.
    AgeBand { band: AgeBand },
    /// The child died on `start`. Nothing is due, shown, sent or counted from then on.
    Death,
    /// One more thing done or begun that no return carries: told by an event.
    Step { step: Step },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VisitPurpose {
    ChildInNeed,
    Protection,
    LookedAfter,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReturnInterview {
    #[default]
    NotRecorded,
    NotOffered,
    /// Whether it was held is not recorded.
    Offered,
    NotNeeded,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Eligibility {
    Eligible,
    Relevant,
    FormerRelevant,
    Qualifying,
    None,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum AgeBand {
    #[serde(rename = "0-4")]
    UnderFive,
    #[serde(rename = "5-15")]
    FiveToFifteen,
    #[serde(rename = "16-17")]
    SixteenAndSeventeen,
    #[serde(rename = "18+")]
    Adult,
}

/// What events tell of that no return carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    TransferInNotified,
    CoreGroup,
    ChildInNeedReview,
    EducationPlan,
    EmergencyPlacement,
    PlacementNotified,
    /// `end`: the arrangement ended.
    PrivateFostering,
    PrivateFosteringVisit,
    /// `end`: the final order.
    CareApplication,
    ReviewerTold,
    ReviewDecisions,
    ReviewRecord,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvolvementRole {
    CaseHolder,
    /// Independent reviewing officer of a child looked after.
    Reviewer,
    /// Chair of child protection conferences.
    ConferenceChair,
    Other,
}

impl Fact {
    /// Every kind, as written in summaries, in rules and in `SourceState::supplies`; a step counts as a kind of its own.
    pub const KINDS: [&'static str; 34] = [
        "referral",
        "assessment",
        "section47",
        "initial_conference",
        "child_in_need_plan",
        "protection_plan",
        "protection_review",
        "visit",
        "care_episode",
        "legal_status",
        "placement",
        "looked_after_review",
        "health_assessment",
        "missing_episode",
        "care_leaver",
        "pathway_plan",
        "care_leaver_contact",
        "placed_for_adoption",
        "involvement",
        "family",
        "age_band",
        "death",
        "transfer_in_notified",
        "core_group",
        "child_in_need_review",
        "education_plan",
        "emergency_placement",
        "placement_notified",
        "private_fostering",
        "private_fostering_visit",
        "care_application",
        "reviewer_told",
        "review_decisions",
        "review_record",
    ];

    /// The fields of a fact, by its `kind` as written; none where there is no such kind.
    pub fn fields(kind: &str) -> Option<&'static BTreeSet<String>> {
        static FIELDS: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
            let schema = schema_for!(Fact).to_value();
            let shapes = schema["oneOf"].as_array().into_iter().flatten();
            let fields = shapes.filter_map(|shape| {
                let fields = shape["properties"].as_object()?;
                let kind = fields.get("kind")?["const"].as_str()?;
                Some((kind.to_owned(), fields.keys().cloned().collect()))
            });
            fields.collect()
        });
        FIELDS.get(kind)
    }

    /// A review held, or meant to be held and cancelled.
    pub fn looked_after_review(cancelled: bool) -> Self {
        Self::LookedAfterReview {
            cancelled,
            planned: false,
            stated_due: None,
        }
    }

    /// A missing episode of which only days are known.
    pub fn missing(code: &str) -> Self {
        Self::MissingEpisode {
            code: code.to_owned(),
            returned_at: None,
            interview: ReturnInterview::NotRecorded,
        }
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Self::Referral { .. } => "referral",
            Self::Assessment { .. } => "assessment",
            Self::Section47 { .. } => "section47",
            Self::InitialConference { .. } => "initial_conference",
            Self::ChildInNeedPlan { .. } => "child_in_need_plan",
            Self::ProtectionPlan { .. } => "protection_plan",
            Self::ProtectionReview { .. } => "protection_review",
            Self::Visit { .. } => "visit",
            Self::CareEpisode { .. } => "care_episode",
            Self::LegalStatus { .. } => "legal_status",
            Self::Placement { .. } => "placement",
            Self::LookedAfterReview { .. } => "looked_after_review",
            Self::HealthAssessment => "health_assessment",
            Self::MissingEpisode { .. } => "missing_episode",
            Self::CareLeaver { .. } => "care_leaver",
            Self::PathwayPlan => "pathway_plan",
            Self::CareLeaverContact => "care_leaver_contact",
            Self::PlacedForAdoption => "placed_for_adoption",
            Self::Involvement { .. } => "involvement",
            Self::Family { .. } => "family",
            Self::AgeBand { .. } => "age_band",
            Self::Death => "death",
            Self::Step { step } => step.kind(),
        }
    }
}

impl Step {
    pub fn kind(self) -> &'static str {
        match self {
            Self::TransferInNotified => "transfer_in_notified",
            Self::CoreGroup => "core_group",
            Self::ChildInNeedReview => "child_in_need_review",
            Self::EducationPlan => "education_plan",
            Self::EmergencyPlacement => "emergency_placement",
            Self::PlacementNotified => "placement_notified",
            Self::PrivateFostering => "private_fostering",
            Self::PrivateFosteringVisit => "private_fostering_visit",
            Self::CareApplication => "care_application",
            Self::ReviewerTold => "reviewer_told",
            Self::ReviewDecisions => "review_decisions",
            Self::ReviewRecord => "review_record",
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

    /// Who is involved in this role on `day`, such as the reviewing officer; of several the last to begin.
    pub fn seated(&self, wanted: InvolvementRole, day: Date) -> Option<&StaffId> {
        let open = self
            .entries
            .iter()
            .filter(|e| e.start <= day && e.end.is_none_or(|end| end > day));
        let seated = open.filter_map(|e| match &e.fact {
            Fact::Involvement {
                worker: Some(worker),
                role,
                ..
            } if *role == wanted => Some((e.start, &e.key, worker)),
            _ => None,
        });
        seated.max().map(|(_, _, worker)| worker)
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
