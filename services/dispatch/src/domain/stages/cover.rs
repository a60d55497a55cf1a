//! Fan out, second: who can be told today, for whoever it is.

use contracts::{Person, StaffId, TeamId, chronology::Holder};

use super::{
    Addressed, Standing,
    audience::{Asked, Whose},
};
use crate::domain::{notice::Who, policy::Seat, scene::Scene};

/// Who is told, and whose it stays meanwhile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    /// Each person and mailbox once.
    pub told: Vec<Addressed>,
    /// Those whose it is, told or not.
    pub owners: Vec<StaffId>,
    /// Seats were asked for and no person can be told.
    pub nobody: bool,
}

impl Covered {
    pub fn addresses(&self, who: &Who) -> bool {
        self.told.iter().any(|a| &a.who == who)
    }

    pub fn concerns(&self, who: &Who) -> bool {
        self.addresses(who) || matches!(who, Who::Person(p) if self.owners.contains(p))
    }

    fn add(&mut self, seat: Seat, who: Who, standing: Standing) {
        if !self.addresses(&who) {
            self.told.push(Addressed {
                who,
                seat,
                standing,
            });
        }
    }
}

/// Deputy or manager for whoever is away; the team's manager where nobody holds; a count to the team's mailbox then,
/// and when nobody at all can be told.
pub fn cover(scene: &Scene<'_>, holder: &Holder, asked: Vec<Asked>) -> Covered {
    let organisation = scene.organisation;
    let team = organisation.team_of(holder);
    let mailbox = team.filter(|t| organisation.team(t).is_some_and(|t| t.mailbox.is_some()));
    let mut covered = Covered {
        nobody: asked.iter().any(|a| a.seat != Seat::Recorder),
        ..Covered::default()
    };
    for asked in asked {
        let found = match &asked.whose {
            Whose::Person(person) => {
                covered.owners.push(person.clone());
                if asked.seat == Seat::Recorder && !is_there(scene, person) {
                    continue;
                }
                // What a reviewing officer is told stays in their own line.
                let team = team.filter(|_| asked.is_the_team_s());
                for_person(scene, person, team)
            }
            Whose::Team(team) => organisation
                .answers_for(team, scene.today)
                .map(|p| (p, for_team(&asked, holder))),
            Whose::Nobody => None,
        };
        if let Some((person, standing)) = found {
            let standing = match standing {
                Standing::Own if asked.empty => Standing::EmptySeat,
                standing => standing,
            };
            covered.nobody = false;
            covered.add(asked.seat, Who::Person(person.staff_id.clone()), standing);
        }
    }
    if let Some(team) = mailbox {
        count(&mut covered, team);
    }
    covered
}

fn is_there(scene: &Scene<'_>, person: &StaffId) -> bool {
    let known = scene.organisation.person(person);
    known.is_some_and(|p| p.is_reachable(scene.today))
}

impl Asked {
    /// Of the case-holder's team, and so to be told to whoever answers for it when nobody else can be.
    fn is_the_team_s(&self) -> bool {
        self.empty || matches!(self.seat, Seat::Worker | Seat::Manager)
    }
}

fn for_team(asked: &Asked, holder: &Holder) -> Standing {
    match asked.seat {
        Seat::Worker => Standing::NoCaseHolder,
        Seat::Manager if holder.worker.is_none() => Standing::NoCaseHolder,
        _ => Standing::Own,
    }
}

fn for_person<'a>(
    scene: &Scene<'a>,
    person: &StaffId,
    team: Option<&TeamId>,
) -> Option<(&'a Person, Standing)> {
    let organisation = scene.organisation;
    let found = organisation
        .reachable_for(person, scene.today)
        .or_else(|| team.and_then(|t| organisation.answers_for(t, scene.today)))?;
    let standing = if found.staff_id == *person {
        Standing::Own
    } else {
        Standing::For(person.clone())
    };
    Some((found, standing))
}

fn count(covered: &mut Covered, team: &TeamId) {
    let unheld = covered
        .told
        .iter()
        .any(|a| a.standing == Standing::NoCaseHolder);
    let standing = match (covered.nobody, unheld) {
        (true, _) => Standing::CountUntold,
        (false, true) => Standing::CountUnheld,
        (false, false) => return,
    };
    covered.add(Seat::Worker, Who::Mailbox(team.clone()), standing);
}

#[cfg(test)]
mod tests {
    use contracts::Organisation;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{
        child::Around,
        stages::audience::audience,
        testing::{Stage, TODAY, at, away, change, holder, organisation, person, unheld},
    };

    fn covered(all: &Organisation, around: &Around, seats: &[Seat]) -> Covered {
        let mut stage = Stage::new(at(TODAY, 8, 30));
        stage.organisation = all.clone();
        stage.recorded.reviewers = true;
        let scene = stage.scene();
        cover(&scene, &around.holder, audience(&scene, around, seats))
    }

    fn told(all: &Organisation, holder: &Holder, seats: &[Seat]) -> Vec<(String, Standing)> {
        names(covered(all, &holder.clone().into(), seats))
    }

    fn names(covered: Covered) -> Vec<(String, Standing)> {
        let name = |who: Who| match who {
            Who::Person(p) => p.to_string(),
            Who::Mailbox(t) => format!("mailbox of {t}"),
        };
        covered
            .told
            .into_iter()
            .map(|a| (name(a.who), a.standing))
            .collect()
    }

    const BOTH: [Seat; 2] = [Seat::Worker, Seat::Manager];

    fn list(of: &[(&str, Standing)]) -> Vec<(String, Standing)> {
        of.iter()
            .map(|(who, standing)| ((*who).to_owned(), standing.clone()))
            .collect()
    }

    #[test]
    fn each_seat_is_told_or_covered() {
        let all = organisation();
        let mut sam_away = organisation();
        away(&mut sam_away, "sam");
        let mut kit_away = organisation();
        away(&mut kit_away, "kit");
        let mut no_address = organisation();
        change(&mut no_address, "kit", |p| p.email.clear());
        let mut ann_away = organisation();
        away(&mut ann_away, "ann");
        let own = Standing::Own;
        let for_ = |id: &str| Standing::For(id.into());
        for (name, all, who, expected) in [
            (
                "both at work",
                &all,
                "sam",
                vec![("sam", own.clone()), ("ann", own.clone())],
            ),
            (
                "the deputy",
                &sam_away,
                "sam",
                vec![("dee", for_("sam")), ("ann", own.clone())],
            ),
            (
                "no deputy: the manager, once",
                &kit_away,
                "kit",
                vec![("ann", for_("kit"))],
            ),
            (
                "no address is away",
                &no_address,
                "kit",
                vec![("ann", for_("kit"))],
            ),
            (
                "the manager's manager",
                &ann_away,
                "sam",
                vec![("sam", own.clone()), ("max", for_("ann"))],
            ),
        ] {
            assert_eq!(told(all, &holder(who), &BOTH), list(&expected), "{name}");
        }
    }

    #[test]
    fn without_a_case_holder_the_manager_gets_the_matter_and_the_mailbox_a_count() {
        let expected = list(&[
            ("ann", Standing::NoCaseHolder),
            ("mailbox of north", Standing::CountUnheld),
        ]);
        assert_eq!(told(&organisation(), &unheld("north"), &BOTH), expected);
        assert_eq!(
            told(&organisation(), &unheld("north"), &[Seat::Worker]),
            expected
        );
        let mut ann_away = organisation();
        away(&mut ann_away, "ann");
        assert_eq!(
            told(&ann_away, &unheld("north"), &BOTH)[0],
            ("max".to_owned(), Standing::NoCaseHolder)
        );
    }

    #[test]
    fn a_worker_nobody_knows_is_answered_for_by_the_team() {
        let stranger = Holder {
            team: Some("north".into()),
            ..holder("who")
        };
        assert_eq!(
            told(&organisation(), &stranger, &BOTH),
            list(&[("ann", Standing::For("who".into()))])
        );
    }

    #[test]
    fn with_nobody_to_tell_the_mailbox_gets_a_count_and_it_is_recorded() {
        let mut all = organisation();
        for id in ["sam", "dee", "ann", "max"] {
            away(&mut all, id);
        }
        let covered = super::tests::covered(&all, &holder("sam").into(), &BOTH);
        assert!(covered.nobody);
        assert_eq!(covered.told[0].standing, Standing::CountUntold);
        let empty = Organisation::default();
        let covered = super::tests::covered(&empty, &holder("sam").into(), &BOTH);
        assert!(covered.nobody && covered.told.is_empty());
    }

    #[test]
    fn telling_nobody_on_purpose_is_not_having_nobody() {
        assert_eq!(
            covered(&organisation(), &holder("sam").into(), &[]),
            Covered::default()
        );
    }

    #[test]
    fn what_a_reviewing_officer_is_told_stays_in_their_own_line() {
        let mut all = organisation();
        all.apply_person(Person {
            manager_id: Some("ivy".into()),
            ..person("ira", "Ira Day")
        });
        all.apply_person(person("ivy", "Ivy Oak"));
        let mut around = Around::from(holder("sam"));
        let seats = [Seat::Worker, Seat::Reviewer];
        let sam = ("sam", Standing::Own);
        let nobody_there = list(&[sam.clone(), ("ann", Standing::EmptySeat)]);
        assert_eq!(names(covered(&all, &around, &seats)), nobody_there);
        around.reviewer = Some("ira".into());
        let own = list(&[sam.clone(), ("ira", Standing::Own)]);
        assert_eq!(names(covered(&all, &around, &seats)), own);
        away(&mut all, "ira");
        let above = list(&[sam.clone(), ("ivy", Standing::For("ira".into()))]);
        assert_eq!(names(covered(&all, &around, &seats)), above);
        away(&mut all, "ivy");
        assert_eq!(
            names(covered(&all, &around, &seats)),
            list(&[sam]),
            "it does not leave that line"
        );
    }

    proptest! {
        #[test]
        fn everybody_told_can_be_reached_and_is_told_once(
            absent in prop::collection::vec(prop::sample::select(vec!["sam", "kit", "dee", "ann", "max"]), 0..5),
            worker in prop::option::of(prop::sample::select(vec!["sam", "kit", "dee", "nobody"])),
            team in prop::option::of(prop::sample::select(vec!["north", "service", "gone"])),
        ) {
            let mut all = organisation();
            for id in absent {
                away(&mut all, id);
            }
            let holder = Holder { worker: worker.map(Into::into), team: team.map(Into::into), ..Holder::default() };
            let covered = super::tests::covered(&all, &holder.into(), &BOTH);
            let mut seen = std::collections::BTreeSet::new();
            for to in &covered.told {
                prop_assert!(seen.insert(to.who.clone()));
                if let Who::Person(id) = &to.who {
                    prop_assert!(all.person(id).unwrap().is_reachable(TODAY));
                }
            }
            let people = covered.told.iter().filter(|a| matches!(a.who, Who::Person(_))).count();
            prop_assert_eq!(covered.nobody, people == 0);
        }
    }
}
