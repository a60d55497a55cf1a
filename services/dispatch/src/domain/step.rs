//! The rungs a matter climbs.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// How near a matter has come, and so what may be said about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Step {
    Raised,
    /// Part of the one summary when a source or rule goes live.
    Baseline,
    /// Working days after day 0.
    Day(u32),
    /// Per cent of the time from day 0 to the due date.
    Share(u32),
    /// Working days before it is due.
    Approaching(u32),
    Overdue,
    /// Working days after it was due.
    Past(u32),
    /// It was late before the first summary, and is after everybody has had time to look into it.
    StillLate,
    /// Somebody else holds the child from this day on.
    Handover(Date),
    /// Nobody holds the child any more from this day on.
    Unheld(Date),
}

impl Step {
    /// Rises as the matter comes nearer. The baseline says where a matter stands; it is no nearer than raised. Who holds
    /// the child makes it no nearer either.
    pub fn nearness(self) -> (u8, u32) {
        match self {
            Self::Raised | Self::Baseline | Self::Handover(_) | Self::Unheld(_) => (0, 0),
            Self::Day(days) => (1, days),
            Self::Share(percent) => (2, percent),
            Self::Approaching(days) => (3, u32::MAX - days),
            Self::Overdue => (4, 0),
            Self::Past(days) => (5, days),
            Self::StillLate => (6, 0),
        }
    }

    pub fn is_late(self) -> bool {
        matches!(self, Self::Overdue | Self::Past(_) | Self::StillLate)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Raised => f.write_str("raised"),
            Self::Baseline => f.write_str("baseline"),
            Self::Day(days) => write!(f, "day {days}"),
            Self::Share(percent) => write!(f, "share {percent}"),
            Self::Approaching(days) => write!(f, "approaching {days}"),
            Self::Overdue => f.write_str("overdue"),
            Self::Past(days) => write!(f, "past {days}"),
            Self::StillLate => f.write_str("still late"),
            Self::Handover(day) => write!(f, "handover {day}"),
            Self::Unheld(day) => write!(f, "unheld {day}"),
        }
    }
}

#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("this is not a step")]
pub struct NotAStep;

impl FromStr for Step {
    type Err = NotAStep;
    fn from_str(text: &str) -> Result<Self, NotAStep> {
        match text {
            "raised" => Ok(Self::Raised),
            "baseline" => Ok(Self::Baseline),
            "overdue" => Ok(Self::Overdue),
            "still late" => Ok(Self::StillLate),
            _ => text.split_once(' ').and_then(read).ok_or(NotAStep),
        }
    }
}

fn read((kind, of): (&str, &str)) -> Option<Step> {
    let number = || of.parse().ok();
    let day = || of.parse().ok();
    match kind {
        "day" => number().map(Step::Day),
        "share" => number().map(Step::Share),
        "approaching" => number().map(Step::Approaching),
        "past" => number().map(Step::Past),
        "handover" => day().map(Step::Handover),
        "unheld" => day().map(Step::Unheld),
        _ => None,
    }
}

impl TryFrom<String> for Step {
    type Error = NotAStep;
    fn try_from(text: String) -> Result<Self, NotAStep> {
        text.parse()
    }
}

impl From<Step> for String {
    fn from(step: Step) -> Self {
        step.to_string()
    }
}

/// A step as one notice knows it. A clock that moved so far that it must be told again is told under its new date.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StepKey {
    pub step: Step,
    /// Only when it is not the date the matter first had.
    pub due: Option<Date>,
}

impl fmt::Display for StepKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.due {
            None => self.step.fmt(f),
            Some(due) => write!(f, "{}, due {due}", self.step),
        }
    }
}

impl FromStr for StepKey {
    type Err = NotAStep;
    fn from_str(text: &str) -> Result<Self, NotAStep> {
        match text.split_once(", due ") {
            None => Ok(Self {
                step: text.parse()?,
                due: None,
            }),
            Some((step, due)) => {
                let due = due.parse().map_err(|_| NotAStep)?;
                Ok(Self {
                    step: step.parse()?,
                    due: Some(due),
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_step_reads_back_as_it_was_written() {
        let steps = [
            Step::Raised,
            Step::Baseline,
            Step::Approaching(15),
            Step::Overdue,
            Step::StillLate,
            Step::Day(10),
            Step::Share(80),
            Step::Past(2),
            Step::Handover(date(2025, 5, 6)),
            Step::Unheld(date(2025, 5, 6)),
        ];
        for step in steps {
            for due in [None, Some(date(2025, 9, 8))] {
                let key = StepKey { step, due };
                assert_eq!(key.to_string().parse(), Ok(key.clone()), "{key}");
            }
        }
        for wrong in [
            "",
            "late",
            "approaching",
            "approaching soon",
            "handover tomorrow",
            "overdue, due soon",
        ] {
            assert!(wrong.parse::<StepKey>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn steps_are_ordered_by_how_near_the_day_is() {
        let order = [
            Step::Raised,
            Step::Day(10),
            Step::Day(40),
            Step::Share(80),
            Step::Approaching(15),
            Step::Approaching(5),
            Step::Approaching(0),
            Step::Overdue,
            Step::Past(2),
            Step::StillLate,
        ];
        assert!(
            order
                .windows(2)
                .all(|pair| pair[0].nearness() < pair[1].nearness())
        );
    }
}
