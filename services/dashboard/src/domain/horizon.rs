//! A reviewing officer's horizon: the reviews of the children they review or chair for, week by week, whoever manages the
//! case-holders.

use contracts::{Sight, Viewer};
use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

use super::{
    Place,
    clock::ClockRow,
    counts::{self, Kind},
    found,
    words::{counted, day},
};
use crate::read_model::{Child, Clock, Standing};

/// Weeks shown, this one included; what is later is counted.
const WEEKS: i64 = 26;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Horizon {
    pub(crate) weeks: Vec<Week>,
    /// `12 children`.
    pub(crate) children: String,
    pub(crate) later: usize,
    /// Plans and placements that drift.
    pub(crate) found: Vec<ClockRow>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Week {
    pub(crate) anchor: String,
    pub(crate) title: String,
    pub(crate) rows: Vec<ClockRow>,
}

/// None for the operator, who is nobody in the authority.
pub(crate) fn horizon(place: &Place<'_>, viewer: &Viewer) -> Option<Horizon> {
    viewer.person.as_ref()?;
    let sight = viewer.sight(place.organisation);
    let mine = || place.children.living().filter(|(_, c)| is_mine(&sight, c));
    let mut reviews: Vec<_> = mine()
        .flat_map(|(id, child)| child.clocks.iter().map(move |clock| (id, child, clock)))
        .filter(|(_, child, clock)| is_review(&sight, child, clock))
        .collect();
    reviews.sort_by_key(|(id, _, clock)| (clock.due_date, *id));
    let (soon_until, end) = (
        place.soon_until(),
        monday(place.today).saturating_add((7 * WEEKS).days()),
    );
    let (near, later): (Vec<_>, Vec<_>) = reviews
        .into_iter()
        .partition(|(_, _, clock)| clock.due_date < end);
    let week = |clock: &Clock| (clock.due_date >= place.today).then(|| monday(clock.due_date));
    let weeks = near.chunk_by(|a, b| week(a.2) == week(b.2)).map(|chunk| {
        let of = week(chunk[0].2);
        let rows = chunk.iter().filter_map(|(id, child, clock)| {
            let kind = counts::kind(clock, place.today, soon_until)?;
            Some(ClockRow::new(place, id, child, clock, kind))
        });
        Week {
            anchor: of.map_or_else(|| "late".to_owned(), |monday| format!("week-{monday}")),
            title: title(place.today, of),
            rows: rows.collect(),
        }
    });
    Some(Horizon {
        weeks: weeks.collect(),
        children: counted(mine().count() as u64, "child", "children"),
        later: later.len(),
        found: found::reviewed(place, &sight),
    })
}

fn is_mine(sight: &Sight<'_>, child: &Child) -> bool {
    sight.reviews(child.reviewer.as_ref(), child.chair.as_ref())
}

/// A running review of a kind that is theirs: conferences are the chair's, the others the reviewing officer's.
fn is_review(sight: &Sight<'_>, child: &Child, clock: &Clock) -> bool {
    let rule = clock.rule.id.as_str();
    let seat = if rule == "en.cp.review" {
        sight.reviews(None, child.chair.as_ref())
    } else {
        rule.ends_with("review") && sight.reviews(child.reviewer.as_ref(), None)
    };
    seat && clock.standing == Standing::Running
}

fn monday(day: Date) -> Date {
    day.saturating_sub(i64::from(day.weekday().since(Weekday::Monday)).days())
}

fn title(today: Date, week: Option<Date>) -> String {
    match week {
        None => super::team::words(Kind::Late).1.to_owned(),
        Some(week) if week == monday(today) => "This week".to_owned(),
        Some(week) if week == monday(today).saturating_add(7.days()) => "Next week".to_owned(),
        Some(week) => format!("Week of {}", day(week)),
    }
}

#[cfg(test)]
mod tests {
    use contracts::{ChildId, obligation::ChildObligations};
    use jiff::civil::date;

    use super::*;
    use crate::domain::fixture::{Fixture, code, held, open};

    fn reviewed(fixture: &mut Fixture, id: &str, reviewer: Option<&str>, chair: Option<&str>) {
        let due = |rule: &str, on| {
            let mut clock = open(on);
            clock.rule.id = rule.into();
            clock
        };
        let clocks = vec![
            due("en.cla.next-review", date(2025, 5, 8)),
            due("en.cp.review", date(2025, 5, 15)),
            due("en.cla.visit", date(2025, 5, 9)),
            due("en.cla.first-review", date(2025, 5, 28)),
            due("en.adoption.review", date(2026, 5, 28)),
        ];
        fixture.children.apply(ChildObligations {
            reviewer: reviewer.map(Into::into),
            chair: chair.map(Into::into),
            ..held(id, "w2", clocks)
        });
    }

    fn weeks(horizon: &Horizon) -> Vec<(&str, usize)> {
        let weeks = horizon.weeks.iter();
        weeks.map(|w| (w.title.as_str(), w.rows.len())).collect()
    }

    #[test]
    fn a_reviewing_officer_sees_their_children_s_reviews_by_week() {
        let mut fixture = Fixture::new();
        reviewed(&mut fixture, "x1", Some("r1"), None);
        reviewed(&mut fixture, "x2", None, Some("r1"));
        reviewed(&mut fixture, "x3", Some("r2"), None);
        let horizon = horizon(&fixture.place(), &fixture.viewer("r1")).unwrap();
        assert_eq!(
            weeks(&horizon),
            [
                ("Late", 1),
                ("This week", 2),
                ("Next week", 1),
                ("Week of Mon 26 May 2025", 1)
            ]
        );
        assert_eq!(horizon.children, "3 children");
        assert_eq!(horizon.later, 1);
        let child =
            |week: usize, row: usize| ChildId::new(horizon.weeks[week].rows[row].child.clone());
        assert_eq!(child(0, 0), "child-dilys".into());
        assert_eq!(child(2, 0), "x2".into(), "a chair sees conferences only");
    }

    #[test]
    fn managing_the_case_holder_shows_no_horizon() {
        let mut fixture = Fixture::new();
        reviewed(&mut fixture, "x1", Some("r1"), None);
        let of = |person| horizon(&fixture.place(), &fixture.viewer(person)).unwrap();
        assert_eq!(of("m1").weeks, []);
        assert_eq!(horizon(&fixture.place(), &Viewer::operator(code())), None);
    }
}
