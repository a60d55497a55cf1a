//! What a person reads on the terminal.

pub(crate) mod columns;
pub(crate) mod progress;
pub(crate) mod summary;

/// `12,582`.
pub(crate) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `30 seconds`, `1 second`.
pub(crate) fn seconds(time: std::time::Duration) -> String {
    match time.as_secs() {
        1 => "1 second".to_owned(),
        n => format!("{} seconds", number(n)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        for (n, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (12582, "12,582"),
            (1_000_000, "1,000,000"),
        ] {
            assert_eq!(number(n), text);
        }
    }
}
