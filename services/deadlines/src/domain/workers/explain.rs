//! What is due for a person in words: the arithmetic, and the evidence it stands on.

use calendar::day;
use contracts::{Authority, ObligationState, Person, worker::ReviewsTooMany};
use jiff::civil::Date;

use super::{
    Circumstances, Worker,
    supervision::{Reckoned, reckon},
};
use crate::domain::{
    clocks::Clock,
    explain::clock::state,
    rules::{Rules, Step},
    running,
};

/// Everything that bears on one person, a line each; what belongs to a clock is indented. `authority` has the directory
/// among its sources.
pub fn explain(
    worker: &Worker<'_>,
    found: Option<&ReviewsTooMany>,
    (authority, rules): (&Authority, &Rules),
    at: Circumstances<'_>,
) -> Vec<String> {
    let person = worker.person;
    let mut lines = vec![format!(
        "{} of {}, as at {}.",
        person.staff_id,
        authority.name,
        day(at.today)
    )];
    lines.push(match at.record {
        Some(record) => format!(
            "Supervision is recorded from {}, as at {}.",
            day(record.since),
            day(record.as_at)
        ),
        None => "Supervision is not recorded in this authority.".to_owned(),
    });
    lines.extend(of_person(person));
    let clocks = reckon(worker, at);
    for clock in &clocks {
        lines.extend(words(clock, at));
    }
    let runs = clocks.iter().any(|clock| clock.state.is_running());
    if !runs && person.is_absent(at.today) {
        lines.push("Nothing is due while they are away.".to_owned());
    }
    lines.extend(found.map(|found| {
        format!(
            "Reviewing officer of {} children looked after, more than {}, since {}. Rule {} version {}: {}.",
            found.children,
            found.at_most,
            day(found.since),
            found.rule,
            found.version,
            found.source
        )
    }));
    let of_workers = rules.all().iter().filter(|rule| rule.clock.is_of_worker());
    let of_workers: Vec<&str> = of_workers.map(|rule| rule.id.as_str()).collect();
    for status in running::report(rules, authority, at.today) {
        if !status.runs && of_workers.contains(&status.id.as_str()) {
            lines.push(format!(
                "{} ({}) does not run here: {}.",
                status.title, status.id, status.why
            ));
        }
    }
    lines
}

fn of_person(person: &Person) -> Vec<String> {
    let mut lines = Vec::new();
    let mut said = |what: &str, on: Option<Date>| {
        lines.extend(on.map(|on| format!("{what} {}.", day(on))));
    };
    said("At work since", person.start_date);
    said("First year until", person.first_year_until);
    said("Leaves after", person.leave_date);
    for absence in &person.absences {
        let from = day(absence.from);
        lines.push(match absence.to {
            Some(to) => format!("Away from {from} to {}.", day(to)),
            None => format!("Away from {from}, with no day of return yet."),
        });
    }
    if person.manager_id.is_none() {
        lines.push("No manager is recorded.".to_owned());
    }
    lines
}

fn words(clock: &Reckoned<'_>, at: Circumstances<'_>) -> Vec<String> {
    let rule = clock.rule;
    let count = |from| {
        at.calendar
            .explain(from, clock.limit.n, clock.limit.unit.into())
    };
    let began = if clock.after_held {
        "Supervision was held before"
    } else {
        "None is recorded before; work, or the record of it, began"
    };
    let mut lines = vec![
        format!(
            "{}, due {}: {}.",
            rule.title,
            day(clock.due),
            state(clock.state)
        ),
        format!("  {began} on {}.", day(clock.day0)),
        format!("  {}{}.", count(clock.day0), stage(clock)),
    ];
    if let Some(again) = clock.again_from() {
        lines.push(format!(
            "  Away then, so it is counted again from the first day back: {}.",
            count(again)
        ));
    }
    lines.push(match (clock.state, clock.met) {
        (_, Some(met)) => format!("  Held on {}.", day(met)),
        (ObligationState::Withdrawn, None) => "  It ended when they left.".to_owned(),
        (_, None) => format!("  Not recorded by {}.", day(at.today)),
    });
    lines.push(format!(
        "  Rule {} version {}: {}.",
        rule.id, rule.version, rule.source
    ));
    lines
}

fn stage(clock: &Reckoned<'_>) -> &'static str {
    match clock.step {
        Step::SixWeeks => ", in the first 6 weeks",
        Step::SixMonths => ", up to 6 months",
        _ if clock.rule.clock == Clock::WorkerFirstYear => ", after the first 6 months",
        _ => "",
    }
}
