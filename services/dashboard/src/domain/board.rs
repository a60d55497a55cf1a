//! The live board: each team's counts, in alphabetical order, and no more.

use std::collections::BTreeMap;

use contracts::{Sight, TeamId, Viewer};

use super::{
    Place,
    counts::Counts,
    filter::{Filter, FilterForm},
    links,
    seen::Seen,
    words,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Board {
    pub(crate) teams: Vec<TeamLine>,
    /// Children whose team no source gives; shown to those who see every count.
    pub(crate) no_team: Option<Seen>,
    pub(crate) total: Seen,
    /// Some numbers are too small to be shown to this viewer.
    pub(crate) hides: bool,
    /// Names of teams with nothing to count.
    pub(crate) quiet: Vec<String>,
    pub(crate) filter: FilterForm,
    /// Numbers can be asked for by rule, state and time too.
    pub(crate) in_detail: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TeamLine {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) counts: Seen,
}

impl Board {
    pub(crate) fn quiet_names(&self) -> String {
        words::and(&self.quiet)
    }
}

/// The teams whose counts `viewer` may see, of the clocks that `filter` keeps.
pub(crate) fn board(place: &Place<'_>, viewer: &Viewer, filter: &Filter) -> Board {
    let sight = viewer.sight(place.organisation);
    let in_detail = sees_small_counts(place, &sight);
    let filter = &if in_detail {
        filter.clone()
    } else {
        filter.team_only()
    };
    let (by_team, no_team) = count(place, filter);
    let sees_all = matches!(
        viewer.role,
        contracts::Role::Operator | contracts::Role::Leader
    );
    let mut names: BTreeMap<TeamId, String> = place
        .organisation
        .teams()
        .map(|t| (t.team_id.clone(), t.name.clone()))
        .collect();
    for team in by_team.keys() {
        names
            .entry(team.clone())
            .or_insert_with(|| place.team_name(team));
    }
    names.retain(|id, _| sight.counts(id));
    let form = filter.form(
        place,
        links::board(&place.authority.authority),
        names.clone(),
    );
    let query = filter.query();
    let mut seen: Vec<TeamLine> = names
        .into_iter()
        .filter(|(id, _)| filter.keeps_team(id))
        .map(|(id, name)| TeamLine {
            name,
            href: links::team(&place.authority.authority, &id) + &query,
            counts: Seen::of(
                &sight,
                Some(&id),
                by_team.get(&id).copied().unwrap_or_default(),
            ),
        })
        .collect();
    seen.sort_by(|a, b| alphabetical(&a.name, &b.name).then_with(|| a.href.cmp(&b.href)));
    let (quiet, teams): (Vec<_>, Vec<_>) = seen.into_iter().partition(|t| t.counts.is_empty());
    let no_team = Seen::of(&sight, None, no_team);
    let no_team = Some(no_team).filter(|c| sees_all && filter.team.is_none() && !c.is_empty());
    let shown = || teams.iter().map(|t| t.counts).chain(no_team);
    Board {
        total: Seen::total(shown()),
        hides: shown().any(|c| c.hides()),
        teams,
        no_team,
        quiet: quiet.into_iter().map(|t| t.name).collect(),
        filter: form,
        in_detail,
    }
}

/// In every team whose counts they see at all.
fn sees_small_counts(place: &Place<'_>, sight: &Sight<'_>) -> bool {
    let teams = place.organisation.teams().map(|t| &t.team_id);
    teams
        .filter(|team| sight.counts(team))
        .all(|team| sight.small_counts(Some(team)))
}

fn count(place: &Place<'_>, filter: &Filter) -> (BTreeMap<TeamId, Counts>, Counts) {
    let soon_until = place.soon_until();
    let mut by_team: BTreeMap<TeamId, Counts> = BTreeMap::new();
    let mut no_team = Counts::default();
    for (_, child) in place.children.living() {
        let counts = match place.team_of(child) {
            Some(team) => by_team.entry(team.clone()).or_default(),
            None => &mut no_team,
        };
        counts.add(place, soon_until, child, filter);
    }
    (by_team, no_team)
}

/// As in a telephone book: case makes no difference.
pub(crate) fn alphabetical(a: &str, b: &str) -> std::cmp::Ordering {
    a.to_lowercase()
        .cmp(&b.to_lowercase())
        .then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture::{Fixture, code};

    #[test]
    fn teams_are_alphabetical_whatever_their_numbers_and_quiet_ones_only_named() {
        let fixture = Fixture::new();
        let board = board(
            &fixture.place(),
            &Viewer::operator(code()),
            &Filter::default(),
        );
        let names: Vec<&str> = board.teams.iter().map(|t| t.name.as_str()).collect();
        assert_eq!(names, ["north team", "South team"]);
        assert_eq!(board.quiet, ["Reviewing service"]);
    }

    #[test]
    fn the_numbers_of_the_teams_come_to_the_total_and_leave_out_a_child_who_died() {
        let fixture = Fixture::new();
        let board = board(
            &fixture.place(),
            &Viewer::operator(code()),
            &Filter::default(),
        );
        let north = Counts {
            late: 2,
            soon: 2,
            later: 1,
            met: 1,
            unheld: 1,
        };
        assert_eq!(board.teams[0].counts.shown(), north);
        let total = Counts {
            late: 3,
            soon: 4,
            later: 1,
            met: 1,
            unheld: 2,
        };
        assert_eq!(board.total.shown(), total);
        assert_eq!(board.no_team.map(|c| c.shown().unheld), Some(1));
    }

    #[test]
    fn a_leader_s_board_gives_no_small_number_away() {
        let fixture = Fixture::new();
        let seen = board(&fixture.place(), &fixture.viewer("l1"), &Filter::default());
        assert!(seen.hides);
        assert_eq!(seen.total.shown(), Counts::default());
        let words = seen.teams[0].counts.in_words();
        assert_eq!(words.late, "fewer than five");
    }

    #[test]
    fn a_filter_counts_what_it_keeps_and_goes_along_to_the_team() {
        let fixture = Fixture::new();
        let filter = |team: &str, state: &str| {
            Filter::of(&crate::domain::filter::Asked {
                team: team.into(),
                state: state.into(),
                ..Default::default()
            })
        };
        let operator = Viewer::operator(code());
        let late = board(&fixture.place(), &operator, &filter("", "late"));
        let total = late.total.shown();
        assert_eq!((total.late, total.soon, total.met), (3, 0, 0));
        assert_eq!(late.teams[0].href, "/a/westshire/team/T1?state=late");
        let north = board(&fixture.place(), &operator, &filter("T1", ""));
        assert_eq!((north.teams.len(), north.no_team), (1, None));
        assert_eq!(north.filter.teams.len(), 3);
        let leader = board(&fixture.place(), &fixture.viewer("l1"), &filter("", "late"));
        assert!(!leader.in_detail);
        let words = leader.teams[0].counts.in_words();
        assert_eq!(
            words.soon, "fewer than five",
            "two answers cannot be subtracted"
        );
    }

    #[test]
    fn the_total_is_of_what_the_viewer_sees() {
        let fixture = Fixture::new();
        let seen = board(&fixture.place(), &fixture.viewer("w3"), &Filter::default());
        let total = seen.total.shown();
        assert_eq!((total.late, total.soon), (1, 1));
        assert_eq!(seen.no_team, None);
    }
}
