//! The bank holidays of England and Wales, compiled in.

use std::collections::BTreeMap;

use jiff::civil::Date;

const CSV: &str = include_str!("../data/bank_holidays.csv");

/// Every holiday with its name.
pub(crate) fn bank_holidays() -> BTreeMap<Date, &'static str> {
    CSV.lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .map(|line| {
            let (date, name) = line
                .split_once(',')
                .expect("the script writes two columns, checked by a test");
            let date = date
                .parse()
                .expect("the script writes ISO dates, checked by a test");
            (date, name)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_table_names_its_source_its_date_and_its_licence() {
        let head: Vec<_> = CSV.lines().take_while(|l| l.starts_with('#')).collect();
        for word in [
            "Source: https://www.gov.uk/bank-holidays.json",
            "Retrieved: 20",
            "Open Government Licence v3.0",
        ] {
            assert!(head.iter().any(|line| line.contains(word)), "{word}");
        }
        assert_eq!(CSV.lines().nth(head.len()), Some("date,name"));
    }

    #[test]
    fn every_year_of_the_table_is_whole() {
        let days = bank_holidays();
        let (first, last) = (*days.keys().next().unwrap(), *days.keys().last().unwrap());
        assert_eq!((first.year(), last.year()), (2012, 2028));
        for year in first.year()..=last.year() {
            let count = days.keys().filter(|d| d.year() == year).count();
            assert!(count >= 8, "{year} has only {count} bank holidays");
        }
    }

    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    #[test]
    fn the_table_equals_what_gov_uk_publishes() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../../shared/data/calendar/bank-holidays.json");
        let Ok(text) = std::fs::read_to_string(&path) else {
            assert!(
                std::env::var_os("CI").is_none(),
                "{} is needed in CI",
                path.display()
            );
            eprintln!("skipped: {} is not here", path.display());
            return;
        };
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let published: BTreeMap<Date, &str> = json["england-and-wales"]["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| {
                let date = event["date"].as_str().unwrap().parse().unwrap();
                (date, event["title"].as_str().unwrap())
            })
            .collect();
        assert_eq!(bank_holidays(), published);
    }
}
