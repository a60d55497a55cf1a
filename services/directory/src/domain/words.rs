//! Small pieces of the sentences people read after an import.

use std::fmt::Display;

/// How many ids a note lists before it only counts.
const LISTED: usize = 5;

/// `1 person`, `12 people`.
pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// `W003, W007 and 12 more`.
pub fn listed<T: Display>(items: &[T]) -> String {
    let shown: Vec<String> = items.iter().take(LISTED).map(ToString::to_string).collect();
    let more = items.len().saturating_sub(LISTED);
    if more == 0 {
        shown.join(", ")
    } else {
        format!("{} and {more} more", shown.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut_and_counted() {
        assert_eq!(listed(&[1, 2]), "1, 2");
        assert_eq!(listed(&[1, 2, 3, 4, 5, 6, 7]), "1, 2, 3, 4, 5 and 2 more");
        assert_eq!(count(1, "person", "people"), "1 person");
    }
}
