//! Each child's clocks, as far as pages show them.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use contracts::{
    ChildId, Obligation, ObligationState, StaffId,
    chronology::Holder,
    obligation::{ChildObligations, RuleRef},
};
use jiff::{
    ToSpan,
    civil::{Date, Time},
};
use uuid::Uuid;

/// How long a met clock stays on pages, in days.
pub(crate) const RECENT_DAYS: i64 = 28;

/// One child. A child who died keeps an entry without clocks, so that nothing about the child is shown anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Child {
    revision: u64,
    pub(crate) died: bool,
    pub(crate) holder: Holder,
    pub(crate) reviewer: Option<StaffId>,
    pub(crate) chair: Option<StaffId>,
    pub(crate) family: Option<Box<str>>,
    pub(crate) clocks: Box<[Clock]>,
}

/// A clock that runs, or was met in the last weeks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clock {
    pub(crate) obligation: Uuid,
    pub(crate) rule: Arc<RuleRef>,
    pub(crate) started_by: Box<str>,
    pub(crate) trigger_date: Date,
    pub(crate) due_date: Date,
    pub(crate) due_time: Option<Time>,
    /// The date the source says, where it is another.
    pub(crate) stated_due: Option<Date>,
    /// The last visit at which the child was not seen.
    pub(crate) attempted: Option<Date>,
    /// What a rule found, where nothing is due; it holds since `due_date`.
    pub(crate) found: Option<Box<str>>,
    pub(crate) standing: Standing,
    pub(crate) baseline: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Open; late from the day after its due date, whoever computed it when.
    Running,
    Met {
        on: Date,
        by: Option<Box<str>>,
    },
}

/// The children of one authority.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Children {
    by_id: BTreeMap<ChildId, Child>,
    /// Each rule once, shared by all its clocks.
    rules: Vec<Arc<RuleRef>>,
}

impl Children {
    /// Takes a child's obligations if newer than those held; true if something changed.
    pub(crate) fn apply(&mut self, state: ChildObligations) -> bool {
        let child = Child::from_state(&mut self.rules, &state);
        match self.by_id.entry(state.child) {
            Entry::Occupied(held) if held.get().revision >= child.revision => false,
            Entry::Occupied(mut held) => {
                held.insert(child);
                true
            }
            Entry::Vacant(place) => {
                place.insert(child);
                true
            }
        }
    }

    /// Every rule that a clock here has or had, once an id.
    pub(crate) fn rules(&self) -> BTreeMap<&str, &str> {
        self.rules
            .iter()
            .map(|rule| (rule.id.as_str(), rule.title.as_str()))
            .collect()
    }

    /// In order of id; children who died are not among them.
    pub(crate) fn living(&self) -> impl Iterator<Item = (&ChildId, &Child)> {
        self.by_id.iter().filter(|(_, child)| !child.died)
    }

    pub(crate) fn died(&self, child: &ChildId) -> bool {
        self.by_id.get(child).is_some_and(|c| c.died)
    }
}

impl Child {
    fn from_state(rules: &mut Vec<Arc<RuleRef>>, state: &ChildObligations) -> Self {
        let died = state.died;
        let oldest = state.day.saturating_sub(RECENT_DAYS.days());
        let clocks = state
            .obligations
            .iter()
            .filter(|_| !died)
            .filter_map(|o| Clock::from_obligation(rules, o, oldest))
            .collect();
        Self {
            revision: state.revision,
            died,
            holder: state.holder.clone(),
            reviewer: state.reviewer.clone().filter(|_| !died),
            chair: state.chair.clone().filter(|_| !died),
            family: state.family.as_deref().map(Into::into),
            clocks,
        }
    }
}

impl Clock {
    /// None for what no page shows: withdrawn, or met before `oldest`.
    fn from_obligation(
        rules: &mut Vec<Arc<RuleRef>>,
        o: &Obligation,
        oldest: Date,
    ) -> Option<Self> {
        let standing = match o.state {
            ObligationState::Open | ObligationState::Overdue => Standing::Running,
            ObligationState::Met => Standing::Met {
                on: o.met_date.filter(|met| *met >= oldest)?,
                by: o.met_by.as_deref().map(Into::into),
            },
            ObligationState::Withdrawn => return None,
        };
        Some(Self {
            obligation: o.id,
            // What is found is no choice of a list of dates.
            rule: match o.found {
                Some(_) => Arc::new(o.rule.clone()),
                None => shared(rules, &o.rule),
            },
            started_by: o.started_by.as_str().into(),
            trigger_date: o.trigger_date,
            due_date: o.due_date,
            due_time: o.due_time,
            stated_due: o.stated_due.filter(|stated| *stated != o.due_date),
            attempted: o.attempted,
            found: o.found.as_deref().map(Into::into),
            standing,
            baseline: o.baseline,
        })
    }
}

fn shared(rules: &mut Vec<Arc<RuleRef>>, rule: &RuleRef) -> Arc<RuleRef> {
    if let Some(known) = rules.iter().find(|known| known.as_ref() == rule) {
        return known.clone();
    }
    let new = Arc::new(rule.clone());
    rules.push(new.clone());
    new
}

#[cfg(test)]
mod tests {
    use contracts::obligation::Withdrawn;
    use jiff::civil::date;

    use super::*;
    use crate::domain::fixture::{child, met, open, withdrawn};

    fn clocks(children: &Children) -> Vec<usize> {
        children.living().map(|(_, c)| c.clocks.len()).collect()
    }

    #[test]
    fn an_older_or_repeated_state_changes_nothing() {
        let mut children = Children::default();
        let newer = ChildObligations {
            revision: 2,
            ..child("1", vec![])
        };
        let older = child("1", vec![open(date(2025, 5, 7))]);
        assert!(children.apply(newer.clone()));
        assert!(!children.apply(newer));
        assert!(!children.apply(older));
        assert_eq!(clocks(&children), [0]);
    }

    #[test]
    fn only_what_runs_or_was_met_in_four_weeks_is_kept() {
        let mut children = Children::default();
        let day = child("1", vec![]).day;
        children.apply(child(
            "1",
            vec![
                open(date(2025, 5, 7)),
                met(day.saturating_sub(28.days())),
                met(day.saturating_sub(29.days())),
                withdrawn(Withdrawn::Ended),
            ],
        ));
        assert_eq!(clocks(&children), [2]);
    }

    #[test]
    fn a_child_who_died_has_nothing_left_not_even_what_was_met() {
        let mut children = Children::default();
        let day = child("1", vec![]).day;
        let gone = ChildObligations {
            died: true,
            ..child("1", vec![met(day)])
        };
        children.apply(gone);
        assert_eq!(clocks(&children), [0_usize; 0]);
        assert!(children.died(&"1".into()));
    }

    #[test]
    fn a_rule_is_held_once_whoever_it_binds() {
        let mut children = Children::default();
        for id in ["1", "2", "3"] {
            children.apply(child(id, vec![open(date(2025, 5, 7))]));
        }
        assert_eq!(children.rules.len(), 1);
    }
}
