//! A summary as a person reads it.

use std::fmt::Write as _;

use contracts::commands::{Counted, ImportSummary};

/// Lines of plain text, each ended.
pub fn in_words(summary: &ImportSummary) -> String {
    let mut text = String::new();
    let mut line = |words: String| {
        text.push_str(&words);
        text.push('\n');
    };
    let as_at = summary
        .as_at
        .map(|d| format!(" as at {d}"))
        .unwrap_or_default();
    if summary.already_imported {
        line(format!(
            "This {} snapshot{as_at} had been imported before: nothing changed.",
            summary.source
        ));
    } else {
        line(format!("Imported a {} snapshot{as_at}.", summary.source));
    }
    for file in &summary.files {
        line(format!("  {}: {} rows read", file.file, file.rows_read));
    }
    if summary.children > 0 {
        line(format!("  {} children", summary.children));
    }
    for (what, counts) in [
        ("recorded", &summary.recorded),
        ("changed", &summary.changed),
        (
            "missing for the first time (still counted)",
            &summary.missing,
        ),
        ("retracted", &summary.retracted),
        ("rows dated after the as-at", &summary.after_as_at),
        ("rows set aside", &summary.set_aside),
    ] {
        if !counts.is_empty() {
            line(format!("{}: {}", capital(what), listed(counts)));
        }
    }
    if summary.refused_rows > 0 {
        line(format!("Rows refused: {}", summary.refused_rows));
    }
    for row in &summary.refused {
        let (column, value) = (&row.column, &row.value);
        let cell = if column.is_empty() {
            String::new()
        } else {
            format!(" {column} {value:?}:")
        };
        line(format!(
            "  {} line {}:{cell} {}",
            row.file, row.line, row.reason
        ));
    }
    if let Some(path) = &summary.refusals_file {
        line(format!("  All refused rows: {}", path.display()));
    }
    for note in &summary.notes {
        line(format!("Note: {note}"));
    }
    text
}

fn listed(counts: &[Counted]) -> String {
    let mut text = String::new();
    for (n, counted) in counts.iter().enumerate() {
        let comma = if n == 0 { "" } else { "; " };
        let of = counted
            .children
            .map(|c| format!(" ({c} children)"))
            .unwrap_or_default();
        write!(
            text,
            "{comma}{} {}{of}",
            counted.count,
            counted.what.replace('_', " ")
        )
        .expect("writing to a string cannot fail");
    }
    text
}

fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use contracts::commands::{FileSummary, RefusedRow};
    use jiff::civil::date;

    use super::*;

    fn counted(what: &str, count: u64, children: Option<u64>) -> Vec<Counted> {
        vec![Counted {
            what: what.into(),
            count,
            children,
        }]
    }

    #[test]
    fn a_summary_reads_as_plain_words() {
        let summary = ImportSummary {
            source: "ssda903".into(),
            as_at: Some(date(2018, 3, 31)),
            files: vec![FileSummary {
                file: "reviews.csv".into(),
                rows_read: 12582,
            }],
            children: 2123,
            recorded: counted("looked_after_review", 9512, None),
            set_aside: counted("no care episode for this child", 3070, Some(552)),
            refused_rows: 1,
            refused: vec![RefusedRow {
                file: "sw_episodes.csv".into(),
                line: 2,
                column: "SW_REASON".into(),
                value: "SWLAZY".into(),
                reason: "it is not a reason".into(),
            }],
            notes: vec!["All is well.".into()],
            ..ImportSummary::default()
        };
        assert_eq!(
            in_words(&summary),
            "Imported a ssda903 snapshot as at 2018-03-31.\n  reviews.csv: 12582 rows read\n  2123 children\n\
             Recorded: 9512 looked after review\n\
             Rows set aside: 3070 no care episode for this child (552 children)\n\
             Rows refused: 1\n  sw_episodes.csv line 2: SW_REASON \"SWLAZY\": it is not a reason\nNote: All is well.\n"
        );
        let again = ImportSummary {
            already_imported: true,
            ..ImportSummary::default()
        };
        assert!(in_words(&again).contains("had been imported before: nothing changed"));
    }
}
