//! Gate: what was there before a source or a rule went live does not climb while people settle in.

use super::{Candidate, Until, Verdict};
use crate::domain::{policy::Seat, scene::Scene, step::Step};

pub fn gate(scene: &Scene<'_>, candidate: &Candidate<'_>) -> Verdict {
    let same_height = matches!(candidate.step, Step::Baseline | Step::Handover(_));
    let climbs = candidate.to.seat == Seat::Manager && !same_height;
    let settled = candidate.matter.settled_on(scene.calendar);
    let Some(settled) = settled.filter(|day| climbs && *day > scene.today) else {
        return Verdict::Send;
    };
    match calendar::london().to_timestamp(settled.to_datetime(scene.settings.day_starts)) {
        Ok(morning) => Verdict::Hold {
            until: Until::Moment(morning),
            why: "waits until everybody has had time to look into what was there before".to_owned(),
        },
        Err(_) => Verdict::Send,
    }
}
