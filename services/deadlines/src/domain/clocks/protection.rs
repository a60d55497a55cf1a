//! Section 47 enquiries, conferences and protection plans.

use contracts::{Entry, Fact, chronology};
use jiff::civil::Date;

use super::desk::{Desk, Series, Start, Unmet};
use crate::domain::{
    history::{History, is_open_on},
    rules::{Rule, Step},
};

/// What a transfer-in conference's target date is set by.
const TARGET_WORKING_DAYS: u32 = 15;

/// From the strategy discussion to the conference; none on a plan that was open already.
pub(super) fn conferences<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    for enquiry in &history.enquiries {
        let Fact::Section47 {
            referral,
            no_further_action,
        } = &enquiry.fact
        else {
            continue;
        };
        let mut plans = history.protection_plans.iter();
        if *no_further_action == Some(true) || plans.any(|p| is_open_on(p, enquiry.start)) {
            continue;
        }
        let mut referrals = history.referrals.iter();
        let referral = referrals.find(|r| Some(&r.key) == referral.as_ref());
        let closed = referral.and_then(|r| history.end(r));
        desk.put(
            rule,
            Start::of(enquiry, Step::Usual)
                .met(conference(history, enquiry))
                .ended(closed),
        );
    }
}

/// The conference of an enquiry, else the first held on or after its start that is not of another.
fn conference<'c>(history: &History<'c>, enquiry: &Entry) -> Option<&'c Entry> {
    let key = |c: &Entry| match &c.fact {
        Fact::InitialConference {
            section47,
            held: true,
            transfer_in: false,
            ..
        } => Some(section47.clone()),
        _ => None,
    };
    let known = |key: &str| history.enquiries.iter().any(|e| e.key == key);
    let held = || {
        history
            .conferences
            .iter()
            .copied()
            .filter_map(|c| Some((c, key(c)?)))
    };
    let own = held().find(|(_, of)| of.as_ref() == Some(&enquiry.key));
    let next = || {
        held().find(|(c, of)| c.start >= enquiry.start && of.as_ref().is_none_or(|of| !known(of)))
    };
    own.or_else(next).map(|(c, _)| c)
}

/// From the word of another authority; where only the conference and its target are recorded, reckoned back from that.
pub(super) fn transfers<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    let notified = history.steps(chronology::Step::TransferInNotified);
    let transfers = || {
        history
            .conferences
            .iter()
            .copied()
            .filter_map(|c| match c.fact {
                Fact::InitialConference {
                    held,
                    transfer_in: true,
                    target,
                    ..
                } => Some((c, held, target)),
                _ => None,
            })
    };
    for step in &notified {
        let met = transfers().find(|(c, held, _)| *held && c.start >= step.start);
        desk.put(rule, Start::of(step, Step::Usual).met(met.map(|(c, ..)| c)));
    }
    for (conference, held, target) in transfers() {
        let Some(target) =
            target.filter(|_| notified.first().is_none_or(|n| n.start > conference.start))
        else {
            continue;
        };
        let day0 = desk
            .calendar
            .subtract_working_days(target, TARGET_WORKING_DAYS);
        let mut start =
            Start::on(conference, day0, Step::Usual).met(Some(conference).filter(|_| held));
        start.stated_due = Some(target);
        desk.put(rule, start);
    }
}

pub(super) fn core_groups<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    let held = history.steps(chronology::Step::CoreGroup);
    for plan in own_plans(history) {
        let end = history.end(plan);
        desk.series(
            rule,
            &Series {
                first: Some((plan, decided_on(history, plan))),
                held: during(&held, plan.start, end, history.today),
                planned: &[],
                step: &|_, _| Step::Usual,
                unmet: end.map(Unmet::Ended),
            },
        );
    }
}

pub(super) fn reviews<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    let keys: Vec<&str> = history
        .protection_plans
        .iter()
        .map(|p| p.key.as_str())
        .collect();
    for plan in own_plans(history) {
        let end = history.end(plan);
        // Of this plan, or of one that nobody knows.
        let of_plan = |e: &&&'c Entry| match &e.fact {
            Fact::ProtectionReview { plan: Some(of), .. } => {
                *of == plan.key || !keys.contains(&of.as_str())
            }
            _ => true,
        };
        let held = during(&history.protection_reviews, plan.start, end, history.today);
        let held: Vec<&Entry> = held.iter().filter(of_plan).copied().collect();
        let planned: Vec<&Entry> = history
            .planned_protection_reviews
            .iter()
            .filter(of_plan)
            .copied()
            .collect();
        desk.series(
            rule,
            &Series {
                first: Some((plan, decided_on(history, plan))),
                held: &held,
                planned: &planned,
                step: &|_, _| Step::Usual,
                unmet: end.map(Unmet::Ended),
            },
        );
    }
}

/// Plans that this authority holds.
pub(super) fn own_plans<'h, 'c>(history: &'h History<'c>) -> impl Iterator<Item = &'c Entry> + 'h {
    let own = |p: &&&Entry| {
        matches!(
            p.fact,
            Fact::ProtectionPlan {
                other_authority: false,
                ..
            }
        )
    };
    history.protection_plans.iter().filter(own).copied()
}

/// The day of the conference that decided a plan, else the plan's first.
fn decided_on(history: &History<'_>, plan: &Entry) -> Date {
    let Fact::ProtectionPlan {
        conference: Some(key),
        ..
    } = &plan.fact
    else {
        return plan.start;
    };
    let mut held = history.conferences.iter().filter(|c| c.key == *key);
    let held = held.find(|c| matches!(c.fact, Fact::InitialConference { held: true, .. }));
    held.map_or(plan.start, |c| c.start)
}

/// What was held while something was open, its last day included.
pub(super) fn during<'s, 'c>(
    held: &'s [&'c Entry],
    from: Date,
    end: Option<Date>,
    today: Date,
) -> &'s [&'c Entry] {
    crate::domain::care::within(held, from, end.unwrap_or(today))
}
