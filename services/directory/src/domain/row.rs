//! Reads one row's cells and collects every fault in it, so that a person corrects a row once.

use contracts::commands::RefusedRow;

use super::table::{Table, TableRow};

pub struct RowReader<'a> {
    table: &'a Table,
    row: &'a TableRow,
    faults: Vec<RefusedRow>,
}

impl<'a> RowReader<'a> {
    /// Starts on a row; its shape is the first thing checked.
    pub fn new(table: &'a Table, row: &'a TableRow) -> Self {
        let mut reader = Self {
            table,
            row,
            faults: Vec::new(),
        };
        reader.check_shape();
        reader
    }

    pub fn line(&self) -> u64 {
        self.row.line
    }

    pub fn text(&self, column: &str) -> &'a str {
        self.table.cell(self.row, column)
    }

    pub fn fault(&mut self, column: &str, reason: impl Into<String>) {
        self.faults.push(RefusedRow {
            file: self.table.file.clone(),
            line: self.row.line,
            column: column.to_owned(),
            value: self.text(column).to_owned(),
            reason: reason.into(),
        });
    }

    /// A value, or nothing when blank or faulty; a fault is noted.
    pub fn maybe<T>(
        &mut self,
        column: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        match parse(text) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.fault(column, reason);
                None
            }
        }
    }

    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }

    pub fn into_faults(self) -> Vec<RefusedRow> {
        self.faults
    }

    fn check_shape(&mut self) {
        let (have, want) = (self.row.cells.len(), self.table.columns.len());
        let reason = if let Some(i) = self.row.cells.iter().position(|c| c.contains('\n')) {
            let column = self.table.columns.get(i).cloned().unwrap_or_default();
            self.fault(
                &column,
                "the value runs over several lines: a quotation mark is not closed here",
            );
            return;
        } else if have < want {
            format!(
                "the row has {have} of the header's {want} columns: the file may be cut short here"
            )
        } else if self.row.cells[want..].iter().any(|c| !c.is_empty()) {
            format!(
                "the row has {have} columns and the header {want}: a value with a comma needs quotation marks"
            )
        } else {
            return;
        };
        self.faults.push(RefusedRow {
            file: self.table.file.clone(),
            line: self.row.line,
            column: String::new(),
            value: String::new(),
            reason,
        });
    }
}
