//! Gate: the morning mail waits for the morning, the rest for working hours; nothing waits until it is of no use.

use jiff::{Timestamp, ToSpan, civil::Date};

use super::{Candidate, Until, Verdict};
use crate::domain::{notice::Who, policy::Cadence, scene::Scene};

pub fn gate(scene: &Scene<'_>, candidate: &Candidate<'_>) -> Verdict {
    if scene.authority.clock.has_no_tomorrow() {
        return Verdict::Send;
    }
    let person = match &candidate.to.who {
        Who::Person(id) => scene.organisation.person(id),
        Who::Mailbox(_) => None,
    };
    let cadence = candidate
        .policy
        .cadence(candidate.step, candidate.matter.obligation.rule.limit);
    if cadence == Cadence::Immediate && scene.is_working_time(person) {
        return Verdict::Send;
    }
    let latest_useful = end_of(candidate.matter.obligation.due_date).filter(|end| *end > scene.now);
    let morning = match cadence {
        Cadence::Monthly => scene.next_month_s_first_morning(person),
        Cadence::Digest | Cadence::Immediate => scene.next_morning(person),
    };
    let too_late = |morning: Timestamp| latest_useful.is_some_and(|latest| morning > latest);
    // A list of the month is no use after the day: then it is the next morning.
    let morning = morning
        .filter(|m| !too_late(*m))
        .or_else(|| scene.next_morning(person));
    match morning {
        Some(morning) if morning > scene.now && !too_late(morning) => {
            let why = match cadence {
                Cadence::Digest => "waits for the morning mail",
                Cadence::Immediate => "waits for working hours",
                Cadence::Monthly => "waits for the list of the month",
            };
            Verdict::Hold {
                until: Until::Moment(morning),
                why: why.to_owned(),
            }
        }
        _ => Verdict::Send,
    }
}

fn end_of(day: Date) -> Option<Timestamp> {
    let next = day.saturating_add(1.day());
    calendar::london().to_timestamp(next.at(0, 0, 0, 0)).ok()
}

#[cfg(test)]
mod tests {
    use contracts::{
        ClockSetting,
        obligation::{DeadlineEvent, Limit, LimitUnit},
    };
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{
        matter::Matter,
        policy::Seat,
        scene::Scene,
        stages::{Addressed, Standing},
        step::Step,
        testing::{Stage, at, obligation, signal},
    };

    /// The verdict on Sam's overdue or approaching step of a clock with this limit, due on `due`.
    fn verdict(stage: &Stage, due: Date, limit: Limit) -> Verdict {
        let scene: Scene<'_> = stage.scene();
        let mut obligation = obligation("1", due);
        obligation.rule.limit = limit;
        let policy = scene.settings.policies.of(&obligation.rule.id).unwrap();
        let (_, signal) = signal("1", DeadlineEvent::Raised, obligation);
        let (matter, _) = Matter::hear(None, &signal, Some(policy), scene.calendar, scene.today);
        let to = Addressed {
            who: Who::Person("sam".into()),
            seat: Seat::Worker,
            standing: Standing::Own,
        };
        let step = Step::Approaching(15);
        gate(
            &scene,
            &Candidate {
                matter: &matter,
                policy,
                step,
                batch: None,
                to: &to,
                owner_was_told: false,
            },
        )
    }

    const MORNING_MAIL: Limit = Limit {
        n: 20,
        unit: LimitUnit::WorkingDays,
    };
    const AT_ONCE: Limit = Limit {
        n: 1,
        unit: LimitUnit::Days,
    };

    fn until(verdict: &Verdict) -> Option<Timestamp> {
        match verdict {
            Verdict::Hold {
                until: Until::Moment(moment),
                ..
            } => Some(*moment),
            _ => None,
        }
    }

    #[test]
    fn the_morning_mail_waits_for_the_morning_and_the_rest_for_working_hours() {
        let (thursday, tuesday) = (date(2025, 4, 17), date(2025, 4, 22));
        let due = date(2025, 5, 7);
        for (name, now, limit, held) in [
            (
                "before the day starts",
                at(thursday, 7, 0),
                MORNING_MAIL,
                Some(at(thursday, 8, 30)),
            ),
            ("as it starts", at(thursday, 8, 30), MORNING_MAIL, None),
            (
                "after it, over Easter",
                at(thursday, 8, 31),
                MORNING_MAIL,
                Some(at(tuesday, 8, 30)),
            ),
            (
                "at once, in working hours",
                at(thursday, 11, 0),
                AT_ONCE,
                None,
            ),
            (
                "at once, in the evening",
                at(thursday, 19, 0),
                AT_ONCE,
                Some(at(tuesday, 8, 30)),
            ),
        ] {
            assert_eq!(
                until(&verdict(&Stage::new(now), due, limit)),
                held,
                "{name}"
            );
        }
    }

    #[test]
    fn nothing_is_held_past_its_latest_useful_moment() {
        let (thursday, saturday) = (date(2025, 4, 17), date(2025, 4, 19));
        let evening = Stage::new(at(thursday, 19, 0));
        for limit in [MORNING_MAIL, AT_ONCE] {
            assert_eq!(verdict(&evening, saturday, limit), Verdict::Send);
            let late = verdict(&evening, date(2025, 4, 10), limit);
            assert!(
                until(&late).is_some(),
                "what is late already keeps no one from their evening"
            );
        }
    }

    #[test]
    fn a_pinned_clock_has_no_tomorrow() {
        let mut stage = Stage::new(at(date(2025, 4, 19), 3, 0));
        stage.authority.clock = ClockSetting::Pinned(stage.now);
        assert_eq!(
            verdict(&stage, date(2025, 5, 7), MORNING_MAIL),
            Verdict::Send
        );
    }

    #[test]
    fn a_monthly_list_waits_for_the_first_working_day_of_the_month_unless_that_is_too_late() {
        let verdict = |now, due| {
            let stage = Stage::new(now);
            let scene = stage.scene();
            let mut obligation = obligation("1", due);
            obligation.rule.id = "en.cla.health".into();
            let policy = scene.settings.policies.of(&obligation.rule.id).unwrap();
            let (_, signal) = signal("1", DeadlineEvent::Raised, obligation);
            let (matter, _) =
                Matter::hear(None, &signal, Some(policy), scene.calendar, scene.today);
            let to = Addressed {
                who: Who::Person("sam".into()),
                seat: Seat::Worker,
                standing: Standing::Own,
            };
            let candidate = Candidate {
                matter: &matter,
                policy,
                step: Step::Approaching(30),
                batch: None,
                to: &to,
                owner_was_told: false,
            };
            until(&gate(&scene, &candidate))
        };
        let thursday = date(2025, 4, 17);
        for (now, due, held) in [
            (
                at(thursday, 12, 0),
                date(2025, 6, 2),
                Some(at(date(2025, 5, 1), 8, 30)),
            ),
            (at(date(2025, 5, 1), 8, 30), date(2025, 6, 2), None),
            (
                at(thursday, 12, 0),
                date(2025, 4, 25),
                Some(at(date(2025, 4, 22), 8, 30)),
            ),
        ] {
            assert_eq!(verdict(now, due), held, "{now}");
        }
    }

    proptest! {
        #[test]
        fn a_hold_ends_at_a_start_of_work_and_before_the_due_day_is_over(
            minutes in 0..400_000_i64, due_in in 0..60_i64, immediate in any::<bool>(),
        ) {
            let stage = Stage::new(at(date(2025, 1, 1), 0, 0) + minutes.minutes());
            let due = stage.scene().today + due_in.days();
            let limit = if immediate { AT_ONCE } else { MORNING_MAIL };
            if let Some(moment) = until(&verdict(&stage, due, limit)) {
                let local = moment.to_zoned(calendar::london());
                prop_assert!(moment > stage.now && local.date() <= due);
                prop_assert!(stage.calendar.is_open(local.date()));
                prop_assert_eq!(local.time(), stage.settings.day_starts);
            }
        }
    }
}
