//! What each person was told, newest first, a bounded number a person.

use std::collections::BTreeMap;

use contracts::{StaffId, notice::Notice};
use jiff::Timestamp;

/// Notices kept for one person: more than any page shows.
const KEPT: usize = 60;

/// The notices of one authority.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Notices {
    by_person: BTreeMap<StaffId, Vec<Notice>>,
}

impl Notices {
    /// Takes a notice if newer than the one held; true if something changed.
    pub(crate) fn apply(&mut self, notice: Notice) -> bool {
        let kept = self.by_person.entry(notice.person.clone()).or_default();
        match kept.iter_mut().find(|held| held.id == notice.id) {
            Some(held) if held.revision >= notice.revision => return false,
            Some(held) => *held = notice,
            None => kept.push(notice),
        }
        kept.sort_by_key(|n| (std::cmp::Reverse(last_step(n)), n.id));
        kept.truncate(KEPT);
        true
    }

    /// Newest step first.
    pub(crate) fn of(&self, person: &StaffId) -> &[Notice] {
        self.by_person.get(person).map_or(&[], Vec::as_slice)
    }
}

fn last_step(notice: &Notice) -> Timestamp {
    notice
        .steps
        .iter()
        .map(|step| step.at)
        .max()
        .unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use contracts::notice::StepState;
    use jiff::ToSpan;

    use super::*;
    use crate::domain::fixture::{NOW, notice};

    #[test]
    fn a_person_keeps_the_newest_sixty_in_whatever_order_they_come() {
        let now: Timestamp = NOW.parse().unwrap();
        let all: Vec<Notice> = (0..100_i64)
            .map(|n| {
                notice(
                    "w1",
                    "1",
                    &n.to_string(),
                    StepState::Sent,
                    now - n.minutes(),
                )
            })
            .collect();
        let mut forward = Notices::default();
        let mut backward = Notices::default();
        for n in &all {
            forward.apply(n.clone());
        }
        for n in all.iter().rev() {
            backward.apply(n.clone());
        }
        assert_eq!(forward, backward);
        let kept = forward.of(&"w1".into());
        assert_eq!(kept.len(), KEPT);
        assert_eq!(kept[0].id, all[0].id);
    }

    #[test]
    fn an_older_revision_changes_nothing() {
        let now: Timestamp = NOW.parse().unwrap();
        let mut notices = Notices::default();
        let old = notice("w1", "1", "a", StepState::Pending, now);
        let new = Notice {
            revision: 2,
            open: false,
            ..old.clone()
        };
        assert!(notices.apply(new.clone()));
        assert!(!notices.apply(old));
        assert_eq!(notices.of(&"w1".into()), [new]);
    }
}
