//! What a person was told, or was not, and why.

use std::cmp::Reverse;

use contracts::{
    StaffId,
    notice::{Notice, NoticeStep, StepState},
};

use jiff::civil::Date;

use super::{
    Place,
    words::{self, day},
};

/// Matters shown.
const AT_MOST: usize = 15;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// `First review for child 1042`.
    pub(crate) what: String,
    /// `due Wed 7 May 2025`, or `since` that day where nothing is due.
    pub(crate) due: String,
    pub(crate) closed: bool,
    pub(crate) steps: Vec<ToldStep>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ToldStep {
    /// `Told Tue 6 May 2025`.
    pub(crate) when: String,
    /// `reminder, 15 working days before`.
    pub(crate) what: String,
    pub(crate) why: Option<String>,
}

/// The newest matters first; children who died are in none of them.
pub(crate) fn told(place: &Place<'_>, me: &StaffId) -> Vec<Told> {
    let mut newest: Vec<&Notice> = place
        .notices
        .of(me)
        .iter()
        .filter(|n| !place.children.died(&n.child))
        .take(AT_MOST)
        .collect();
    newest.sort_by_key(|n| (last_day(n).map(Reverse), n.due_date, &n.child));
    newest.into_iter().map(matter).collect()
}

fn last_day(notice: &Notice) -> Option<Date> {
    notice.steps.iter().map(|s| words::london_day(s.at)).max()
}

fn matter(notice: &Notice) -> Told {
    let mut steps: Vec<&NoticeStep> = notice.steps.iter().collect();
    steps.sort_by_key(|s| Reverse(s.at));
    Told {
        what: format!("{} for child {}", notice.title, notice.child),
        due: format!(
            "{} {}",
            if notice.found { "since" } else { "due" },
            day(notice.due_date)
        ),
        closed: !notice.open,
        steps: steps.into_iter().map(step).collect(),
    }
}

fn step(step: &NoticeStep) -> ToldStep {
    let on = day(words::london_day(step.at));
    ToldStep {
        when: match step.state {
            StepState::Sent => format!("Told {on}"),
            StepState::Pending => "Waiting to be told".to_owned(),
            StepState::Suppressed => "Not told".to_owned(),
            StepState::StoodDown => "No longer needed".to_owned(),
            StepState::Failed => format!("Could not be sent {on}"),
        },
        what: step.in_words(),
        why: step.why.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture::Fixture;

    #[test]
    fn each_matter_says_when_how_and_why_and_a_child_who_died_is_in_none() {
        let fixture = Fixture::new();
        let all = told(&fixture.place(), &"w1".into());
        let what: Vec<&str> = all.iter().map(|t| t.what.as_str()).collect();
        assert_eq!(
            what,
            [
                "First review for child child-amira-a",
                "First review for child child-amira-b"
            ]
        );
        let waiting = &all[0].steps[0];
        assert_eq!(waiting.when, "Waiting to be told");
        assert_eq!(
            waiting.why.as_deref(),
            Some("held until the next working morning")
        );
        assert_eq!(all[1].steps[0].when, "Told Mon 5 May 2025");
        assert_eq!(all[1].steps[0].what, "the reminder 15 working days ahead");
    }
}
