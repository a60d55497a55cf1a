//! What everybody must know before they read a page of an authority.

use contracts::{ClockSetting, SourceState};
use jiff::{Timestamp, ToSpan};

use super::{
    Place,
    words::{self, day, london_day, moment},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Banner {
    pub(crate) title: &'static str,
    pub(crate) text: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Banners {
    /// What one must know to read the page rightly.
    pub(crate) notes: Vec<Banner>,
    /// Something is wrong and somebody should act.
    pub(crate) warnings: Vec<Banner>,
}

impl Banners {
    pub(crate) fn has_notes(&self) -> bool {
        !self.notes.is_empty()
    }

    pub(crate) fn has_warnings(&self) -> bool {
        !self.warnings.is_empty()
    }
}

/// `SSDA903 return as at Sat 31 Mar 2018`, one a source, always shown.
pub(crate) fn data_as_at(place: &Place<'_>) -> String {
    let mut sources = place.authority.sources.iter().collect::<Vec<_>>();
    sources.sort_by(|a, b| a.source.cmp(&b.source));
    match sources.as_slice() {
        [] => "No data yet".to_owned(),
        [first, rest @ ..] if rest.iter().all(|s| s.as_at == first.as_at) => {
            format!("Data as at {}", day(first.as_at))
        }
        all => {
            let parts: Vec<String> = all
                .iter()
                .map(|s| format!("{} as at {}", words::source(&s.source), day(s.as_at)))
                .collect();
            format!("Data: {}", parts.join("; "))
        }
    }
}

pub(crate) fn banners(place: &Place<'_>) -> Banners {
    Banners {
        notes: [pinned(place), invented(place)]
            .into_iter()
            .flatten()
            .collect(),
        warnings: old(place).chain(horizon(place)).collect(),
    }
}

fn pinned(place: &Place<'_>) -> Option<Banner> {
    let text = match place.authority.clock {
        ClockSetting::Real => return None,
        ClockSetting::Pinned(at) => {
            let stands = day(london_day(at));
            format!(
                "The clock of this authority stands at {stands}: every due date is seen from that day."
            )
        }
        ClockSetting::Stepped(_) => {
            let stands = moment(place.now);
            format!(
                "The clock of this authority is played: it stands at {stands} until it is set on."
            )
        }
    };
    Some(Banner {
        title: "The clock stands still",
        text,
    })
}

fn invented(place: &Place<'_>) -> Option<Banner> {
    place.authority.synthetic.then(|| Banner {
        title: "Invented data",
        text: "Some of these data, or all, were invented for trying Evenkeel out.".to_owned(),
    })
}

fn old(place: &Place<'_>) -> impl Iterator<Item = Banner> {
    place.authority.sources.iter().filter_map(|source| {
        let since = stale_since(place, source)?;
        let (name, since) = (words::source(&source.source), moment(since));
        Some(Banner {
            title: "These data are old",
            text: format!("Nothing new has come from the {name} since {since}. What you see may already be out of date."),
        })
    })
}

fn horizon(place: &Place<'_>) -> Option<Banner> {
    let alarm = place.calendar.horizon_alarm(place.today)?;
    Some(Banner {
        title: "Bank holidays run out",
        text: sentence(&alarm),
    })
}

/// When a source of an authority with a real clock last said something new, if that is too long ago.
pub(crate) fn stale_since(place: &Place<'_>, source: &SourceState) -> Option<Timestamp> {
    if place.is_pinned() {
        return None;
    }
    let end_of_day = source
        .as_at
        .saturating_add(1.day())
        .to_zoned(calendar::london())
        .map_or(Timestamp::MAX, |z| z.timestamp());
    let newest = source.accepted_at.min(end_of_day);
    let limit = i64::from(place.stale_hours) * 3600;
    (place.now.as_second() - newest.as_second() > limit).then_some(newest)
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    format!("{}{}.", first.to_uppercase(), letters.as_str())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::fixture::{Fixture, NOW};

    fn titles(fixture: &Fixture) -> Vec<&'static str> {
        let Banners { notes, warnings } = banners(&fixture.place());
        notes.into_iter().chain(warnings).map(|b| b.title).collect()
    }

    #[test]
    fn a_source_is_old_after_36_hours_on_a_real_clock_and_never_on_a_pinned_one() {
        let mut fixture = Fixture::new();
        let now: Timestamp = NOW.parse().unwrap();
        assert_eq!(titles(&fixture), [""; 0]);
        fixture.authority.sources[0].accepted_at = now - 36.hours();
        assert_eq!(titles(&fixture), [""; 0]);
        fixture.authority.sources[0].accepted_at = now - 36.hours() - 1.second();
        assert_eq!(titles(&fixture), ["These data are old"]);
        fixture.authority.clock = ClockSetting::Pinned(now);
        assert_eq!(titles(&fixture), ["The clock stands still"]);
    }

    #[test]
    fn data_that_describe_an_old_day_are_old_however_lately_they_came() {
        let mut fixture = Fixture::new();
        fixture.authority.sources[0].as_at = date(2025, 5, 4);
        assert_eq!(titles(&fixture), [""; 0], "32.5 hours after that day's end");
        fixture.authority.sources[0].as_at = date(2025, 5, 3);
        assert_eq!(titles(&fixture), ["These data are old"]);
    }

    #[test]
    fn bank_holidays_that_run_out_are_told_in_time() {
        let fixture = Fixture::new();
        let late = Place {
            today: date(2028, 6, 1),
            ..fixture.place()
        };
        let alarm = banners(&late).warnings.pop().unwrap();
        assert!(
            alarm
                .text
                .starts_with("Bank holidays are known to Sun 31 Dec 2028 only"),
            "{}",
            alarm.text
        );
    }

    #[test]
    fn each_source_is_dated_unless_they_agree() {
        let mut fixture = Fixture::new();
        assert_eq!(data_as_at(&fixture.place()), "Data as at Tue 6 May 2025");
        fixture.authority.sources.push(SourceState {
            source: "allocations".into(),
            as_at: date(2025, 5, 5),
            ..fixture.authority.sources[0].clone()
        });
        assert_eq!(
            data_as_at(&fixture.place()),
            "Data: allocations as at Mon 5 May 2025; SSDA903 return as at Tue 6 May 2025"
        );
        fixture.authority.sources.clear();
        assert_eq!(data_as_at(&fixture.place()), "No data yet");
    }
}
