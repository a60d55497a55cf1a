//! Counts as somebody may see them. A leader sees no number from one to four, and no total gives one back: what is not
//! shown is in none.

use contracts::{Sight, TeamId};

use super::{counts::Counts, words::number};

/// Below this a leader sees only that there are some.
const FEW: u64 = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    counts: Counts,
    /// Small numbers too.
    exact: bool,
    /// The number without a case-holder too, however small.
    unheld_exact: bool,
}

/// As written on pages: `2,123`, `fewer than five`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InWords {
    pub(crate) late: String,
    pub(crate) soon: String,
    pub(crate) later: String,
    pub(crate) met: String,
    pub(crate) unheld: String,
}

impl Seen {
    /// Of a team, or of the children of no team, with this sight.
    pub(crate) fn of(sight: &Sight<'_>, team: Option<&TeamId>, counts: Counts) -> Self {
        let exact = sight.small_counts(team);
        Self {
            counts,
            exact,
            unheld_exact: exact || team.is_some_and(|team| sight.line_manages(team)),
        }
    }

    /// The sum of what is shown, and of nothing else.
    pub(crate) fn total(parts: impl Iterator<Item = Self>) -> Self {
        Self {
            counts: parts
                .map(|seen| seen.shown())
                .fold(Counts::default(), Counts::plus),
            exact: true,
            unheld_exact: true,
        }
    }

    /// Numbers that are not shown are nought here.
    pub(crate) fn shown(&self) -> Counts {
        let or_nought = |n, exact| if hidden(n, exact) { 0 } else { n };
        Counts {
            late: or_nought(self.counts.late, self.exact),
            soon: or_nought(self.counts.soon, self.exact),
            later: or_nought(self.counts.later, self.exact),
            met: or_nought(self.counts.met, self.exact),
            unheld: or_nought(self.counts.unheld, self.unheld_exact),
        }
    }

    pub(crate) fn hides(&self) -> bool {
        self.shown() != self.counts
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Nothing to say about case-holders.
    pub(crate) fn all_held(&self) -> bool {
        self.counts.unheld == 0
    }

    pub(crate) fn in_words(&self) -> InWords {
        let word = |n, exact| {
            if hidden(n, exact) {
                "fewer than five".to_owned()
            } else {
                number(n)
            }
        };
        InWords {
            late: word(self.counts.late, self.exact),
            soon: word(self.counts.soon, self.exact),
            later: word(self.counts.later, self.exact),
            met: word(self.counts.met, self.exact),
            unheld: word(self.counts.unheld, self.unheld_exact),
        }
    }
}

fn hidden(n: u64, exact: bool) -> bool {
    !exact && (1..FEW).contains(&n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture::{Fixture, code};

    const COUNTS: Counts = Counts {
        late: 4,
        soon: 5,
        later: 0,
        met: 1,
        unheld: 2,
    };

    fn words(person: &str, team: &str) -> [String; 5] {
        let fixture = Fixture::new();
        let viewer = fixture.viewer(person);
        let sight = viewer.sight(&fixture.organisation);
        let n = Seen::of(&sight, Some(&team.into()), COUNTS).in_words();
        [n.late, n.soon, n.later, n.met, n.unheld]
    }

    #[test]
    fn a_leader_is_told_of_one_to_four_that_they_are_fewer_than_five() {
        let few = "fewer than five";
        assert_eq!(words("l1", "T1"), [few, "5", "0", few, few]);
        for person in ["m1", "w1"] {
            assert_eq!(words(person, "T1"), ["4", "5", "0", "1", "2"], "{person}");
        }
    }

    #[test]
    fn whoever_line_manages_the_team_sees_exactly_how_many_have_no_case_holder() {
        let mut fixture = Fixture::new();
        let mut north = crate::domain::fixture::teams().remove(0);
        (north.revision, north.manager_id) = (2, Some("l1".into()));
        fixture.organisation.apply_team(north);
        let viewer = fixture.viewer("l1");
        let sight = viewer.sight(&fixture.organisation);
        let n = Seen::of(&sight, Some(&"T1".into()), COUNTS).in_words();
        assert_eq!(
            (n.late.as_str(), n.unheld.as_str()),
            ("fewer than five", "2")
        );
    }

    #[test]
    fn a_total_has_nothing_of_what_is_not_shown() {
        let fixture = Fixture::new();
        let viewer = fixture.viewer("l1");
        let sight = viewer.sight(&fixture.organisation);
        let parts = ["T1", "T2"].map(|team| Seen::of(&sight, Some(&team.into()), COUNTS));
        assert!(parts[0].hides());
        let total = Seen::total(parts.into_iter()).shown();
        assert_eq!((total.late, total.soon, total.met), (0, 10, 0));
        let operator = contracts::Viewer::operator(code());
        let sight = operator.sight(&fixture.organisation);
        let all = Seen::total([Seen::of(&sight, None, COUNTS)].into_iter());
        assert_eq!((all.shown(), all.hides()), (COUNTS, false));
    }
}
