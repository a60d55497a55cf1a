use std::collections::{BTreeMap, BTreeSet};

use ::store::Tx;
use async_trait::async_trait;
use bus::{Failure, Handler};
use contracts::{
    AuthorityCode, Envelope, Event,
    obligation::{BatchComputed, DeadlineSignal},
};
use uuid::Uuid;

use crate::store::{self, account::Tally};

/// Records each signal once and marks its obligation; counts what batches gave.
pub(crate) struct KeepSignals;

#[derive(Default)]
struct Heard {
    signals: BTreeMap<Uuid, DeadlineSignal>,
    computed: BTreeMap<u64, u64>,
}

#[async_trait]
impl Handler for KeepSignals {
    async fn handle(&self, tx: &mut Tx, batch: &[Envelope]) -> Result<(), Failure> {
        let mut heard: BTreeMap<AuthorityCode, Heard> = BTreeMap::new();
        for envelope in batch {
            if envelope.event_type == BatchComputed::TYPE {
                let event: BatchComputed = envelope.decode()?;
                heard
                    .entry(event.authority)
                    .or_default()
                    .computed
                    .insert(event.batch, event.signals);
            } else {
                let signal: DeadlineSignal = envelope.decode()?;
                heard
                    .entry(signal.authority.clone())
                    .or_default()
                    .signals
                    .insert(envelope.id, signal);
            }
        }
        for (authority, heard) in heard {
            keep(tx, &authority, heard).await?;
        }
        Ok(())
    }
}

async fn keep(tx: &mut Tx, authority: &AuthorityCode, heard: Heard) -> Result<(), Failure> {
    store::watch::lock(tx, authority).await?;
    let fresh = store::signals::record(tx, authority, &heard.signals).await?;
    let fresh: Vec<_> = heard
        .signals
        .iter()
        .filter(|(id, _)| fresh.contains(id))
        .map(|(_, s)| s)
        .collect();
    let batches: BTreeSet<u64> = fresh.iter().filter_map(|s| s.batch).collect();
    store::batches::seen(tx, authority, batches).await?;
    let obligations = fresh
        .iter()
        .map(|s| (s.obligation.id, s.child.clone()))
        .collect();
    store::matters::heard(tx, authority, obligations).await?;
    store::account::add(tx, authority, Tally::Signals, fresh.len()).await?;
    store::batches::computed(tx, authority, heard.computed).await?;
    Ok(())
}
