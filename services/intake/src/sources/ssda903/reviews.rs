//! `reviews.csv`: reviews held.

use contracts::Fact;

use crate::{
    domain::{
        gate::Guard,
        statements::{Key, Said},
    },
    sources::{
        Known, Table, Unused, child,
        csv::{Cells, Columns},
        dates::{self, Format::DayMonthYear},
    },
};

pub(super) const TABLE: Table = Table {
    file: "reviews.csv",
    kinds: &["looked_after_review"],
    latest: &[],
    guard: Guard::Core,
    columns: Columns {
        child: "CHILD",
        needed: &["CHILD", "REVIEW"],
        optional: &[],
        passed_over: &["DOB", "REVIEW_CODE"],
        null_is_blank: false,
    },
    needs_first: Some("no care episode for this child"),
    row,
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    Ok(vec![Said {
        child: child(cells, "CHILD")?,
        start: dates::needed(cells, "REVIEW", DayMonthYear)?,
        end: None,
        key: Key::Start(String::new()),
        // The return lists reviews that took place; how the child took part (REVIEW_CODE) is not ours to hold.
        fact: Fact::looked_after_review(false),
    }])
}
