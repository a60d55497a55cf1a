//! A matter addressed to one person, from first sight to closed.

use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{AuthorityCode, ChildId, Event, StaffId, streams::NOTICES};

/// One notice with what became of each of its steps (state stream `NOTICES`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Notice {
    /// `ids::notice`.
    pub id: Uuid,
    pub authority: AuthorityCode,
    pub person: StaffId,
    pub child: ChildId,
    pub obligation: Uuid,
    pub opening: u32,
    pub rule: String,
    pub title: String,
    #[schemars(with = "String")]
    pub due_date: Date,
    /// Nothing is due: `due_date` is the day from which what was found holds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub found: bool,
    pub revision: u64,
    pub open: bool,
    pub steps: Vec<NoticeStep>,
}

impl Event for Notice {
    const TYPE: &'static str = "notice.state";
    const STREAM: &'static crate::Stream = &NOTICES;
}

/// One thing to say about a notice: a rung of its ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoticeStep {
    /// Such as `baseline`, `approaching 15`, `overdue`.
    pub step: String,
    pub state: StepState,
    /// Why it is held, was suppressed or stood down; for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    #[schemars(with = "String")]
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Uuid>,
}

impl NoticeStep {
    /// As people read it: `the reminder 15 working days ahead`.
    pub fn in_words(&self) -> String {
        step_in_words(&self.step)
    }
}

/// A rung of the ladder in words: `approaching 15`, or `overdue, due 2025-09-08` when the date had moved.
pub fn step_in_words(step: &str) -> String {
    let (rung, moved) = match step.split_once(", due ") {
        Some((rung, due)) => (rung, due.parse().ok().map(calendar::day)),
        None => (step, None),
    };
    let words = match rung.split_once(' ').unwrap_or((rung, "")) {
        ("baseline", _) => "in the first summary".to_owned(),
        ("approaching", "0") => "the reminder of the day itself".to_owned(),
        ("approaching", days) => format!("the reminder {} ahead", working_days(days)),
        ("day", days) => format!("the reminder {} in", working_days(days)),
        ("share", percent) => format!("the reminder when {percent} % of the time had gone"),
        ("past", days) => format!("{} after the date", working_days(days)),
        ("handover", _) => "as the child was handed over".to_owned(),
        ("unheld", _) => "as nobody held the child any more".to_owned(),
        ("overdue", _) => "once the date had passed".to_owned(),
        ("still", "late") => "as it was late before the first summary and still is".to_owned(),
        ("raised", _) => "when the clock started".to_owned(),
        _ => rung.to_owned(),
    };
    match moved {
        Some(due) => format!("{words} of the new date, {due}"),
        None => words,
    }
}

fn working_days(n: &str) -> String {
    format!("{n} working day{}", if n == "1" { "" } else { "s" })
}

/// Exactly one of these per notice and step: their counts add up to the steps created.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Waiting, in dispatch or in delivery.
    Pending,
    Sent,
    Suppressed,
    StoodDown,
    Failed,
}

impl StepState {
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::Sent,
        Self::Suppressed,
        Self::StoodDown,
        Self::Failed,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::Suppressed => "suppressed",
            Self::StoodDown => "stood_down",
            Self::Failed => "failed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::step_in_words;

    #[test]
    fn every_rung_has_words() {
        for (step, words) in [
            ("baseline", "in the first summary"),
            ("raised", "when the clock started"),
            ("approaching 1", "the reminder 1 working day ahead"),
            ("overdue", "once the date had passed"),
            (
                "still late",
                "as it was late before the first summary and still is",
            ),
            (
                "approaching 15, due 2025-09-08",
                "the reminder 15 working days ahead of the new date, Mon 8 Sep 2025",
            ),
        ] {
            assert_eq!(step_in_words(step), words);
        }
    }
}
