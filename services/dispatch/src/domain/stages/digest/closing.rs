use jiff::civil::Date;

use super::{Ready, Scene, Seat, Standing, lines::name, words};
use crate::domain::{matter::Matter, policy::Policy, step::Step};

/// Below the lines: who is told next and when, what makes a line go away, how to say it is wrong. What did not fit is
/// counted by the channel, which knows what has fallen away since.
pub(super) fn closing(scene: &Scene<'_>, ready: &[Ready<'_>], own: bool) -> Vec<String> {
    let mut evidence: Vec<&str> = ready.iter().map(|r| r.policy.evidence.as_str()).collect();
    evidence.sort_unstable();
    evidence.dedup();
    vec![
        who_next(scene, ready),
        words::drops_off(&evidence),
        words::wrong(&scene.settings.contact, own),
    ]
}

/// The first day on which a manager hears of one of the worker's own lines; none left, and nobody hears next.
fn who_next(scene: &Scene<'_>, ready: &[Ready<'_>]) -> String {
    let own: Vec<_> = ready
        .iter()
        .filter(|r| r.to.seat == Seat::Worker && r.to.standing == Standing::Own)
        .collect();
    let manager = own.first().and_then(|r| manager_of(scene, r));
    let next: Vec<Date> = own
        .iter()
        .filter_map(|r| manager_told_after(scene, r.policy, r.matter, r.key.step))
        .collect();
    match next.iter().min() {
        Some(first) => words::told_next(manager, *first, next.len() > 1),
        None if own.is_empty() => words::NOBODY_NEXT.to_owned(),
        None => words::told_too(manager),
    }
}

fn manager_of<'a>(scene: &'a Scene<'_>, ready: &Ready<'_>) -> Option<&'a str> {
    let worker = ready.holder.worker.as_ref()?;
    let manager = scene.organisation.managers_of(worker).next()?;
    Some(name(scene, &manager.staff_id))
}

/// The last day on which recording it keeps it from the manager's mail; none: the manager has it already.
fn manager_told_after(
    scene: &Scene<'_>,
    policy: &Policy,
    matter: &Matter,
    step: Step,
) -> Option<Date> {
    let tells = |step: Step| policy.rung(step).tell.contains(&Seat::Manager);
    let settled = matter.settled_on(scene.calendar);
    let quiet_until = settled
        .filter(|day| *day > scene.today)
        .map(|day| scene.calendar.subtract_working_days(day, 1));
    if tells(step) {
        return quiet_until.filter(|_| step != Step::Baseline);
    }
    let due = matter.obligation.due_date;
    let nearer = policy
        .approaching
        .iter()
        .map(|a| a.working_days)
        .filter(|days| {
            tells(Step::Approaching(*days)) && Step::Approaching(*days).nearness() > step.nearness()
        })
        .max();
    let by = match nearer {
        Some(days) => Some(scene.calendar.subtract_working_days(due, days + 1)),
        None => tells(Step::Overdue).then_some(due),
    }?;
    Some(quiet_until.map_or(by, |day| by.max(day)))
}
