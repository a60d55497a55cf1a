//! The built-in sample authority: about sixty children looked after by three teams, around a day of one's choice.

mod children;
mod reviews;
mod staffing;
mod tables;

use jiff::{ToSpan, civil::Date};

use calendar::Calendar;

use super::{files, files::SampleFile, supervision};

pub const CODE: &str = "sample";
pub const NAME: &str = "Westshire (sample)";
/// The seed of the sample everybody sees.
pub const SEED: u64 = 1;

/// The folder of the return among the files.
pub const RETURN: &str = "ssda903";

/// The latest working day on or before a day: a sample that stood still on a Sunday would show an empty morning.
pub fn anchor(today: Date) -> Date {
    let calendar = Calendar::england_and_wales();
    let mut day = today;
    while !calendar.is_working_day(day) {
        day = day.saturating_sub(1.day());
    }
    day
}

/// A return, a directory and allocations that agree with each other.
pub fn invent(anchor: Date, seed: u64) -> Vec<SampleFile> {
    let staff = staffing::invent(anchor, seed);
    let children = children::invent(anchor, seed, &staff);
    vec![
        tables::episodes(&children),
        tables::reviews(&children),
        tables::missing(&children),
        files::people(&staff),
        files::teams(&staff),
        supervision::invent(&staff, anchor, seed),
        files::allocations(&tables::allocations(&children)),
    ]
}

#[cfg(test)]
mod tests;
