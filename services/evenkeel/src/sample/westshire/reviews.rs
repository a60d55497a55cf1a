//! Reviews as a believable past: worked out backwards from the day on which the next one is due.

use calendar::Calendar;
use jiff::{ToSpan, civil::Date};

use crate::sample::chance::Chance;

/// When care began, which reviews were held, and by when the next one is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Past {
    pub(super) began: Date,
    pub(super) held: Vec<Date>,
}

/// A past of `held` reviews whose next one is due on `due`, or on the working day before.
pub(super) fn leading_to(due: Date, held: u32, chance: &mut Chance, calendar: &Calendar) -> Past {
    let mut reviews = Vec::new();
    let mut next_due = due;
    for number in (1..=held).rev() {
        let months = if number == 1 { 3 } else { 6 };
        let day = on_or_before(next_due.saturating_sub(months.months()), calendar);
        reviews.push(day);
        next_due = due_of(day, chance, calendar);
    }
    reviews.reverse();
    let began = calendar.subtract_working_days(next_due, 20);
    Past {
        began,
        held: reviews,
    }
}

/// When the review held on `day` had been due: mostly some days later, now and then some days before.
fn due_of(day: Date, chance: &mut Chance, calendar: &Calendar) -> Date {
    if chance.percent(8) {
        calendar.subtract_working_days(day, draw(chance, 1, 9))
    } else {
        calendar.add_working_days(day, draw(chance, 0, 9))
    }
}

fn draw(chance: &mut Chance, low: i64, high: i64) -> u32 {
    u32::try_from(chance.between(low, high)).unwrap_or(0)
}

pub(super) fn on_or_before(day: Date, calendar: &Calendar) -> Date {
    if calendar.is_working_day(day) {
        day
    } else {
        calendar.subtract_working_days(day, 1)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn most_reviews_were_in_time_and_all_were_on_working_days() {
        let calendar = Calendar::england_and_wales();
        let mut chance = Chance::new(1, "test");
        let (mut all, mut late) = (0, 0);
        for n in 0..200 {
            let due = date(2025, 1, 6).saturating_add(n.days());
            let past = leading_to(due, 6, &mut chance, &calendar);
            assert_eq!(past.held.len(), 6);
            let mut deadline = calendar.add_working_days(past.began, 20);
            for (i, day) in past.held.iter().enumerate() {
                assert!(calendar.is_working_day(*day));
                all += 1;
                late += u32::from(*day > deadline);
                let months = if i == 0 { 3 } else { 6 };
                deadline = calendar.add_months(*day, months);
            }
            assert!(
                deadline <= due && due.saturating_sub(10.days()) <= deadline,
                "{due} {deadline}"
            );
        }
        assert!(late * 100 / all < 15, "{late} of {all}");
        assert!(late > 0);
    }
}
