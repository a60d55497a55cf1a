//! A child's deadlines in words: the arithmetic, and the evidence it stands on.

use calendar::{Calendar, day};
use contracts::{Authority, Chronology, Entry, Fact, ObligationState, obligation::Withdrawn};
use jiff::civil::Date;

use super::{
    care::{self, Period},
    reckon::{Reckoned, reckon},
    rules::{Clock, Rules, unit},
    running::{self, Running},
};

/// Everything that bears on a child's deadlines on a day, a line each; what belongs to a deadline is indented.
pub fn explain(
    chronology: &Chronology,
    authority: &Authority,
    rules: &Rules,
    calendar: &Calendar,
    today: Date,
) -> Vec<String> {
    let running = Running::of(rules, authority, today);
    let periods = care::periods(chronology, today);
    let mut lines = vec![
        format!(
            "Child {} of {}, as at {}.",
            chronology.child,
            authority.name,
            day(today)
        ),
        sources(authority),
        holder(chronology, today),
    ];
    if chronology.died(today) {
        lines.push("The child has died: nothing is due.".to_owned());
    }
    lines.extend(periods.iter().flat_map(period));
    if periods.is_empty() {
        lines.push("No period of care is recorded.".to_owned());
    }
    lines.extend(set_aside(chronology, &periods, today));
    for clock in reckon(chronology, &running, calendar, today) {
        lines.extend(deadline(&clock, &periods, calendar, today));
    }
    for status in running::report(rules, authority, today) {
        if !status.runs {
            lines.push(format!(
                "{} ({}) does not run here: {}.",
                status.title, status.id, status.why
            ));
        }
    }
    lines
}

fn sources(authority: &Authority) -> String {
    let sources: Vec<String> = authority
        .sources
        .iter()
        .map(|s| format!("{} as at {}", s.source, day(s.as_at)))
        .collect();
    if sources.is_empty() {
        return "No source has been read yet.".to_owned();
    }
    format!("Read from {}.", sources.join("; "))
}

fn holder(chronology: &Chronology, today: Date) -> String {
    let holder = chronology.holder(today);
    match (holder.worker, holder.since) {
        (Some(worker), Some(since)) => format!("Held by {worker} since {}.", day(since)),
        (Some(worker), None) => format!("Held by {worker}."),
        (None, _) => "No case-holder is recorded.".to_owned(),
    }
}

fn period(period: &Period<'_>) -> Vec<String> {
    let start = day(period.start);
    let span = match period.end {
        Some(end) => format!("In care from {start} to {}", day(end)),
        None => format!("In care since {start}"),
    };
    let entry = match period.entry {
        Some(_) => "became looked after that day",
        None => {
            "when the child became looked after is not recorded, so there is no first review clock \
             and every review runs from the one before"
        }
    };
    vec![format!("{span}: {entry}.")]
}

fn set_aside(chronology: &Chronology, periods: &[Period<'_>], today: Date) -> Vec<String> {
    let known = || care::known(chronology, today);
    let outside = known()
        .filter(|e| {
            matches!(
                e.fact,
                Fact::LookedAfterReview {
                    cancelled: false,
                    planned: false,
                    ..
                }
            )
        })
        .filter(|e| {
            let within =
                |p: &Period<'_>| p.start <= e.start && p.end.is_none_or(|end| e.start <= end);
            !periods.iter().any(within)
        });
    let cancelled = known().filter(|e| {
        matches!(
            e.fact,
            Fact::LookedAfterReview {
                cancelled: true,
                ..
            }
        )
    });
    let short = known().filter(|e| care::is_short_break(e));
    let later = chronology.entries.iter().filter(|e| e.start > today);
    [
        (
            short.count(),
            "row of a short break",
            "rows of short breaks",
            "no part in these clocks",
        ),
        (
            cancelled.count(),
            "cancelled review",
            "cancelled reviews",
            "no part",
        ),
        (
            outside.count(),
            "review outside of a period of care",
            "reviews outside of a period of care",
            "no part",
        ),
        (
            later.count(),
            "fact dated after that day",
            "facts dated after that day",
            "no part yet",
        ),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, one, many, part)| match count {
        1 => format!("1 {one} takes {part}."),
        _ => format!("{count} {many} take {part}."),
    })
    .collect()
}

fn deadline(
    clock: &Reckoned<'_>,
    periods: &[Period<'_>],
    calendar: &Calendar,
    today: Date,
) -> Vec<String> {
    let rule = clock.rule;
    let started = match rule.clock {
        Clock::BecomesLookedAfter => "Became looked after",
        Clock::ReviewHeld => "The review before was held",
    };
    let words = calendar.explain(clock.trigger.start, clock.limit.n, unit(clock.limit.unit));
    let due = day(clock.due);
    let mut lines = vec![
        format!("{}, due {due}: {}.", rule.title, clock.state.as_str()),
        format!(
            "  {started} on {} ({}).",
            day(clock.trigger.start),
            recorded(clock.trigger)
        ),
        format!("  {words}."),
        format!("  {}", outcome(clock, periods, today)),
    ];
    lines.push(format!(
        "  Rule {} version {}: {}.",
        rule.id, rule.version, rule.source
    ));
    lines
}

fn outcome(clock: &Reckoned<'_>, periods: &[Period<'_>], today: Date) -> String {
    if let Some(met) = clock.met {
        let when = if met.start <= clock.due {
            "in time"
        } else {
            "after the due date"
        };
        return format!(
            "Met {when} by the review held on {} ({}).",
            day(met.start),
            recorded(met)
        );
    }
    let ended = || {
        let within = |p: &&Period<'_>| p.start <= clock.trigger.start;
        periods.iter().rev().find(within).and_then(|p| p.end)
    };
    match (clock.withdrawn, clock.state) {
        (Some(Withdrawn::Died), _) => "Stood down: the child has died.".to_owned(),
        (Some(_), _) => ended().map_or_else(
            || "Stood down.".to_owned(),
            |end| format!("Stood down: the period of care ended on {}.", day(end)),
        ),
        (None, ObligationState::Overdue) => {
            format!(
                "Overdue: no review after that is recorded by {}.",
                day(today)
            )
        }
        (None, _) => format!("No review after that is recorded by {}.", day(today)),
    }
}

/// Where a fact comes from: `row 12 of ssda903, first said as at Sat 31 Mar 2018`.
fn recorded(entry: &Entry) -> String {
    let missing = entry.missing_since.map_or_else(String::new, |since| {
        format!(
            "; missing since {}, counted until a second snapshot confirms",
            day(since)
        )
    });
    format!(
        "{} in {}, first said as at {}{missing}",
        entry.key,
        entry.source,
        day(entry.known_from)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::{
        self, Care, authority, cancelled, episode, held_by, looked_after_authority, review,
    };

    fn words(entries: Vec<Entry>, authority: &Authority, today: &str) -> Vec<String> {
        let (rules, calendar) = (Rules::built_in(), Calendar::england_and_wales());
        let chronology = testing::chronology(entries);
        explain(
            &chronology,
            authority,
            &rules,
            &calendar,
            testing::day(today),
        )
    }

    #[test]
    fn a_deadline_shows_its_arithmetic_and_its_evidence() {
        let entries = vec![
            episode("e1", "2025-05-03", None, Care::starts()),
            review("r1", "2025-06-04"),
            held_by("w1", "2025-05-06", None),
            review("r2", "2025-12-01"),
        ];
        assert_eq!(
            words(entries, &looked_after_authority(), "2025-09-08"),
            [
                "Child 1001 of Testshire, as at Mon 8 Sep 2025.",
                "Read from ssda903 as at Mon 2 Jun 2025.",
                "Held by w1 since Tue 6 May 2025.",
                "In care since Sat 3 May 2025: became looked after that day.",
                "1 fact dated after that day takes no part yet.",
                "First review, due Tue 3 Jun 2025: met.",
                "  Became looked after on Sat 3 May 2025 (e1 in ssda903, first said as at Sat 3 May 2025).",
                "  20 working days from Sat 3 May 2025, skipping the bank holidays of 5 and 26 May: due Tue 3 Jun 2025.",
                "  Met after the due date by the review held on Wed 4 Jun 2025 (r1 in ssda903, first said as at Wed 4 Jun 2025).",
                "  Rule en.cla.first-review version 1: Care Planning, Placement and Case Review (England) Regulations 2010, reg. 33(1).",
                "Review, due Thu 4 Sep 2025: overdue.",
                "  The review before was held on Wed 4 Jun 2025 (r1 in ssda903, first said as at Wed 4 Jun 2025).",
                "  3 months from Wed 4 Jun 2025: due Thu 4 Sep 2025.",
                "  Overdue: no review after that is recorded by Mon 8 Sep 2025.",
                "  Rule en.cla.next-review version 1: Care Planning, Placement and Case Review (England) Regulations 2010, reg. 33(2).",
            ]
        );
    }

    #[test]
    fn what_takes_no_part_is_said() {
        let entries = vec![
            episode("e1", "2025-01-06", Some("2025-02-03"), Care::goes_on()),
            episode("e2", "2025-03-03", None, Care::starts().status("V3")),
            review("r1", "2025-01-05"),
            cancelled("r2", "2025-01-07"),
            cancelled("r3", "2025-01-08"),
        ];
        let words = words(entries, &authority(&["care_episode"]), "2025-06-02");
        for line in [
            "No case-holder is recorded.",
            "1 row of a short break takes no part in these clocks.",
            "2 cancelled reviews take no part.",
            "1 review outside of a period of care takes no part.",
            "First review (en.cla.first-review) does not run here: no source supplies reviews of children looked after: expected, cannot be confirmed here.",
        ] {
            assert!(words.iter().any(|w| w == line), "{line}\n{words:#?}");
        }
        let unknown = words.iter().find(|w| w.starts_with("In care from"));
        assert!(
            unknown.is_some_and(|w| w.contains("is not recorded")),
            "{unknown:?}"
        );
    }

    #[test]
    fn a_clock_that_stood_down_says_why() {
        let ended = |reason| {
            let care = Care::starts().ended(reason);
            words(
                vec![episode("e1", "2025-05-03", Some("2025-05-20"), care)],
                &looked_after_authority(),
                "2025-06-02",
            )
        };
        let said =
            |words: Vec<String>, line: &str| assert!(words.iter().any(|w| w == line), "{words:#?}");
        said(
            ended("E4A"),
            "  Stood down: the period of care ended on Tue 20 May 2025.",
        );
        said(ended("E2"), "  Stood down: the child has died.");
        said(ended("E2"), "The child has died: nothing is due.");
    }

    #[test]
    fn evidence_that_went_missing_is_marked() {
        let mut gone = review("r1", "2025-05-30");
        gone.missing_since = Some(testing::day("2025-06-01"));
        let entries = vec![episode("e1", "2025-05-03", None, Care::starts()), gone];
        let words = words(entries, &looked_after_authority(), "2025-06-02");
        let marked = "missing since Sun 1 Jun 2025, counted until a second snapshot confirms";
        assert!(words.iter().any(|w| w.contains(marked)), "{words:#?}");
    }
}
