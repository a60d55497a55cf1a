//! What an import did, in plain words.

use std::io::{self, Write};

use contracts::{
    AuthorityCode,
    commands::{Counted, ImportSummary},
};

use super::number;

/// Refused rows shown; the file has them all.
const SHOWN: usize = 20;

pub(crate) fn write(
    out: &mut dyn Write,
    authority: &AuthorityCode,
    summary: &ImportSummary,
) -> io::Result<()> {
    let day = summary
        .as_at
        .map_or(String::new(), |d| format!(", as at {}", calendar::day(d)));
    writeln!(out, "{} for {authority}{day}", summary.source)?;
    if summary.already_imported {
        writeln!(
            out,
            "This content was imported before for this day: nothing changed."
        )?;
    }
    section(
        out,
        "Rows read",
        summary.files.iter().map(|f| (f.rows_read, f.file.clone())),
    )?;
    if summary.children > 0 {
        section(
            out,
            "Children",
            std::iter::once((summary.children, String::new())),
        )?;
    }
    for (title, counted) in [
        ("Recorded", &summary.recorded),
        ("Changed", &summary.changed),
        (
            "Not in this file any more, kept until a later one confirms",
            &summary.missing,
        ),
        ("Retracted", &summary.retracted),
        ("Set aside", &summary.set_aside),
        (
            "Dated after that day: stored, and take no part until then",
            &summary.after_as_at,
        ),
    ] {
        section(out, title, counted.iter().map(counted_line))?;
    }
    refused(out, summary)?;
    for note in &summary.notes {
        writeln!(out, "Note: {note}")?;
    }
    Ok(())
}

fn counted_line(counted: &Counted) -> (u64, String) {
    // A kind is one word; a sentence may name a file.
    let what = if counted.what.contains(' ') {
        counted.what.clone()
    } else {
        counted.what.replace('_', " ")
    };
    let children = match counted.children {
        Some(0) | None => String::new(),
        Some(1) => " (1 child)".to_owned(),
        Some(n) => format!(" ({} children)", number(n)),
    };
    (counted.count, what + &children)
}

fn section(
    out: &mut dyn Write,
    title: &str,
    lines: impl Iterator<Item = (u64, String)>,
) -> io::Result<()> {
    let mut lines = lines.peekable();
    if lines.peek().is_some() {
        writeln!(out, "{title}")?;
    }
    for (count, what) in lines {
        writeln!(
            out,
            "{}",
            format!("{:>11}  {what}", number(count)).trim_end()
        )?;
    }
    Ok(())
}

fn refused(out: &mut dyn Write, summary: &ImportSummary) -> io::Result<()> {
    if summary.refused_rows == 0 {
        return Ok(());
    }
    section(
        out,
        "Refused rows",
        std::iter::once((summary.refused_rows, String::new())),
    )?;
    for row in summary.refused.iter().take(SHOWN) {
        let column = if row.column.is_empty() {
            String::new()
        } else {
            format!(", {}", row.column)
        };
        let value = if row.value.is_empty() {
            String::new()
        } else {
            format!(" \"{}\"", row.value)
        };
        writeln!(
            out,
            "    {}, line {}{column}{value}: {}",
            row.file, row.line, row.reason
        )?;
    }
    if let Some(file) = &summary.refusals_file {
        writeln!(out, "    all of them: {}", file.display())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use contracts::commands::{FileSummary, RefusedRow};
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_summary_reads_as_aligned_plain_words() {
        let counted = |what: &str, count, children| Counted {
            what: what.to_owned(),
            count,
            children,
        };
        let summary = ImportSummary {
            source: "ssda903".to_owned(),
            as_at: Some(date(2018, 3, 31)),
            files: vec![
                FileSummary {
                    file: "episodes.csv".to_owned(),
                    rows_read: 5050,
                },
                FileSummary {
                    file: "reviews.csv".to_owned(),
                    rows_read: 12582,
                },
            ],
            children: 2123,
            recorded: vec![counted("care_episode", 5050, None)],
            set_aside: vec![counted("no care episode for this child", 3070, Some(552))],
            refused_rows: 1,
            refused: vec![RefusedRow {
                file: "sw_episodes.csv".to_owned(),
                line: 2,
                column: "SW_REASON".to_owned(),
                value: "SWLAZY".to_owned(),
                reason: "not a code".to_owned(),
            }],
            refusals_file: Some("/data/refusals.csv".into()),
            notes: vec!["the clock stands at 31 March 2018".to_owned()],
            ..ImportSummary::default()
        };
        let mut out = Vec::new();
        write(&mut out, &"westshire".parse().unwrap(), &summary).unwrap();
        let expected = "\
ssda903 for westshire, as at Sat 31 Mar 2018
Rows read
      5,050  episodes.csv
     12,582  reviews.csv
Children
      2,123
Recorded
      5,050  care episode
Set aside
      3,070  no care episode for this child (552 children)
Refused rows
          1
    sw_episodes.csv, line 2, SW_REASON \"SWLAZY\": not a code
    all of them: /data/refusals.csv
Note: the clock stands at 31 March 2018
";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
