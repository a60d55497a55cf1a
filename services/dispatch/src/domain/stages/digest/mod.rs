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
    policy::{Cadence, Policy, Seat},
    scene::Scene,
    step::{Step, StepKey},
    words::{self, Counts, Noun},
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
        self.key.step == Step::Overdue || self.matter.obligation.due_date < scene.today
    }

    pub fn cadence(&self) -> Cadence {
        self.policy.cadence(self.matter.obligation.rule.limit)
    }
}

/// One message; a person's lines say which, a mailbox learns how many.
pub fn digest(scene: &Scene<'_>, recipient: Recipient, ready: &[Ready<'_>]) -> Message {
    let kind = kind(ready);
    let noun = noun(ready);
    let late = ready.iter().filter(|r| r.is_late(scene)).count();
    let counts = Counts {
        coming: ready.len() - late,
        late,
    };
    let own = ready
        .iter()
        .any(|r| r.to.seat == Seat::Worker && r.to.standing == Standing::Own);
    let (title, intro, (lines, unlisted), closing) = match &recipient {
        Recipient::Person { .. } => {
            let (lines, unlisted) = lines::lines(scene, ready);
            let closing = closing::closing(scene, ready, own);
            (
                words::title(kind, own, &noun, counts),
                words::intro(kind, own),
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
        must_have: ready.iter().any(|r| r.policy.rung(r.key.step).must_have),
        title,
        intro,
        lines,
        unlisted,
        closing,
        data_as_at: data_as_at(scene, ready),
        gathered_at: scene.now,
        synthetic: scene.authority.synthetic,
        pinned: scene.is_pinned(),
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

fn noun(ready: &[Ready<'_>]) -> Noun {
    let mut nouns = ready.iter().map(|r| Noun {
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
