//! A child's chronology: kept if newer, and the child is due at once.

use std::collections::BTreeMap;

use ::store::Tx;
use async_trait::async_trait;
use bus::{Failure, Handler};
use contracts::{AuthorityCode, ChildId, Chronology, Envelope};

use crate::store;

pub(crate) struct KeepChronology;

#[async_trait]
impl Handler for KeepChronology {
    async fn handle(&self, tx: &mut Tx, batch: &[Envelope]) -> Result<(), Failure> {
        for (authority, chronologies) in newest(batch)? {
            let kept = store::keep(tx, &authority, &chronologies).await?;
            let due: Vec<_> = kept
                .into_iter()
                .filter_map(|child| {
                    let after = chronologies.get(&child)?.authority_revision;
                    Some((child, after))
                })
                .collect();
            store::at_once(tx, &authority, &due).await?;
        }
        Ok(())
    }
}

type ByAuthority = BTreeMap<AuthorityCode, BTreeMap<ChildId, Chronology>>;

/// The newest of each child in a batch.
fn newest(batch: &[Envelope]) -> Result<ByAuthority, Failure> {
    let mut newest = ByAuthority::new();
    for envelope in batch {
        let chronology: Chronology = envelope.decode()?;
        let children = newest.entry(chronology.authority.clone()).or_default();
        let newer = children
            .get(&chronology.child)
            .is_none_or(|held| held.revision < chronology.revision);
        if newer {
            children.insert(chronology.child.clone(), chronology);
        }
    }
    Ok(newest)
}
