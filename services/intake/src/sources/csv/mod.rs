//! A table in a CSV file, read row by row. Only the columns asked for are ever looked at: the others never leave the
//! line they stand in.

mod fields;
mod header;
mod lines;

use std::{borrow::Cow, io::Read};

pub(super) use fields::fields;
pub(super) use header::Header;
pub(super) use lines::{BadText, Line, Lines};

/// What is wrong with one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub column: &'static str,
    pub value: String,
    /// What, and what to do.
    pub reason: String,
}

impl Fault {
    pub fn new(column: &'static str, value: &str, reason: impl Into<String>) -> Self {
        Self {
            column,
            value: value.to_owned(),
            reason: reason.into(),
        }
    }

    fn of_row(reason: impl Into<String>) -> Self {
        Self::new("", "", reason)
    }
}

/// Which columns of a table are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Tells whose row it is; blank for a table about nobody.
    pub child: &'static str,
    pub needed: &'static [&'static str],
    /// Blank where the file does not have them.
    pub optional: &'static [&'static str],
    /// Those that belong to the table and are never read; `x_` means all that begin so.
    pub passed_over: &'static [&'static str],
    /// `NULL` means blank, as databases write it.
    pub null_is_blank: bool,
}

impl Columns {
    pub(super) fn all(&self) -> impl Iterator<Item = &'static str> {
        self.needed.iter().chain(self.optional).copied()
    }

    fn len(&self) -> usize {
        self.needed.len() + self.optional.len()
    }

    /// Belongs to the table, read or not.
    pub(super) fn have(&self, name: &str) -> bool {
        let begins = |part: &str| {
            name.get(..part.len())
                .is_some_and(|n| n.eq_ignore_ascii_case(part))
        };
        let passed = |part: &&str| {
            if part.ends_with('_') {
                begins(part)
            } else {
                part.eq_ignore_ascii_case(name)
            }
        };
        self.all().any(|c| c.eq_ignore_ascii_case(name)) || self.passed_over.iter().any(passed)
    }
}

/// The asked-for fields of one row, trimmed, in the order they were asked for.
pub struct Cells<'r> {
    columns: Columns,
    values: Vec<Cow<'r, str>>,
}

impl<'r> Cells<'r> {
    /// Of something that is no line of text; in the order of the columns.
    pub(super) fn new(columns: Columns, values: Vec<Cow<'r, str>>) -> Self {
        Self { columns, values }
    }

    /// Blank when the row has nothing there.
    pub fn get(&self, column: &str) -> &str {
        let at = self.columns.all().position(|c| c == column);
        let value = at.map_or("", |at| self.values[at].trim());
        if self.columns.null_is_blank && value.eq_ignore_ascii_case("null") {
            ""
        } else {
            value
        }
    }

    /// Whose row this is.
    pub fn child(&self) -> &str {
        self.get(self.columns.child)
    }
}

/// One row of the table.
pub(super) struct Row<'r> {
    /// As an editor counts: the header is line 1.
    pub line: u64,
    pub cells: Result<Cells<'r>, BadRow>,
}

/// A row that cannot be taken apart.
pub(super) struct BadRow {
    pub fault: Fault,
    /// The child's id, when it was whole: whose row this probably is.
    pub child: Option<String>,
    /// The file stops in the middle of this row.
    pub cut_short: bool,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum BadTable {
    #[error(transparent)]
    Text(#[from] BadText),
    #[error("it is empty: its first line should name the columns {}", .0.join(", "))]
    NoHeader(&'static [&'static str]),
    #[error(transparent)]
    Header(#[from] header::BadHeader),
}

pub(super) struct Table<R> {
    lines: Lines<R>,
    header: Header,
}

impl<R: Read> Table<R> {
    /// Reads the header; columns that are not asked for are passed over.
    pub(super) fn open(input: R, columns: Columns) -> Result<Self, BadTable> {
        let mut lines = Lines::open(input)?;
        while let Some(line) = lines.next_line()? {
            if !is_blank(line.text) {
                let header = Header::read(line.text, columns)?;
                return Ok(Self { lines, header });
            }
        }
        Err(BadTable::NoHeader(columns.needed))
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    /// Hands out every row that is not blank.
    pub(super) fn each_row(mut self, mut each: impl FnMut(Row<'_>)) -> Result<(), BadText> {
        while let Some(line) = self.lines.next_line()? {
            if !is_blank(line.text) {
                each(Row {
                    line: line.number,
                    cells: self.header.row(&line),
                });
            }
        }
        Ok(())
    }
}

/// Nothing but separators: spreadsheets leave such lines behind.
fn is_blank(line: &str) -> bool {
    line.bytes()
        .all(|b| matches!(b, b',' | b' ' | b'\t' | b'"'))
}

impl Header {
    fn row<'r>(&self, line: &Line<'r>) -> Result<Cells<'r>, BadRow> {
        let mut values = vec![Cow::Borrowed(""); self.columns.len()];
        let mut count = 0;
        for field in fields(line.text) {
            let Ok(field) = field else {
                let quotes = "a quotation mark has no pair: correct the row and import again";
                return Err(self.bad(&values, count, line, quotes.to_owned()));
            };
            match self.wanted.get(count) {
                Some(Some(at)) => values[*at] = field,
                // A spreadsheet's empty cells beyond the last column.
                None if field.trim().is_empty() => continue,
                Some(None) | None => {}
            }
            count += 1;
        }
        if count == self.len() {
            return Ok(Cells {
                columns: self.columns,
                values,
            });
        }
        let reason = format!("the row has {count} fields, the header {}", self.len());
        Err(self.bad(&values, count, line, reason))
    }

    fn bad(
        &self,
        values: &[Cow<'_, str>],
        count: usize,
        line: &Line<'_>,
        reason: String,
    ) -> BadRow {
        let cut_short = !line.ended && count < self.len();
        let reason = if cut_short {
            format!("{reason}, and the file stops there: it may be cut short; export it again")
        } else {
            reason
        };
        // The last field of a line that just stops may be half of one.
        let child = self.columns.all().position(|c| c == self.columns.child);
        let place = child.and_then(|child| self.wanted.iter().position(|w| *w == Some(child)));
        let child = child.filter(|_| place.is_some_and(|at| at + 1 < count));
        BadRow {
            fault: Fault::of_row(reason),
            child: child
                .map(|child| values[child].trim().to_owned())
                .filter(|c| !c.is_empty()),
            cut_short,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: Columns = Columns {
        child: "CHILD",
        needed: &["CHILD", "REVIEW"],
        optional: &["DUE"],
        passed_over: &[],
        null_is_blank: true,
    };

    /// Line, and child and review; or reason, child and whether the file stops there.
    type Seen = (
        u64,
        Result<(String, String), (String, Option<String>, bool)>,
    );

    fn rows(text: &str) -> Vec<Seen> {
        let mut rows = Vec::new();
        let table = Table::open(text.as_bytes(), COLUMNS).unwrap();
        table
            .each_row(|row| {
                let cells = row
                    .cells
                    .map(|c| (c.get("CHILD").to_owned(), c.get("REVIEW").to_owned()));
                rows.push((
                    row.line,
                    cells.map_err(|b| (b.fault.reason, b.child, b.cut_short)),
                ));
            })
            .unwrap();
        rows
    }

    fn good(line: u64, child: &str, review: &str) -> Seen {
        (line, Ok((child.to_owned(), review.to_owned())))
    }

    #[test]
    fn rows_keep_their_line_numbers_over_blank_lines() {
        assert_eq!(
            rows("\nREVIEW,DOB,CHILD\r\n,,\n a ,b, 1\n\n\"x,y\",,2,,"),
            [good(4, "1", "a"), good(6, "2", "x,y")]
        );
    }

    #[test]
    fn a_row_with_the_wrong_number_of_fields_is_refused_and_the_next_is_read() {
        let rows = rows("CHILD,DOB,REVIEW\n1,2\n1,2,3,4\n1,\"2,3\n5,,6\n");
        let reasons: Vec<_> = rows
            .iter()
            .filter_map(|(line, r)| Some((*line, r.as_ref().err()?)))
            .collect();
        let some_1 = Some("1".to_owned());
        assert_eq!(
            reasons,
            [
                (
                    2,
                    &(
                        "the row has 2 fields, the header 3".to_owned(),
                        some_1.clone(),
                        false
                    )
                ),
                (
                    3,
                    &(
                        "the row has 4 fields, the header 3".to_owned(),
                        some_1,
                        false
                    )
                ),
                (
                    4,
                    &(
                        "a quotation mark has no pair: correct the row and import again".to_owned(),
                        None,
                        false
                    )
                ),
            ]
        );
        assert_eq!(rows[3], good(5, "5", "6"));
    }

    #[test]
    fn a_file_that_stops_within_a_row_is_said_to_be_cut_short() {
        let rows = rows("CHILD,DOB,REVIEW\n1,2,3\n12,0");
        let (reason, child, cut_short) = rows[1].1.as_ref().unwrap_err();
        assert!(reason.contains("may be cut short"), "{reason}");
        assert_eq!((child.as_deref(), *cut_short), (Some("12"), true));
        // A whole row needs no line end, and half an id is nobody's.
        assert_eq!(self::rows("CHILD,DOB,REVIEW\n1,2,3")[0], good(2, "1", "3"));
        assert_eq!(
            self::rows("CHILD,DOB,REVIEW\n1")[0]
                .1
                .as_ref()
                .unwrap_err()
                .1,
            None
        );
    }

    #[test]
    fn an_optional_column_is_blank_where_the_file_lacks_it_and_null_is_blank() {
        let due = |text: &str| {
            let mut due = Vec::new();
            let table = Table::open(text.as_bytes(), COLUMNS).unwrap();
            table
                .each_row(|row| due.push(row.cells.ok().unwrap().get("DUE").to_owned()))
                .unwrap();
            due
        };
        assert_eq!(due("CHILD,REVIEW\n1,2\n"), [""]);
        assert_eq!(
            due("DUE,CHILD,REVIEW\n3,1,2\nNULL,1,2\nnull,1,2\n"),
            ["3", "", ""]
        );
    }

    #[test]
    fn an_empty_file_names_the_columns_it_should_have() {
        let error = Table::open("\n\n".as_bytes(), COLUMNS).err().unwrap();
        assert_eq!(
            error.to_string(),
            "it is empty: its first line should name the columns CHILD, REVIEW"
        );
    }
}
