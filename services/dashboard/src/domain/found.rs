//! What rules found without anything being due, and who sees it: as in the mails, a record to complete is the
//! case-holder's alone, a plan that drifts the chair's and the manager's, a new enquiry on an
//! open plan the chair's, placements the reviewing officer's.

use contracts::{ChildId, Sight, StaffId};

use super::{Place, clock::ClockRow};
use crate::read_model::{Child, Clock};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    CaseHolder,
    /// The chair's and the manager's.
    ChairAndManager,
    Chair,
    Reviewer,
}

fn whose(clock: &Clock) -> Option<Whose> {
    clock.found.as_ref()?;
    let rule = clock.rule.id.as_str();
    Some(if rule.starts_with("en.record.") {
        Whose::CaseHolder
    } else if rule == "en.cp.second-enquiry" {
        Whose::Chair
    } else if rule.starts_with("en.cp.") {
        Whose::ChairAndManager
    } else {
        Whose::Reviewer
    })
}

/// By the day since when it holds, of the children and kinds that `shows` says.
fn rows(place: &Place<'_>, shows: impl Fn(&Child, Whose) -> bool) -> Vec<ClockRow> {
    let all = place.children.living();
    let mut found: Vec<(&ChildId, &Child, &Clock)> = all
        .flat_map(|(id, child)| child.clocks.iter().map(move |clock| (id, child, clock)))
        .filter(|(_, child, clock)| whose(clock).is_some_and(|of| shows(child, of)))
        .collect();
    found.sort_by_key(|(id, _, clock)| (clock.due_date, *id));
    let rows = found.into_iter();
    rows.map(|(id, child, clock)| ClockRow::found(place, id, child, clock))
        .collect()
}

/// Records that a case-holder is to complete.
pub(crate) fn to_complete(place: &Place<'_>, me: &StaffId) -> Vec<ClockRow> {
    rows(place, |child, of| {
        of == Whose::CaseHolder && child.holder.worker.as_ref() == Some(me)
    })
}

/// For a reviewing officer or chair, of the children they review.
pub(crate) fn reviewed(place: &Place<'_>, sight: &Sight<'_>) -> Vec<ClockRow> {
    rows(place, |child, of| match of {
        Whose::CaseHolder => false,
        Whose::Chair | Whose::ChairAndManager => sight.reviews(None, child.chair.as_ref()),
        Whose::Reviewer => sight.reviews(child.reviewer.as_ref(), None),
    })
}

/// Plans of a team that drift, for whoever manages the case-holder or the team.
pub(crate) fn managed(
    place: &Place<'_>,
    sight: &Sight<'_>,
    team: &contracts::TeamId,
    me: Option<&StaffId>,
) -> Vec<ClockRow> {
    rows(place, |child, of| {
        let worker = child.holder.worker.as_ref();
        of == Whose::ChairAndManager
            && place.organisation.team_of(&child.holder) == Some(team)
            && worker != me.filter(|_| worker.is_some())
            && sight.rows(Some(team), worker)
    })
}

#[cfg(test)]
mod tests {
    use contracts::{Obligation, obligation::ChildObligations};
    use jiff::civil::date;

    use super::*;
    use crate::domain::{
        board::board,
        filter::Filter,
        fixture::{Fixture, code, held, open},
        horizon::horizon,
        my_day::my_day,
        team::team,
    };

    fn with_findings() -> Fixture {
        let mut fixture = Fixture::new();
        let one = |rule: &str, says: &str| {
            let mut one = open(date(2025, 4, 1));
            one.id = contracts::ids::computed("found", &[rule, says]);
            one.rule.id = rule.into();
            Obligation {
                found: Some(says.into()),
                ..one
            }
        };
        for (id, reviewer, chair) in [("x1", Some("r1"), None), ("x2", None, Some("r1"))] {
            let all = vec![
                one("en.record.seen", &format!("the record of {id}")),
                one("en.cp.long-plan", &format!("the plan of {id}")),
                one("en.cla.placements", &format!("the placements of {id}")),
            ];
            fixture.children.apply(ChildObligations {
                reviewer: reviewer.map(Into::into),
                chair: chair.map(Into::into),
                ..held(id, "w2", all)
            });
        }
        fixture
    }

    fn says(rows: &[ClockRow]) -> Vec<&str> {
        rows.iter().map(|r| r.distance.as_str()).collect()
    }

    #[test]
    fn each_sees_what_is_theirs_and_no_date_is_counted() {
        let fixture = with_findings();
        let place = fixture.place();
        let worker = my_day(&place, &fixture.viewer("w2")).unwrap();
        assert_eq!(
            says(&worker.to_complete),
            ["the record of x1", "the record of x2"]
        );
        let row = &worker.to_complete[0];
        assert_eq!((row.lead, row.due.as_str()), ("Since", "Tue 1 Apr 2025"));
        assert_eq!(
            row.why.arithmetic,
            "True since Tue 1 Apr 2025: the record of x1"
        );
        assert_eq!(row.tag.text, "To look at");
        let reviewer = horizon(&place, &fixture.viewer("r1")).unwrap();
        assert_eq!(
            says(&reviewer.found),
            ["the placements of x1", "the plan of x2"]
        );
        let before = Fixture::new();
        let count = |f: &Fixture| {
            let all = contracts::Viewer::operator(code());
            board(&f.place(), &all, &Filter::default()).total
        };
        assert_eq!(
            count(&fixture),
            count(&before),
            "nothing of it is due or late"
        );
    }

    #[test]
    fn a_manager_sees_plans_that_drift_and_the_case_holder_no_list_of_them() {
        let fixture = with_findings();
        let place = fixture.place();
        let north = &contracts::TeamId::new("T1");
        let of = |who: &str| {
            let view = team(&place, &fixture.viewer(who), north, 1, &Filter::default());
            view.unwrap().found
        };
        assert_eq!(says(&of("m1")), ["the plan of x1", "the plan of x2"]);
        assert_eq!(says(&of("w2")), [""; 0]);
    }
}
