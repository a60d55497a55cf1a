//! One person's day: the clocks of the children they hold, and what they were told.

use std::cmp::Reverse;

use contracts::{ChildId, StaffId, Viewer};

use super::{
    Place,
    clock::ClockRow,
    counts::{self, Kind},
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
    pub(crate) told: Vec<Told>,
    /// Children held.
    pub(crate) children: usize,
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
        child.holder.worker.is_none() && answers_for(place, viewer, me, child)
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
        section(place, Kind::Met, of(Kind::Met), COMING),
    ];
    Some(MyDay {
        name: place.person_name(me),
        sections: sections
            .into_iter()
            .filter(|s| !s.items.is_empty())
            .collect(),
        told: told::told(place, me),
        children: place
            .children
            .living()
            .filter(|(_, c)| c.holder.worker.as_ref() == Some(me))
            .count(),
    })
}

/// The manager of the team that holds, when nobody in it does.
fn answers_for(place: &Place<'_>, viewer: &Viewer, me: &StaffId, child: &Child) -> bool {
    let team = place.organisation.team_of(&child.holder);
    let manages = team
        .and_then(|t| place.organisation.team(t))
        .is_some_and(|t| t.manager_id.as_ref() == Some(me));
    manages && viewer.may_see_rows(place.organisation, team, None)
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
