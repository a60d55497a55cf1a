//! A CSV file as people really write it: byte order marks, three kinds of line end, Windows encodings, odd headers.

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1252};

use super::Refusal;

/// A header and its rows; header names are lower case with underscores, cells are trimmed.
#[derive(Debug)]
pub struct Table {
    pub file: String,
    pub columns: Vec<String>,
    pub rows: Vec<TableRow>,
    pub notes: Vec<String>,
}

#[derive(Debug)]
pub struct TableRow {
    /// As an editor counts: the header is line 1.
    pub line: u64,
    pub cells: Vec<String>,
}

impl Table {
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, Refusal> {
        let mut notes = Vec::new();
        let text = decode(file, bytes, &mut notes)?;
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter(&text))
            .from_reader(text.as_bytes());
        let mut lines = Lines::new(&text);
        let mut records = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|e| Refusal(format!("{file} could not be read: {e}")))?;
            let start = record.position().map_or(0, csv::Position::byte);
            let cells: Vec<String> = record.iter().map(|c| c.trim().to_owned()).collect();
            if cells.iter().any(|c| !c.is_empty()) {
                records.push(TableRow {
                    line: lines.of(start),
                    cells,
                });
            }
        }
        if records.is_empty() {
            return Err(Refusal(format!(
                "{file} is empty: export the directory again and import the new file"
            )));
        }
        let header = records.remove(0);
        let columns: Vec<String> = header.cells.iter().map(|c| plain_name(c)).collect();
        refuse_doubles(file, &columns)?;
        Ok(Self {
            file: file.to_owned(),
            columns,
            rows: records,
            notes,
        })
    }

    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|c| c == column)
    }

    /// The cell of a row, or nothing where the file has no such column.
    pub fn cell<'a>(&self, row: &'a TableRow, column: &str) -> &'a str {
        self.columns
            .iter()
            .position(|c| c == column)
            .and_then(|i| row.cells.get(i))
            .map_or("", String::as_str)
    }
}

fn decode<'a>(
    file: &str,
    bytes: &'a [u8],
    notes: &mut Vec<String>,
) -> Result<Cow<'a, str>, Refusal> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(Refusal(format!(
            "{file} is a workbook, not a CSV file: open it and save it as \"CSV UTF-8\", then import that"
        )));
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, faulty) = encoding.decode_without_bom_handling(&bytes[mark..]);
        if faulty {
            return Err(Refusal(format!(
                "{file} says it is {} and is not: save it as \"CSV UTF-8\" and import it again",
                encoding.name()
            )));
        }
        return Ok(text);
    }
    if bytes.contains(&0) {
        return Err(Refusal(format!(
            "{file} is not a text file: save the directory as \"CSV UTF-8\" and import that"
        )));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Cow::Borrowed(text));
    }
    notes.push(format!(
        "{file} is not UTF-8 and was read as Windows-1252: check names with accents"
    ));
    Ok(WINDOWS_1252.decode_without_bom_handling(bytes).0)
}

/// A comma, unless the header has none and another separator is there instead.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().find(|l| !l.trim().is_empty()).unwrap_or("");
    let other = [';', '\t'].into_iter().find(|c| header.contains(*c));
    match other {
        Some(other) if !header.contains(',') => u8::try_from(other).unwrap_or(b','),
        _ => b',',
    }
}

fn plain_name(cell: &str) -> String {
    cell.trim()
        .to_lowercase()
        .replace([' ', '-', '\u{a0}'], "_")
}

fn refuse_doubles(file: &str, columns: &[String]) -> Result<(), Refusal> {
    for (i, column) in columns.iter().enumerate() {
        if !column.is_empty() && columns[..i].contains(column) {
            return Err(Refusal(format!(
                "{file}, line 1: the column `{column}` is there twice: keep one and import again"
            )));
        }
    }
    Ok(())
}

/// The line a record starts on. The reader's own count stands on the line end before it, and skips blank lines.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
            line: 1,
        }
    }

    fn of(&mut self, byte: u64) -> u64 {
        let start = usize::try_from(byte).unwrap_or(usize::MAX);
        while self.at < self.text.len() && (self.at < start || self.text[self.at] == b'\n') {
            self.line += u64::from(self.text[self.at] == b'\n');
            self.at += 1;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<(u64, Vec<String>)> {
        let table = Table::read("f.csv", bytes).unwrap();
        table.rows.into_iter().map(|r| (r.line, r.cells)).collect()
    }

    fn cells(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|c| (*c).to_owned()).collect()
    }

    #[test]
    fn a_byte_order_mark_and_every_line_end_read_the_same() {
        let expected = vec![(2, cells(&["1", "x"])), (4, cells(&["2", "y"]))];
        for text in [
            "a,b\n1,x\n\n2,y\n",
            "a,b\r\n1,x\r\n\r\n2,y\r\n",
            "a,b\r1,x\r\r2,y",
            "\u{feff}a,b\n1,x\n,\n2,y",
        ] {
            assert_eq!(lines(text.as_bytes()), expected, "{text:?}");
        }
    }

    #[test]
    fn a_value_over_two_lines_does_not_shift_the_lines_after_it() {
        let rows = lines(b"a,b\n\"1\n2\",x\n3,y\n");
        assert_eq!(rows[0].0, 2);
        assert_eq!(rows[1].0, 4);
    }

    #[test]
    fn headers_are_read_in_any_case_and_spelling() {
        let table = Table::read("f.csv", b"Staff ID;E-Mail\n1;x\n").unwrap();
        assert_eq!(table.columns, ["staff_id", "e_mail"]);
        assert_eq!(table.cell(&table.rows[0], "staff_id"), "1");
        assert_eq!(table.cell(&table.rows[0], "absent"), "");
    }

    #[test]
    fn windows_text_is_read_and_said() {
        let table = Table::read("f.csv", b"name\nZo\xeb\n").unwrap();
        assert_eq!(table.rows[0].cells, ["Zo\u{eb}"]);
        assert_eq!(table.notes.len(), 1);
    }

    #[test]
    fn utf_16_with_its_mark_is_read() {
        let mut bytes = vec![0xff, 0xfe];
        bytes.extend("a\nb\n".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(lines(&bytes), vec![(2, cells(&["b"]))]);
    }

    #[test]
    fn a_workbook_an_empty_file_and_a_doubled_column_are_refused() {
        for (bytes, says) in [
            (&b"PK\x03\x04rest"[..], "workbook"),
            (b"", "empty"),
            (b"\n\n", "empty"),
            (b"a,b,a\n1,2,3", "twice"),
            (b"a\0b", "not a text file"),
        ] {
            let refusal = Table::read("f.csv", bytes).unwrap_err();
            assert!(refusal.0.contains(says), "{refusal}");
        }
    }
}
