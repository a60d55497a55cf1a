//! Fan out, first: whose a matter is.

use contracts::{StaffId, TeamId};

use crate::domain::{
    child::{Around, Recorded},
    policy::Seat,
    scene::Scene,
};

/// A seat at this matter, and who should sit there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub seat: Seat,
    pub whose: Whose,
    /// Nobody is recorded in the seat, so it comes to the manager.
    pub empty: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    Person(StaffId),
    /// Nobody in particular: whoever answers for the team.
    Team(TeamId),
    Nobody,
}

/// The case-holder and their manager, without a case-holder the team; others as they are recorded, the manager where
/// they are not.
pub fn audience(scene: &Scene<'_>, around: &Around, tell: &[Seat]) -> Vec<Asked> {
    tell.iter()
        .filter_map(|seat| asked(scene, around, *seat))
        .collect()
}

fn asked(scene: &Scene<'_>, around: &Around, seat: Seat) -> Option<Asked> {
    let Recorded { reviewers, chairs } = scene.recorded;
    let person = |who: &Option<StaffId>| who.clone().map(Whose::Person);
    let office = |team: &Option<TeamId>| team.clone().map(Whose::Team);
    let (whose, matters) = match seat {
        Seat::Worker => (
            Some(person(&around.holder.worker).unwrap_or_else(|| team(scene, around))),
            true,
        ),
        Seat::Recorder => (person(&around.holder.worker), false),
        Seat::Manager => (Some(manager(scene, around)), true),
        Seat::Reviewer => (person(&around.reviewer), reviewers),
        Seat::ConferenceChair => (person(&around.chair), chairs),
        Seat::ConferenceOffice => (office(&scene.settings.conference_office), true),
        Seat::HealthOffice => (office(&scene.settings.health_office), true),
    };
    let empty = whose.is_none();
    (!empty || matters).then(|| Asked {
        seat,
        whose: whose.unwrap_or_else(|| manager(scene, around)),
        empty,
    })
}

fn manager(scene: &Scene<'_>, around: &Around) -> Whose {
    let people = scene.organisation;
    let worker = around.holder.worker.as_ref();
    worker
        .and_then(|worker| people.person(worker)?.manager_id.clone())
        .filter(|manager| people.person(manager).is_some())
        .map_or_else(|| team(scene, around), Whose::Person)
}

fn team(scene: &Scene<'_>, around: &Around) -> Whose {
    let team = scene.organisation.team_of(&around.holder);
    team.cloned().map_or(Whose::Nobody, Whose::Team)
}

#[cfg(test)]
mod tests {
    use contracts::chronology::Holder;

    use super::*;
    use crate::domain::testing::{Stage, TODAY, at, holder, unheld};

    fn whose(stage: &Stage, around: &Around, tell: &[Seat]) -> Vec<(Whose, bool)> {
        let asked = audience(&stage.scene(), around, tell);
        asked.into_iter().map(|a| (a.whose, a.empty)).collect()
    }

    #[test]
    fn a_matter_is_the_case_holder_s_and_their_manager_s() {
        let stage = Stage::new(at(TODAY, 8, 30));
        let (worker, manager) = (Whose::Person("sam".into()), Whose::Person("ann".into()));
        let north = Whose::Team("north".into());
        for (name, holder, asked) in [
            ("held", holder("sam"), [worker, manager]),
            ("nobody holds", unheld("north"), [north.clone(), north]),
            (
                "nobody holds and no team",
                Holder::default(),
                [Whose::Nobody, Whose::Nobody],
            ),
        ] {
            let got = whose(&stage, &holder.into(), &[Seat::Worker, Seat::Manager]);
            assert_eq!(got, asked.map(|whose| (whose, false)), "{name}");
        }
    }

    #[test]
    fn only_the_seats_that_are_told_are_asked() {
        let stage = Stage::new(at(TODAY, 8, 30));
        assert_eq!(whose(&stage, &holder("sam").into(), &[]), []);
        assert_eq!(
            whose(&stage, &holder("sam").into(), &[Seat::Worker]).len(),
            1
        );
    }

    #[test]
    fn an_empty_seat_comes_to_the_manager_unless_such_seats_are_never_recorded() {
        let mut stage = Stage::new(at(TODAY, 8, 30));
        let mut around = Around::from(holder("sam"));
        let ann = || (Whose::Person("ann".into()), true);
        assert_eq!(whose(&stage, &around, &[Seat::Reviewer]), []);
        stage.recorded.reviewers = true;
        assert_eq!(whose(&stage, &around, &[Seat::Reviewer]), [ann()]);
        around.reviewer = Some("ira".into());
        let ira = (Whose::Person("ira".into()), false);
        assert_eq!(whose(&stage, &around, &[Seat::Reviewer]), [ira]);
        assert_eq!(whose(&stage, &around, &[Seat::ConferenceOffice]), [ann()]);
        stage.settings.conference_office = Some("meetings".into());
        let office = (Whose::Team("meetings".into()), false);
        assert_eq!(whose(&stage, &around, &[Seat::ConferenceOffice]), [office]);
    }
}
