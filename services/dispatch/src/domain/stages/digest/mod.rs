//! Gather: what is ready for one person becomes one message, late first, siblings on one line.

mod closing;
mod lines;

use contracts::{
    ChildId,
    chronology::Holder,
    ids,
    message::{Message, MessageKind, MessageLine, NoticeRevision, Recipient},
};
use uuid::Uuid;

use super::{Addressed, Standing};
use crate::domain::{
    matter::Matter,
    policy::{self, Cadence, Policy, Seat},
    scene::Scene,
    step::{Step, StepKey},
    words::{self, Counts, Noun, Topic},
};

/// A step that may go now, with what its line needs.
#[derive(Clone, Debug)]
pub struct Ready<'a> {
    /// As it is once the message is recorded.
    pub notice: NoticeRevision,
    pub key: StepKey,
    pub to: Addressed,
    pub matter: &'a Matter,
    pub policy: &'a Policy,
    pub child: &'a ChildId,
    pub holder: Holder,
    /// Siblings share it.
    pub family: Option<&'a str>,
}

impl Ready<'_> {
    fn is_late(&self, scene: &Scene<'_>) -> bool {
        self.key.step.is_late() || policy::is_late(&self.matter.obligation, scene.today)
    }

    /// Nothing is due.
    fn is_found(&self) -> bool {
        self.matter.obligation.found.is_some()
    }

    pub fn cadence(&self) -> Cadence {
        let limit = self.matter.obligation.rule.limit;
        self.policy.cadence(self.key.step, limit)
    }

    fn must_have(&self) -> bool {
        let rung = self.policy.rung(self.key.step, &self.matter.obligation);
        rung.must_have
    }

    /// Theirs to do or to hold themselves, and not as somebody's manager.
    fn is_own(&self) -> bool {
        let own = matches!(
            self.to.seat,
            Seat::Worker | Seat::Recorder | Seat::Reviewer | Seat::ConferenceChair
        );
        own && self.to.standing == Standing::Own
    }
}

/// One message; a person's lines say which, a mailbox learns how many.
pub fn digest(scene: &Scene<'_>, recipient: Recipient, ready: &[Ready<'_>]) -> Message {
    let kind = kind(ready);
    let noun = noun(ready);
    let late = ready.iter().filter(|r| r.is_late(scene)).count();
    let found = ready.iter().filter(|r| r.is_found()).count();
    let counts = Counts {
        coming: ready.len() - late - found,
        late,
        found,
    };
    let own = ready.iter().any(Ready::is_own);
    let topic = topic(kind, ready);
    let (title, intro, (lines, unlisted), closing) = match &recipient {
        Recipient::Person { .. } => {
            let (lines, unlisted) = lines::lines(scene, ready);
            let closing = closing::closing(scene, ready, own);
            (
                words::title(topic, own, &noun, counts),
                words::intro(topic, own),
                (lines, unlisted),
                closing,
            )
        }
        Recipient::TeamMailbox { name, .. } => {
            let lines = lines::count(scene, ready, &noun, counts);
            let closing = vec![words::count::NEXT.to_owned()];
            (
                words::count::title(name, &noun, counts),
                words::count::INTRO.to_owned(),
                (lines, vec![]),
                closing,
            )
        }
    };
    Message {
        id: id(scene, &recipient, kind, ready),
        authority: scene.authority.authority.clone(),
        authority_name: scene.authority.name.clone(),
        recipient,
        kind,
        must_have: ready.iter().any(Ready::must_have),
        title,
        intro,
        lines,
        unlisted,
        closing,
        data_as_at: data_as_at(scene, ready),
        gathered_at: scene.now,
        synthetic: scene.authority.synthetic,
        pinned: scene.authority.clock.stands_still(),
    }
}

/// One mail a morning: with a baseline in it, it is the summary.
fn kind(ready: &[Ready<'_>]) -> MessageKind {
    if ready.iter().any(|r| r.key.step == Step::Baseline) {
        MessageKind::Baseline
    } else if ready.iter().all(|r| r.cadence() == Cadence::Immediate) {
        MessageKind::Immediate
    } else {
        MessageKind::Digest
    }
}

/// What all of it is about, if it is about one thing.
fn topic(kind: MessageKind, ready: &[Ready<'_>]) -> Topic {
    let all = |of: fn(Step) -> bool| ready.iter().all(|r| of(r.key.step));
    match kind {
        MessageKind::Baseline => Topic::Baseline,
        _ if all(|s| matches!(s, Step::Handover(_))) => Topic::Handover,
        _ if all(|s| matches!(s, Step::Unheld(_))) => Topic::Unheld,
        MessageKind::Immediate => Topic::Immediate,
        MessageKind::Digest if all(|s| s == Step::Raised) && !ready.iter().any(Ready::is_found) => {
            Topic::New
        }
        MessageKind::Digest => Topic::Day,
    }
}

/// Of what is due; what is only to be looked at is counted without a name.
fn noun(ready: &[Ready<'_>]) -> Noun {
    let due = ready.iter().filter(|r| !r.is_found());
    let mut nouns = due.map(|r| Noun {
        one: r.policy.one.clone(),
        many: r.policy.many.clone(),
    });
    let first = nouns.next().unwrap_or_else(Noun::mixed);
    if nouns.all(|n| n == first) {
        first
    } else {
        Noun::mixed()
    }
}

fn data_as_at(scene: &Scene<'_>, ready: &[Ready<'_>]) -> jiff::civil::Date {
    let said = ready.iter().map(|r| r.matter.data_as_at).max();
    scene.data_as_at().or(said).unwrap_or(scene.today)
}

/// The same steps of the same notices give the same id, so gathering them twice is gathering them once; a notice that
/// changed in between has another revision.
fn id(scene: &Scene<'_>, recipient: &Recipient, kind: MessageKind, ready: &[Ready<'_>]) -> Uuid {
    let mut causes: Vec<String> = ready
        .iter()
        .map(|r| format!("{} {} {}", r.notice.notice, r.notice.revision, r.key))
        .collect();
    causes.sort_unstable();
    let mut parts = vec![scene.authority.authority.as_str(), recipient.email()];
    let kind = format!("{kind:?}");
    parts.push(&kind);
    parts.extend(causes.iter().map(String::as_str));
    ids::computed("message", &parts)
}

#[cfg(test)]
mod tests;
