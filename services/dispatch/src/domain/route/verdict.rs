use contracts::{notice::StepState, obligation::Withdrawn};

use crate::domain::{
    child::Child,
    matter::Matter,
    notice::StepRow,
    scene::Scene,
    stages::{Until, Verdict},
    step::StepKey,
};

/// Why nothing more is said about a matter; none while it runs.
pub(super) fn closed(scene: &Scene<'_>, matter: &Matter, child: &Child) -> Option<&'static str> {
    let withdrawn = matter.obligation.withdrawn;
    if child.is_silent(scene.today) || withdrawn == Some(Withdrawn::Died) {
        return Some("the matter is closed");
    }
    match (matter.runs(), withdrawn) {
        (true, _) => None,
        (false, None) => Some("it has been recorded"),
        (false, Some(_)) => Some("its clock has stopped"),
    }
}

pub(super) fn new_step(key: StepKey, batch: Option<u64>, scene: &Scene<'_>) -> StepRow {
    StepRow {
        key,
        state: StepState::Pending,
        message: None,
        leaving: false,
        not_before: None,
        why: None,
        at: scene.now,
        batch,
        said_due: None,
        fresh: true,
    }
}

/// Puts a verdict on a waiting step; gives what is worth recording if anything changed. A hold that has been served is
/// not served twice.
pub(super) fn apply(
    row: &mut StepRow,
    verdict: Verdict,
    scene: &Scene<'_>,
) -> Option<(&'static str, String)> {
    let served = row.not_before.is_some_and(|moment| moment <= scene.now);
    let before = (row.state, row.not_before, row.why.clone());
    let (said, why) = match verdict {
        Verdict::Suppress { why } => {
            row.state = StepState::Suppressed;
            row.why = Some(why.clone());
            ("suppressed", why)
        }
        Verdict::Hold {
            until: Until::Released,
            why,
        } => {
            row.not_before = None;
            row.why = Some(why.clone());
            ("held", why)
        }
        Verdict::Hold {
            until: Until::Moment(moment),
            why,
        } if !served => {
            row.not_before = Some(moment);
            row.why = Some(why.clone());
            ("held", format!("{why}, until {}", calendar::moment(moment)))
        }
        Verdict::Send | Verdict::Hold { .. } => {
            row.not_before = row.not_before.filter(|_| served).or(Some(scene.now));
            row.why = None;
            ("may go", String::new())
        }
    };
    (before != (row.state, row.not_before, row.why.clone())).then_some((said, why))
}
