//! Addresses of pages, with ids encoded.

use std::fmt::Write as _;

use contracts::{AuthorityCode, TeamId};
use uuid::Uuid;

pub(crate) fn board(authority: &AuthorityCode) -> String {
    format!("/a/{authority}/board")
}

pub(crate) fn rules(authority: &AuthorityCode) -> String {
    format!("/a/{authority}/rules")
}

pub(crate) fn team(authority: &AuthorityCode, team: &TeamId) -> String {
    format!("/a/{authority}/team/{}", encoded(team.as_str()))
}

pub(crate) fn my_day(authority: &AuthorityCode) -> String {
    format!("/a/{authority}/my-day")
}

pub(crate) fn horizon(authority: &AuthorityCode) -> String {
    format!("/a/{authority}/horizon")
}

pub(crate) fn people(authority: &AuthorityCode) -> String {
    format!("/a/{authority}/people")
}

/// The mailbox from one mail on, of one authority or of all.
pub(crate) fn mailbox(authority: Option<&AuthorityCode>, after: Option<u64>) -> String {
    let after = after.map(|after| format!("after={after}"));
    let authority = authority.map(|code| format!("authority={code}"));
    let wanted: Vec<String> = [authority, after].into_iter().flatten().collect();
    if wanted.is_empty() {
        "/mailbox".to_owned()
    } else {
        format!("/mailbox?{}", wanted.join("&"))
    }
}

pub(crate) fn mail(message: Uuid) -> String {
    format!("/mailbox/{message}")
}

/// Everything but unreserved characters as `%XX`, good in a path and in a query.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' => out.push(byte.into()),
            // A dot alone would be a step in the path.
            b'.' if text.len() > 2 => out.push('.'),
            _ => write!(out, "%{byte:02X}").expect("a string takes every write"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_with_odd_characters_is_one_part_of_the_path() {
        for (id, part) in [
            ("T-01", "T-01"),
            ("North/East", "North%2FEast"),
            ("a b?c#d", "a%20b%3Fc%23d"),
            ("..", "%2E%2E"),
            ("Tŷ", "T%C5%B7"),
        ] {
            assert_eq!(encoded(id), part);
        }
    }
}
