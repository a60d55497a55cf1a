//! How the installation stands, for the operator.

use contracts::{
    Authority,
    commands::{Account, Rest},
};

use super::{
    Place, banner,
    words::{self, counted, day, moment, number},
};

/// Every service that answers for itself.
pub(crate) const SERVICES: [(&str, &str); 5] = [
    ("intake", "reads sources"),
    ("directory", "people and teams"),
    ("deadlines", "works out what is due"),
    ("dispatch", "decides who is told"),
    ("delivery", "sends"),
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServiceLine {
    pub(crate) name: &'static str,
    pub(crate) does: &'static str,
    pub(crate) state: String,
    pub(crate) style: &'static str,
}

/// One service's answer, or that it gave none.
pub(crate) fn service(name: &'static str, does: &'static str, rest: Option<Rest>) -> ServiceLine {
    let (state, style) = match rest {
        None => ("Does not answer".to_owned(), "late"),
        Some(rest) if rest.is_at_rest() => ("At rest".to_owned(), "met"),
        Some(rest) => (working(rest), "soon"),
    };
    ServiceLine {
        name,
        does,
        state,
        style,
    }
}

fn working(rest: Rest) -> String {
    let parts: Vec<String> = [
        (rest.unread, "to read"),
        (rest.due, "to work on"),
        (rest.outbox, "to publish"),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, what)| format!("{} {what}", number(n)))
    .collect();
    format!("Working: {}", words::and(&parts))
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourceLine {
    pub(crate) authority: String,
    pub(crate) source: String,
    pub(crate) as_at: String,
    pub(crate) accepted: String,
    pub(crate) supplies: String,
    pub(crate) stale: bool,
}

pub(crate) fn sources(place: &Place<'_>) -> Vec<SourceLine> {
    let Authority { name, sources, .. } = place.authority;
    let mut lines: Vec<SourceLine> = sources
        .iter()
        .map(|s| SourceLine {
            authority: name.clone(),
            source: words::source(&s.source),
            as_at: day(s.as_at),
            accepted: moment(s.accepted_at),
            supplies: s
                .supplies
                .iter()
                .map(|kind| kind.replace('_', " "))
                .collect::<Vec<_>>()
                .join(", "),
            stale: banner::stale_since(place, s).is_some(),
        })
        .collect();
    lines.sort_by(|a, b| a.source.cmp(&b.source));
    lines
}

/// The conservation account as a sum that must come out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccountView {
    pub(crate) parts: Vec<(&'static str, String)>,
    pub(crate) created: String,
    pub(crate) verdicts: Vec<Verdict>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) holds: bool,
    pub(crate) text: String,
}

pub(crate) fn account(a: &Account) -> AccountView {
    let sum = a.pending + a.sent + a.suppressed + a.stood_down + a.failed;
    let steps = if sum == a.created {
        "It adds up: every step is in exactly one state.".to_owned()
    } else {
        format!(
            "It does not add up: the states come to {}, {} were created.",
            number(sum),
            number(a.created)
        )
    };
    let waiting = a.signals.saturating_sub(a.signals_answered);
    let signals = if waiting == 0 {
        format!(
            "All {} led to a notice or to a recorded “nobody” ({}).",
            counted(a.signals, "signal", "signals"),
            number(a.nobody)
        )
    } else {
        format!(
            "{} of {} signals have not led to anything yet.",
            number(waiting),
            number(a.signals)
        )
    };
    AccountView {
        parts: vec![
            ("waiting", number(a.pending)),
            ("sent", number(a.sent)),
            ("not sent, by policy", number(a.suppressed)),
            ("no longer needed", number(a.stood_down)),
            ("failed", number(a.failed)),
        ],
        created: number(a.created),
        verdicts: vec![
            Verdict {
                holds: sum == a.created,
                text: steps,
            },
            Verdict {
                holds: waiting == 0,
                text: signals,
            },
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_says_whether_it_adds_up() {
        let good = Account {
            created: 10,
            pending: 1,
            sent: 5,
            suppressed: 2,
            stood_down: 1,
            failed: 1,
            signals: 4,
            signals_answered: 4,
            nobody: 1,
        };
        assert!(account(&good).verdicts.iter().all(|v| v.holds));
        let bad = Account {
            created: 11,
            signals_answered: 3,
            ..good
        };
        let verdicts = account(&bad).verdicts;
        assert!(verdicts.iter().all(|v| !v.holds));
        assert_eq!(
            verdicts[0].text,
            "It does not add up: the states come to 10, 11 were created."
        );
        assert_eq!(
            verdicts[1].text,
            "1 of 4 signals have not led to anything yet."
        );
    }

    #[test]
    fn a_service_is_at_rest_working_or_silent() {
        let working = Rest {
            outbox: 0,
            unread: 1200,
            due: 3,
        };
        let words = |rest| service("intake", "", rest).state;
        assert_eq!(words(Some(Rest::default())), "At rest");
        assert_eq!(
            words(Some(working)),
            "Working: 1,200 to read and 3 to work on"
        );
        assert_eq!(words(None), "Does not answer");
    }
}
