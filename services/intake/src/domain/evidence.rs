//! What a row proves. A kind of which a source only ever says what is meant to happen is no evidence of what did.

use contracts::Fact;

use super::statements::Said;

/// It says that something happened, and when.
pub fn is_evidence(said: &Said) -> bool {
    match said.fact {
        // Without a day of authorisation in any row every assessment would look late.
        Fact::Assessment { .. } => said.end.is_some(),
        Fact::LookedAfterReview { cancelled, .. } => !cancelled && !is_expected(&said.fact),
        _ => !is_expected(&said.fact),
    }
}

/// It lies ahead as a matter of course.
pub fn is_expected(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::InitialConference { held: false, .. }
            | Fact::ProtectionReview { held: false, .. }
            | Fact::LookedAfterReview { planned: true, .. }
    )
}

/// From how many per cent of blanks on a source does not say whether children were seen.
const MOST_BLANK_PERCENT: u64 = 20;

/// Whether so many visits leave it open that an open one means nothing.
pub fn seen_is_unreliable(visits: u64, blank: u64) -> bool {
    blank * 100 > visits * MOST_BLANK_PERCENT
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::*;
    use crate::domain::statements::Key;

    #[test]
    fn only_what_happened_is_evidence() {
        let review = |cancelled, planned| Fact::LookedAfterReview {
            cancelled,
            planned,
            stated_due: None,
        };
        let assessment = || Fact::Assessment {
            referral: None,
            child_seen: None,
        };
        let end: Option<Date> = Some(date(2025, 2, 1));
        for (fact, end, want) in [
            (review(false, false), None, true),
            (review(true, false), None, false),
            (review(false, true), None, false),
            (assessment(), None, false),
            (assessment(), end, true),
            (Fact::HealthAssessment, None, true),
        ] {
            let said = Said {
                child: "1".into(),
                start: date(2025, 1, 1),
                end,
                key: Key::Row("1".into()),
                fact,
            };
            assert_eq!(is_evidence(&said), want, "{said:?}");
        }
    }

    #[test]
    fn more_than_a_fifth_of_blanks_says_nothing() {
        for (visits, blank, want) in [(0, 0, false), (10, 2, false), (10, 3, true), (1, 1, true)] {
            assert_eq!(
                seen_is_unreliable(visits, blank),
                want,
                "{blank} of {visits}"
            );
        }
    }
}
