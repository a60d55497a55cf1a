//! Dates as people write them.

use jiff::civil::{Date, Time, date};

use super::csv::{Cells, Fault};

/// Which ways of writing a date a source may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// `31/03/2018`.
    DayMonthYear,
    /// `31/03/2018` or `2018-03-31`.
    EitherWay,
    /// Either way, with or without a time: as databases write them.
    WithTime,
}

impl Format {
    fn example(self) -> &'static str {
        match self {
            Self::DayMonthYear => "dd/mm/yyyy, such as 31/03/2018",
            Self::EitherWay | Self::WithTime => "yyyy-mm-dd or dd/mm/yyyy, such as 2018-03-31",
        }
    }
}

/// Outside of these years a date is a slip of the hand or a stand-in for "none".
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2100;

/// A date that must be there.
pub(super) fn needed(
    cells: &Cells<'_>,
    column: &'static str,
    format: Format,
) -> Result<Date, Fault> {
    optional(cells, column, format)?.ok_or_else(|| {
        Fault::new(
            column,
            "",
            format!("it is blank: a date is needed, as {}", format.example()),
        )
    })
}

/// A date that may be blank.
pub(super) fn optional(
    cells: &Cells<'_>,
    column: &'static str,
    format: Format,
) -> Result<Option<Date>, Fault> {
    let text = cells.get(column);
    if text.is_empty() {
        return Ok(None);
    }
    match read(text, format) {
        Ok((day, _)) => Ok(Some(day).filter(|day| !is_stand_in(*day, format))),
        Err(reason) => Err(Fault::new(column, text, reason)),
    }
}

/// The time that stands with a date; none where it is midnight: then it is not known.
pub(super) fn time(cells: &Cells<'_>, column: &'static str) -> Option<Time> {
    let (_, time) = read(cells.get(column), Format::WithTime).ok()?;
    time.filter(|time| *time != Time::midnight())
}

/// What databases make of a blank.
fn is_stand_in(day: Date, format: Format) -> bool {
    format == Format::WithTime && day == date(1900, 1, 1)
}

fn read(text: &str, format: Format) -> Result<(Date, Option<Time>), String> {
    let parted = text
        .split_once(['T', ' '])
        .filter(|_| format == Format::WithTime);
    let Some((day, time)) = parted else {
        return Ok((parse(text, format)?, None));
    };
    let not_so = || format!("it is not a date written {}", format.example());
    let time = time_of(time.trim()).ok_or_else(not_so)?;
    Ok((parse(day, format)?, Some(time)))
}

/// `14:05`, `14:05:30` or `14:05:30.123`.
fn time_of(text: &str) -> Option<Time> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let two = |part: &str| {
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        part.parse().ok().filter(|_| digits)
    };
    let mut parts = whole.split(':');
    let (hour, minute) = (two(parts.next()?)?, two(parts.next()?)?);
    let second = parts.next().map_or(Some(0), two)?;
    let rest = parts.next().is_none() && fraction.bytes().all(|b| b.is_ascii_digit());
    Time::new(hour, minute, second, 0).ok().filter(|_| rest)
}

/// The end of something that began on `start`; blank while it goes on.
pub(super) fn end_after(
    cells: &Cells<'_>,
    start: (Date, &'static str),
    column: &'static str,
    format: Format,
) -> Result<Option<Date>, Fault> {
    let end = optional(cells, column, format)?;
    match end {
        Some(end) if end < start.0 => {
            let reason = format!(
                "it is before {} ({})",
                start.1,
                start.0.strftime("%d/%m/%Y")
            );
            Err(Fault::new(column, cells.get(column), reason))
        }
        _ => Ok(end),
    }
}

fn parse(text: &str, format: Format) -> Result<Date, String> {
    let not_so = || format!("it is not a date written {}", format.example());
    let parts = match (numbers(text, '/'), numbers(text, '-')) {
        (Some([(day, _), (month, _), (year, 4)]), _) => (year, month, day),
        (_, Some([(year, 4), (month, _), (day, _)])) if format != Format::DayMonthYear => {
            (year, month, day)
        }
        _ => return Err(not_so()),
    };
    let (year, month, day) = parts;
    let year = i16::try_from(year).map_err(|_| not_so())?;
    if !YEARS.contains(&year) {
        return Err(format!(
            "the year {year} cannot be right: leave the date blank if there is none"
        ));
    }
    let exists = i8::try_from(month).ok().zip(i8::try_from(day).ok());
    exists
        .and_then(|(month, day)| Date::new(year, month, day).ok())
        .ok_or_else(|| "there is no such day".to_owned())
}

/// Three numbers, each with how many digits it was written in.
fn numbers(text: &str, separator: char) -> Option<[(u16, usize); 3]> {
    let mut parts = text.split(separator).map(|part| {
        let digits = (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        let number = part.parse().ok().filter(|_| digits)?;
        Some((number, part.len()))
    });
    let three = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(three)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_are_read_as_written_or_refused_for_what_is_wrong() {
        let dmy = |text| parse(text, Format::DayMonthYear);
        assert_eq!(dmy("31/03/2018"), Ok(date(2018, 3, 31)));
        assert_eq!(dmy("1/2/2018"), Ok(date(2018, 2, 1)));
        assert_eq!(dmy("29/02/2020"), Ok(date(2020, 2, 29)));
        for text in [
            "2018-03-31",
            "31/03/18",
            "31.03.2018",
            "31 Mar 2018",
            "31/03/2018 00:00",
            "43190",
            "+1/01/2018",
            "//",
        ] {
            assert_eq!(
                dmy(text),
                Err("it is not a date written dd/mm/yyyy, such as 31/03/2018".to_owned()),
                "{text}"
            );
        }
        for text in [
            "31/02/2018",
            "29/02/2018",
            "00/01/2018",
            "01/13/2018",
            "999/01/2018",
        ] {
            assert_eq!(dmy(text), Err("there is no such day".to_owned()), "{text}");
        }
        for text in ["01/01/0018", "31/12/9999"] {
            assert!(dmy(text).unwrap_err().contains("cannot be right"), "{text}");
        }
        assert_eq!(
            parse("2018-03-31", Format::EitherWay),
            Ok(date(2018, 3, 31))
        );
        assert_eq!(
            parse("31/03/2018", Format::EitherWay),
            Ok(date(2018, 3, 31))
        );
        assert!(parse("31-03-2018", Format::EitherWay).is_err());
    }

    #[test]
    fn a_database_writes_dates_with_times_and_midnight_is_no_time() {
        let read = |text| read(text, Format::WithTime);
        let day = date(2025, 4, 11);
        let at = |hour, minute, second| Ok((day, Some(jiff::civil::time(hour, minute, second, 0))));
        for (text, want) in [
            ("2025-04-11", Ok((day, None))),
            ("11/04/2025", Ok((day, None))),
            ("2025-04-11T00:00:00", at(0, 0, 0)),
            ("2025-04-11 00:00:00.000", at(0, 0, 0)),
            ("2025-04-11 14:05:30.1234567", at(14, 5, 30)),
            ("11/04/2025 14:05", at(14, 5, 0)),
        ] {
            assert_eq!(read(text), want, "{text}");
        }
        for text in [
            "2025-04-11T",
            "2025-04-11 25:00",
            "2025-04-11 1:00",
            "2025-04-11 10:00:00Z",
            "2025-04-11 10",
            "Apr 11 2025 12:00AM",
        ] {
            assert!(read(text).unwrap_err().contains("yyyy-mm-dd"), "{text}");
        }
        assert!(super::read("2025-04-11 00:00", Format::EitherWay).is_err());
        assert!(is_stand_in(date(1900, 1, 1), Format::WithTime));
    }

    proptest! {
        #[test]
        fn every_day_is_read_back_in_both_ways(days in 0_i64..73_000) {
            let day = date(1900, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            prop_assert_eq!(parse(&day.strftime("%d/%m/%Y").to_string(), Format::DayMonthYear), Ok(day));
            prop_assert_eq!(parse(&day.to_string(), Format::EitherWay), Ok(day));
        }
    }
}
