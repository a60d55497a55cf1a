use std::collections::BTreeMap;

use ::store::{Tx, Value};
use bus::{Failure, outbox};
use contracts::{ChildId, Envelope, Event, message::MessageChanged, obligation::DeadlineSignal};
use uuid::Uuid;

use crate::{
    desk::{Desk, Place},
    domain::{
        child::Child,
        fold::{Folded, fold},
        matter::{Heard, Matter},
        notice::Notice,
        route::{self, Routed},
        scene::Scene,
        trace::{Verdict, Versions},
    },
    store::{self, account::Tally, decisions::Decision, matters::Claimed},
};

/// Routes some of the matters that are marked; gives how many.
pub(super) async fn route(desk: &Desk, tx: &mut Tx, place: &Place) -> Result<usize, Failure> {
    let code = place.code();
    let claimed = store::matters::claim(tx, code, desk.batch).await?;
    if claimed.is_empty() {
        return Ok(0);
    }
    let ids = || {
        claimed
            .iter()
            .map(|c| Value::from(c.obligation))
            .collect::<Vec<_>>()
    };
    let children = store::children::of(tx, code, claimed.iter().map(|c| &c.child)).await?;
    let mut notices = store::notices::of_matters(tx, code, ids()).await?;
    let mut signals = store::signals::unanswered(tx, code, ids()).await?;
    let batches = store::batches::unreleased(tx, code).await?;
    let recorded = store::children::recorded(tx, code).await?;
    let scene = place.scene(desk, &batches, recorded);
    let mut written = Written::default();
    let done = claimed.len();
    for one in claimed {
        let heard = signals.remove(&one.obligation).unwrap_or_default();
        let known = notices.remove(&one.obligation).unwrap_or_default();
        if let Some(child) = children.get(&one.child) {
            written.matter(desk, &scene, one, child, heard, known);
        }
    }
    written.write(desk, tx, place).await?;
    Ok(done)
}

/// What one transaction of routing writes.
#[derive(Default)]
struct Written {
    matters: Vec<(ChildId, Matter)>,
    notices: Vec<Notice>,
    answers: BTreeMap<&'static str, Vec<Value>>,
    decisions: Vec<Decision>,
    out: Vec<Envelope>,
}

impl Written {
    fn matter(
        &mut self,
        desk: &Desk,
        scene: &Scene<'_>,
        claimed: Claimed,
        child: &Child,
        signals: Vec<(Uuid, DeadlineSignal)>,
        mut notices: Vec<Notice>,
    ) {
        let rule = claimed
            .matter
            .as_ref()
            .map(|m| &m.obligation)
            .or(signals.first().map(|(_, s)| &s.obligation));
        let policy = rule.and_then(|o| scene.settings.policies.of(&o.rule.id));
        let Folded { matter, heard } =
            fold(claimed.matter, signals, policy, scene.calendar, scene.today);
        let Some(mut matter) = matter else { return };
        matter.allocate(&child.holder(scene.today), scene.today);
        let routed = route::route(scene, &matter, child, &mut notices);
        matter.nobody = routed.nobody;
        let versions = Versions::of(scene, &matter, child);
        let mut verdicts = self.answer(&heard, &routed);
        verdicts.extend(routed.trace);
        self.decisions
            .extend(verdicts.into_iter().map(|verdict| Decision {
                child: claimed.child.clone(),
                obligation: claimed.obligation,
                verdict,
                versions: versions.clone(),
            }));
        let code = &scene.authority.authority;
        self.out.extend(
            routed
                .fallen
                .iter()
                .map(|(notice, change)| desk.changed(code, *notice, *change)),
        );
        notices.retain(|n| n.changed);
        let published = notices.iter().filter_map(|n| n.published(code, &matter));
        self.out.extend(published.map(|n| desk.notice(&n)));
        self.notices.extend(notices);
        self.matters.push((claimed.child, matter));
    }

    /// Every signal ends answered.
    fn answer(&mut self, heard: &[(Uuid, Heard)], routed: &Routed) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        for (id, heard) in heard {
            let (answer, reason) = answered(*heard, routed);
            self.answers
                .entry(answer)
                .or_default()
                .push(Value::from(*id));
            // Of what is told the notices say why.
            verdicts.extend(reason.map(|(stage, why)| Verdict {
                notice: None,
                step: None,
                stage,
                verdict: answer,
                why,
            }));
        }
        verdicts
    }

    async fn write(self, desk: &Desk, tx: &mut Tx, place: &Place) -> Result<(), Failure> {
        let code = place.code();
        store::matters::save(tx, code, &self.matters).await?;
        let created = store::notices::save(tx, code, self.notices.iter()).await?;
        store::account::add(tx, code, Tally::Steps, created).await?;
        let answered: usize = self.answers.values().map(Vec::len).sum();
        store::signals::answer(tx, code, self.answers).await?;
        store::decisions::put(tx, code, &self.decisions, desk.clock.machine_now()).await?;
        outbox::put(tx, &self.out).await?;
        desk.metrics.taken_back(
            self.out
                .iter()
                .filter(|e| e.event_type == MessageChanged::TYPE)
                .count(),
        );
        tracing::info!(
            authority = %code,
            matters = self.matters.len(),
            signals = answered,
            notices = self.notices.len(),
            steps = created,
            "routed"
        );
        Ok(())
    }
}

/// What a signal came to, and the stage and reason of that.
fn answered(heard: Heard, routed: &Routed) -> (&'static str, Option<(&'static str, String)>) {
    let (answer, stage, why) = match (heard, &routed.silence) {
        (Heard::Superseded, _) => ("superseded", "order", "overtaken by a newer one"),
        (Heard::Closed, _) => ("closed", "order", "nothing is due any more"),
        (Heard::Already, _) => ("already", "duplicate", "it said nothing new"),
        (Heard::InForce, Some(why)) => ("policy", "policy", why.as_str()),
        (Heard::InForce, None) if routed.nobody => (
            "nobody",
            "audience",
            "nobody can be told; looked at again when that changes",
        ),
        (Heard::InForce, None) => return ("told", None),
    };
    (answer, Some((stage, why.to_owned())))
}
