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

#[cfg(test)]
mod tests {
    use contracts::{TokenKey, ids};

    use super::*;

    fn envelope(child: &str, revision: u64) -> Envelope {
        let mut chronology = crate::domain::testing::chronology(Vec::new());
        chronology.child = child.into();
        chronology.revision = revision;
        let token = TokenKey::new([1; 32]).child(&chronology.authority, &chronology.child);
        let id = ids::computed("test", &[child, &revision.to_string()]);
        let now = jiff::Timestamp::UNIX_EPOCH;
        Envelope::new(
            id,
            "intake",
            &chronology.authority,
            &token,
            now,
            &chronology,
        )
    }

    #[test]
    fn of_several_in_a_batch_the_newest_of_each_child_is_kept() {
        let batch = [("1", 1), ("1", 3), ("2", 1), ("1", 2)].map(|(child, r)| envelope(child, r));
        let newest = newest(&batch).unwrap();
        let kept: Vec<_> = newest
            .values()
            .flatten()
            .map(|(child, c)| (child.as_str(), c.revision))
            .collect();
        assert_eq!(kept, [("1", 3), ("2", 1)]);
    }
}
