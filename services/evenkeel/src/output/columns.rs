//! Rows in aligned columns.

use std::io::{self, Write};

/// Writes a header and rows, each column as wide as its widest cell; nothing trails.
pub(crate) fn write(out: &mut dyn Write, header: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    let mut widths: Vec<usize> = header.iter().map(|h| h.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    line(out, &widths, header.iter().copied())?;
    for row in rows {
        line(out, &widths, row.iter().map(String::as_str))?;
    }
    Ok(())
}

fn line<'a>(
    out: &mut dyn Write,
    widths: &[usize],
    cells: impl Iterator<Item = &'a str>,
) -> io::Result<()> {
    let mut text = String::new();
    for (width, cell) in widths.iter().zip(cells) {
        text.push_str(cell);
        let missing = width.saturating_sub(cell.chars().count());
        text.extend(std::iter::repeat_n(' ', missing + 2));
    }
    writeln!(out, "{}", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut out = Vec::new();
        let rows = [
            vec!["a".to_owned(), "long cell".to_owned()],
            vec!["wide one".to_owned(), String::new()],
        ];
        write(&mut out, &["first", "b"], &rows).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "first     b\na         long cell\nwide one\n");
    }
}
