//! A workbook, or one of its lists as CSV, taken apart into texts that are read as CSV files are: each list under the
//! columns' own names, line for line.

use std::{fmt::Write as _, path::Path};

use calamine::{Data, Range, Reader as _, open_workbook_auto};
use jiff::{
    ToSpan,
    civil::{Date, date},
};

use super::headers::{column, is_date};
use crate::sources::{
    Table, Unreadable,
    csv::{BadText, Line, Lines, fields},
};

/// A list: which, how to call it, and its rows.
pub(crate) type List = (&'static Table, String, Vec<u8>);

/// A sheet's name, and its cells as text, row by row.
type Sheet = (String, Vec<Vec<String>>);

/// Titles stand above a header; it is not looked for further down.
const FURTHEST_HEADER: usize = 20;

/// The lists in a file, and what else is in it.
pub(crate) fn open(
    tables: &'static [Table],
    path: &Path,
) -> Result<(Vec<List>, Vec<String>), Unreadable> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let sheets = if name.to_lowercase().ends_with(".csv") {
        vec![(name.clone(), from_csv(path, &name)?)]
    } else {
        from_workbook(path, &name)?
    };
    let (mut lists, mut others) = (Vec::<List>::new(), Vec::new());
    let nearest = nearest(tables, &sheets);
    for (sheet, rows) in sheets {
        match recognise(tables, &rows) {
            Some((table, _)) if lists.iter().any(|(t, ..)| t.file == table.file) => {
                return Err(Unreadable(format!(
                    "{name} has {} twice: remove one",
                    table.file
                )));
            }
            Some((table, header)) => lists.push((table, sheet, text(&rows, header))),
            None => others.push(sheet),
        }
    }
    if lists.is_empty() {
        return Err(none_of_them(&name, &others, nearest));
    }
    lists.sort_by_key(|(table, ..)| tables.iter().position(|t| t.file == table.file));
    Ok((lists, others))
}

/// The list of which a row has most columns, and which of those it must have are not there; none where no row has any.
fn nearest(
    tables: &'static [Table],
    sheets: &[Sheet],
) -> Option<(&'static Table, Vec<&'static str>)> {
    let rows = sheets
        .iter()
        .flat_map(|(_, rows)| rows.iter().take(FURTHEST_HEADER));
    let of = |row: &Vec<String>| {
        let found: Vec<_> = row.iter().filter_map(|header| column(header)).collect();
        tables.iter().map(move |table| {
            let has = table.columns.all().filter(|c| found.contains(c)).count();
            let needed = table.columns.needed.iter().copied();
            let lacks: Vec<_> = needed.filter(|c| !found.contains(c)).collect();
            (has, std::cmp::Reverse(lacks.len()), table, lacks)
        })
    };
    let best = rows
        .flat_map(of)
        .max_by_key(|(has, lacks, ..)| (*has, *lacks));
    best.filter(|(has, ..)| *has > 0)
        .map(|(_, _, table, lacks)| (table, lacks))
}

fn none_of_them(
    name: &str,
    sheets: &[String],
    nearest: Option<(&'static Table, Vec<&'static str>)>,
) -> Unreadable {
    let looked = match sheets {
        [only] if only == name => "its first lines".to_owned(),
        all => format!("its sheets {}", all.join(", ")),
    };
    Unreadable(match nearest {
        Some((table, lacks)) => format!(
            "{name} holds none of Annex A's lists 3 to 10: {looked} come nearest to {}, but have no column {}. Export the \
             list again with the headers Ofsted gives it",
            table.file,
            lacks.join(" and no column ")
        ),
        None => format!(
            "{name} holds none of Annex A's lists 3 to 10: {looked} have none of the headers Ofsted gives them, such as \
             \"Child Unique ID\". Give a list with its headers or a workbook of them; for what is exported otherwise name \
             its own source, such as `evenkeel import ssda903`"
        ),
    })
}

/// The table whose needed columns all stand in one of the first rows, and that row.
fn recognise(tables: &'static [Table], rows: &[Vec<String>]) -> Option<(&'static Table, usize)> {
    rows.iter()
        .enumerate()
        .take(FURTHEST_HEADER)
        .find_map(|(at, row)| {
            let found: Vec<_> = row.iter().filter_map(|header| column(header)).collect();
            let has_all = |table: &&Table| table.columns.needed.iter().all(|c| found.contains(c));
            tables.iter().find(has_all).map(|table| (table, at))
        })
}

/// As CSV; what stands above the header and beside the columns is left out, so that line numbers stay.
fn text(rows: &[Vec<String>], header: usize) -> Vec<u8> {
    let mut columns: Vec<_> = rows[header].iter().map(|name| column(name)).collect();
    for at in 0..columns.len() {
        if columns[..at].contains(&columns[at]) {
            columns[at] = None;
        }
    }
    let mut text = "\n".repeat(header);
    let mut line = |cells: &mut dyn Iterator<Item = String>| {
        for (n, cell) in cells.enumerate() {
            let comma = if n == 0 { "" } else { "," };
            write!(text, "{comma}\"{}\"", cell.replace('"', "\"\""))
                .expect("writing to a string cannot fail");
        }
        text.push('\n');
    };
    let named = || {
        columns
            .iter()
            .enumerate()
            .filter_map(|(at, name)| Some((at, (*name)?)))
    };
    line(&mut named().map(|(_, name)| name.to_owned()));
    for row in &rows[header + 1..] {
        line(&mut named().map(|(at, name)| clean(row.get(at).map_or("", String::as_str), name)));
    }
    text.into_bytes()
}

/// What a spreadsheet makes of a cell, undone.
fn clean(cell: &str, column: &str) -> String {
    let cell = cell.trim();
    let number = cell.parse::<f64>().ok();
    match number.and_then(serial_day).filter(|_| is_date(column)) {
        Some(day) => day.to_string(),
        None if is_error(cell) => String::new(),
        None => cell.split(['\r', '\n']).collect::<Vec<_>>().join(" "),
    }
}

fn is_error(cell: &str) -> bool {
    [
        "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!",
    ]
    .contains(&cell)
}

/// Days are counted from 30 December 1899.
fn serial_day(number: f64) -> Option<Date> {
    #[expect(clippy::cast_possible_truncation, reason = "bounded by the filter")]
    let days = Some(number).filter(|n| (1.0..80_000.0).contains(n))? as i64;
    date(1899, 12, 30).checked_add(days.days()).ok()
}

fn from_workbook(path: &Path, name: &str) -> Result<Vec<Sheet>, Unreadable> {
    let unreadable = |error: calamine::Error| {
        Unreadable(format!(
            "{name} could not be read as a spreadsheet ({error}): save it as xlsx, ods or CSV"
        ))
    };
    let mut book = open_workbook_auto(path).map_err(unreadable)?;
    let mut sheets = Vec::new();
    for sheet in book.sheet_names() {
        let range = book.worksheet_range(&sheet).map_err(unreadable)?;
        sheets.push((sheet, rows_of(&range)));
    }
    Ok(sheets)
}

fn rows_of(range: &Range<Data>) -> Vec<Vec<String>> {
    // A range begins at its first cell that is not empty.
    let above = range.start().map_or(0, |(row, _)| row as usize);
    let rows = range.rows().map(|row| row.iter().map(shown).collect());
    std::iter::repeat_n(Vec::new(), above).chain(rows).collect()
}

fn shown(cell: &Data) -> String {
    match cell {
        Data::Float(number) => number.to_string(),
        Data::DateTime(moment) => moment.as_f64().to_string(),
        Data::Error(_) | Data::Empty => String::new(),
        other => other.to_string(),
    }
}

fn from_csv(path: &Path, name: &str) -> Result<Vec<Vec<String>>, Unreadable> {
    let (file, _) = crate::sources::find::open(path)?;
    let read = || -> Result<Vec<Vec<String>>, BadText> {
        let mut lines = Lines::open(file)?;
        let mut rows = Vec::new();
        while let Some(Line { text, .. }) = lines.next_line()? {
            let cells = fields(text)
                .map(|f| f.map_or_else(|_| String::new(), std::borrow::Cow::into_owned));
            rows.push(cells.collect());
        }
        Ok(rows)
    };
    read().map_err(|error| Unreadable(format!("{name} could not be read: {error}")))
}
