//! The fields of one line. A quotation mark without its pair spoils that line and no other, so a field never runs on
//! over the end of a line.

use std::borrow::Cow;

/// A quotation mark in the line has no pair, or something follows a closing one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadQuotes;

pub(crate) fn fields(line: &str) -> Fields<'_> {
    Fields { rest: Some(line) }
}

pub(crate) struct Fields<'l> {
    rest: Option<&'l str>,
}

impl<'l> Iterator for Fields<'l> {
    type Item = Result<Cow<'l, str>, BadQuotes>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.take()?;
        let Some(quoted) = rest.strip_prefix('"') else {
            let (field, rest) = match rest.split_once(',') {
                Some((field, rest)) => (field, Some(rest)),
                None => (rest, None),
            };
            self.rest = rest;
            return Some(Ok(Cow::Borrowed(field)));
        };
        let Some(end) = closing(quoted) else {
            return Some(Err(BadQuotes));
        };
        let (field, after) = (&quoted[..end], quoted[end + 1..].trim_start_matches(' '));
        match after.strip_prefix(',') {
            Some(rest) => self.rest = Some(rest),
            None if after.is_empty() => {}
            None => return Some(Err(BadQuotes)),
        }
        Some(Ok(if field.contains('"') {
            Cow::Owned(field.replace("\"\"", "\""))
        } else {
            Cow::Borrowed(field)
        }))
    }
}

/// Where the closing mark is: the first that is not doubled.
fn closing(quoted: &str) -> Option<usize> {
    let bytes = quoted.as_bytes();
    let mut at = 0;
    while let Some(n) = bytes[at..].iter().position(|b| *b == b'"') {
        at += n;
        if bytes.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(line: &str) -> Result<Vec<String>, BadQuotes> {
        fields(line).map(|f| f.map(Cow::into_owned)).collect()
    }

    #[test]
    fn a_line_splits_as_it_was_written() {
        for (line, want) in [
            ("", vec![""]),
            ("a", vec!["a"]),
            ("a,,b,", vec!["a", "", "b", ""]),
            (r#""a,b",c"#, vec!["a,b", "c"]),
            (r#""say ""so""","" ,x"#, vec![r#"say "so""#, "", "x"]),
            (r#"a"b,c"#, vec![r#"a"b"#, "c"]),
        ] {
            assert_eq!(split(line).unwrap_or_default(), want, "{line}");
        }
        for line in [r#""a,b"#, r#""a"b,c"#, r#"x,"a"""#] {
            assert_eq!(split(line), Err(BadQuotes), "{line}");
        }
    }

    proptest! {
        #[test]
        fn what_is_quoted_and_joined_is_split_again(row in proptest::collection::vec("[^\r\n]{0,8}", 1..6)) {
            let line: Vec<String> = row.iter().map(|f| format!("\"{}\"", f.replace('"', "\"\""))).collect();
            prop_assert_eq!(split(&line.join(",")).unwrap(), row);
        }
    }
}
