use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use ::store::{Tx, Value};
use async_trait::async_trait;
use bus::{Failure, Handler, outbox};
use contracts::{
    AuthorityCode, Envelope,
    message::{Receipt, Receipts},
    notice::StepState,
};
use uuid::Uuid;

use crate::{desk::Desk, domain::notice::Notice, store};

/// Puts what became of messages on the steps they carried. What was taken out before it was sent is routed again:
/// somebody may still have to be told.
pub(crate) struct Settle(pub(crate) Arc<Desk>);

#[async_trait]
impl Handler for Settle {
    async fn handle(&self, tx: &mut Tx, batch: &[Envelope]) -> Result<(), Failure> {
        let mut receipts: BTreeMap<AuthorityCode, Vec<Receipt>> = BTreeMap::new();
        for envelope in batch {
            let told: Receipts = envelope.decode()?;
            let of = receipts.entry(told.authority).or_default();
            of.extend(told.receipts);
        }
        for (authority, mut receipts) in receipts {
            receipts.sort_by_key(|r| (r.message, r.attempt));
            self.settle(tx, &authority, &receipts).await?;
        }
        Ok(())
    }
}

impl Settle {
    async fn settle(
        &self,
        tx: &mut Tx,
        code: &AuthorityCode,
        receipts: &[Receipt],
    ) -> Result<(), Failure> {
        store::watch::lock(tx, code).await?;
        let messages = receipts.iter().map(|r| Value::from(r.message)).collect();
        let carried = store::notices::carried_by(tx, code, messages).await?;
        let ids: BTreeSet<Uuid> = carried.values().flatten().copied().collect();
        let mut notices =
            store::notices::of_ids(tx, code, ids.into_iter().map(Value::from).collect()).await?;
        // Told on the authority's own day, wherever its clock stands.
        let now = self.0.landscape.now(code);
        let now = now.unwrap_or_else(|| self.0.clock.machine_now());
        for notice in &mut notices {
            apply(notice, receipts, &carried, now);
        }
        notices.retain(|n| n.changed);
        let taken_out = notices
            .iter()
            .filter(|n| n.steps.iter().any(|s| s.state == StepState::StoodDown));
        let again = taken_out.map(|n| Value::from(n.obligation)).collect();
        store::notices::save(tx, code, notices.iter()).await?;
        store::matters::due_again(tx, code, again).await?;
        self.publish(tx, code, &notices).await
    }

    async fn publish(
        &self,
        tx: &mut Tx,
        code: &AuthorityCode,
        notices: &[Notice],
    ) -> Result<(), Failure> {
        let obligations = notices.iter().map(|n| Value::from(n.obligation)).collect();
        let matters = store::matters::of(tx, code, obligations).await?;
        let state = |n: &Notice| n.published(code, &matters.get(&n.obligation)?.1);
        let out: Vec<_> = notices
            .iter()
            .filter_map(state)
            .map(|n| self.0.notice(&n))
            .collect();
        Ok(outbox::put(tx, &out).await?)
    }
}

fn apply(
    notice: &mut Notice,
    receipts: &[Receipt],
    carried: &BTreeMap<Uuid, Vec<Uuid>>,
    now: jiff::Timestamp,
) {
    for receipt in receipts {
        if carried
            .get(&receipt.message)
            .is_some_and(|by| by.contains(&notice.id))
        {
            for step in 0..notice.steps.len() {
                notice.settle(step, receipt, now);
            }
        }
    }
    if notice.changed {
        notice.revision += 1;
    }
}
