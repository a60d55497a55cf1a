//! What may go to one person or mailbox now, as one message.

use std::collections::BTreeMap;

use contracts::{message::Message, notice::StepState};
use uuid::Uuid;

use super::{
    child::Child,
    matter::Matter,
    notice::{Notice, Who},
    scene::Scene,
    stages::{self, Ready},
    trace,
};

/// A matter with the child it is about.
#[derive(Clone, Debug)]
pub struct About {
    pub matter: Matter,
    pub child: Child,
}

#[derive(Clone, Debug, Default)]
pub struct Gathered {
    pub message: Option<Message>,
    /// Obligations whose allocation no longer agrees with the step: to be routed again, nothing of them is sent.
    pub stale: Vec<Uuid>,
    /// By obligation.
    pub trace: Vec<(Uuid, trace::Verdict)>,
}

/// Gathers what is ready of `notices`, all of them `who`'s. Who is told is asked once more: a matter that closed or moved
/// to somebody else since it was routed is left out.
pub fn gather(
    scene: &Scene<'_>,
    who: &Who,
    about: &BTreeMap<Uuid, About>,
    notices: &mut [Notice],
) -> Gathered {
    let mut gathered = Gathered::default();
    let mut ready = Vec::new();
    let mut taken = Vec::new();
    for (n, notice) in notices.iter_mut().enumerate() {
        let due = |s: &super::notice::StepRow| {
            s.is_waiting() && s.not_before.is_some_and(|at| at <= scene.now)
        };
        let Some(step) = notice.steps.iter().position(due) else {
            continue;
        };
        match about
            .get(&notice.obligation)
            .and_then(|about| one(scene, who, about, notice, step))
        {
            Some(one) => {
                taken.push((n, step));
                ready.push(one);
            }
            None => gathered.stale.push(notice.obligation),
        }
    }
    gathered.message = stages::gather(scene, who, &ready);
    let Some(message) = &gathered.message else {
        gathered
            .stale
            .extend(taken.iter().map(|(n, _)| notices[*n].obligation));
        return gathered;
    };
    for (n, step) in taken {
        let notice = &mut notices[n];
        let verdict = put(scene, notice, step, message, about);
        gathered.trace.push((notice.obligation, verdict));
    }
    gathered
}

fn one<'a>(
    scene: &Scene<'a>,
    who: &Who,
    about: &'a About,
    notice: &Notice,
    step: usize,
) -> Option<Ready<'a>> {
    let About { matter, child } = about;
    let current = matter.runs()
        && matter.obligation.opening == notice.opening
        && !child.is_silent(scene.today);
    let policy = scene
        .settings
        .policies
        .of(&matter.obligation.rule.id)
        .filter(|_| current)?;
    let around = child.around(scene.today);
    let key = notice.steps[step].key.clone();
    let to = stages::told_at(scene, policy, matter, &around, key.step, who)?;
    let mut revision = notice.at_revision();
    revision.revision += 1;
    Some(Ready {
        notice: revision,
        key,
        to,
        matter,
        policy,
        child: &child.held.child,
        holder: around.holder,
        family: child.family.as_deref(),
    })
}

/// Records that a step is in a message, at the revision its line carries.
fn put(
    scene: &Scene<'_>,
    notice: &mut Notice,
    step: usize,
    message: &Message,
    about: &BTreeMap<Uuid, About>,
) -> trace::Verdict {
    notice.revision += 1;
    notice.changed = true;
    let row = &mut notice.steps[step];
    debug_assert_eq!(row.state, StepState::Pending);
    row.message = Some(message.id);
    row.leaving = false;
    row.why = None;
    row.at = scene.now;
    row.said_due = about
        .get(&notice.obligation)
        .map(|a| a.matter.obligation.due_date);
    trace::Verdict {
        notice: Some(notice.id),
        step: Some(row.key.to_string()),
        stage: "digest",
        verdict: "gathered",
        why: format!("in message {}", message.id),
    }
}

#[cfg(test)]
mod tests {
    use contracts::{
        Chronology, Entry, Fact, ObligationState, chronology::InvolvementRole,
        obligation::DeadlineEvent,
    };
    use jiff::civil::date;

    use super::*;
    use crate::domain::{
        route::route,
        testing::{Stage, TODAY, at, obligation, signal},
    };

    fn held_by(worker: &str, died: bool) -> Child {
        let involvement = Fact::Involvement {
            worker: Some(worker.into()),
            team: None,
            role: InvolvementRole::CaseHolder,
            change_reason: None,
        };
        let facts = std::iter::once(involvement).chain(died.then_some(Fact::Death));
        let day = date(2025, 1, 12);
        let entry = |fact: Fact| Entry {
            key: fact.kind().to_owned(),
            source: "test".into(),
            start: day,
            end: None,
            known_from: day,
            missing_since: None,
            fact,
        };
        Child::new(Chronology {
            authority: "aa".parse().unwrap(),
            child: "1".into(),
            revision: 1,
            authority_revision: 1,
            entries: facts.map(entry).collect(),
        })
    }

    type Change = fn(&mut About);

    /// Sam's step is ready; then the world changes before it is gathered.
    fn gathered_after(change: Change) -> (Gathered, Vec<Notice>) {
        let stage = Stage::new(at(TODAY, 8, 30));
        let scene = stage.scene();
        let (_, heard) = signal("1", DeadlineEvent::Moved, obligation("1", date(2025, 5, 7)));
        let policy = scene.settings.policies.of("en.cla.first-review");
        let (matter, _) = Matter::hear(None, &heard, policy, scene.calendar, scene.today);
        let mut about = About {
            matter,
            child: held_by("sam", false),
        };
        let mut notices = Vec::new();
        route(&scene, &about.matter, &about.child, &mut notices);
        change(&mut about);
        let all = BTreeMap::from([(about.matter.obligation.id, about)]);
        (
            gather(&scene, &Who::Person("sam".into()), &all, &mut notices),
            notices,
        )
    }

    #[test]
    fn what_is_ready_and_still_right_goes() {
        let (gathered, notices) = gathered_after(|_| {});
        let message = gathered.message.unwrap();
        assert_eq!(message.lines[0].notices, [notices[0].at_revision()]);
        assert_eq!(notices[0].steps[0].message, Some(message.id));
        assert!(gathered.stale.is_empty());
    }

    #[test]
    fn what_changed_since_it_was_routed_is_left_out_and_routed_again() {
        let changes: [(&str, Change); 4] = [
            ("somebody else holds", |a| a.child = held_by("kit", false)),
            ("the child has died", |a| a.child = held_by("sam", true)),
            ("it is recorded", |a| {
                a.matter.obligation.state = ObligationState::Met;
            }),
            ("it closed and opened again", |a| {
                a.matter.obligation.opening = 2;
            }),
        ];
        for (name, change) in changes {
            let (gathered, notices) = gathered_after(change);
            assert_eq!(gathered.message, None, "{name}");
            assert_eq!(gathered.stale, [notices[0].obligation], "{name}");
            assert!(notices[0].steps[0].is_waiting(), "{name}");
        }
    }
}
