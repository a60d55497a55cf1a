use std::collections::{BTreeMap, BTreeSet};

use ::store::{Tx, Value};
use bus::{Failure, outbox};
use contracts::{ChildId, Envelope, Event, message::Message};
use uuid::Uuid;

use crate::{
    desk::{Desk, Place},
    domain::{
        gather::{About, gather as gather_one},
        notice::Notice,
        scene::Scene,
        trace::{Verdict, Versions},
    },
    store::{self, decisions::Decision},
};

/// What a person may have at once, on a day with much to say.
const STEPS_A_PERSON: usize = 20;

/// Gathers what may go now to some people and mailboxes; gives how many steps it looked at.
pub(super) async fn gather(desk: &Desk, tx: &mut Tx, place: &Place) -> Result<usize, Failure> {
    let code = place.code();
    let most = (desk.batch / STEPS_A_PERSON).max(1);
    let addressees = store::notices::ready_addressees(tx, code, place.now, most).await?;
    if addressees.is_empty() {
        return Ok(0);
    }
    let ready = store::notices::ready(tx, code, place.now, addressees).await?;
    let about = about(tx, place, ready.values().flatten()).await?;
    let batches = BTreeMap::new();
    let recorded = store::children::recorded(tx, code).await?;
    let scene = place.scene(desk, &batches, recorded);
    let (mut out, mut changed, mut decisions, mut stale) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut done = 0;
    for (who, mut notices) in ready {
        done += notices.len();
        let gathered = gather_one(&scene, &who, &about, &mut notices);
        out.extend(gathered.message.as_ref().map(|m| desk.message(m)));
        decisions.extend(
            gathered
                .trace
                .into_iter()
                .filter_map(|v| decision(&scene, &about, v)),
        );
        stale.extend(gathered.stale.into_iter().map(Value::from));
        notices.retain(|n| n.changed);
        out.extend(states(desk, &scene, &about, &notices));
        changed.extend(notices);
    }
    let messages = out.iter().filter(|e| e.event_type == Message::TYPE).count();
    store::notices::save(tx, code, changed.iter()).await?;
    store::matters::due_again(tx, code, stale).await?;
    store::decisions::put(tx, code, &decisions, desk.clock.machine_now()).await?;
    outbox::put(tx, &out).await?;
    desk.metrics.gathered(messages);
    tracing::info!(authority = %code, messages, steps = changed.len(), "gathered");
    Ok(done)
}

async fn about<'n>(
    tx: &mut Tx,
    place: &Place,
    notices: impl Iterator<Item = &'n Notice> + Clone,
) -> Result<BTreeMap<Uuid, About>, Failure> {
    let obligations: BTreeSet<Uuid> = notices.clone().map(|n| n.obligation).collect();
    let children: BTreeSet<&ChildId> = notices.map(|n| &n.child).collect();
    let obligations = obligations.into_iter().map(Value::from).collect();
    let mut matters = store::matters::of(tx, place.code(), obligations).await?;
    let children = store::children::of(tx, place.code(), children).await?;
    matters.retain(|_, (child, _)| children.contains_key(child));
    let with_child = |(id, (child, matter)): (Uuid, _)| {
        (
            id,
            About {
                matter,
                child: children[&child].clone(),
            },
        )
    };
    Ok(matters.into_iter().map(with_child).collect())
}

fn states<'a>(
    desk: &'a Desk,
    scene: &'a Scene<'_>,
    about: &'a BTreeMap<Uuid, About>,
    notices: &'a [Notice],
) -> impl Iterator<Item = Envelope> + 'a {
    let state = |n: &Notice| {
        n.published(
            &scene.authority.authority,
            &about.get(&n.obligation)?.matter,
        )
    };
    notices.iter().filter_map(state).map(|n| desk.notice(&n))
}

fn decision(
    scene: &Scene<'_>,
    about: &BTreeMap<Uuid, About>,
    (obligation, verdict): (Uuid, Verdict),
) -> Option<Decision> {
    let About { matter, child } = about.get(&obligation)?;
    Some(Decision {
        child: child.held.child.clone(),
        obligation,
        verdict,
        versions: Versions::of(scene, matter, child),
    })
}
