//! The first line of a table: which column is where.

use super::Columns;

/// A header that does not name what is needed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum BadHeader {
    #[error(
        "column {column} is missing: the first line has {found}{}; rename the column or export the file with it",
        near(.nearest.as_deref())
    )]
    Missing {
        column: &'static str,
        found: String,
        nearest: Option<String>,
    },
    #[error("its first line names no column it should have ({}): is the line with the columns' names missing?", .0.join(", "))]
    NoNames(&'static [&'static str]),
    #[error("column {column} stands there twice: remove one of them")]
    Twice { column: &'static str },
    #[error("its columns are separated by {0}, not by commas: save it as comma separated CSV")]
    Separator(&'static str),
    #[error("its first line has a quotation mark without its pair")]
    Quotes,
}

fn near(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(" (nearest: {name})"))
}

/// Where each needed column stands, and what else there is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(super) columns: Columns,
    /// For each field of a row: which column it is of those asked for.
    pub(super) wanted: Vec<Option<usize>>,
    /// Names of the columns that are passed over.
    pub others: Vec<String>,
}

impl Header {
    pub(super) fn read(line: &str, columns: Columns) -> Result<Self, BadHeader> {
        let names = super::fields(line)
            .map(|f| f.map(|f| f.trim().to_uppercase()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| BadHeader::Quotes)?;
        let mut wanted = vec![None; names.len()];
        for (n, column) in columns.all().enumerate() {
            let mut places = (0..names.len()).filter(|at| names[*at] == column.to_uppercase());
            match (places.next(), places.next()) {
                (Some(at), None) => wanted[at] = Some(n),
                (Some(_), Some(_)) => return Err(BadHeader::Twice { column }),
                (None, _) if n < columns.needed.len() => {
                    return Err(missing(column, &names, &columns));
                }
                (None, _) => {}
            }
        }
        let others = names
            .into_iter()
            .zip(&wanted)
            .filter(|(name, wanted)| wanted.is_none() && !name.is_empty())
            .map(|(name, _)| name)
            .collect();
        Ok(Self {
            columns,
            wanted,
            others,
        })
    }

    pub(super) fn len(&self) -> usize {
        self.wanted.len()
    }
}

fn missing(column: &'static str, names: &[String], columns: &Columns) -> BadHeader {
    for (mark, name) in [(';', "semicolons"), ('\t', "tabs"), ('|', "bars")] {
        if names.len() == 1 && names[0].contains(mark) {
            return BadHeader::Separator(name);
        }
    }
    // Without one known name the line is probably somebody's row, and not to be repeated to anybody.
    if !names.iter().any(|n| columns.have(n)) {
        return BadHeader::NoNames(columns.needed);
    }
    let is_other = |name: &&String| {
        let mut known = columns.all().chain(columns.passed_over.iter().copied());
        known.any(|c| c.eq_ignore_ascii_case(name))
    };
    let nearest = names
        .iter()
        .filter(|n| !is_other(n))
        .map(|n| (likeness(n, column), n))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .map(|(_, name)| name.clone());
    let mut found = names
        .iter()
        .take(30)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > 30 {
        found.push_str(", ...");
    }
    BadHeader::Missing {
        column,
        found,
        nearest,
    }
}

/// What is less like a column than this is another column, and not a misspelling of it.
const NEAR: f64 = 0.7;

/// Of the letters and digits alone: `Child ID` is `CHILDID`. A column with a word after it, as `REVIEW_DATE`, is near.
fn likeness(name: &str, column: &str) -> f64 {
    let after = name.to_uppercase();
    let after = after.strip_prefix(&column.to_uppercase());
    if after.is_some_and(|rest| rest.starts_with(|c: char| !c.is_alphanumeric())) {
        return NEAR;
    }
    let plain = |text: &str| -> String {
        let upper = text.to_uppercase();
        upper.chars().filter(|c| c.is_alphanumeric()).collect()
    };
    strsim::normalized_damerau_levenshtein(&plain(name), &plain(column))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: Columns = Columns {
        child: "CHILD",
        needed: &["CHILD", "REVIEW"],
        optional: &[],
        passed_over: &["DOB"],
        null_is_blank: false,
    };

    #[test]
    fn order_case_spaces_and_other_columns_do_not_matter() {
        let header = Header::read(" review ,\"DOB\",Child,", COLUMNS).unwrap();
        assert_eq!(header.wanted, [Some(1), None, Some(0), None]);
        assert_eq!(header.others, ["DOB"]);
    }

    #[test]
    fn a_missing_column_is_named_with_what_was_found_and_what_is_nearest() {
        let error = Header::read("CHILD,REVIEWS,DOB", COLUMNS).unwrap_err();
        assert_eq!(
            error.to_string(),
            "column REVIEW is missing: the first line has CHILD, REVIEWS, DOB (nearest: REVIEWS); rename the column or export the file with it"
        );
        let none_near = Header::read("CHILD,DOB", COLUMNS).unwrap_err().to_string();
        assert!(!none_near.contains("nearest"), "{none_near}");
    }

    #[test]
    fn only_what_is_really_near_is_called_nearest() {
        let columns = Columns {
            needed: &["CHILD", "DECOM"],
            ..COLUMNS
        };
        for (header, nearest) in [
            ("CHILD,DECOMM", Some("DECOMM")),
            ("CHILD,de com", Some("DE COM")),
            ("CHILD,DEC", None),
            ("CHILD,DATE_OF_COMMENCEMENT", None),
            ("CHILD,DEATH,DEPT", None),
        ] {
            let BadHeader::Missing { nearest: got, .. } =
                Header::read(header, columns).unwrap_err()
            else {
                panic!("{header}")
            };
            assert_eq!(got.as_deref(), nearest, "{header}");
        }
    }

    #[test]
    fn a_column_that_begins_as_those_of_the_table_do_belongs_to_it() {
        let columns = Columns {
            needed: &["pers_person_id"],
            passed_over: &["pers_"],
            ..COLUMNS
        };
        assert!(columns.have("PERS_SEX") && columns.have("PERS_PERSON_ID"));
        assert!(!columns.have("PERSON") && !columns.have("ADDR_PERS_ID"));
        let error = Header::read("pers_persn_id,pers_sex", columns)
            .unwrap_err()
            .to_string();
        assert!(error.contains("(nearest: PERS_PERSN_ID)"), "{error}");
    }

    #[test]
    fn a_row_where_the_header_should_be_is_not_repeated() {
        let error = Header::read("566910,27/03/2008,30/08/2017,PN6", COLUMNS).unwrap_err();
        assert_eq!(error, BadHeader::NoNames(COLUMNS.needed));
        assert!(!error.to_string().contains("566910"));
    }

    #[test]
    fn other_separators_and_doubled_columns_are_said() {
        assert_eq!(
            Header::read("CHILD;REVIEW", COLUMNS),
            Err(BadHeader::Separator("semicolons"))
        );
        assert_eq!(
            Header::read("CHILD\tREVIEW", COLUMNS),
            Err(BadHeader::Separator("tabs"))
        );
        assert_eq!(
            Header::read("CHILD,REVIEW,child", COLUMNS),
            Err(BadHeader::Twice { column: "CHILD" })
        );
        assert_eq!(
            Header::read("CHILD,\"REVIEW", COLUMNS),
            Err(BadHeader::Quotes)
        );
    }
}
