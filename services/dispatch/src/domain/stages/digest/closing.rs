use jiff::civil::Date;

use super::{Ready, Scene, Seat, lines::name, words};
use crate::domain::step::Step;

/// Below the lines: who is told next and when, what makes a line go away, how to say it is wrong. What did not fit is
/// counted by the channel, which knows what has fallen away since.
pub(super) fn closing(scene: &Scene<'_>, ready: &[Ready<'_>], own: bool) -> Vec<String> {
    let mut evidence: Vec<&str> = ready.iter().map(|r| r.policy.evidence.as_str()).collect();
    evidence.sort_unstable();
    evidence.dedup();
    let alone = |r: &&Ready<'_>| r.to.seat == Seat::Recorder;
    let some_alone = ready.iter().any(|r| alone(&r)) && !ready.iter().all(|r| alone(&r));
    let mut closing = vec![who_next(scene, ready)];
    closing.extend(some_alone.then(|| words::SOME_ONLY_YOU.to_owned()));
    closing.push(words::drops_off(&evidence));
    closing.push(words::wrong(&scene.settings.contact, own));
    closing
}

/// The first day on which a manager hears of one of the worker's own lines; none left, and nobody hears next.
fn who_next(scene: &Scene<'_>, ready: &[Ready<'_>]) -> String {
    if ready.iter().all(|r| r.to.seat == Seat::Recorder) {
        return words::ONLY_YOU.to_owned();
    }
    // Of what was only found nobody is told next.
    let own: Vec<_> = ready
        .iter()
        .filter(|r| r.is_own() && !r.is_found())
        .collect();
    let worker: Vec<_> = own.iter().filter(|r| r.to.seat == Seat::Worker).collect();
    let manager = worker.first().and_then(|r| manager_of(scene, r));
    let next: Vec<Date> = worker
        .iter()
        .filter_map(|r| manager_told_after(scene, r))
        .collect();
    match next.iter().min() {
        Some(first) => words::told_next(manager, *first, next.len() > 1),
        None if own.is_empty() => words::NOBODY_NEXT.to_owned(),
        None if worker.is_empty() => words::OWN_LINE.to_owned(),
        None => words::told_too(manager),
    }
}

fn manager_of<'a>(scene: &'a Scene<'_>, ready: &Ready<'_>) -> Option<&'a str> {
    let worker = ready.holder.worker.as_ref()?;
    let manager = scene.organisation.managers_of(worker).next()?;
    Some(name(scene, &manager.staff_id))
}

/// The last day on which recording it keeps it from the manager's mail; none: the manager has it already.
fn manager_told_after(scene: &Scene<'_>, ready: &Ready<'_>) -> Option<Date> {
    let Ready { matter, policy, .. } = ready;
    let (calendar, obligation) = (scene.calendar, &matter.obligation);
    let settled = matter.settled_on(calendar);
    let quiet_until = settled
        .filter(|day| *day > scene.today)
        .map(|day| calendar.subtract_working_days(day, 1));
    // A handover stands for the rung in force when it came.
    let step = match ready.key.step {
        Step::Handover(_) | Step::Unheld(_) => matter.in_force,
        step => step,
    };
    let told = policy.rung(step, obligation).tell.contains(&Seat::Manager);
    if told && step != Step::Raised {
        return quiet_until.filter(|_| step != Step::Baseline);
    }
    let by = policy.told_unless_by(Seat::Manager, step, obligation, calendar)?;
    Some(quiet_until.map_or(by, |day| by.max(day)))
}
