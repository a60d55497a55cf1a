//! One clock as a row, with the whole of its reasoning.

use calendar::Unit;
use contracts::{
    ChildId,
    obligation::{Limit, LimitUnit, RuleKind},
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
    /// `Wed 7 May 2025`.
    pub(crate) due: String,
    /// `in 6 working days`.
    pub(crate) distance: String,
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
    pub(crate) trigger: String,
    pub(crate) evidence: String,
    pub(crate) rule: String,
    pub(crate) source: String,
    pub(crate) data_as_at: String,
    pub(crate) notes: Vec<&'static str>,
}

impl ClockRow {
    pub(crate) fn new(
        place: &Place<'_>,
        id: &ChildId,
        child: &Child,
        clock: &Clock,
        kind: Kind,
    ) -> Self {
        let (due, distance) = match &clock.standing {
            Standing::Running => (day(clock.due_date), place.distance(clock.due_date)),
            Standing::Met { on, .. } => (day(clock.due_date), recorded(clock.due_date, *on)),
        };
        Self {
            anchor: format!("clock-{}", clock.obligation),
            child: id.to_string(),
            what: clock.rule.title.clone(),
            due,
            distance,
            holder: place.holder_name(&child.holder),
            tag: tag(clock, kind),
            why: Why::new(place, clock),
        }
    }
}

fn recorded(due: Date, on: Date) -> String {
    if on <= due {
        format!("recorded for {}, in time", day(on))
    } else {
        format!("recorded for {}, after its date", day(on))
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
        let unit = match unit {
            LimitUnit::WorkingDays => Unit::WorkingDays,
            LimitUnit::Days => Unit::Days,
            LimitUnit::Months => Unit::Months,
        };
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
        let mut notes = Vec::new();
        if clock.baseline {
            notes.push("It was already running when these data were first read.");
        }
        Self {
            arithmetic,
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
            notes,
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
