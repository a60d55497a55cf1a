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
    /// Working days before it is due.
    Approaching(u32),
    Overdue,
    /// It was late before the first summary, and is after everybody has had time to look into it.
    StillLate,
}

impl Step {
    /// Rises as the matter comes nearer. The baseline says where a matter stands; it is no nearer than raised.
    pub fn nearness(self) -> u32 {
        match self {
            Self::Raised | Self::Baseline => 0,
            Self::Approaching(days) => 1 + (u32::MAX - 3).saturating_sub(days),
            Self::Overdue => u32::MAX - 1,
            Self::StillLate => u32::MAX,
        }
    }

    pub fn is_late(self) -> bool {
        matches!(self, Self::Overdue | Self::StillLate)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Raised => f.write_str("raised"),
            Self::Baseline => f.write_str("baseline"),
            Self::Approaching(days) => write!(f, "approaching {days}"),
            Self::Overdue => f.write_str("overdue"),
            Self::StillLate => f.write_str("still late"),
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
            _ => text
                .strip_prefix("approaching ")
                .and_then(|days| days.parse().ok())
                .map(Self::Approaching)
                .ok_or(NotAStep),
        }
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
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
            "overdue, due soon",
        ] {
            assert!(wrong.parse::<StepKey>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn steps_are_ordered_by_how_near_the_day_is() {
        let order = [
            Step::Raised,
            Step::Approaching(15),
            Step::Approaching(5),
            Step::Approaching(0),
            Step::Overdue,
            Step::StillLate,
        ];
        assert!(
            order
                .windows(2)
                .all(|pair| pair[0].nearness() < pair[1].nearness())
        );
    }
}
