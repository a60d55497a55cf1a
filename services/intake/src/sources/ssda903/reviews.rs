//! `reviews.csv`: reviews held.

use contracts::Fact;

use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{
        Table, child,
        csv::{Cells, Fault},
        dates::{self, Format::DayMonthYear},
    },
};

pub(super) const TABLE: Table = Table {
    file: "reviews.csv",
    kind: "looked_after_review",
    guard: Guard::Core,
    columns: &["CHILD", "REVIEW"],
    passed_over: &["DOB", "REVIEW_CODE"],
    needs_first: Some("no care episode for this child"),
    row,
};

fn row(cells: &Cells<'_>) -> Result<Said, Fault> {
    Ok(Said {
        child: child(cells, "CHILD")?,
        start: dates::needed(cells, "REVIEW", DayMonthYear)?,
        end: None,
        mark: String::new(),
        // The return lists reviews that took place; how the child took part (REVIEW_CODE) is not ours to hold.
        fact: Fact::looked_after_review(false),
    })
}
