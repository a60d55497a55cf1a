//! What an authority has said about one child that no record shows: who said so, why, and until when.

use std::{collections::BTreeMap, fmt, str::FromStr};

use contracts::{
    ChildId, StaffId,
    obligation::{Limit, LimitUnit},
};
use jiff::{ToSpan, civil::Date};

use super::{clocks::Clock, rules::Rules};

/// The columns of the file, in any order.
pub const COLUMNS: [&str; 7] = [
    "child", "rule", "action", "reason", "owner", "from", "until",
];

/// One more, for actions that say how long; the file may leave it out.
pub const LIMIT: &str = "limit";

/// No extension is longer than this.
const EXTENSION_WEEKS: u32 = 8;

/// One line of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    pub rule: String,
    pub action: Action,
    pub reason: Reason,
    pub owner: StaffId,
    pub from: Date,
    /// Its last day.
    pub until: Date,
    /// What was agreed, where the action says how long.
    pub limit: Option<Limit>,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal: $said:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            pub const ALL: &'static [(Self, &'static str, &'static str)] = &[$((Self::$variant, $word, $said),)*];
        }

        impl FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                let found = Self::ALL.iter().find(|(_, word, _)| *word == text);
                found.map(|(it, ..)| *it).ok_or_else(|| {
                    let all: Vec<&str> = Self::ALL.iter().map(|(_, word, _)| *word).collect();
                    format!("is none of {}", all.join(", "))
                })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let found = Self::ALL.iter().find(|(it, ..)| it == self);
                f.write_str(found.map_or("", |(_, _, said)| said))
            }
        }
    };
}

words! {
    /// What the authority has decided.
    Action {
        /// The rule does not run for the child.
        SetAside = "set_aside": "set aside",
        /// Visits at the longer interval of a long-term placement.
        LongTerm = "long_term": "visited as in a long-term placement",
        /// Visits as with a connected person approved for the time being.
        TemporaryCarer = "temporary_carer": "visited as with a temporarily approved connected person",
        /// Visits as with a parent before the assessment is complete.
        ParentUnassessed = "parent_unassessed": "visited as with a parent before the assessment is complete",
        /// Visits in short breaks at the interval agreed.
        AsAgreed = "as_agreed": "visited as agreed",
        /// The limit ends later, by so many weeks.
        Extended = "extended": "extended",
        /// What was approved for the time being is approved for good, from the first day on.
        CarerApproved = "carer_approved": "approved",
        /// The authority provides the accommodation, from the first day to the last.
        Accommodated = "accommodated": "in accommodation that the authority provides",
    }
}

words! {
    /// Why, from a list: no free text.
    Reason {
        Agreed = "agreed": "agreed with the child",
        Approved = "approved": "approved by the nominated officer",
        Refused = "refused": "refused",
        InHospital = "in_hospital": "in hospital",
        Away = "away": "away",
        Court = "court": "directed by the court",
        ElsewhereRecorded = "recorded_elsewhere": "recorded elsewhere",
        OtherAuthority = "other_authority": "done by another authority",
    }
}

impl Action {
    /// The rules an override of this kind may belong to; none: any.
    fn clocks(self) -> &'static [Clock] {
        match self {
            Self::SetAside => &[],
            Self::LongTerm => &[Clock::VisitLongTerm],
            Self::TemporaryCarer => &[Clock::VisitParentInterim],
            Self::ParentUnassessed => &[Clock::VisitParentUnassessed],
            Self::AsAgreed => &[Clock::VisitShortBreak],
            Self::Extended => &[Clock::CareApplication, Clock::CarerApproval],
            Self::CarerApproved => &[Clock::CarerApproval],
            Self::Accommodated => &[Clock::LeaverVisit],
        }
    }

    fn says_how_long(self) -> bool {
        matches!(self, Self::AsAgreed | Self::Extended)
    }
}

impl Override {
    pub fn holds_on(&self, day: Date) -> bool {
        (self.from..=self.until).contains(&day)
    }

    /// The first day it no longer holds, if that has come.
    pub fn ends(&self, today: Date) -> Option<Date> {
        Some(self.after()).filter(|day| *day <= today)
    }

    /// The days on which it begins and has ended.
    pub fn turns(&self) -> [Date; 2] {
        [self.from, self.after()]
    }

    fn after(&self) -> Date {
        self.until.saturating_add(1.day())
    }
}

/// The overrides of one authority, by child.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides(pub BTreeMap<ChildId, Vec<Override>>);

/// A line that cannot be used. It names the column and never what stands there: it is logged, and may be a name.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct BadOverride {
    pub line: u64,
    pub problem: String,
}

impl Overrides {
    /// From lines of the seven columns and the limit, each with its number; the whole is refused at the first that cannot be used.
    pub fn read<'l>(
        lines: impl IntoIterator<Item = (u64, [&'l str; 8])>,
        rules: &Rules,
    ) -> Result<Self, BadOverride> {
        let mut read = Self::default();
        for (line, cells) in lines {
            let (child, one) =
                one(cells, rules).map_err(|problem| BadOverride { line, problem })?;
            read.0.entry(child).or_default().push(one);
        }
        for of_child in read.0.values_mut() {
            of_child.sort_by(|a, b| (a.from, &a.rule, a.action).cmp(&(b.from, &b.rule, b.action)));
        }
        Ok(read)
    }

    pub fn of(&self, child: &ChildId) -> &[Override] {
        self.0.get(child).map_or(&[], Vec::as_slice)
    }
}

fn one(cells: [&str; 8], rules: &Rules) -> Result<(ChildId, Override), String> {
    let [child, rule, action, reason, owner, from, until, limit] = cells.map(str::trim);
    for (column, cell) in COLUMNS
        .iter()
        .zip([child, rule, action, reason, owner, from, until])
    {
        if cell.is_empty() {
            return Err(format!("{column} is blank: an override says all seven"));
        }
    }
    let action: Action = action.parse().map_err(|words| format!("action {words}"))?;
    let clock = rules.all().iter().find(|r| r.id == rule).map(|r| r.clock);
    let clock = clock.ok_or("rule is none of those that `evenkeel rules` lists")?;
    let wanted = action.clocks();
    if !wanted.is_empty() && !wanted.contains(&clock) {
        let of = rules.all().iter().filter(|r| wanted.contains(&r.clock));
        let ids: Vec<&str> = of.map(|r| r.id.as_str()).collect();
        return Err(format!(
            "this action belongs to the rule {}, not to {rule}",
            ids.join(" or ")
        ));
    }
    let day = |column: &str, text: &str| {
        text.parse::<Date>()
            .map_err(|_| format!("{column} is not a day such as 2026-01-31"))
    };
    let one = Override {
        rule: rule.to_owned(),
        action,
        reason: reason.parse().map_err(|words| format!("reason {words}"))?,
        owner: StaffId::new(owner),
        from: day("from", from)?,
        until: day("until", until)?,
        limit: how_long(action, limit)?,
    };
    if one.until < one.from {
        return Err(format!(
            "it ends on {} before it begins on {}",
            one.until, one.from
        ));
    }
    Ok((ChildId::new(child), one))
}

/// `8 weeks`, where the action says how long, and nothing where it does not.
fn how_long(action: Action, text: &str) -> Result<Option<Limit>, String> {
    if !action.says_how_long() {
        return match text {
            "" => Ok(None),
            _ => Err("this action has no limit: leave it blank".to_owned()),
        };
    }
    let limit = text.split_once(' ').and_then(|(n, unit)| {
        let unit = match unit.trim() {
            "working_days" => LimitUnit::WorkingDays,
            "days" => LimitUnit::Days,
            "week" | "weeks" => LimitUnit::Weeks,
            "month" | "months" => LimitUnit::Months,
            _ => return None,
        };
        let n = n.parse().ok().filter(|n| (1..=366).contains(n))?;
        Some(Limit { n, unit })
    });
    let limit = limit.ok_or(
        "limit says how long, such as 8 weeks: a number from 1 and working_days, days, weeks or months",
    )?;
    let too_long = limit.unit != LimitUnit::Weeks || limit.n > EXTENSION_WEEKS;
    if action == Action::Extended && too_long {
        return Err(format!(
            "limit of an extension is at most {EXTENSION_WEEKS} weeks, said in weeks"
        ));
    }
    Ok(Some(limit))
}
