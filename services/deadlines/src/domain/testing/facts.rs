//! Facts written as a person would note them: `kind key start..end word name=value`, one after another by `;`.

use std::collections::BTreeMap;

use contracts::{
    Entry, Fact,
    chronology::{AgeBand, Eligibility, InvolvementRole, ReturnInterview, Step, VisitPurpose},
};
use jiff::civil::Date;

use super::day;

/// What a note says besides its dates.
struct Said<'t> {
    words: Vec<&'t str>,
    values: BTreeMap<&'t str, &'t str>,
}

impl Said<'_> {
    fn has(&self, word: &str) -> bool {
        self.words.contains(&word)
    }
    fn value(&self, name: &str) -> Option<String> {
        self.values.get(name).map(|v| (*v).to_owned())
    }
    fn code(&self, name: &str, usual: &str) -> String {
        let code = self.values.get(name).copied().unwrap_or(usual);
        if code == "-" {
            String::new()
        } else {
            code.to_owned()
        }
    }
    fn day(&self, name: &str) -> Option<Date> {
        self.values.get(name).map(|v| day(v))
    }
}

pub(crate) fn facts(text: &str) -> Vec<Entry> {
    let notes = text
        .split(';')
        .map(str::trim)
        .filter(|note| !note.is_empty());
    notes.map(entry).collect()
}

fn entry(note: &str) -> Entry {
    let mut words = note.split_whitespace();
    let mut next = || {
        words
            .next()
            .unwrap_or_else(|| panic!("{note:?} is no fact"))
    };
    let (kind, key, dates) = (next(), next(), next());
    let (values, words): (Vec<_>, Vec<_>) = words.partition(|w| w.contains('='));
    let said = Said {
        words,
        values: values.iter().filter_map(|v| v.split_once('=')).collect(),
    };
    let (start, end) = match dates.split_once("..") {
        Some((start, end)) => (day(start), Some(day(end))),
        None => (day(dates), None),
    };
    let planned = said.has("planned");
    let known = if planned { day("2000-01-01") } else { start };
    Entry {
        key: key.to_owned(),
        source: said.value("source").unwrap_or_else(|| "ssd".to_owned()),
        start,
        end,
        known_from: said.day("known").unwrap_or(known),
        missing_since: None,
        fact: fact(kind, &said)
            .unwrap_or_else(|| panic!("{kind:?} of {note:?} is no kind of fact")),
    }
}

fn fact(kind: &str, said: &Said<'_>) -> Option<Fact> {
    let nfa = if said.has("nfa") {
        Some(true)
    } else {
        said.value("nfa").map(|v| v == "yes")
    };
    Some(match kind {
        "referral" => Fact::Referral {
            decided: said.has("decided"),
            no_further_action: nfa,
        },
        "assessment" => Fact::Assessment {
            referral: said.value("of"),
            child_seen: None,
        },
        "section47" => Fact::Section47 {
            referral: said.value("of"),
            no_further_action: nfa,
        },
        "conference" => Fact::InitialConference {
            section47: said.value("of"),
            held: !said.has("planned"),
            transfer_in: said.has("transfer"),
            plan_decided: None,
            target: said.day("target"),
        },
        "cin" => Fact::ChildInNeedPlan { referral: None },
        "cp" => Fact::ProtectionPlan {
            referral: None,
            conference: said.value("conference"),
            other_authority: said.has("other"),
        },
        "cp-review" => Fact::ProtectionReview {
            plan: said.value("of"),
            held: !said.has("planned"),
            continues: None,
            stated_due: said.day("stated"),
        },
        "visit" => Fact::Visit {
            purpose: VisitPurpose::Protection,
            seen: if said.has("blank") {
                None
            } else {
                Some(!said.has("unseen"))
            },
            seen_alone: None,
        },
        _ => return in_care(kind, said).or_else(|| step(kind)),
    })
}

fn in_care(kind: &str, said: &Said<'_>) -> Option<Fact> {
    Some(match kind {
        "care" => Fact::CareEpisode {
            start_reason: said.code("reason", "S"),
            legal_status: said.code("status", "C2"),
            placement: said.code("place", "U3"),
            end_reason: said.value("ended"),
            entered_care: said.day("entered"),
        },
        "status" => Fact::LegalStatus {
            code: said.code("code", "C2"),
        },
        "placement" => Fact::Placement {
            code: said.code("code", "U3"),
            distance_tenths: None,
            change_reason: None,
        },
        "review" => Fact::LookedAfterReview {
            cancelled: said.has("cancelled"),
            planned: said.has("planned"),
            stated_due: said.day("stated"),
        },
        "health" => Fact::HealthAssessment,
        "missing" => Fact::MissingEpisode {
            code: said.code("code", "M"),
            returned_at: said.values.get("at").map(|v| v.parse().unwrap()),
            interview: interview(said),
        },
        "leaver" => Fact::CareLeaver {
            eligibility: eligibility(said),
        },
        "pathway" => Fact::PathwayPlan,
        "contact" => Fact::CareLeaverContact,
        "adoption" => Fact::PlacedForAdoption,
        "reviewer" | "holder" => Fact::Involvement {
            worker: Some("w1".into()),
            team: None,
            role: if kind == "reviewer" {
                InvolvementRole::Reviewer
            } else {
                InvolvementRole::CaseHolder
            },
            change_reason: None,
        },
        "age" => Fact::AgeBand { band: band(said) },
        "death" => Fact::Death,
        _ => return None,
    })
}

fn step(kind: &str) -> Option<Fact> {
    let steps = [
        Step::TransferInNotified,
        Step::CoreGroup,
        Step::ChildInNeedReview,
        Step::EducationPlan,
        Step::EmergencyPlacement,
        Step::PlacementNotified,
        Step::PrivateFostering,
        Step::PrivateFosteringVisit,
        Step::CareApplication,
        Step::ReviewerTold,
        Step::ReviewDecisions,
        Step::ReviewRecord,
    ];
    let step = steps.into_iter().find(|s| s.kind() == kind)?;
    Some(Fact::Step { step })
}

fn interview(said: &Said<'_>) -> ReturnInterview {
    match said.words.first() {
        Some(&"offered") => ReturnInterview::Offered,
        Some(&"not-offered") => ReturnInterview::NotOffered,
        Some(&"not-needed") => ReturnInterview::NotNeeded,
        _ => ReturnInterview::NotRecorded,
    }
}

fn eligibility(said: &Said<'_>) -> Eligibility {
    match said.words.first() {
        Some(&"eligible") => Eligibility::Eligible,
        Some(&"relevant") => Eligibility::Relevant,
        Some(&"former") => Eligibility::FormerRelevant,
        Some(&"qualifying") => Eligibility::Qualifying,
        _ => Eligibility::None,
    }
}

fn band(said: &Said<'_>) -> AgeBand {
    match said.words.first() {
        Some(&"0-4") => AgeBand::UnderFive,
        Some(&"5-15") => AgeBand::FiveToFifteen,
        Some(&"16-17") => AgeBand::SixteenAndSeventeen,
        _ => AgeBand::Adult,
    }
}
