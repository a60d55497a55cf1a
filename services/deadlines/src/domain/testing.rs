//! Small facts for tests.

use contracts::{
    Authority, AuthorityCode, Chronology, Entry, Fact, SourceState, chronology::InvolvementRole,
};
use jiff::civil::Date;

pub(crate) fn code() -> AuthorityCode {
    "testshire".parse().unwrap()
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn authority(supplies: &[&str]) -> Authority {
    Authority {
        authority: code(),
        name: "Testshire".to_owned(),
        revision: 1,
        clock: contracts::ClockSetting::Real,
        sources: vec![SourceState {
            source: "ssda903".to_owned(),
            as_at: day("2025-06-02"),
            accepted_at: "2025-06-02T06:00:00Z".parse().unwrap(),
            supplies: supplies.iter().map(|s| (*s).to_owned()).collect(),
            visits_seen_unreliable: false,
        }],
        children: 0,
        revision_sum: 0,
        synthetic: true,
    }
}

pub(crate) fn looked_after_authority() -> Authority {
    authority(&["care_episode", "looked_after_review"])
}

pub(crate) fn chronology(entries: Vec<Entry>) -> Chronology {
    Chronology {
        authority: code(),
        child: "1001".into(),
        revision: 1,
        authority_revision: 1,
        entries,
    }
}

pub(crate) struct Care {
    start_reason: &'static str,
    legal_status: String,
    end_reason: Option<&'static str>,
}

impl Care {
    pub(crate) fn starts() -> Self {
        Self {
            start_reason: "S",
            legal_status: "C2".to_owned(),
            end_reason: None,
        }
    }

    pub(crate) fn goes_on() -> Self {
        Self {
            start_reason: "P",
            ..Self::starts()
        }
    }

    pub(crate) fn status(mut self, legal_status: &str) -> Self {
        legal_status.clone_into(&mut self.legal_status);
        self
    }

    pub(crate) fn ended(mut self, reason: &'static str) -> Self {
        self.end_reason = Some(reason);
        self
    }
}

fn entry(key: &str, start: &str, end: Option<&str>, fact: Fact) -> Entry {
    Entry {
        key: key.to_owned(),
        source: "ssda903".to_owned(),
        start: day(start),
        end: end.map(day),
        known_from: day(start),
        missing_since: None,
        fact,
    }
}

pub(crate) fn episode(key: &str, start: &str, end: Option<&str>, care: Care) -> Entry {
    let fact = Fact::CareEpisode {
        start_reason: care.start_reason.to_owned(),
        legal_status: care.legal_status,
        placement: "U1".to_owned(),
        end_reason: care.end_reason.map(str::to_owned),
        entered_care: None,
    };
    entry(key, start, end, fact)
}

pub(crate) fn review(key: &str, on: &str) -> Entry {
    entry(key, on, None, Fact::looked_after_review(false))
}

pub(crate) fn cancelled(key: &str, on: &str) -> Entry {
    entry(key, on, None, Fact::looked_after_review(true))
}

pub(crate) fn held_by(worker: &str, start: &str, end: Option<&str>) -> Entry {
    let fact = Fact::Involvement {
        worker: Some(worker.into()),
        team: None,
        role: InvolvementRole::CaseHolder,
        change_reason: None,
    };
    entry(worker, start, end, fact)
}
