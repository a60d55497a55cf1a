//! The stages in the order in which they run. Three shapes, each stage a pure function in its own file:
//!
//! * **fan out** (matter -> people): [`audience`], [`cover`]
//! * **gate** (person and step -> [`Verdict`]): [`duplicate`], [`brake`], [`settling_in`],
//!   [`quiet_hours`]
//! * **gather** (steps -> message): [`digest`], [`address`]

pub mod address;
pub mod audience;
pub mod brake;
pub mod cover;
pub mod digest;
pub mod duplicate;
pub mod quiet_hours;
pub mod settling_in;

use contracts::{StaffId, message::Message};
use jiff::Timestamp;

use super::{
    child::Around,
    matter::Matter,
    notice::Who,
    policy::{Policy, Seat},
    scene::Scene,
    step::Step,
};
pub use digest::Ready;

/// What a gate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Send,
    Hold { until: Until, why: String },
    Suppress { why: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    Moment(Timestamp),
    /// Its batch is let go.
    Released,
}

/// Somebody who is told, and as what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressed {
    pub who: Who,
    pub seat: Seat,
    pub standing: Standing,
}

/// Why it is this person.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// It is theirs.
    Own,
    /// It is this person's, who cannot be told now.
    For(StaffId),
    /// They answer for the team, and nobody in it holds.
    NoCaseHolder,
    /// Nobody is recorded in the seat; they manage the case-holder or the team.
    EmptySeat,
    /// A mailbox that learns how many there are: nobody holds.
    CountUnheld,
    /// A mailbox that learns how many there are: nobody at all can be told.
    CountUntold,
}

impl Standing {
    /// For the decision trace.
    pub fn reason(&self, seat: Seat) -> &'static str {
        match (self, seat) {
            (Self::Own, Seat::Worker | Seat::Recorder) => "is the case-holder",
            (Self::Own, Seat::Manager) => "manages the case-holder or the team",
            (Self::Own, Seat::Reviewer) => "is the reviewing officer",
            (Self::Own, Seat::ConferenceChair) => "chairs the conferences",
            (Self::Own, Seat::ConferenceOffice) => "answers for those who arrange conferences",
            (Self::Own, Seat::HealthOffice) => "answers for those who arrange health assessments",
            (Self::EmptySeat, _) => {
                "manages the case-holder or the team; nobody is recorded in the seat"
            }
            (Self::For(_), _) => "covers for somebody who cannot be reached",
            (Self::NoCaseHolder, _) => "answers for the team; there is no case-holder",
            (Self::CountUnheld, _) => "the team's mailbox counts what has no case-holder",
            (Self::CountUntold, _) => "the team's mailbox counts what nobody can be told about",
        }
    }
}

/// A step that asks to pass.
pub struct Candidate<'a> {
    pub matter: &'a Matter,
    pub policy: &'a Policy,
    pub step: Step,
    pub batch: Option<u64>,
    pub to: &'a Addressed,
    /// Told for somebody who had this very step themselves.
    pub owner_was_told: bool,
}

/// Fan out: whose it is, then who can be told.
pub fn fan_out(scene: &Scene<'_>, around: &Around, tell: &[Seat]) -> cover::Covered {
    let asked = audience::audience(scene, around, tell);
    cover::cover(scene, &around.holder, asked)
}

/// Whom a step of a matter concerns. What a rule found is told once and has no other step: where an authority records no
/// chair and no reviewing officer at all, it comes to the manager.
pub fn concerned(
    scene: &Scene<'_>,
    matter: &Matter,
    around: &Around,
    tell: &[Seat],
) -> cover::Covered {
    let covered = fan_out(scene, around, tell);
    let reviewing = |seat: &Seat| matches!(seat, Seat::Reviewer | Seat::ConferenceChair);
    let nobody_asked = covered.told.is_empty() && !covered.nobody;
    if nobody_asked && matter.obligation.found.is_some() && tell.iter().any(reviewing) {
        return fan_out(scene, around, &[Seat::Manager]);
    }
    covered
}

/// As what somebody is told at a step, if they are: asked again just before anything is sent.
pub fn told_at(
    scene: &Scene<'_>,
    policy: &Policy,
    matter: &Matter,
    around: &Around,
    step: Step,
    who: &Who,
) -> Option<Addressed> {
    let tell = policy.rung(step, &matter.obligation).tell;
    concerned(scene, matter, around, &tell)
        .told
        .into_iter()
        .find(|a| &a.who == who)
}

type Gate = fn(&Scene<'_>, &Candidate<'_>) -> Verdict;

/// The gates in order: the first that does not say `Send` decides.
pub const GATES: [(&str, Gate); 4] = [
    ("duplicate", duplicate::gate),
    ("brake", brake::gate),
    ("settling in", settling_in::gate),
    ("quiet hours", quiet_hours::gate),
];

/// A verdict and the stage that gave it.
pub fn gate(scene: &Scene<'_>, candidate: &Candidate<'_>) -> (&'static str, Verdict) {
    GATES
        .iter()
        .map(|(stage, gate)| (*stage, gate(scene, candidate)))
        .find(|(_, verdict)| *verdict != Verdict::Send)
        .unwrap_or(("gates", Verdict::Send))
}

/// Gather: one message of all that is ready for one person or mailbox; none when there is nowhere to send it.
pub fn gather(scene: &Scene<'_>, to: &Who, ready: &[Ready<'_>]) -> Option<Message> {
    let recipient = address::address(scene, to)?;
    (!ready.is_empty()).then(|| digest::digest(scene, recipient, ready))
}
