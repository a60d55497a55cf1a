//! Who is told what: records compiled in from `policy/`, a file for each ladder with the rules that climb it and their words.

use std::collections::BTreeMap;

use calendar::Calendar;
use contracts::obligation::{Limit, LimitUnit, Obligation};
use jiff::civil::Date;
use serde::Deserialize;

use super::step::Step;

/// Every rule's policy: its own, else that of the longest beginning that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policies(BTreeMap<String, Policy>);

/// What one rule's matters are called, and who is told of them when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What one of these is called: `review`.
    pub one: String,
    pub many: String,
    /// What makes a line go away, for people: `a review held is recorded`.
    pub evidence: String,
    new_within_days: Option<u32>,
    /// The rule's name and law would tell of legal status or adoption: they are on the page only.
    pub discreet: bool,
    ladder: Ladder,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rules: BTreeMap<String, Words>,
    version: u32,
    /// None: as the limit says.
    #[serde(default)]
    cadence: Option<Cadence>,
    raised: Rung,
    baseline: Rung,
    #[serde(default)]
    rung: Vec<Mark>,
    overdue: Rung,
    #[serde(default = "Rung::still_late")]
    still_late: Rung,
    #[serde(default = "Rung::handover")]
    handover: Rung,
    #[serde(default = "Rung::unheld")]
    unheld: Rung,
}

/// A rule's id, or the beginning of several with a `*` at the end, has these.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    one: String,
    many: String,
    evidence: String,
    /// A clock as short as this begins with something new, and not with the one before it.
    #[serde(default)]
    new_within_days: Option<u32>,
    #[serde(default)]
    discreet: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Ladder {
    version: u32,
    cadence: Option<Cadence>,
    raised: Rung,
    baseline: Rung,
    /// As they are climbed.
    marks: Vec<Mark>,
    overdue: Rung,
    still_late: Rung,
    handover: Rung,
    unheld: Rung,
}

/// Who is told at one step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    pub tell: Vec<Seat>,
    /// Why nobody is told, when nobody is.
    #[serde(default)]
    pub otherwise: Option<String>,
    /// Sent again when a crash left it in doubt: a reminder lost is worse than one that comes twice.
    #[serde(default = "must_have")]
    pub must_have: bool,
    /// Only for a clock that begins with something new.
    #[serde(default)]
    only_new: bool,
}

fn must_have() -> bool {
    true
}

/// A rung with its day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mark {
    at: At,
    tell: Vec<Seat>,
}

/// When a rung is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum At {
    /// Working days after day 0.
    Day(u32),
    /// Per cent of the days from day 0 to the due date.
    Share(u32),
    /// Working days before it is due; nought is the day itself, or the last working day before.
    Before(u32),
    /// Working days after it was due.
    Past(u32),
}

/// As what somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seat {
    /// The case-holder.
    Worker,
    /// The case-holder alone: nobody in their place, and nobody after them.
    Recorder,
    /// The case-holder's manager, or the team's.
    Manager,
    /// The independent reviewing officer. What they are told stays in their own line.
    Reviewer,
    ConferenceChair,
    /// Whoever arranges conferences, as the settings say.
    ConferenceOffice,
    /// Whoever arranges health assessments, as the settings say.
    HealthOffice,
}

impl Seat {
    pub const ALL: [Self; 7] = [
        Self::Worker,
        Self::Recorder,
        Self::Manager,
        Self::Reviewer,
        Self::ConferenceChair,
        Self::ConferenceOffice,
        Self::HealthOffice,
    ];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    /// The morning mail.
    Digest,
    /// At once, within working hours.
    Immediate,
    /// With the morning mail of the month's first working day.
    Monthly,
}

#[derive(Debug, thiserror::Error)]
#[error("policy {file} cannot be read")]
pub struct PolicyError {
    file: &'static str,
    #[source]
    source: toml::de::Error,
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../policy/", $name)))),*]
    };
}

const FILES: &[(&str, &str)] = files![
    "after-reviews.toml",
    "assessment.toml",
    "conferences.toml",
    "court.toml",
    "drift.toml",
    "enquiries.toml",
    "health.toml",
    "into-care.toml",
    "missing.toml",
    "placements.toml",
    "plans.toml",
    "recording.toml",
    "referral.toml",
    "review-conferences.toml",
    "reviews.toml",
    "visits.toml",
];

impl Policies {
    /// The policies this program was built with.
    pub fn compiled() -> Result<Self, PolicyError> {
        let mut all = BTreeMap::new();
        for (file, text) in FILES {
            let read: File = toml::from_str(text).map_err(|source| PolicyError { file, source })?;
            all.extend(read.policies());
        }
        Ok(Self(all))
    }

    pub fn of(&self, rule: &str) -> Option<&Policy> {
        self.0.get(rule).or_else(|| {
            self.0
                .iter()
                .filter_map(|(pattern, policy)| Some((pattern.strip_suffix('*')?, policy)))
                .filter(|(beginning, _)| rule.starts_with(beginning))
                .max_by_key(|(beginning, _)| beginning.len())
                .map(|(_, policy)| policy)
        })
    }
}

impl File {
    fn policies(self) -> impl Iterator<Item = (String, Policy)> {
        let mut marks = self.rung;
        marks.sort_by_key(|mark| mark.at.step().nearness());
        let ladder = Ladder {
            version: self.version,
            cadence: self.cadence,
            raised: self.raised,
            baseline: self.baseline,
            marks,
            overdue: self.overdue,
            still_late: self.still_late,
            handover: self.handover,
            unheld: self.unheld,
        };
        self.rules.into_iter().map(move |(rule, words)| {
            let policy = Policy {
                one: words.one,
                many: words.many,
                evidence: words.evidence,
                new_within_days: words.new_within_days,
                discreet: words.discreet,
                ladder: ladder.clone(),
            };
            (rule, policy)
        })
    }
}

impl Rung {
    /// Everybody had the summary; what is late all the same goes to the manager once.
    fn still_late() -> Self {
        Self::of(&[Seat::Manager])
    }

    fn handover() -> Self {
        Self::of(&[Seat::Worker, Seat::Manager])
    }

    /// Without a case-holder whoever answers for the team.
    fn unheld() -> Self {
        Self::of(&[Seat::Worker])
    }

    fn of(tell: &[Seat]) -> Self {
        Self {
            tell: tell.to_vec(),
            otherwise: None,
            must_have: true,
            only_new: false,
        }
    }
}

impl At {
    fn step(self) -> Step {
        match self {
            Self::Day(n) => Step::Day(n),
            Self::Share(n) => Step::Share(n),
            Self::Before(n) => Step::Approaching(n),
            Self::Past(n) => Step::Past(n),
        }
    }

    /// The day it is reached; none for a clock too short for it.
    fn day(self, obligation: &Obligation, calendar: &Calendar) -> Option<Date> {
        let (trigger, due) = (obligation.trigger_date, warns_of(obligation));
        let day = match self {
            Self::Day(n) => calendar.add_working_days(trigger, n),
            Self::Share(percent) if obligation.rule.limit.unit == LimitUnit::WorkingDays => {
                let all = calendar.working_days_between(trigger, due);
                calendar.add_working_days(trigger, all * percent / 100)
            }
            Self::Share(percent) => {
                let days = i64::from((due - trigger).get_days()) * i64::from(percent) / 100;
                trigger.saturating_add(jiff::Span::new().days(days))
            }
            Self::Before(0) if !calendar.is_working_day(due) => {
                calendar.subtract_working_days(due, 1)
            }
            Self::Before(n) => calendar.subtract_working_days(due, n),
            Self::Past(n) => calendar.add_working_days(obligation.due_date, n),
        };
        (day > trigger).then_some(day)
    }
}

/// The date that reminders lead up to: the source's own where it is the earlier.
fn warns_of(obligation: &Obligation) -> Date {
    let due = obligation.due_date;
    obligation.stated_due.map_or(due, |stated| stated.min(due))
}

impl Policy {
    pub fn version(&self) -> u32 {
        self.ladder.version
    }

    /// Who is told of this obligation at a step.
    pub fn rung(&self, step: Step, obligation: &Obligation) -> Rung {
        let ladder = &self.ladder;
        match step {
            Step::Raised if ladder.raised.only_new && !self.is_new(obligation) => Rung {
                tell: vec![],
                ..ladder.raised.clone()
            },
            Step::Raised => ladder.raised.clone(),
            Step::Baseline => ladder.baseline.clone(),
            Step::Overdue => ladder.overdue.clone(),
            Step::StillLate => ladder.still_late.clone(),
            Step::Handover(_) => ladder.handover.clone(),
            Step::Unheld(_) => ladder.unheld.clone(),
            Step::Day(_) | Step::Share(_) | Step::Approaching(_) | Step::Past(_) => {
                let mark = ladder.marks.iter().find(|mark| mark.at.step() == step);
                mark.map_or_else(Rung::default, |mark| Rung::of(&mark.tell))
            }
        }
    }

    fn is_new(&self, obligation: &Obligation) -> bool {
        let days = (obligation.due_date - obligation.trigger_date).get_days();
        self.new_within_days
            .is_some_and(|most| i64::from(days) <= i64::from(most))
    }

    /// How near an obligation is on `day`: the last rung it has reached.
    pub fn nearest(&self, obligation: &Obligation, calendar: &Calendar, day: Date) -> Step {
        let (least, past) = if is_late(obligation, day) {
            (Step::Overdue, true)
        } else {
            (Step::Raised, false)
        };
        self.ladder
            .marks
            .iter()
            .filter(|mark| matches!(mark.at, At::Past(_)) == past)
            .filter(|mark| {
                mark.at
                    .day(obligation, calendar)
                    .is_some_and(|at| at <= day)
            })
            .map(|mark| mark.at.step())
            .max_by_key(|step| step.nearness())
            .unwrap_or(least)
    }

    /// The last day on which recording it keeps a rung beyond `step` that tells this seat from being climbed.
    pub fn told_unless_by(
        &self,
        seat: Seat,
        step: Step,
        obligation: &Obligation,
        calendar: &Calendar,
    ) -> Option<Date> {
        let tells = |at: Step| self.rung(at, obligation).tell.contains(&seat);
        let marks = self.ladder.marks.iter().filter_map(|mark| {
            let day = mark.at.day(obligation, calendar)?;
            Some((mark.at.step(), calendar.subtract_working_days(day, 1)))
        });
        marks
            .chain([(Step::Overdue, obligation.due_date)])
            .filter(|(at, _)| at.nearness() > step.nearness() && tells(*at))
            .map(|(_, day)| day)
            .min()
    }

    /// Clocks of hours, or of at most two days, cannot wait for a morning; nor can a handover.
    pub fn cadence(&self, step: Step, limit: Limit) -> Cadence {
        match step {
            Step::Handover(_) => return Cadence::Immediate,
            Step::Baseline | Step::Unheld(_) => return Cadence::Digest,
            _ => {}
        }
        let short = match limit.unit {
            LimitUnit::Hours => true,
            LimitUnit::Days | LimitUnit::WorkingDays => limit.n <= 2,
            LimitUnit::Weeks | LimitUnit::Months => false,
        };
        match self.ladder.cadence {
            // What is new is told with the rest of what is new.
            Some(Cadence::Monthly) if step == Step::Raised => Cadence::Digest,
            Some(cadence) => cadence,
            None if short => Cadence::Immediate,
            None => Cadence::Digest,
        }
    }
}

/// Past its date, or said to be. What was found without a due date never is.
pub fn is_late(obligation: &Obligation, day: Date) -> bool {
    obligation.found.is_none()
        && (obligation.state == contracts::ObligationState::Overdue || obligation.due_date < day)
}

#[cfg(test)]
mod tests;
