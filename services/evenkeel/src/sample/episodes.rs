//! The little that must be read of a return to cover it: which children are in care on a day, and since when.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use jiff::civil::Date;

/// Children with an open episode on `day`, and the first day of their present unbroken period of care.
pub(super) fn open_on(folder: &Path, day: Date) -> anyhow::Result<BTreeMap<String, Date>> {
    let path = find(folder)?;
    let bytes = fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
    read(&bytes, day).with_context(|| path.display().to_string())
}

fn find(folder: &Path) -> anyhow::Result<PathBuf> {
    let entries = fs::read_dir(folder).with_context(|| {
        format!(
            "{} cannot be opened: name the folder of an SSDA903 return",
            folder.display()
        )
    })?;
    for entry in entries {
        let path = entry?.path();
        if path
            .file_name()
            .is_some_and(|n| n.eq_ignore_ascii_case("episodes.csv"))
        {
            return Ok(path);
        }
    }
    bail!(
        "{} has no episodes.csv: name the folder of an SSDA903 return",
        folder.display()
    )
}

/// Rows that cannot be read are left out here: the import says what is wrong with them.
fn read(bytes: &[u8], day: Date) -> anyhow::Result<BTreeMap<String, Date>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header = reader.byte_headers()?.clone();
    let column = |name: &str| {
        header
            .iter()
            .position(|c| c.trim_ascii().eq_ignore_ascii_case(name.as_bytes()))
            .with_context(|| format!("the header has no column {name}"))
    };
    let (child, from, to) = (column("CHILD")?, column("DECOM")?, column("DEC")?);
    let mut spans: BTreeMap<String, BTreeSet<(Date, Option<Date>)>> = BTreeMap::new();
    for record in reader.byte_records() {
        let record = record?;
        let cell = |i: usize| {
            String::from_utf8_lossy(record.get(i).unwrap_or_default())
                .trim()
                .to_owned()
        };
        let (id, to) = (cell(child), cell(to));
        let end = date(&to);
        if let Some(start) = date(&cell(from))
            && !id.is_empty()
            && (to.is_empty() || end.is_some())
        {
            spans.entry(id).or_default().insert((start, end));
        }
    }
    Ok(spans
        .into_iter()
        .filter_map(|(child, spans)| Some((child, in_care_since(&spans, day)?)))
        .collect())
}

fn in_care_since(spans: &BTreeSet<(Date, Option<Date>)>, day: Date) -> Option<Date> {
    let open = spans
        .iter()
        .rfind(|(start, end)| *start <= day && end.is_none_or(|end| end > day))?;
    let mut since = open.0;
    while let Some((start, _)) = spans
        .iter()
        .find(|(start, end)| *start < since && end.is_some_and(|end| end >= since))
    {
        since = *start;
    }
    Some(since)
}

fn date(text: &str) -> Option<Date> {
    let mut parts = text.split('/');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_present_period_of_care_starts_after_its_last_gap() {
        let csv = "\u{feff}child,DECOM,RNE,DEC\r\n\
            A,01/01/2016,S,01/06/2016\r\n\
            A,01/01/2017,S,01/03/2017\r\n\
            A,01/03/2017,P,01/09/2017\r\n\
            A,01/09/2017,L,\r\n\
            B,01/01/2017,S,30/03/2018\r\n\
            C,01/01/2017,S,01/04/2018\r\n\
            D,01/04/2018,S,\r\n\
            E,01/01/2017,S,someday\r\n\
            ,01/01/2017,S,\r\n\
            F,31/03/2018,S,\r\n";
        let open = read(csv.as_bytes(), date(2018, 3, 31)).unwrap();
        let expected = BTreeMap::from([
            ("A".to_owned(), date(2017, 1, 1)),
            ("C".to_owned(), date(2017, 1, 1)),
            ("F".to_owned(), date(2018, 3, 31)),
        ]);
        assert_eq!(open, expected);
    }

    #[test]
    fn a_folder_without_a_return_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let error = open_on(folder.path(), date(2018, 3, 31)).unwrap_err();
        assert!(error.to_string().contains("has no episodes.csv"), "{error}");
        fs::write(folder.path().join("Episodes.CSV"), "CHILD,DEC\n").unwrap();
        let error = open_on(folder.path(), date(2018, 3, 31)).unwrap_err();
        assert!(format!("{error:#}").contains("DECOM"), "{error:#}");
    }
}
