//! The child, the family, and how they came to be known.

use super::{Cell, Day, Life, Table, known};

/// Codes of who told children's services (CIN census, referral source).
const SOURCES: [(i64, &str); 9] = [
    (28, "6"),
    (20, "2A"),
    (15, "3A"),
    (8, "1A"),
    (8, "5A"),
    (7, "1B"),
    (6, "4"),
    (5, "7"),
    (3, "8"),
];

impl Life<'_> {
    pub(super) fn source(&mut self) -> &'static str {
        self.home.weighted(&SOURCES)
    }

    /// A contact; one that became a referral is recorded that day.
    pub(super) fn contact(&mut self, day: Day, referred: bool) {
        let id = self.id("C");
        let source = self.own.weighted(&SOURCES);
        let cells = vec![
            id.into(),
            Cell::from(&self.person),
            Cell::Day(day),
            source.into(),
        ];
        if referred {
            self.row(Table::Contacts, day, day, cells);
        } else {
            self.happened(Table::Contacts, day, day, cells);
        }
    }

    pub(super) fn other_contacts(&mut self, first: Day) {
        for _ in 0..self.own.band(&known::OTHER_CONTACTS) {
            let day = first + self.own.between(-300, 1_500);
            let day = self.diary.on_or_after(day);
            if day > self.born && day < self.ends && day <= self.to {
                self.contact(day, false);
            }
        }
    }

    /// They stay as long as anything about the child does.
    pub(super) fn person_rows(&mut self, first: Day) {
        let recorded = self.rows.iter().map(|r| r.recorded).min().unwrap_or(first);
        let died = self.later(self.died);
        let (birth, expected) = if self.born > first {
            let known = self.recorded(self.born);
            let expected = self.born + self.own.between(-15, 15);
            (
                Cell::Known(vec![(known, Cell::Day(self.born))]),
                Cell::Day(expected),
            )
        } else {
            (Cell::Day(self.born), Cell::Blank)
        };
        let cells = vec![Cell::from(&self.person), birth, expected, died];
        self.row(Table::Person, recorded, Day::MAX, cells);
        let cells = vec![
            self.id("F").into(),
            Cell::from(&self.family),
            Cell::from(&self.person),
        ];
        self.row(Table::Family, recorded, Day::MAX, cells);
    }
}
