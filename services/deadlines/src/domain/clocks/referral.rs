//! From a referral to its decision and its assessments.

use std::collections::BTreeMap;

use contracts::{Entry, Fact};

use super::desk::{Desk, Start};
use crate::domain::{
    history::History,
    reckon::Met,
    rules::{Rule, Step},
};

/// An outcome or a no-further-action mark, whichever it says, is a decision of an unknown day.
pub(super) fn decided<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    for referral in &history.referrals {
        let Fact::Referral {
            decided,
            no_further_action,
        } = referral.fact
        else {
            continue;
        };
        let mut start = Start::of(referral, Step::Usual).ended(history.end(referral));
        start.met = (decided || no_further_action.is_some()).then(|| Met::undated(referral));
        desk.put(rule, start);
    }
}

/// The first assessment counts from its referral, a later one or one of no known referral from its own start.
pub(super) fn assessments<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    let mut of_referral: BTreeMap<&str, Vec<&'c Entry>> = BTreeMap::new();
    for assessment in &history.assessments {
        let Fact::Assessment { referral, .. } = &assessment.fact else {
            continue;
        };
        of_referral
            .entry(referral.as_deref().unwrap_or_default())
            .or_default()
            .push(assessment);
    }
    let authorised = |a: &'c Entry| {
        history.end(a).map(|end| Met {
            by: a,
            on: Some(end),
        })
    };
    for referral in &history.referrals {
        let closed = history.end(referral);
        let assessments = of_referral
            .remove(referral.key.as_str())
            .unwrap_or_default();
        let none_needed = matches!(
            referral.fact,
            Fact::Referral {
                no_further_action: Some(true),
                ..
            }
        );
        if !(assessments.is_empty() && none_needed) {
            let mut first = Start::of(referral, Step::Usual).ended(closed);
            first.met = assessments.first().and_then(|a| authorised(a));
            desk.put(rule, first);
        }
        for later in assessments.iter().skip(1) {
            let mut start = Start::of(later, Step::Usual).ended(closed);
            start.met = authorised(later);
            desk.put(rule, start);
        }
    }
    for assessment in of_referral.into_values().flatten() {
        let mut start = Start::of(assessment, Step::Usual);
        start.met = authorised(assessment);
        desk.put(rule, start);
    }
}
