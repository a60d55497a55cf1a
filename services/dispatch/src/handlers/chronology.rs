use std::collections::BTreeMap;

use ::store::Tx;
use async_trait::async_trait;
use bus::{Failure, Handler};
use contracts::{AuthorityCode, ChildId, Chronology, Envelope};

use crate::{domain::child::Child, store};

/// Keeps who holds each child, and has the child's matters routed again.
pub(crate) struct KeepHolders;

#[async_trait]
impl Handler for KeepHolders {
    async fn handle(&self, tx: &mut Tx, batch: &[Envelope]) -> Result<(), Failure> {
        let mut newest: BTreeMap<AuthorityCode, BTreeMap<ChildId, Chronology>> = BTreeMap::new();
        for envelope in batch {
            let chronology: Chronology = envelope.decode()?;
            let of = newest.entry(chronology.authority.clone()).or_default();
            let newer = of
                .get(&chronology.child)
                .is_none_or(|held| held.revision < chronology.revision);
            if newer {
                of.insert(chronology.child.clone(), chronology);
            }
        }
        for (authority, chronologies) in newest {
            store::watch::lock(tx, &authority).await?;
            let children = chronologies.into_values().map(Child::new).collect();
            let changed = store::children::keep(tx, &authority, children).await?;
            store::matters::due_by_child(tx, &authority, &changed).await?;
        }
        Ok(())
    }
}
