//! Supervision: one's own, and for a line manager that of their people, as a prompt for a conversation. In alphabetical
//! order, and no lateness has a colour.

use contracts::{
    StaffId, TeamId, Viewer, WorkerObligation,
    obligation::{Limit, LimitUnit},
};

use super::{Place, words::day};
use crate::read_model::Worker;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Supervision {
    pub(crate) name: String,
    /// `Last recorded Mon 3 Mar 2025`.
    pub(crate) last: String,
    /// `next by Thu 3 Apr 2025, monthly`; none while nothing is due.
    pub(crate) next: Option<String>,
    pub(crate) how: Option<How>,
    /// More children to review than guidance has in mind.
    pub(crate) reviews: Option<String>,
}

/// How the date was worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct How {
    pub(crate) anchor: String,
    pub(crate) arithmetic: String,
    /// Counted again after an absence.
    pub(crate) again: Option<String>,
    pub(crate) started: String,
    pub(crate) rule: String,
    pub(crate) source: String,
    pub(crate) data_as_at: String,
}

/// The viewer's own; none where nothing is known of it.
pub(crate) fn own(place: &Place<'_>, me: &StaffId) -> Option<Supervision> {
    place.workers.get(me).and_then(|w| line(place, me, w))
}

/// Of the people in a team whom the viewer manages.
pub(crate) fn managed(place: &Place<'_>, viewer: &Viewer, team: &TeamId) -> Vec<Supervision> {
    let people = place.organisation.people();
    let mine = people.filter(|p| p.team_id.as_ref() == Some(team) && viewer.supervises(p));
    let lines = mine.filter_map(|p| {
        let worker = place.workers.get(&p.staff_id)?;
        line(place, &p.staff_id, worker)
    });
    let mut lines: Vec<Supervision> = lines.collect();
    lines.sort_by_cached_key(|s| s.name.to_lowercase());
    lines
}

fn line(place: &Place<'_>, person: &StaffId, worker: &Worker) -> Option<Supervision> {
    let known = worker.running.is_some() || worker.last_held.is_some() || worker.reviews.is_some();
    known.then(|| Supervision {
        name: place.person_name(person),
        last: match worker.last_held {
            Some(on) => format!("Last recorded {}", day(on)),
            None => "None recorded yet".to_owned(),
        },
        next: worker.running.as_ref().map(|o| next(place, o)),
        how: worker.running.as_ref().map(|o| how(place, o)),
        reviews: worker.reviews.as_ref().map(|found| {
            format!(
                "Reviewing officer of {} children looked after; guidance has at most {} in mind ({}).",
                found.children, found.at_most, found.source
            )
        }),
    })
}

fn next(place: &Place<'_>, clock: &WorkerObligation) -> String {
    let due = clock.obligation.due_date;
    if due < place.today {
        format!("was to be by {}; not recorded", day(due))
    } else {
        let often = often(clock.obligation.rule.limit);
        format!("next by {}, {often}", day(due))
    }
}

fn often(limit: Limit) -> String {
    match (limit.n, limit.unit) {
        (1, LimitUnit::Weeks) => "weekly".to_owned(),
        (2, LimitUnit::Weeks) => "fortnightly".to_owned(),
        (1, LimitUnit::Months) => "monthly".to_owned(),
        (n, unit) => {
            let unit = match unit {
                LimitUnit::WorkingDays => "working days",
                LimitUnit::Days => "days",
                LimitUnit::Weeks => "weeks",
                LimitUnit::Hours => "hours",
                LimitUnit::Months => "months",
            };
            format!("every {n} {unit}")
        }
    }
}

fn how(place: &Place<'_>, clock: &WorkerObligation) -> How {
    let o = &clock.obligation;
    let Limit { n, unit } = o.rule.limit;
    let counted = |from| place.calendar.explain(from, n, unit.into());
    How {
        anchor: format!("supervision-{}", o.id),
        arithmetic: counted(o.trigger_date),
        again: clock.again_from.map(|from| {
            format!(
                "Away on that day, so counted again from the first day back: {}",
                counted(from)
            )
        }),
        started: if o.started_by == "start" {
            format!(
                "{}, when the work or the record of supervision began",
                day(o.trigger_date)
            )
        } else {
            format!("{}, when it was last held", day(o.trigger_date))
        },
        rule: format!("{}, version {}", o.rule.id, o.rule.version),
        source: o.rule.source.clone(),
        data_as_at: place
            .supervision
            .map_or_else(|| "not known".to_owned(), |record| day(record.as_at)),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::{
        filter::Filter,
        fixture::{Fixture, supervised},
        my_day::my_day,
        team::{NoTeam, team},
    };

    #[test]
    fn everybody_sees_their_own_with_its_arithmetic() {
        let fixture = Fixture::new();
        let place = fixture.place();
        let of = |who: &str| my_day(&place, &fixture.viewer(who)).unwrap().supervision;
        let amira = of("w1").unwrap();
        assert_eq!(amira.last, "Last recorded Mon 7 Apr 2025");
        assert_eq!(
            amira.next.as_deref(),
            Some("next by Wed 7 May 2025, monthly")
        );
        let how = amira.how.unwrap();
        assert_eq!(
            how.arithmetic,
            "1 month from Mon 7 Apr 2025: due Wed 7 May 2025"
        );
        assert_eq!(how.data_as_at, "Tue 6 May 2025");
        let ben = of("w2").unwrap();
        assert_eq!(
            ben.next.as_deref(),
            Some("was to be by Mon 5 May 2025; not recorded")
        );
        assert_eq!(of("m1"), None, "nothing is known of it");
    }

    #[test]
    fn a_line_manager_sees_their_people_by_name_and_nobody_else_does() {
        let fixture = Fixture::new();
        let place = fixture.place();
        let of = |who: &str, id: &str| -> Vec<String> {
            let view = team(
                &place,
                &fixture.viewer(who),
                &id.into(),
                1,
                &Filter::default(),
            );
            match view {
                Ok(view) => view.supervision.into_iter().map(|s| s.name).collect(),
                Err(NoTeam::Unknown | NoTeam::NotYours) => Vec::new(),
            }
        };
        assert_eq!(of("m1", "T1"), ["Amira Khan", "Ben Adeyemi"]);
        assert_eq!(of("m2", "T2"), ["Dilys Okoro"]);
        for who in ["w1", "w2", "m2", "r1", "l1"] {
            assert_eq!(of(who, "T1"), [""; 0], "{who}");
        }
    }

    #[test]
    fn a_leader_who_is_named_as_manager_is_shown_nothing_and_a_deputy_neither() {
        let mut fixture = Fixture::new();
        let mut amira = crate::domain::fixture::people().remove(1);
        (amira.revision, amira.manager_id) = (2, Some("l1".into()));
        fixture.organisation.apply_person(amira);
        let mut manager = crate::domain::fixture::people().remove(0);
        (manager.revision, manager.deputy_id) = (2, Some("w2".into()));
        fixture.organisation.apply_person(manager);
        let place = fixture.place();
        for who in ["l1", "w2"] {
            let view = team(
                &place,
                &fixture.viewer(who),
                &"T1".into(),
                1,
                &Filter::default(),
            );
            assert_eq!(view.unwrap().supervision, [], "{who}");
        }
    }

    #[test]
    fn an_absence_and_too_many_reviews_are_said_and_how_often_in_words() {
        let mut fixture = Fixture::new();
        let mut list = supervised("w1", date(2025, 4, 7), date(2025, 5, 23));
        list.revision = 2;
        list.obligations[0].again_from = Some(date(2025, 5, 9));
        list.obligations[0].obligation.rule.limit = Limit {
            n: 2,
            unit: LimitUnit::Weeks,
        };
        fixture.workers.apply(list);
        let mut list = supervised("r1", date(2025, 4, 7), date(2025, 5, 7));
        list.obligations.clear();
        list.reviews = Some(contracts::worker::ReviewsTooMany {
            rule: "en.worker.reviewing-officer".into(),
            version: 1,
            source: "IRO Handbook, 2010".into(),
            at_most: 70,
            children: 74,
            since: date(2025, 5, 1),
        });
        fixture.workers.apply(list);
        let place = fixture.place();
        let amira = own(&place, &"w1".into()).unwrap();
        assert_eq!(
            amira.next.as_deref(),
            Some("next by Fri 23 May 2025, fortnightly")
        );
        let again = amira.how.unwrap().again.unwrap();
        assert!(
            again.ends_with("2 weeks from Fri 9 May 2025: due Fri 23 May 2025"),
            "{again}"
        );
        let reviewer = own(&place, &"r1".into()).unwrap();
        assert_eq!(reviewer.next, None);
        assert!(reviewer.reviews.unwrap().contains("74 children"));
    }
}
