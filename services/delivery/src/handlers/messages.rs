//! `message.gathered` and `message.changed`, in whatever order they come.

use anyhow::anyhow;
use async_trait::async_trait;
use bus::{Failure, Handler};
use contracts::{
    Envelope, Event,
    message::{Message, MessageChanged},
};
use runtime::Clock;
use store::Tx;

use crate::store::messages;

pub(crate) struct Messages {
    pub(crate) clock: Clock,
}

#[async_trait]
impl Handler for Messages {
    async fn handle(&self, tx: &mut Tx, batch: &[Envelope]) -> Result<(), Failure> {
        let mut gathered = Vec::new();
        let mut changed = Vec::new();
        for envelope in batch {
            match envelope.event_type.as_str() {
                Message::TYPE => {
                    let message: Message = envelope.decode()?;
                    same_authority(envelope, &message.authority)?;
                    let body = String::from_utf8(envelope.data.clone())
                        .map_err(|e| Failure::Reject(e.into()))?;
                    gathered.push((message, body));
                }
                MessageChanged::TYPE => {
                    let change: MessageChanged = envelope.decode()?;
                    same_authority(envelope, &change.authority)?;
                    changed.push(change);
                }
                other => {
                    return Err(Failure::Reject(anyhow!(
                        "delivery does not know events of type {other}"
                    )));
                }
            }
        }
        messages::change(tx, changed).await?;
        messages::put(tx, gathered, self.clock.machine_now()).await?;
        Ok(())
    }
}

fn same_authority(envelope: &Envelope, inside: &contracts::AuthorityCode) -> Result<(), Failure> {
    if envelope.authority().as_ref() == Some(inside) {
        return Ok(());
    }
    Err(Failure::Reject(anyhow!(
        "the body is of another authority than the subject"
    )))
}
