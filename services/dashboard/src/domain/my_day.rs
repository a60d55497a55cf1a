//! One person's day: the clocks of the children they hold, and what they were told.

use std::cmp::Reverse;

use contracts::{ChildId, Role, StaffId, Viewer};

use super::{
    Place,
    board::{TeamLine, board},
    clock::ClockRow,
    counts::{self, Kind},
    filter::Filter,
    found, links,
    supervision::{self, Supervision},
    told::{self, Told},
};
use crate::read_model::{Child, Clock, Standing};

/// Lines shown in one section: enough for a day, and no wall of text.
const AT_MOST: usize = 25;
/// Lines shown of what is still far away.
const COMING: usize = 8;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MyDay {
    pub(crate) name: String,
    pub(crate) sections: Vec<Section>,
    /// What their records leave open; nobody else is shown it.
    pub(crate) to_complete: Vec<ClockRow>,
    /// Their own; none where nothing is known of it.
    pub(crate) supervision: Option<Supervision>,
    /// The teams a manager answers for.
    pub(crate) teams: Vec<TeamLine>,
    /// How many were recorded in the last 28 days.
    pub(crate) recorded: usize,
    pub(crate) told: Vec<Told>,
    /// For a reviewing officer.
    pub(crate) horizon: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) anchor: &'static str,
    pub(crate) title: &'static str,
    pub(crate) hint: &'static str,
    pub(crate) items: Vec<Item>,
    /// How many more there are.
    pub(crate) more: usize,
}

/// One line: a clock, or the same clock of several siblings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// `Child 1042`, `Children 1042 and 1043`.
    pub(crate) who: String,
    pub(crate) row: ClockRow,
}

struct Line<'a> {
    ids: Vec<&'a ChildId>,
    child: &'a Child,
    clock: &'a Clock,
    kind: Kind,
}

/// None for the operator, who is nobody in the authority.
pub(crate) fn my_day(place: &Place<'_>, viewer: &Viewer) -> Option<MyDay> {
    let me = viewer.person.as_ref()?;
    let held = lines(place, |child| child.holder.worker.as_ref() == Some(me));
    let unheld = lines(place, |child| {
        child.holder.worker.is_none() && answers_for(place, me, child)
    });
    let unheld = unheld
        .into_iter()
        .filter(|l| l.kind != Kind::Met && l.kind != Kind::Later);
    let of = |kind: Kind| held.iter().filter(move |l| l.kind == kind);
    let sections = [
        section(place, Kind::Late, of(Kind::Late), AT_MOST),
        section(place, Kind::Soon, of(Kind::Soon), AT_MOST),
        Section {
            anchor: "unheld",
            title: "Nobody holds these children",
            hint: "There is no case-holder on record, so they come to you as the team's manager.",
            ..section(
                place,
                Kind::Late,
                unheld.collect::<Vec<_>>().iter(),
                AT_MOST,
            )
        },
        section(place, Kind::Later, of(Kind::Later), COMING),
    ];
    Some(MyDay {
        name: place.person_name(me),
        to_complete: found::to_complete(place, me),
        supervision: supervision::own(place, me),
        sections: sections
            .into_iter()
            .filter(|s| !s.items.is_empty())
            .collect(),
        teams: if viewer.role == Role::Manager {
            board(place, viewer, &Filter::default()).teams
        } else {
            Vec::new()
        },
        told: told::told(place, me),
        horizon: (viewer.role == Role::Reviewer)
            .then(|| links::horizon(&place.authority.authority)),
        recorded: of(Kind::Met).map(|l| l.ids.len()).sum(),
    })
}

/// The manager of the team that holds, when nobody in it does.
fn answers_for(place: &Place<'_>, me: &StaffId, child: &Child) -> bool {
    let team = place.organisation.team_of(&child.holder);
    team.and_then(|t| place.organisation.team(t))
        .is_some_and(|t| t.manager_id.as_ref() == Some(me))
}

fn section<'a>(
    place: &Place<'_>,
    kind: Kind,
    lines: impl Iterator<Item = &'a Line<'a>>,
    at_most: usize,
) -> Section {
    let lines: Vec<&Line<'_>> = lines.collect();
    let (anchor, title, hint) = super::team::words(kind);
    Section {
        anchor,
        title,
        hint,
        more: lines.len().saturating_sub(at_most),
        items: lines
            .into_iter()
            .take(at_most)
            .map(|l| l.item(place))
            .collect(),
    }
}

/// Siblings are one line when rule, dates and state agree.
fn lines<'a>(place: &Place<'a>, mine: impl Fn(&Child) -> bool) -> Vec<Line<'a>> {
    let soon_until = place.soon_until();
    let mut lines: Vec<Line<'a>> = Vec::new();
    for (id, child) in place.children.living().filter(|(_, c)| mine(c)) {
        for clock in &child.clocks {
            let Some(kind) = counts::kind(clock, place.today, soon_until) else {
                continue;
            };
            match lines.iter_mut().find(|l| l.takes(child, clock)) {
                Some(line) => line.ids.push(id),
                None => lines.push(Line {
                    ids: vec![id],
                    child,
                    clock,
                    kind,
                }),
            }
        }
    }
    lines.sort_by_key(|l| (l.met_on().map(Reverse), l.clock.due_date, l.ids[0]));
    lines
}

impl Line<'_> {
    fn takes(&self, child: &Child, clock: &Clock) -> bool {
        let same_day = |a: &Standing, b: &Standing| match (a, b) {
            (Standing::Running, Standing::Running) => true,
            (Standing::Met { on: a, .. }, Standing::Met { on: b, .. }) => a == b,
            _ => false,
        };
        child.family.is_some()
            && self.child.family == child.family
            && self.clock.rule.id == clock.rule.id
            && self.clock.trigger_date == clock.trigger_date
            && self.clock.due_date == clock.due_date
            && same_day(&self.clock.standing, &clock.standing)
    }

    fn met_on(&self) -> Option<jiff::civil::Date> {
        match &self.clock.standing {
            Standing::Met { on, .. } => Some(*on),
            Standing::Running => None,
        }
    }

    fn item(&self, place: &Place<'_>) -> Item {
        let ids: Vec<String> = self.ids.iter().map(ToString::to_string).collect();
        let noun = if ids.len() == 1 { "Child" } else { "Children" };
        Item {
            who: format!("{noun} {}", super::words::and(&ids)),
            row: ClockRow::new(place, self.ids[0], self.child, self.clock, self.kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use contracts::obligation::ChildObligations;
    use jiff::{ToSpan, civil::date};

    use super::*;
    use crate::domain::fixture::{Fixture, TODAY, code, held, met, open};

    fn who(day: &MyDay, section: usize) -> Vec<&str> {
        day.sections[section]
            .items
            .iter()
            .map(|i| i.who.as_str())
            .collect()
    }

    #[test]
    fn a_worker_sees_their_own_children_and_nobody_elses() {
        let fixture = Fixture::new();
        let day = my_day(&fixture.place(), &fixture.viewer("w1")).unwrap();
        assert_eq!(who(&day, 0), ["Child child-amira-a"]);
        assert_eq!(who(&day, 1), ["Child child-amira-b"]);
        assert_eq!(day.sections.len(), 3);
        assert_eq!(
            day.recorded, 1,
            "not what was recorded of the child who died"
        );
    }

    #[test]
    fn what_nobody_holds_comes_to_the_manager_of_the_team() {
        let fixture = Fixture::new();
        let of = |person| my_day(&fixture.place(), &fixture.viewer(person)).unwrap();
        assert_eq!(who(&of("m1"), 0), ["Child child-unheld"]);
        assert_eq!(of("m2").sections, []);
        assert_eq!(of("m2").teams[0].name, "South team");
        assert_eq!(of("w1").teams, []);
    }

    fn sibling(id: &str, family: Option<&str>) -> ChildObligations {
        ChildObligations {
            family: family.map(Into::into),
            ..held(id, "w2", vec![open(date(2025, 5, 8)), met(TODAY)])
        }
    }

    #[test]
    fn siblings_are_one_line_and_others_are_not() {
        let mut fixture = Fixture::new();
        for (id, family) in [
            ("s1", Some("f")),
            ("s2", Some("f")),
            ("s3", Some("g")),
            ("s4", None),
            ("s5", None),
        ] {
            fixture.children.apply(sibling(id, family));
        }
        let day = my_day(&fixture.place(), &fixture.viewer("w2")).unwrap();
        assert_eq!(
            who(&day, 0),
            [
                "Children s1 and s2",
                "Child s3",
                "Child s4",
                "Child s5",
                "Child child-ben"
            ]
        );
        assert_eq!(day.recorded, 5, "children, not lines");
    }

    #[test]
    fn a_day_stays_short_and_says_how_much_more_there_is() {
        let mut fixture = Fixture::new();
        for n in 0..40_i64 {
            let due = date(2025, 9, 1).saturating_add(n.days());
            fixture
                .children
                .apply(held(&format!("x{n:02}"), "w2", vec![open(due)]));
        }
        let day = my_day(&fixture.place(), &fixture.viewer("w2")).unwrap();
        let coming = &day.sections[1];
        assert_eq!((coming.items.len(), coming.more), (COMING, 32));
    }

    #[test]
    fn the_operator_has_no_day() {
        let fixture = Fixture::new();
        assert_eq!(my_day(&fixture.place(), &Viewer::operator(code())), None);
    }
}
