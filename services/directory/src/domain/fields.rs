//! One cell at a time: text in, a value or a reason out.

use std::collections::BTreeSet;

use jiff::civil::Date;

/// A day as `2025-03-31` or `31/03/2025`; a midnight after it is ignored.
pub fn date(text: &str) -> Result<Date, String> {
    let day = text.split([' ', 'T']).next().unwrap_or(text);
    let parts: Vec<&str> = day.split(['-', '/']).collect();
    let [a, b, c] = parts.as_slice() else {
        return Err(not_a_date());
    };
    let (year, month, day) = if day.contains('-') {
        (a, b, c)
    } else {
        (c, b, a)
    };
    if year.len() != 4 {
        return Err(not_a_date());
    }
    let number = |t: &str| t.parse::<i16>().map_err(|_| not_a_date());
    let small = |t: &str| t.parse::<i8>().map_err(|_| not_a_date());
    Date::new(number(year)?, small(month)?, small(day)?)
        .map_err(|_| "there is no such day".to_owned())
}

fn not_a_date() -> String {
    "write a date as 2025-03-31 or 31/03/2025".to_owned()
}

/// An address plain enough for every mail server.
pub fn email(text: &str) -> Result<String, String> {
    let bad = || Err("this is not an email address: correct it, or leave it blank".to_owned());
    let Some((local, domain)) = text.rsplit_once('@') else {
        return bad();
    };
    let local_plain = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let label = |l: &str| {
        !l.is_empty()
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let good_local = !local.is_empty()
        && local.len() <= 64
        && local.chars().all(local_plain)
        && local.split('.').all(|part| !part.is_empty());
    let good_domain = domain.contains('.') && domain.split('.').all(label);
    if good_local && good_domain && text.len() <= 254 {
        Ok(text.to_owned())
    } else {
        bad()
    }
}

/// Full-time equivalent in hundredths, from `0.6` or `1`.
pub fn fte(text: &str) -> Result<u16, String> {
    let bad = || "write full-time equivalent as a number from 0 to 1.5, such as 0.6".to_owned();
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |t: &str| t.chars().all(|c| c.is_ascii_digit());
    if whole.len() + part.len() == 0 || whole.len() > 1 || !digits(whole) || !digits(part) {
        return Err(bad());
    }
    let hundredths = format!("{whole}{part:0<2}");
    let hundredths = &hundredths[..whole.len() + 2];
    let value: u16 = hundredths.parse().map_err(|_| bad())?;
    if value > 150 { Err(bad()) } else { Ok(value) }
}

const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Working days as `Mon Tue Wed`, `Mon-Fri` or `1 2 3`; Monday is 1.
pub fn working_days(text: &str) -> Result<Vec<i8>, String> {
    let mut days = BTreeSet::new();
    for part in text.split([' ', ',', ';', '|', '+', '/']) {
        if part.is_empty() {
            continue;
        }
        match part.split_once('-') {
            Some((first, last)) => days.extend(range(weekday(first)?, weekday(last)?)),
            None => {
                days.insert(weekday(part)?);
            }
        }
    }
    Ok(days.into_iter().collect())
}

fn weekday(text: &str) -> Result<i8, String> {
    let name = text.to_lowercase();
    let by_name = DAYS
        .iter()
        .position(|day| name.len() >= 2 && day.starts_with(&name));
    let by_number = text.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    by_name
        .or(by_number)
        .filter(|i| *i < DAYS.len())
        .and_then(|i| i8::try_from(i + 1).ok())
        .ok_or_else(|| "write working days as Mon Tue Wed, Mon-Fri or 1 2 3".to_owned())
}

/// From one day to another, over the weekend if need be.
fn range(first: i8, last: i8) -> impl Iterator<Item = i8> {
    let length = (last - first).rem_euclid(7);
    (0..=length).map(move |i| (first - 1 + i) % 7 + 1)
}

/// An id short and plain enough for tables, pages and messages.
pub fn id(text: &str) -> Result<String, String> {
    if text.chars().count() > 64 {
        Err("this id is longer than 64 characters".to_owned())
    } else if text.chars().any(char::is_control) {
        Err("this id holds characters that cannot be shown".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

/// A name or title on one line.
pub fn line(text: &str) -> Result<String, String> {
    if text.chars().count() > 200 {
        Err("this is longer than 200 characters".to_owned())
    } else if text.chars().any(char::is_control) {
        Err("this holds characters that cannot be shown".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as day;

    use super::*;

    #[test]
    fn dates_are_read_both_ways_and_never_guessed() {
        for text in [
            "2025-03-04",
            "04/03/2025",
            "4/3/2025",
            "2025-03-04T00:00:00",
            "04/03/2025 00:00",
        ] {
            assert_eq!(date(text), Ok(day(2025, 3, 4)), "{text}");
        }
        for text in [
            "",
            "soon",
            "04/03/25",
            "2025/13",
            "31/02/2025",
            "03-04-2025",
            "2025-3",
        ] {
            assert!(date(text).is_err(), "{text}");
        }
    }

    #[test]
    fn addresses_are_plain() {
        for good in [
            "ana.okoro@example.org",
            "o'neil+1@sw.example.gov.uk",
            "a@b.invalid",
        ] {
            assert!(email(good).is_ok(), "{good}");
        }
        for bad in [
            "ana",
            "ana@",
            "@example.org",
            "ana@example",
            "a b@example.org",
            "ana@example..org",
            "ana.@example.org",
            "ana@exa_mple.org",
            "ana@example.org\r\nBcc: x@example.org",
            "<ana@example.org>",
            "a@b@example.org",
        ] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn full_time_equivalents_are_hundredths() {
        for (text, value) in [
            ("1", 100),
            ("1.0", 100),
            ("0.6", 60),
            (".5", 50),
            ("0.75", 75),
            ("0.666", 66),
            ("1.2", 120),
            ("0", 0),
        ] {
            assert_eq!(fte(text), Ok(value), "{text}");
        }
        for bad in ["", ".", "37", "60%", "-0.5", "1.6", "a"] {
            assert!(fte(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn working_days_are_names_ranges_or_numbers() {
        for (text, days) in [
            ("Mon Tue Wed", vec![1, 2, 3]),
            ("Mon-Fri", vec![1, 2, 3, 4, 5]),
            ("1 2 3", vec![1, 2, 3]),
            ("1-3,5", vec![1, 2, 3, 5]),
            ("wednesday; mon", vec![1, 3]),
            ("Sat-Mon", vec![1, 6, 7]),
            ("", vec![]),
        ] {
            assert_eq!(working_days(text), Ok(days), "{text}");
        }
        for bad in ["m", "8", "0", "Montag", "Mon-", "every day"] {
            assert!(working_days(bad).is_err(), "{bad}");
        }
    }
}
