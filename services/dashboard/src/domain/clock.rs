//! One clock as a row, with the whole of its reasoning.

use contracts::{
    ChildId,
    obligation::{Limit, RuleKind},
};
use jiff::civil::Date;

use super::{Place, counts::Kind, words::day};
use crate::read_model::{Child, Clock, Standing};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClockRow {
    /// Stays the same from one showing to the next, so that an open fold-out stays open.
    pub(crate) anchor: String,
    pub(crate) child: String,
    pub(crate) what: String,
    /// `Due`, or `Since` where nothing is.
    pub(crate) lead: &'static str,
    /// `Wed 7 May 2025`.
    pub(crate) due: String,
    /// `in 6 working days`.
    pub(crate) distance: String,
    /// A visit that counts for nothing yet.
    pub(crate) note: Option<String>,
    /// None: nobody holds the child.
    pub(crate) holder: Option<String>,
    pub(crate) tag: Tag,
    pub(crate) why: Why,
}

/// A state in words, and the style that repeats it; the words alone are enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) text: &'static str,
    pub(crate) style: &'static str,
}

/// How a date was worked out: arithmetic, trigger, evidence, rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Why {
    pub(crate) arithmetic: String,
    /// The source's own date, where it is another.
    pub(crate) stated: Option<String>,
    pub(crate) trigger: String,
    pub(crate) evidence: String,
    pub(crate) rule: String,
    pub(crate) source: String,
    pub(crate) data_as_at: String,
    /// Running already when the data were first read.
    pub(crate) baseline: bool,
}

impl ClockRow {
    pub(crate) fn new(
        place: &Place<'_>,
        id: &ChildId,
        child: &Child,
        clock: &Clock,
        kind: Kind,
    ) -> Self {
        let due = match clock.due_time {
            Some(time) => format!("{} by {}", day(clock.due_date), time.strftime("%H:%M")),
            None => day(clock.due_date),
        };
        let (distance, note) = match &clock.standing {
            Standing::Running => (place.distance(clock.due_date), clock.attempted.map(tried)),
            Standing::Met { on, .. } => (took_place(clock.due_date, *on), None),
        };
        Self {
            anchor: format!("clock-{}", clock.obligation),
            child: id.to_string(),
            what: clock.rule.title.clone(),
            lead: "Due",
            due,
            distance,
            note,
            holder: place.holder_name(&child.holder),
            tag: tag(clock, kind),
            why: Why::new(place, clock),
        }
    }
}

impl ClockRow {
    /// What was found without anything being due.
    pub(crate) fn found(place: &Place<'_>, id: &ChildId, child: &Child, clock: &Clock) -> Self {
        let says = clock.found.as_deref().unwrap_or_default();
        let mut why = Why::new(place, clock);
        why.arithmetic = format!("True since {}: {says}", day(clock.due_date));
        why.evidence = format!("record {}", clock.started_by);
        Self {
            lead: "Since",
            distance: says.to_owned(),
            tag: Tag {
                text: "To look at",
                style: "soon",
            },
            why,
            ..Self::new(place, id, child, clock, Kind::Later)
        }
    }
}

fn tried(on: Date) -> String {
    format!("a visit on {} is recorded; the child was not seen", day(on))
}

fn took_place(due: Date, on: Date) -> String {
    if on <= due {
        format!("took place {}, in time", day(on))
    } else {
        format!("took place {}, after its date", day(on))
    }
}

fn tag(clock: &Clock, kind: Kind) -> Tag {
    let (text, style) = match (kind, &clock.standing) {
        (_, Standing::Met { on, .. }) if *on > clock.due_date => ("Recorded late", "met-late"),
        (Kind::Met, _) => ("Recorded", "met"),
        (Kind::Late, _) => ("Late, not recorded", "late"),
        (Kind::Soon, _) => ("Due soon", "soon"),
        (Kind::Later, _) => ("Coming", "later"),
    };
    Tag { text, style }
}

impl Why {
    fn new(place: &Place<'_>, clock: &Clock) -> Self {
        let Limit { n, unit } = clock.rule.limit;
        let unit = unit.into();
        let mut arithmetic = place.calendar.explain(clock.trigger_date, n, unit);
        if place.calendar.add(clock.trigger_date, n, unit).date != clock.due_date {
            arithmetic = format!("{arithmetic}. The rule itself gave {}", day(clock.due_date));
        }
        let as_at = place
            .data_as_at()
            .map_or_else(|| "not known".to_owned(), day);
        let evidence = match &clock.standing {
            Standing::Running => format!("none recorded in the data as at {as_at}"),
            Standing::Met { on, by: Some(by) } => format!("{}, record {by}", day(*on)),
            Standing::Met { on, by: None } => day(*on),
        };
        Self {
            arithmetic,
            stated: clock.stated_due.map(day),
            trigger: format!("{}, record {}", day(clock.trigger_date), clock.started_by),
            evidence,
            rule: format!(
                "{}, version {}, {}",
                clock.rule.id,
                clock.rule.version,
                set_by(clock.rule.kind)
            ),
            source: clock.rule.source.clone(),
            data_as_at: as_at,
            baseline: clock.baseline,
        }
    }
}

fn set_by(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::National => "a national limit",
        RuleKind::Guidance => "from guidance",
        RuleKind::Local => "set by the authority",
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{
        domain::{
            counts,
            fixture::{Fixture, held, met, open},
        },
        read_model::Children,
    };

    fn row(obligation: contracts::Obligation) -> ClockRow {
        let fixture = Fixture::new();
        let place = fixture.place();
        let mut children = Children::default();
        children.apply(held("1", "w1", vec![obligation]));
        let (id, child) = children.living().next().unwrap();
        let clock = &child.clocks[0];
        let kind = counts::kind(clock, place.today, place.soon_until()).unwrap();
        ClockRow::new(&place, id, child, clock, kind)
    }

    #[test]
    fn a_running_clock_shows_its_arithmetic_and_that_nothing_is_recorded() {
        let row = row(open(date(2025, 5, 14)));
        assert_eq!(
            (row.due.as_str(), row.distance.as_str()),
            ("Wed 14 May 2025", "in 6 working days")
        );
        assert_eq!(row.tag.text, "Coming");
        assert_eq!(
            row.why.arithmetic,
            "20 working days from Fri 11 Apr 2025, skipping the bank holidays of 18 and 21 April and 5 May: due Wed 14 May 2025"
        );
        assert_eq!(row.why.trigger, "Fri 11 Apr 2025, record S-2025-04-11");
        assert_eq!(
            row.why.evidence,
            "none recorded in the data as at Tue 6 May 2025"
        );
        assert_eq!(
            row.why.rule,
            "en.cla.first-review, version 1, a national limit"
        );
    }

    #[test]
    fn a_late_clock_is_called_not_recorded_and_evidence_after_the_date_still_counts() {
        assert_eq!(row(open(date(2025, 5, 1))).tag.text, "Late, not recorded");
        let late = contracts::Obligation {
            due_date: date(2025, 4, 24),
            ..met(date(2025, 4, 28))
        };
        let row = row(late);
        assert_eq!(row.tag.text, "Recorded late");
        assert_eq!(row.distance, "took place Mon 28 Apr 2025, after its date");
        assert!(row.why.evidence.contains("record R-2025-04-28"));
    }

    #[test]
    fn a_time_a_visit_that_missed_the_child_and_another_date_of_the_system_are_shown() {
        let row = row(contracts::Obligation {
            due_time: Some(jiff::civil::time(15, 30, 0, 0)),
            attempted: Some(date(2025, 5, 3)),
            stated_due: Some(date(2025, 5, 16)),
            ..open(date(2025, 5, 14))
        });
        assert_eq!(row.due, "Wed 14 May 2025 by 15:30");
        assert_eq!(
            row.note.as_deref(),
            Some("a visit on Sat 3 May 2025 is recorded; the child was not seen")
        );
        assert_eq!(row.why.stated.as_deref(), Some("Fri 16 May 2025"));
    }

    #[test]
    fn a_date_that_is_not_the_sum_says_so() {
        let odd = contracts::Obligation {
            due_date: date(2025, 5, 12),
            ..open(date(2025, 5, 14))
        };
        assert!(
            row(odd)
                .why
                .arithmetic
                .ends_with("The rule itself gave Mon 12 May 2025")
        );
    }
}
