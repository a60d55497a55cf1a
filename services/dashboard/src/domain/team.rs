//! One team: its counts, and the clocks of those children whom the viewer may see.

use std::cmp::Reverse;

use contracts::{ChildId, Sight, TeamId, Viewer};
use jiff::civil::Date;

use super::{
    Place,
    clock::ClockRow,
    counts::{self, Counts, Kind},
    filter::{Filter, FilterForm},
    found, links,
    paging::Paging,
    seen::Seen,
    supervision::{self, Supervision},
};
use crate::read_model::{Child, Clock, Standing};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TeamView {
    pub(crate) name: String,
    /// None for somebody who may see a row of it but not the whole.
    pub(crate) counts: Option<Seen>,
    pub(crate) groups: Vec<Group>,
    /// Plans that drift; on the first page.
    pub(crate) found: Vec<ClockRow>,
    /// Of those whom the viewer line-manages; on the first page.
    pub(crate) supervision: Vec<Supervision>,
    pub(crate) paging: Paging,
    /// Why there are no rows, or not all.
    pub(crate) note: Option<&'static str>,
    /// None where only fixed numbers are shown.
    pub(crate) filter: Option<FilterForm>,
    /// An address to which a page's number is added.
    pub(crate) page_href: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) anchor: &'static str,
    pub(crate) title: &'static str,
    pub(crate) hint: &'static str,
    /// On all pages.
    pub(crate) total: usize,
    /// It began on the page before.
    pub(crate) continued: bool,
    pub(crate) rows: Vec<ClockRow>,
}

/// Why a team cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoTeam {
    Unknown,
    NotYours,
}

struct Found<'a> {
    kind: Kind,
    id: &'a ChildId,
    child: &'a Child,
    clock: &'a Clock,
}

pub(crate) fn team(
    place: &Place<'_>,
    viewer: &Viewer,
    team: &TeamId,
    page: usize,
    filter: &Filter,
) -> Result<TeamView, NoTeam> {
    let of_team: Vec<(&ChildId, &Child)> = place
        .children
        .living()
        .filter(|(_, child)| place.organisation.team_of(&child.holder) == Some(team))
        .collect();
    if place.organisation.team(team).is_none() && of_team.is_empty() {
        return Err(NoTeam::Unknown);
    }
    let sight = viewer.sight(place.organisation);
    let in_detail = !sight.counts(team) || sight.small_counts(Some(team));
    let filter = &if in_detail {
        filter.clone()
    } else {
        filter.team_only()
    };
    let counts = sight.counts(team).then(|| total(place, &of_team, filter));
    let visible = rows(place, &sight, team, &of_team);
    if counts.is_none() && visible.is_empty() {
        return Err(NoTeam::NotYours);
    }
    let found: Vec<Found<'_>> = visible
        .into_iter()
        .filter(|f| filter.keeps(f.clock, f.kind))
        .collect();
    let paging = Paging::new(page, found.len());
    let href = links::team(&place.authority.authority, team);
    let asked = href.clone() + &filter.query();
    Ok(TeamView {
        name: place.team_name(team),
        note: note(counts, found.len(), filter),
        groups: groups(place, &found, &paging),
        found: if page <= 1 && !filter.is_on() {
            found::managed(place, &sight, team, viewer.person.as_ref())
        } else {
            Vec::new()
        },
        supervision: if page <= 1 && !filter.is_on() {
            supervision::managed(place, viewer, team)
        } else {
            Vec::new()
        },
        counts: counts.map(|counts| Seen::of(&sight, Some(team), counts)),
        paging,
        filter: in_detail.then(|| filter.form(place, href, [])),
        page_href: format!(
            "{asked}{}page=",
            if asked.contains('?') { "&" } else { "?" }
        ),
    })
}

fn total(place: &Place<'_>, children: &[(&ChildId, &Child)], filter: &Filter) -> Counts {
    let soon_until = place.soon_until();
    let mut counts = Counts::default();
    for (_, child) in children {
        counts.add(place, soon_until, child, filter);
    }
    counts
}

/// What the viewer may see of the team: late first, then by due date; the newest evidence first.
fn rows<'a>(
    place: &Place<'_>,
    sight: &Sight<'_>,
    team: &TeamId,
    children: &[(&'a ChildId, &'a Child)],
) -> Vec<Found<'a>> {
    let soon_until = place.soon_until();
    let mut found: Vec<Found<'_>> = children
        .iter()
        .filter(|(_, c)| {
            sight.rows(Some(team), c.holder.worker.as_ref())
                || sight.reviews(c.reviewer.as_ref(), c.chair.as_ref())
        })
        .flat_map(|(id, child)| child.clocks.iter().map(move |clock| (*id, *child, clock)))
        .filter_map(|(id, child, clock)| {
            let kind = counts::kind(clock, place.today, soon_until)?;
            Some(Found {
                kind,
                id,
                child,
                clock,
            })
        })
        .collect();
    found.sort_by_key(|f| (f.kind, f.met_on().map(Reverse), f.clock.due_date, f.id));
    found
}

impl Found<'_> {
    fn met_on(&self) -> Option<Date> {
        match &self.clock.standing {
            Standing::Met { on, .. } => Some(*on),
            Standing::Running => None,
        }
    }
}

fn groups(place: &Place<'_>, found: &[Found<'_>], paging: &Paging) -> Vec<Group> {
    let range = paging.range();
    let starts_inside =
        |kind| range.start > 0 && found.get(range.start - 1).is_some_and(|f| f.kind == kind);
    found
        .get(range.clone())
        .unwrap_or_default()
        .chunk_by(|a, b| a.kind == b.kind)
        .enumerate()
        .map(|(i, rows)| {
            let kind = rows[0].kind;
            let (anchor, title, hint) = words(kind);
            Group {
                anchor,
                title,
                hint,
                total: found.iter().filter(|f| f.kind == kind).count(),
                continued: i == 0 && starts_inside(kind),
                rows: rows
                    .iter()
                    .map(|f| ClockRow::new(place, f.id, f.child, f.clock, f.kind))
                    .collect(),
            }
        })
        .collect()
}

/// Anchor, heading and what it means.
pub(crate) fn words(kind: Kind) -> (&'static str, &'static str, &'static str) {
    match kind {
        Kind::Late => (
            "late",
            "Late",
            "Past the date and not recorded. Many late items are late records.",
        ),
        Kind::Soon => ("soon", "Due within 5 working days", ""),
        Kind::Later => ("later", "Coming", ""),
        Kind::Met => ("recorded", "Recorded in the last 28 days", ""),
    }
}

fn note(counts: Option<Counts>, rows: usize, filter: &Filter) -> Option<&'static str> {
    if filter.is_on() {
        return (rows == 0).then_some("Nothing that you may see here is like that.");
    }
    let all = counts.map(|c| c.running() + c.met);
    match (all, rows) {
        (Some(all), rows) if all == rows as u64 => None,
        (Some(_), 0) => Some(
            "You see the numbers. The list is for those who hold the children and those who manage them.",
        ),
        (Some(_), _) => {
            Some("The numbers are the whole team's. The list is of the children you hold.")
        }
        (None, _) => Some(
            "The list is of the children you hold or review, or whose case-holders you manage.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use jiff::{ToSpan, civil::date};

    use super::*;
    use crate::domain::{
        fixture::{Fixture, code, held, open},
        paging::PAGE,
    };

    fn titles(view: &TeamView) -> Vec<&str> {
        view.groups.iter().map(|g| g.title).collect()
    }

    #[test]
    fn late_comes_first_then_what_is_due_then_what_was_recorded() {
        let fixture = Fixture::new();
        let view = team(
            &fixture.place(),
            &fixture.viewer("m1"),
            &"T1".into(),
            1,
            &Filter::default(),
        )
        .unwrap();
        assert_eq!(
            titles(&view),
            [
                "Late",
                "Due within 5 working days",
                "Coming",
                "Recorded in the last 28 days"
            ]
        );
        let late: Vec<&str> = view.groups[0]
            .rows
            .iter()
            .map(|r| r.child.as_str())
            .collect();
        assert_eq!(late, ["child-amira-a", "child-unheld"]);
        assert_eq!(view.groups[0].rows[1].holder, None);
        assert_eq!(view.note, None);
    }

    #[test]
    fn a_worker_sees_the_teams_numbers_and_their_own_rows() {
        let fixture = Fixture::new();
        let view = team(
            &fixture.place(),
            &fixture.viewer("w2"),
            &"T1".into(),
            1,
            &Filter::default(),
        )
        .unwrap();
        assert_eq!(
            view.counts.map(|c| c.shown().running() + c.shown().met),
            Some(6)
        );
        assert_eq!(view.paging.total, 1);
        assert!(view.note.unwrap().contains("the children you hold"));
    }

    #[test]
    fn a_reviewing_officer_sees_the_children_they_review_and_no_others() {
        let fixture = Fixture::new();
        let ask = |team_id: &str| {
            team(
                &fixture.place(),
                &fixture.viewer("r1"),
                &team_id.into(),
                1,
                &Filter::default(),
            )
        };
        let view = ask("T2").unwrap();
        assert_eq!(view.counts, None);
        let children: Vec<_> = view
            .groups
            .iter()
            .flat_map(|g| &g.rows)
            .map(|r| r.child.as_str())
            .collect();
        assert_eq!(children, ["child-dilys", "child-dilys"]);
        assert_eq!(ask("T1").unwrap_err(), NoTeam::NotYours);
    }

    #[test]
    fn a_filter_keeps_rows_and_counts_and_its_pages_ask_the_same() {
        let fixture = Fixture::new();
        let asked = crate::domain::filter::Asked {
            state: "late".into(),
            ..Default::default()
        };
        let view = team(
            &fixture.place(),
            &fixture.viewer("m1"),
            &"T1".into(),
            1,
            &Filter::of(&asked),
        )
        .unwrap();
        assert_eq!(titles(&view), ["Late"]);
        assert_eq!(view.counts.map(|c| c.shown().running()), Some(2));
        assert_eq!(view.page_href, "/a/westshire/team/T1?state=late&page=");
    }

    #[test]
    fn another_team_and_a_team_that_is_not_there_are_told_apart() {
        let fixture = Fixture::new();
        let ask = |id: &str| {
            team(
                &fixture.place(),
                &fixture.viewer("w1"),
                &id.into(),
                1,
                &Filter::default(),
            )
            .unwrap_err()
        };
        assert_eq!(ask("T2"), NoTeam::NotYours);
        assert_eq!(ask("T9"), NoTeam::Unknown);
    }

    #[test]
    fn a_long_list_is_paged_and_says_where_a_group_goes_on() {
        let mut fixture = Fixture::new();
        for n in 0..150_i64 {
            let due = date(2025, 5, 1).saturating_sub(n.days());
            fixture
                .children
                .apply(held(&format!("x{n:03}"), "w1", vec![open(due)]));
        }
        let page = |n| {
            team(
                &fixture.place(),
                &fixture.viewer("m1"),
                &"T1".into(),
                n,
                &Filter::default(),
            )
            .unwrap()
        };
        let (first, second) = (page(1), page(2));
        let rows = |view: &TeamView| view.groups.iter().map(|g| g.rows.len()).sum::<usize>();
        assert_eq!((rows(&first), rows(&second)), (PAGE, 56));
        assert_eq!(titles(&first), ["Late"]);
        assert!(!first.groups[0].continued && second.groups[0].continued);
        assert_eq!((first.groups[0].total, second.groups[0].total), (152, 152));
        assert_eq!(first.groups[0].rows[0].child, "x149", "the oldest first");
    }

    #[test]
    fn the_viewer_of_an_installation_sees_numbers_only() {
        let fixture = Fixture::new();
        let view = team(
            &fixture.place(),
            &Viewer::operator(code()),
            &"T1".into(),
            1,
            &Filter::default(),
        )
        .unwrap();
        assert!(view.counts.is_some() && view.groups.is_empty());
    }
}
