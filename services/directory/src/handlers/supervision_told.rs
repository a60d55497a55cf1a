//! What events told of somebody's supervision, as intake passes it on: kept if newer, and put beside what files say.

use std::collections::BTreeMap;

use ::store::Tx;
use async_trait::async_trait;
use bus::{Consumer, Context, Failure, Handler, outbox};
use contracts::{AuthorityCode, Envelope, StaffId, SupervisionTold, streams::WORKFORCE};
use std::sync::Arc;

use super::{say, today};
use crate::store::{self, Whose};

pub(crate) fn consumer(context: &Context) -> Consumer {
    let take_in = TakeIn(context.clone());
    Consumer::new("directory-workforce", &WORKFORCE, Arc::new(take_in))
}

struct TakeIn(Context);

#[async_trait]
impl Handler for TakeIn {
    async fn handle(&self, tx: &mut Tx, batch: &[Envelope]) -> Result<(), Failure> {
        for (authority, told) in newest(batch)? {
            let told: Vec<_> = told.into_values().collect();
            let mut scoped = tx.authority(&authority);
            // One after the other with imports.
            store::take_turn(&mut scoped).await?;
            let kept = store::keep_supervision_told(&mut scoped, &told).await?;
            if kept.is_empty() {
                continue;
            }
            let today = today(&self.0, &authority);
            let news =
                say::supervision(&self.0, &mut scoped, &authority, Whose::Of(&kept), today).await?;
            outbox::put(tx, &news).await?;
        }
        Ok(())
    }
}

type ByAuthority = BTreeMap<AuthorityCode, BTreeMap<StaffId, SupervisionTold>>;

/// The newest of each person in a batch.
fn newest(batch: &[Envelope]) -> Result<ByAuthority, Failure> {
    let mut newest = ByAuthority::new();
    for envelope in batch {
        let told: SupervisionTold = envelope.decode()?;
        let people = newest.entry(told.authority.clone()).or_default();
        let held = people.get(&told.staff_id);
        if held.is_none_or(|held| held.revision < told.revision) {
            people.insert(told.staff_id.clone(), told);
        }
    }
    Ok(newest)
}
