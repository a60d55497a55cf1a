//! What an authority has said about one child that no record shows: who said so, why, and until when.

use std::{collections::BTreeMap, fmt, str::FromStr};

use contracts::{ChildId, StaffId};
use jiff::{ToSpan, civil::Date};

use super::{clocks::Clock, rules::Rules};

/// The columns of the file, in any order.
pub const COLUMNS: [&str; 7] = [
    "child", "rule", "action", "reason", "owner", "from", "until",
];

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
    /// The rule an override of this kind belongs to; none: any.
    fn clock(self) -> Option<Clock> {
        match self {
            Self::SetAside => None,
            Self::LongTerm => Some(Clock::VisitLongTerm),
            Self::TemporaryCarer => Some(Clock::VisitParentInterim),
            Self::ParentUnassessed => Some(Clock::VisitParentUnassessed),
        }
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
    /// From lines of the seven columns, each with its number; the whole is refused at the first that cannot be used.
    pub fn read<'l>(
        lines: impl IntoIterator<Item = (u64, [&'l str; 7])>,
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

fn one(cells: [&str; 7], rules: &Rules) -> Result<(ChildId, Override), String> {
    let [child, rule, action, reason, owner, from, until] = cells.map(str::trim);
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
    if let Some(wanted) = action.clock().filter(|wanted| *wanted != clock) {
        let id = rules
            .all()
            .iter()
            .find(|r| r.clock == wanted)
            .map_or("", |r| &r.id);
        return Err(format!(
            "this action belongs to the rule {id}, not to {rule}"
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
    };
    if one.until < one.from {
        return Err(format!(
            "it ends on {} before it begins on {}",
            one.until, one.from
        ));
    }
    Ok((ChildId::new(child), one))
}
