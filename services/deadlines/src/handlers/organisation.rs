//! People and their supervision, as the directory publishes them: kept if newer, and who is concerned is due at once.

use std::collections::{BTreeMap, BTreeSet};

use ::store::Tx;
use async_trait::async_trait;
use bus::{Failure, Handler};
use contracts::{
    AuthorityCode, Envelope, Event, Person, StaffId, Supervision, SupervisionRecord, Team,
};

use crate::store;

pub(crate) struct KeepPeople;

#[async_trait]
impl Handler for KeepPeople {
    async fn handle(&self, tx: &mut Tx, batch: &[Envelope]) -> Result<(), Failure> {
        for (authority, news) in newest(batch)? {
            let people = store::keep_people(tx, &authority, &news.people).await?;
            let supervision = store::keep_supervision(tx, &authority, &news.supervision).await?;
            if let Some(record) = &news.record {
                store::keep_record(tx, &authority, record).await?;
            }
            let due: BTreeSet<StaffId> = people.into_iter().chain(supervision).collect();
            store::workers_at_once(tx, &authority, &due).await?;
        }
        Ok(())
    }
}

#[derive(Default)]
struct News {
    people: BTreeMap<StaffId, Person>,
    supervision: BTreeMap<StaffId, Supervision>,
    record: Option<SupervisionRecord>,
}

/// The newest of each in a batch. Teams have nothing due.
fn newest(batch: &[Envelope]) -> Result<BTreeMap<AuthorityCode, News>, Failure> {
    let mut newest: BTreeMap<AuthorityCode, News> = BTreeMap::new();
    for envelope in batch {
        match envelope.event_type.as_str() {
            Team::TYPE => {}
            Supervision::TYPE => {
                let new: Supervision = envelope.decode()?;
                let news = newest.entry(new.authority.clone()).or_default();
                let held = news.supervision.get(&new.staff_id);
                if held.is_none_or(|held| held.revision < new.revision) {
                    news.supervision.insert(new.staff_id.clone(), new);
                }
            }
            SupervisionRecord::TYPE => {
                let new: SupervisionRecord = envelope.decode()?;
                let news = newest.entry(new.authority.clone()).or_default();
                let held = news.record.as_ref();
                if held.is_none_or(|held| held.revision < new.revision) {
                    news.record = Some(new);
                }
            }
            _ => {
                let new: Person = envelope.decode()?;
                let news = newest.entry(new.authority.clone()).or_default();
                let held = news.people.get(&new.staff_id);
                if held.is_none_or(|held| held.revision < new.revision) {
                    news.people.insert(new.staff_id.clone(), new);
                }
            }
        }
    }
    Ok(newest)
}
