//! Small facts for tests.

mod facts;

use calendar::Calendar;
use contracts::{
    Authority, AuthorityCode, Chronology, Entry, Fact, SourceState, chronology::InvolvementRole,
};
use jiff::civil::Date;

pub(crate) use facts::facts;

use super::{
    local::{LocalLimits, check},
    overrides::Overrides,
    reckon::{Reckoned, reckon},
    rules::Rules,
    running::Running,
};

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
        snapshot: 1,
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

/// Every rule, with the limits that are an authority's to set.
pub(crate) fn rules_here() -> Rules {
    let local: LocalLimits = toml::from_str(
        r#"
        "en.cp.visit" = [{ from = "2000-01-01", n = 10, unit = "working_days" }]
        "en.cp.core-group" = [{ from = "2000-01-01", n = 6, unit = "weeks" }]
        "en.cin.visit" = [{ from = "2000-01-01", n = 4, unit = "weeks" }]
        "en.cin.review" = [
            { from = "2000-01-01", step = "first", n = 3, unit = "months" },
            { from = "2000-01-01", n = 6, unit = "months" },
        ]
        "en.cla.education-plan" = [{ from = "2000-01-01", n = 4, unit = "months" }]
        "en.leaver.contact" = [{ from = "2000-01-01", n = 8, unit = "weeks" }]
        "en.adoption.visit" = [{ from = "2000-01-01", n = 4, unit = "weeks" }]
        "#,
    )
    .unwrap();
    let rules = Rules::built_in();
    check(&local, &rules, &Calendar::england_and_wales()).unwrap();
    rules.here(&local)
}

/// An authority whose source supplies everything.
pub(crate) fn whole_authority() -> Authority {
    let mut whole = authority(&Fact::KINDS);
    "ssd".clone_into(&mut whole.sources[0].source);
    whole
}

/// `child rule action reason owner from until limit`, one after another by `;`.
pub(crate) fn overrides(text: &str, rules: &Rules) -> Overrides {
    let lines = text.split(';').map(str::trim).filter(|l| !l.is_empty());
    let lines = lines.map(|line| {
        let mut cells: Vec<&str> = line.splitn(8, ' ').collect();
        cells.resize(8, "");
        (1, cells.try_into().unwrap())
    });
    Overrides::read(lines, rules).unwrap()
}

/// A rule's clocks on a day, a line each: day 0, due, state, then what met it or why it stood down, then the rest.
pub(crate) fn worked_out(rule: &str, noted: &str, said: &str, today: &str) -> Vec<String> {
    let (rules, today) = (rules_here(), day(today));
    let overrides = overrides(said, &rules);
    let running = Running::of(&rules, &whole_authority(), today).with(&overrides);
    let chronology = chronology(facts(noted));
    let calendar = Calendar::england_and_wales();
    let clocks = reckon(&chronology, &running, &calendar, today);
    clocks
        .iter()
        .filter(|c| c.rule.id == rule)
        .map(line)
        .collect()
}

fn line(c: &Reckoned<'_>) -> String {
    let mut line = vec![
        c.day0.to_string(),
        c.due.to_string(),
        c.state.as_str().to_owned(),
    ];
    match (c.met, c.withdrawn) {
        (Some(met), _) => line.push(
            met.on
                .map_or_else(|| "undated".to_owned(), |on| on.to_string()),
        ),
        (None, Some(why)) => line.push(format!("{why:?}").to_lowercase()),
        (None, None) => {}
    }
    line.extend(c.found.clone());
    line.extend(c.due_time.map(|time| time.strftime("by %H:%M").to_string()));
    line.extend(c.stated_due.map(|stated| format!("stated {stated}")));
    line.extend(
        c.attempted
            .map(|attempted| format!("attempted {attempted}")),
    );
    line.join(" ")
}

/// One row of a rule's table: what it shows, the facts, the day, the clocks.
pub(crate) type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

pub(crate) fn table(rule: &str, cases: &[Case]) {
    for (shows, noted, today, clocks) in cases {
        assert_eq!(
            worked_out(rule, noted, "", today),
            *clocks,
            "{rule}: {shows}"
        );
    }
    assert!(cases.len() >= 5, "{rule} has only {} cases", cases.len());
}

/// The same with what the authority has said about the child before the day.
pub(crate) type SaidCase = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

pub(crate) fn table_said(rule: &str, cases: &[SaidCase]) {
    for (shows, noted, said, today, clocks) in cases {
        assert_eq!(
            worked_out(rule, noted, said, today),
            *clocks,
            "{rule}: {shows}"
        );
    }
    assert!(cases.len() >= 5, "{rule} has only {} cases", cases.len());
}
