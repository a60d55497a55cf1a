//! Plans and placements that drift: what the dates recorded show together.

use calendar::day;
use contracts::{Entry, Fact};
use jiff::{ToSpan, civil::Date};

use super::{
    desk::{Desk, Found},
    protection::own_plans,
};
use crate::domain::{
    history::{History, is_open_on},
    rules::{Rule, Step, words},
};

/// A plan open for longer than the limit, while it is.
pub(super) fn long_plans<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    let Some(limit) = rule.limit(Step::Usual) else {
        return;
    };
    for plan in own_plans(history) {
        let reached = desk.due(plan.start, None, limit).0;
        let found = Found {
            trigger: plan,
            counted_from: plan.start,
            from: reached.saturating_add(1.day()),
            until: history.end(plan),
            says: format!(
                "the plan began on {}, more than {} ago",
                day(plan.start),
                words(limit)
            ),
        };
        desk.put_found(rule, found);
    }
}

/// A plan that is the third, or a later one, to begin within the limit, while it is open.
pub(super) fn third_plans<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    let Some(limit) = rule.limit(Step::Usual) else {
        return;
    };
    let mut plans: Vec<&Entry> = own_plans(history).collect();
    plans.dedup_by_key(|p| p.start);
    for three in plans.windows(3) {
        let [first, _, third] = three else { continue };
        if third.start > desk.due(first.start, None, limit).0 {
            continue;
        }
        let found = Found {
            trigger: third,
            counted_from: first.start,
            from: third.start,
            until: history.end(third),
            says: format!("3 plans began within {}: on {}", words(limit), days(three)),
        };
        desk.put_found(rule, found);
    }
}

/// An enquiry that starts on an open plan: no conference follows from it, so whoever chairs the plan's should know.
pub(super) fn second_enquiries<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    let Some(limit) = rule.limit(Step::Usual) else {
        return;
    };
    for enquiry in &history.enquiries {
        let Fact::Section47 {
            no_further_action, ..
        } = &enquiry.fact
        else {
            continue;
        };
        let mut plans = history.protection_plans.iter().copied();
        let Some(plan) = plans.find(|p| is_open_on(p, enquiry.start)) else {
            continue;
        };
        if *no_further_action == Some(true) {
            continue;
        }
        let over = desk
            .due(enquiry.start, None, limit)
            .0
            .saturating_add(1.day());
        let found = Found {
            trigger: enquiry,
            counted_from: enquiry.start,
            from: enquiry.start,
            until: history.end(plan).into_iter().chain([over]).min(),
            says: format!(
                "an enquiry began on {} while the plan of {} is open; it leads to no initial conference",
                day(enquiry.start),
                day(plan.start)
            ),
        };
        desk.put_found(rule, found);
    }
}

/// The third placement to begin within the limit after the second review of a period of care; until the limit has passed
/// since the first of them, or the next such placement.
pub(super) fn placements<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    let Some(limit) = rule.limit(Step::Usual) else {
        return;
    };
    for period in &history.periods {
        let Some(second_review) = period.reviews.get(1) else {
            continue;
        };
        let stays = history.stays.iter().filter(|s| {
            s.begins()
                && s.start > second_review.start
                && period.end.is_none_or(|end| s.start < end)
        });
        let begun: Vec<(Date, &Entry)> = stays.map(|s| (s.start, s.entry)).collect();
        let passed = |n: usize| {
            let (start, _) = begun[n];
            desk.due(start, None, limit).0.saturating_add(1.day())
        };
        let mut all = Vec::new();
        for n in 2..begun.len() {
            let ((first, _), (third, trigger)) = (begun[n - 2], begun[n]);
            let over = passed(n - 2);
            if third >= over {
                continue;
            }
            let next = begun.get(n + 1).filter(|(next, _)| *next < passed(n - 1));
            let entries: Vec<&Entry> = begun[n - 2..=n].iter().map(|(_, e)| *e).collect();
            all.push(Found {
                trigger,
                counted_from: first,
                from: third,
                until: next
                    .map(|(next, _)| *next)
                    .into_iter()
                    .chain(period.end)
                    .chain([over])
                    .min(),
                says: format!(
                    "3 placements began within {} after the second review on {}: on {}",
                    words(limit),
                    day(second_review.start),
                    days(&entries)
                ),
            });
        }
        for found in all {
            desk.put_found(rule, found);
        }
    }
}

/// `Mon 6 Jan 2025, Mon 3 Mar 2025 and Tue 6 May 2025`.
fn days(entries: &[&Entry]) -> String {
    let mut days: Vec<String> = entries.iter().map(|e| day(e.start)).collect();
    let last = days.pop().unwrap_or_default();
    format!("{} and {last}", days.join(", "))
}
