//! How far back a source looks. What lies wholly before that has aged out of it: history, whatever the source leaves out.

use contracts::{Entry, Fact, chronology::UNDATED};
use jiff::{ToSpan, civil::Date};

/// How a source forgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// It never does.
    Whole,
    /// A return carries what was so at any time of its year, from 1 April on.
    ReturnYear,
    /// It looks back a number of years, which is a setting.
    Years,
}

impl Window {
    /// The first day that a snapshot as at `as_at` still tells of; none when it tells of all.
    pub fn edge(self, as_at: Date, years: u8) -> Option<Date> {
        match self {
            Self::Whole => None,
            Self::ReturnYear => {
                let april = as_at.with().month(4).day(1).build().ok()?;
                if april <= as_at {
                    Some(april)
                } else {
                    april.checked_sub(1.year()).ok()
                }
            }
            Self::Years => as_at.checked_sub(i64::from(years).years()).ok(),
        }
    }
}

/// The whole of an entry lies before `edge`. What still goes on never does, nor what belongs to no day.
pub fn is_before(entry: &Entry, edge: Date) -> bool {
    if entry.start == UNDATED {
        return false;
    }
    let last = match &entry.fact {
        Fact::Family { .. } | Fact::AgeBand { .. } | Fact::CareLeaver { .. } | Fact::Death => None,
        Fact::InitialConference { .. }
        | Fact::ProtectionReview { .. }
        | Fact::Visit { .. }
        | Fact::LookedAfterReview { .. }
        | Fact::HealthAssessment
        | Fact::PathwayPlan
        | Fact::CareLeaverContact
        | Fact::Step { .. } => Some(entry.end.unwrap_or(entry.start)),
        Fact::Referral { .. }
        | Fact::Assessment { .. }
        | Fact::Section47 { .. }
        | Fact::ChildInNeedPlan { .. }
        | Fact::ProtectionPlan { .. }
        | Fact::CareEpisode { .. }
        | Fact::LegalStatus { .. }
        | Fact::Placement { .. }
        | Fact::MissingEpisode { .. }
        | Fact::PlacedForAdoption
        | Fact::Involvement { .. } => entry.end,
    };
    last.is_some_and(|last| last < edge)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_window_begins_where_its_kind_says() {
        for (window, as_at, edge) in [
            (Window::Whole, date(2019, 3, 31), None),
            (
                Window::ReturnYear,
                date(2019, 3, 31),
                Some(date(2018, 4, 1)),
            ),
            (Window::ReturnYear, date(2019, 4, 1), Some(date(2019, 4, 1))),
            (Window::ReturnYear, date(2019, 1, 1), Some(date(2018, 4, 1))),
            (Window::Years, date(2026, 11, 22), Some(date(2020, 11, 22))),
            (Window::Years, date(2024, 2, 29), Some(date(2018, 2, 28))),
        ] {
            assert_eq!(window.edge(as_at, 6), edge, "{window:?} {as_at}");
        }
    }

    #[test]
    fn only_what_is_over_lies_before_a_day() {
        let edge = date(2020, 1, 1);
        let entry = |start, end, fact| Entry {
            key: "1".into(),
            source: "ssd".into(),
            start,
            end,
            known_from: edge,
            missing_since: None,
            fact,
        };
        let (before, on) = (date(2019, 12, 31), edge);
        let status = || Fact::LegalStatus { code: "C2".into() };
        let family = Fact::Family { family: "F".into() };
        for (start, end, fact, want) in [
            (before, None, Fact::HealthAssessment, true),
            (on, None, Fact::HealthAssessment, false),
            (before, Some(before), status(), true),
            (before, Some(on), status(), false),
            (before, None, status(), false),
            (UNDATED, None, family, false),
            (before, None, Fact::Death, false),
        ] {
            let entry = entry(start, end, fact);
            assert_eq!(is_before(&entry, edge), want, "{entry:?}");
        }
    }
}
