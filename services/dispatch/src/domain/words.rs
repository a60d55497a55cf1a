//! Every word a person reads: short, plain, kind. "Not recorded" rather than "not done": many late items are late records.

use calendar::{Calendar, Unit, day};
use contracts::{
    message::MessageKind,
    obligation::{LimitUnit, Obligation},
};
use jiff::civil::Date;

/// How many matters a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    pub coming: usize,
    pub late: usize,
}

/// What the matters are called: `review`, `reviews`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noun {
    pub one: String,
    pub many: String,
}

impl Noun {
    /// For matters of several kinds.
    pub fn mixed() -> Self {
        Self {
            one: "date".to_owned(),
            many: "dates".to_owned(),
        }
    }

    fn of(&self, n: usize) -> String {
        format!("{n} {}", if n == 1 { &self.one } else { &self.many })
    }
}

/// `Your day: 3 reviews coming up, 1 not recorded`. No id, no name.
pub fn title(kind: MessageKind, own: bool, noun: &Noun, counts: Counts) -> String {
    let lead = match (kind, own) {
        (MessageKind::Digest, true) => "Your day",
        (MessageKind::Digest, false) => "Your team today",
        (MessageKind::Baseline, true) => "Where things stand",
        (MessageKind::Baseline, false) => "Where things stand in your team",
        (MessageKind::Immediate, _) => "Soon due",
    };
    let coming = (counts.coming > 0).then(|| format!("{} coming up", noun.of(counts.coming)));
    let late = match (counts.late, &coming) {
        (0, _) => None,
        (late, Some(_)) => Some(format!("{late} not recorded")),
        (late, None) => Some(format!("{} not recorded", noun.of(late))),
    };
    let parts: Vec<String> = coming.into_iter().chain(late).collect();
    format!("{lead}: {}", parts.join(", "))
}

/// At least 100 characters, so that what a locked screen shows carries no id.
pub fn intro(kind: MessageKind, own: bool) -> String {
    let who = if own { "you" } else { "you or your team" };
    let text = match kind {
        MessageKind::Digest => format!(
            "Here is what comes up next for {who}, with what is not recorded yet first. \
             Each line says when it is due and why you see it."
        ),
        MessageKind::Baseline => format!(
            "Evenkeel has just started to read these records. This one summary shows where things stand for {who}; \
             from now on you hear only of what comes near."
        ),
        MessageKind::Immediate => format!(
            "This is due too soon to wait for the next morning mail, so it comes to {who} now. \
             The line below says when it is due and why you see it."
        ),
    };
    debug_assert!(text.chars().count() >= 100, "ids may follow the intro");
    text
}

/// `due Wed 7 May 2025`, `was due Mon 3 Mar 2025, not recorded`.
pub fn due(date: Date, late: bool) -> String {
    if late {
        format!("was due {}, not recorded", day(date))
    } else {
        format!("due {}", day(date))
    }
}

pub fn yours_since(since: Date) -> String {
    format!("yours since {}", day(since))
}

pub fn held_by(name: &str) -> String {
    format!("held by {name}")
}

pub fn on_behalf(name: &str) -> String {
    format!("for {name}, who cannot be reached today")
}

pub const UNHELD: &str = "no case-holder";

/// Why somebody sees a line, after its arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because<'a> {
    CaseHolder,
    Manager,
    Covers(&'a str),
    NoCaseHolder,
}

pub fn why(calendar: &Calendar, obligation: &Obligation, because: Because<'_>) -> String {
    let rule = &obligation.rule;
    let because = match because {
        Because::CaseHolder => "you are the case-holder".to_owned(),
        Because::Manager => "you manage the case-holder or the team".to_owned(),
        Because::Covers(name) => format!("you cover for {name}"),
        Because::NoCaseHolder => {
            "nobody is recorded as case-holder and you answer for the team".to_owned()
        }
    };
    format!(
        "{}. Rule {}, version {} ({}). You see this because {because}.",
        arithmetic(calendar, obligation),
        rule.id,
        rule.version,
        rule.source
    )
}

/// The calendar's own words; only the date where the rule has its own way to reach it.
fn arithmetic(calendar: &Calendar, obligation: &Obligation) -> String {
    let limit = obligation.rule.limit;
    let unit = match limit.unit {
        LimitUnit::WorkingDays => Unit::WorkingDays,
        LimitUnit::Days => Unit::Days,
        LimitUnit::Weeks => Unit::Weeks,
        LimitUnit::Hours => Unit::Hours,
        LimitUnit::Months => Unit::Months,
    };
    if calendar.add(obligation.trigger_date, limit.n, unit).date == obligation.due_date {
        calendar.explain(obligation.trigger_date, limit.n, unit)
    } else {
        format!(
            "Counted from {}: due {}",
            day(obligation.trigger_date),
            day(obligation.due_date)
        )
    }
}

/// Who is told next of what is not recorded by then.
pub fn told_next(manager: Option<&str>, by: Date, several: bool) -> String {
    let manager = manager.map_or_else(
        || "your manager".to_owned(),
        |name| format!("your manager, {name},"),
    );
    let by = day(by);
    if several {
        format!(
            "What is not recorded in time goes to {manager} in their morning mail, the first of it if it is not recorded by {by}."
        )
    } else {
        format!("If it is not recorded by {by}, {manager} is told in their morning mail.")
    }
}

/// The manager has it in the same mail round.
pub fn told_too(manager: Option<&str>) -> String {
    match manager {
        Some(name) => {
            format!("Your manager, {name}, has been told as well. Nobody else is told next.")
        }
        None => "Your manager has been told as well. Nobody else is told next.".to_owned(),
    }
}

pub const NOBODY_NEXT: &str = "Nobody else is told next.";

pub fn drops_off(evidence: &[&str]) -> String {
    let evidence = evidence.join(" or ");
    format!("A line goes away by itself once {evidence} and the records are read again.")
}

/// How to say that something is wrong.
pub fn wrong(contact: &str, own: bool) -> String {
    let to = match (contact, own) {
        ("", true) => "your manager",
        ("", false) => "whoever runs Evenkeel for you",
        (contact, _) => contact,
    };
    format!("Is something here wrong? Correct the record, or tell {to}.")
}

/// What a shared mailbox learns: how many, never which.
pub mod count {
    use super::{Counts, Noun};

    pub fn title(team: &str, noun: &Noun, counts: Counts) -> String {
        format!(
            "{team}: {} waiting for somebody",
            noun.of(counts.coming + counts.late)
        )
    }

    pub fn line(noun: &Noun, counts: Counts, told: Option<&str>) -> String {
        let all = noun.of(counts.coming + counts.late);
        let late = if counts.late > 0 {
            format!(", {} of them not recorded in time", counts.late)
        } else {
            String::new()
        };
        match told {
            Some(name) => format!("{all} without a case-holder{late}; {name} has the list"),
            None => format!("{all} that nobody can be told about{late}"),
        }
    }

    pub const INTRO: &str = "This is a count for the team's shared mailbox and names nobody; \
                             the list itself is only for those who may see it.";
    pub const WHY: &str =
        "A count goes to this mailbox when there is no case-holder, or when nobody can be told.";
    pub const NEXT: &str = "Somebody is told as soon as a case-holder is recorded, or the directory shows who answers for the team.";
}

#[cfg(test)]
pub(crate) mod tests {
    use contracts::message::Message;

    use super::*;

    /// Words for work that are never words for a child, and legal status, which nobody is told.
    const NEVER: [&str; 14] = [
        "case", "cases", "lac", "client", "clients", "pupil", "pupils", "patient", "patients",
        "died", "death", "overdue", "failed", "late",
    ];

    /// Every text of a message: no word that section 1 of the domain rules out, no id where a locked screen shows it.
    pub(crate) fn check(message: &Message) {
        let mut texts = vec![&message.title, &message.intro];
        texts.extend(&message.closing);
        texts.extend(
            message
                .lines
                .iter()
                .flat_map(|l| [&l.title, &l.text, &l.why]),
        );
        for text in texts {
            let words = text
                .split(|c: char| !c.is_alphanumeric() && c != '-')
                .map(str::to_lowercase);
            for word in words {
                assert!(!NEVER.contains(&word.as_str()), "{word:?} in {text:?}");
            }
        }
        let shown: String = format!("{}\n{}", message.title, message.intro)
            .chars()
            .collect();
        // A short id is also a number.
        let ids = message.lines.iter().flat_map(|l| &l.children);
        for child in ids.filter(|id| id.as_str().len() > 2) {
            assert!(!shown.contains(child.as_str()), "{shown}");
            assert!(
                message
                    .lines
                    .iter()
                    .all(|l| !l.text.contains(child.as_str()) && !l.why.contains(child.as_str()))
            );
        }
        assert!(message.intro.chars().count() >= 100);
    }

    fn reviews() -> Noun {
        Noun {
            one: "review".into(),
            many: "reviews".into(),
        }
    }

    #[test]
    fn a_title_counts_and_names_nobody() {
        use MessageKind::{Baseline, Digest, Immediate};
        for (kind, own, coming, late, expected) in [
            (
                Digest,
                true,
                3,
                1,
                "Your day: 3 reviews coming up, 1 not recorded",
            ),
            (Digest, true, 0, 1, "Your day: 1 review not recorded"),
            (Digest, false, 1, 0, "Your team today: 1 review coming up"),
            (
                Baseline,
                true,
                12,
                3,
                "Where things stand: 12 reviews coming up, 3 not recorded",
            ),
            (
                Baseline,
                false,
                0,
                2,
                "Where things stand in your team: 2 reviews not recorded",
            ),
            (Immediate, true, 1, 0, "Soon due: 1 review coming up"),
        ] {
            assert_eq!(
                title(kind, own, &reviews(), Counts { coming, late }),
                expected
            );
        }
    }

    #[test]
    fn an_intro_fills_a_locked_screen() {
        for kind in [
            MessageKind::Digest,
            MessageKind::Baseline,
            MessageKind::Immediate,
        ] {
            for own in [true, false] {
                assert!(intro(kind, own).chars().count() >= 100);
            }
        }
        assert!(count::INTRO.chars().count() >= 100);
    }

    #[test]
    fn who_is_told_next_is_said_with_a_name_and_a_day() {
        let by = jiff::civil::date(2025, 4, 28);
        assert_eq!(
            told_next(Some("Ann Lee"), by, false),
            "If it is not recorded by Mon 28 Apr 2025, your manager, Ann Lee, is told in their morning mail."
        );
        assert!(told_next(None, by, true).contains("goes to your manager in their morning mail"));
    }

    #[test]
    fn a_mailbox_learns_how_many() {
        let counts = Counts { coming: 2, late: 1 };
        assert_eq!(
            count::line(&reviews(), counts, Some("Ann Lee")),
            "3 reviews without a case-holder, 1 of them not recorded in time; Ann Lee has the list"
        );
        assert_eq!(
            count::line(&reviews(), counts, None),
            "3 reviews that nobody can be told about, 1 of them not recorded in time"
        );
    }
}
