//! What dispatch keeps of a child: who holds, the family, and whether anything may be said at all.

use contracts::{
    Chronology, Fact, StaffId,
    chronology::{Holder, InvolvementRole},
};
use jiff::civil::Date;

/// The part of a chronology that decides whom to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    /// Only who held when; nothing about the child.
    pub held: Chronology,
    pub family: Option<String>,
    /// From this day nothing about the child is said to anybody.
    pub silent_from: Option<Date>,
}

/// Who is there for a child on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Around {
    pub holder: Holder,
    pub reviewer: Option<StaffId>,
    pub chair: Option<StaffId>,
}

impl From<Holder> for Around {
    fn from(holder: Holder) -> Self {
        Self {
            holder,
            ..Self::default()
        }
    }
}

/// Which seats an authority's sources record at all: an empty one says something only where others are filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    pub reviewers: bool,
    pub chairs: bool,
}

impl Child {
    pub fn new(chronology: Chronology) -> Self {
        let family = chronology.family().map(str::to_owned);
        let silent_from = silent_from(&chronology);
        let mut held = chronology;
        held.entries.retain(
            |e| matches!(&e.fact, Fact::Involvement { role, .. } if *role != InvolvementRole::Other),
        );
        Self {
            held,
            family,
            silent_from,
        }
    }

    pub fn holder(&self, day: Date) -> Holder {
        self.held.holder(day)
    }

    pub fn around(&self, day: Date) -> Around {
        Around {
            holder: self.holder(day),
            reviewer: self.held.seated(InvolvementRole::Reviewer, day).cloned(),
            chair: self
                .held
                .seated(InvolvementRole::ConferenceChair, day)
                .cloned(),
        }
    }

    /// Has somebody ever been recorded in this role?
    pub fn records(&self, wanted: InvolvementRole) -> bool {
        self.held.entries.iter().any(|e| {
            matches!(&e.fact, Fact::Involvement { worker: Some(_), role, .. } if *role == wanted)
        })
    }

    pub fn is_silent(&self, day: Date) -> bool {
        self.silent_from.is_some_and(|from| from <= day)
    }
}

/// The first day on which `Chronology::died` holds: it changes only on a day that an entry names.
fn silent_from(chronology: &Chronology) -> Option<Date> {
    let mut days: Vec<Date> = chronology
        .entries
        .iter()
        .flat_map(|e| [Some(e.start), e.end])
        .flatten()
        .collect();
    days.sort_unstable();
    days.into_iter().find(|day| chronology.died(*day))
}

#[cfg(test)]
mod tests {
    use contracts::Entry;
    use jiff::{ToSpan, civil::date};
    use proptest::prelude::*;

    use super::*;

    fn entry(fact: Fact, start: Date, end: Option<Date>) -> Entry {
        let key = format!("{start}{}", fact.kind());
        Entry {
            key,
            source: "ssda903".into(),
            start,
            end,
            known_from: start,
            missing_since: None,
            fact,
        }
    }

    #[test]
    fn a_seat_is_taken_by_whoever_began_last_and_has_not_ended() {
        let day = |n| date(2025, 1, n);
        let reviewer = |worker: &str, start, end| {
            let fact = Fact::Involvement {
                worker: Some(worker.into()),
                team: None,
                role: InvolvementRole::Reviewer,
                change_reason: None,
            };
            entry(fact, start, end)
        };
        let child = Child::new(Chronology {
            authority: "aa".parse().unwrap(),
            child: "1".into(),
            revision: 1,
            authority_revision: 1,
            entries: vec![
                reviewer("ira", day(1), Some(day(10))),
                reviewer("ivo", day(5), None),
            ],
        });
        for (on, who) in [(1, Some("ira")), (5, Some("ivo")), (20, Some("ivo"))] {
            assert_eq!(child.around(day(on)).reviewer, who.map(Into::into), "{on}");
        }
        assert_eq!(child.around(day(20)).chair, None);
        assert!(child.records(InvolvementRole::Reviewer));
        assert!(!child.records(InvolvementRole::ConferenceChair));
    }

    fn any_entry() -> impl Strategy<Value = Entry> {
        (0..4u8, 0..60i64, prop::option::of(0..60i64)).prop_map(|(kind, start, length)| {
            let start = date(2025, 1, 1) + start.days();
            let end = length.map(|n| start + n.days());
            let fact = match kind {
                0 => Fact::Death,
                1 => Fact::Family {
                    family: "F1".into(),
                },
                2 => Fact::Involvement {
                    worker: Some("W1".into()),
                    team: None,
                    role: InvolvementRole::CaseHolder,
                    change_reason: None,
                },
                _ => Fact::CareEpisode {
                    start_reason: "S".into(),
                    legal_status: "C2".into(),
                    placement: "U1".into(),
                    end_reason: Some("E2".into()),
                    entered_care: None,
                },
            };
            entry(fact, start, end)
        })
    }

    proptest! {
        #[test]
        fn what_is_kept_answers_as_the_whole_chronology_does(
            entries in prop::collection::vec(any_entry(), 0..6),
            day in 0..130i64,
        ) {
            let whole = Chronology {
                authority: "aa".parse().unwrap(),
                child: "1".into(),
                revision: 3,
                authority_revision: 2,
                entries,
            };
            let day = date(2025, 1, 1) + day.days();
            let kept = Child::new(whole.clone());
            prop_assert_eq!(kept.holder(day), whole.holder(day));
            prop_assert_eq!(kept.is_silent(day), whole.died(day));
            prop_assert_eq!(kept.family.as_deref(), whole.family());
        }
    }
}
