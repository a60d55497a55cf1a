//! Every verdict with its reason: why somebody was told, or was not.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{child::Child, matter::Matter, policy::Policy, scene::Scene};

/// One verdict. Words are for people who may see the matter: nothing about the child beyond its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// None: about the matter as a whole.
    pub notice: Option<Uuid>,
    pub step: Option<String>,
    /// The stage that decided.
    pub stage: &'static str,
    /// `told`, `held`, `suppressed`, `stood down`, ...
    pub verdict: &'static str,
    pub why: String,
}

/// What was in force when it was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// Where the authority's clock stood; not kept of what was decided before this was.
    #[serde(default)]
    pub now: Option<Timestamp>,
    pub rule: String,
    pub rule_version: u32,
    /// None: no policy fits the rule.
    pub policy_version: Option<u32>,
    pub obligation_revision: u64,
    /// Of the child's chronology: who held.
    pub chronology_revision: u64,
    /// Of the authority: what had been read.
    pub authority_revision: u64,
}

impl Versions {
    pub fn of(scene: &Scene<'_>, matter: &Matter, child: &Child) -> Self {
        let rule = &matter.obligation.rule;
        Self {
            now: Some(scene.now),
            rule: rule.id.clone(),
            rule_version: rule.version,
            policy_version: scene.settings.policies.of(&rule.id).map(Policy::version),
            obligation_revision: matter.obligation.revision,
            chronology_revision: child.held.revision,
            authority_revision: scene.authority.revision,
        }
    }
}
