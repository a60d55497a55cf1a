//! Every word a person reads: short, plain, kind. "Not recorded" rather than "not done": many late items are late records.

use calendar::{Calendar, day};
use contracts::obligation::{Obligation, RuleKind};
use jiff::civil::Date;

use super::policy::Seat;

/// How many matters a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    pub coming: usize,
    pub late: usize,
    /// Found, without anything being due.
    pub found: usize,
}

impl Counts {
    fn all(self) -> usize {
        self.coming + self.late + self.found
    }
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

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// The morning mail.
    Day,
    /// The morning mail, and everything in it begins with something new.
    New,
    Baseline,
    Immediate,
    Handover,
    Unheld,
}

/// `Your day: 3 reviews coming up, 1 not recorded`. No id, no name.
pub fn title(topic: Topic, own: bool, noun: &Noun, counts: Counts) -> String {
    let lead = match (topic, own) {
        (Topic::Day, true) => "Your day",
        (Topic::Day, false) => "Your team today",
        (Topic::New, true) => "Newly started",
        (Topic::New, false) => "Newly started in your team",
        (Topic::Baseline, true) => "Where things stand",
        (Topic::Baseline, false) => "Where things stand in your team",
        (Topic::Immediate, _) => "Soon due",
        (Topic::Handover, true) => "Handed over to you",
        (Topic::Handover, false) => "Handed over in your team",
        (Topic::Unheld, _) => "No case-holder any more",
    };
    let coming = (counts.coming > 0).then(|| format!("{} coming up", noun.of(counts.coming)));
    let late = match (counts.late, &coming) {
        (0, _) => None,
        (late, Some(_)) => Some(format!("{late} not recorded")),
        (late, None) => Some(format!("{} not recorded", noun.of(late))),
    };
    let found = (counts.found > 0).then(|| format!("{} to look at", counts.found));
    let parts: Vec<String> = coming.into_iter().chain(late).chain(found).collect();
    format!("{lead}: {}", parts.join(", "))
}

/// At least 100 characters, so that what a locked screen shows carries no id.
pub fn intro(topic: Topic, own: bool) -> String {
    let who = if own { "you" } else { "you or your team" };
    let text = match topic {
        Topic::Day => format!(
            "Here is what comes up next for {who}, with what is not recorded yet first. \
             Each line says when it is due and why you see it."
        ),
        Topic::New => format!(
            "Something new has begun, and these dates begin with it for {who}. \
             Each line says when it is due and why you see it."
        ),
        Topic::Baseline => format!(
            "Evenkeel has just started to read these records. This one summary shows where things stand for {who}; \
             from now on you hear only of what comes near."
        ),
        Topic::Immediate => format!(
            "This is due too soon to wait for the next morning mail, so it comes to {who} now. \
             Each line says when it is due and why you see it."
        ),
        Topic::Handover if own => "These dates come with what has been handed over to you, so you hear of them at once. \
             Each line says when it is due and why you see it."
            .to_owned(),
        Topic::Handover => "These dates come with what has been handed over in your team, so you hear of them at once. \
             Each line says when it is due and why you see it."
            .to_owned(),
        Topic::Unheld => "Nobody is recorded as case-holder for these any more, so they come to you until somebody is. \
             Each line says when it is due and why you see it."
            .to_owned(),
    };
    debug_assert!(text.chars().count() >= 100, "ids may follow the intro");
    text
}

/// `due Wed 7 May 2025`, `due by 15:30 on Tue 6 May 2025`, `was due Mon 3 Mar 2025, not recorded`; where the source says
/// another date, both.
pub fn due(obligation: &Obligation, late: bool) -> String {
    let on = match obligation.due_time {
        Some(time) => format!(
            "by {} on {}",
            time.strftime("%H:%M"),
            day(obligation.due_date)
        ),
        None => day(obligation.due_date),
    };
    let other = obligation
        .stated_due
        .filter(|stated| *stated != obligation.due_date);
    let (whose, other) = other.map_or_else(Default::default, |stated| {
        let whose = by_whose_count(obligation.rule.kind);
        (
            format!(" {whose}"),
            format!("; your system says {}", day(stated)),
        )
    });
    if late {
        format!("was due {on}{whose}, not recorded{other}")
    } else {
        format!("due {on}{whose}{other}")
    }
}

fn by_whose_count(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::National => "by the regulations",
        RuleKind::Guidance => "by the guidance",
        RuleKind::Local => "by your own rule",
    }
}

/// A visit that counts for nothing yet.
pub fn attempted(on: Date) -> String {
    format!("a visit on {} is recorded; the child was not seen", day(on))
}

pub fn new_from(start: Date) -> String {
    format!("new from {}", day(start))
}

/// When less than one reading of the records is left.
pub fn may_be_recorded(as_at: Date) -> String {
    format!(
        "as the records stood on {}, may already be recorded",
        day(as_at)
    )
}

pub fn handed_to(name: &str) -> String {
    format!("handed over to {name}")
}

/// Whose seat nobody is recorded in.
pub fn empty_seat(seat: Seat) -> &'static str {
    match seat {
        Seat::Reviewer => "no reviewing officer is recorded",
        Seat::ConferenceChair => "no conference chair is recorded",
        Seat::ConferenceOffice => "nobody is set to arrange conferences",
        Seat::HealthOffice => "nobody is set to arrange health assessments",
        Seat::Worker | Seat::Recorder | Seat::Manager => UNHELD,
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
    Sits(Seat),
    Covers(&'a str),
    NoCaseHolder,
    EmptySeat(Seat),
}

pub fn why(
    calendar: &Calendar,
    obligation: &Obligation,
    discreet: bool,
    because: Because<'_>,
) -> String {
    let rule = &obligation.rule;
    let because = match because {
        Because::Sits(seat) => sits(seat).to_owned(),
        Because::EmptySeat(seat) => {
            format!(
                "{} and you manage the case-holder or the team",
                empty_seat(seat)
            )
        }
        Because::Covers(name) => format!("you cover for {name}"),
        Because::NoCaseHolder => {
            "nobody is recorded as case-holder and you answer for the team".to_owned()
        }
    };
    let law = if discreet {
        "The rule and its law are on your page".to_owned()
    } else {
        format!(
            "Rule {}, version {} ({})",
            rule.id, rule.version, rule.source
        )
    };
    format!(
        "{}. {law}. You see this because {because}.",
        arithmetic(calendar, obligation),
    )
}

fn sits(seat: Seat) -> &'static str {
    match seat {
        Seat::Worker | Seat::Recorder => "you are the case-holder",
        Seat::Manager => "you manage the case-holder or the team",
        Seat::Reviewer => "you are the reviewing officer",
        Seat::ConferenceChair => "you chair the conferences",
        Seat::ConferenceOffice => "you answer for the team that arranges conferences",
        Seat::HealthOffice => "you answer for the team that arranges health assessments",
    }
}

/// The calendar's own words; only the date where the rule has its own way to reach it.
fn arithmetic(calendar: &Calendar, obligation: &Obligation) -> String {
    if obligation.found.is_some() {
        return format!("True since {}", day(obligation.due_date));
    }
    let limit = obligation.rule.limit;
    let unit = limit.unit.into();
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
            format!("Your manager, {name}, has been told as well. It goes no further than that.")
        }
        None => "Your manager has been told as well. It goes no further than that.".to_owned(),
    }
}

pub const OWN_LINE: &str = "The case-holder and their manager have reminders of their own; nobody is told what you are told.";
pub const ONLY_YOU: &str = "Only you are told this: it goes to nobody else.";
pub const SOME_ONLY_YOU: &str = "What is only to be completed in the record is told to you alone.";
pub const NOBODY_NEXT: &str = "This goes no further: nobody above you is told about it.";

pub fn drops_off(evidence: &[&str]) -> String {
    let evidence = match evidence {
        [one] => (*one).to_owned(),
        [one, other] => format!("{one} or {other}"),
        _ => "what it asks for is recorded".to_owned(),
    };
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
        format!("{team}: {} waiting for somebody", noun.of(counts.all()))
    }

    pub fn line(noun: &Noun, counts: Counts, told: Option<&str>) -> String {
        let all = noun.of(counts.all());
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

    #[test]
    fn a_discreet_rule_is_neither_named_nor_is_its_law() {
        let obligation = crate::domain::testing::obligation("1", jiff::civil::date(2025, 5, 7));
        let said = |discreet| {
            let calendar = Calendar::england_and_wales();
            why(
                &calendar,
                &obligation,
                discreet,
                Because::Sits(Seat::Worker),
            )
        };
        for named in [&obligation.rule.id, &obligation.rule.source] {
            assert!(said(false).contains(named) && !said(true).contains(named));
        }
        assert!(said(true).contains("on your page"));
    }

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

    const TOPICS: [Topic; 6] = [
        Topic::Day,
        Topic::New,
        Topic::Baseline,
        Topic::Immediate,
        Topic::Handover,
        Topic::Unheld,
    ];

    #[test]
    fn a_title_counts_and_names_nobody() {
        let told = |topic, own, coming, late| {
            let found = 0;
            title(
                topic,
                own,
                &reviews(),
                Counts {
                    coming,
                    late,
                    found,
                },
            )
        };
        for (title, expected) in [
            (
                told(Topic::Day, true, 3, 1),
                "Your day: 3 reviews coming up, 1 not recorded",
            ),
            (
                told(Topic::Day, true, 0, 1),
                "Your day: 1 review not recorded",
            ),
            (
                told(Topic::Day, false, 1, 0),
                "Your team today: 1 review coming up",
            ),
            (
                told(Topic::Baseline, true, 12, 3),
                "Where things stand: 12 reviews coming up, 3 not recorded",
            ),
            (
                told(Topic::Baseline, false, 0, 2),
                "Where things stand in your team: 2 reviews not recorded",
            ),
            (
                told(Topic::Immediate, true, 1, 0),
                "Soon due: 1 review coming up",
            ),
            (
                told(Topic::Handover, true, 2, 1),
                "Handed over to you: 2 reviews coming up, 1 not recorded",
            ),
            (
                told(Topic::Unheld, false, 1, 0),
                "No case-holder any more: 1 review coming up",
            ),
            (
                told(Topic::New, true, 1, 0),
                "Newly started: 1 review coming up",
            ),
        ] {
            assert_eq!(title, expected);
        }
    }

    #[test]
    fn an_intro_fills_a_locked_screen() {
        for topic in TOPICS {
            for own in [true, false] {
                assert!(intro(topic, own).chars().count() >= 100);
            }
        }
        assert!(count::INTRO.chars().count() >= 100);
    }

    #[test]
    fn a_due_date_is_said_with_its_time_and_beside_the_one_the_system_says() {
        use jiff::civil::{date, time};
        let visit = crate::domain::testing::obligation("1", date(2025, 5, 9));
        assert_eq!(due(&visit, false), "due Fri 9 May 2025");
        let timed = Obligation {
            due_time: Some(time(15, 30, 0, 0)),
            ..visit.clone()
        };
        assert_eq!(due(&timed, false), "due by 15:30 on Fri 9 May 2025");
        assert_eq!(
            due(&timed, true),
            "was due by 15:30 on Fri 9 May 2025, not recorded"
        );
        let stated = Obligation {
            stated_due: Some(date(2025, 5, 12)),
            ..visit.clone()
        };
        assert_eq!(
            due(&stated, false),
            "due Fri 9 May 2025 by the regulations; your system says Mon 12 May 2025"
        );
        assert_eq!(
            due(&stated, true),
            "was due Fri 9 May 2025 by the regulations, not recorded; your system says Mon 12 May 2025"
        );
        let agrees = Obligation {
            stated_due: Some(visit.due_date),
            ..visit
        };
        assert_eq!(due(&agrees, false), "due Fri 9 May 2025");
        assert_eq!(
            attempted(date(2025, 5, 3)),
            "a visit on Sat 3 May 2025 is recorded; the child was not seen"
        );
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
        let counts = Counts {
            coming: 2,
            late: 1,
            found: 0,
        };
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
