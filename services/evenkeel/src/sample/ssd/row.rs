//! A row of the dataset as it comes, changes and goes: what a database would have said on any night.

use std::borrow::Cow;

use super::{
    calibration as known,
    diary::{Day, Diary},
    table::Table,
};
use crate::sample::chance::mixed;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Blank,
    Text(Cow<'static, str>),
    Day(Day),
    /// A day and the minutes since its midnight.
    Moment(Day, i64),
    /// What it said from which night on; blank before.
    Known(Vec<(Day, Cell)>),
    /// Whoever held the child on that day, and their team; filled in once the child has been dealt out.
    Holder(Day),
    HoldingTeam(Day),
}

impl Cell {
    pub(super) fn maybe(text: Option<&str>) -> Self {
        text.map_or(Self::Blank, |text| Self::Text(text.to_owned().into()))
    }

    fn write(&self, night: Day, diary: &Diary, out: &mut Vec<u8>) {
        match self {
            Self::Blank | Self::Holder(_) | Self::HoldingTeam(_) => {}
            Self::Text(text) => out.extend(text.as_bytes()),
            Self::Day(day) => out.extend(diary.written(*day).as_bytes()),
            Self::Moment(day, minutes) => {
                let time = format!(
                    "{}T{:02}:{:02}:00",
                    diary.written(*day),
                    minutes / 60,
                    minutes % 60
                );
                out.extend(time.as_bytes());
            }
            Self::Known(versions) => {
                if let Some((_, cell)) = versions.iter().rev().find(|(from, _)| *from <= night) {
                    cell.write(night, diary, out);
                }
            }
        }
    }
}

impl From<&'static str> for Cell {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Self::Text(text.clone().into())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) table: Table,
    /// The first night that has it.
    pub(super) recorded: Day,
    /// The first night that no longer has it.
    pub(super) removed: Option<Day>,
    /// The last day it speaks of; `Day::MAX` while it goes on.
    pub(super) last: Day,
    pub(super) cells: Vec<Cell>,
}

/// Nights in which a row may be absent once.
const MONTH: Day = 28;

impl Row {
    /// Is it there that night? `edge` is the first day of the rolling window, `mark` a number of the row's own.
    pub(super) fn is_there(&self, night: Day, edge: Day, mark: u64) -> bool {
        self.recorded <= night
            && self.last >= edge
            && self.removed.is_none_or(|day| night < day)
            && !(self.is_deleted(night, mark) || is_absent(night, mark))
    }

    fn is_deleted(&self, night: Day, mark: u64) -> bool {
        let drawn = mixed(mark ^ 0xd1b5_4a32_d192_ed03);
        let after = 3 + low(drawn >> 20, 300);
        drawn.is_multiple_of(known::DELETED_ONE_IN) && night >= self.recorded + after
    }

    pub(super) fn write(&self, night: Day, diary: &Diary, out: &mut Vec<u8>) {
        for (place, cell) in self.cells.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            cell.write(night, diary, out);
        }
        out.push(b'\n');
    }
}

/// Gone for one to three nights, and back.
fn is_absent(night: Day, mark: u64) -> bool {
    let month = u64::try_from(night.div_euclid(MONTH)).unwrap_or(0);
    let drawn = mixed(mark ^ month.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let from = low(drawn >> 20, 26);
    let nights = 1 + low(drawn >> 40, 3);
    let of_month = night.rem_euclid(MONTH);
    drawn.is_multiple_of(known::ABSENT_ONE_IN) && (from..from + nights).contains(&of_month)
}

fn low(drawn: u64, below: u64) -> Day {
    Day::try_from(drawn % below).unwrap_or(0)
}
