use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use ::store::Tx;
use async_trait::async_trait;
use bus::{Failure, Handler};
use contracts::{
    Envelope, Event,
    message::{Message, MessageChanged},
    notice::Notice,
};
use uuid::Uuid;

/// What was published, as delivery and the dashboard would have it.
#[derive(Default)]
pub(super) struct Post {
    pub(super) messages: Vec<Message>,
    pub(super) changed: Vec<MessageChanged>,
    pub(super) notices: BTreeMap<Uuid, Notice>,
    pub(super) receipted: BTreeSet<Uuid>,
}

pub(super) struct PostRoom(pub(super) Arc<Mutex<Post>>);

#[async_trait]
impl Handler for PostRoom {
    async fn handle(&self, _tx: &mut Tx, batch: &[Envelope]) -> Result<(), Failure> {
        let mut post = self.0.lock().unwrap();
        for envelope in batch {
            match envelope.event_type.as_str() {
                Message::TYPE => {
                    let message: Message = envelope.decode()?;
                    if post.messages.iter().all(|m| m.id != message.id) {
                        post.messages.push(message);
                    }
                }
                MessageChanged::TYPE => {
                    let changed: MessageChanged = envelope.decode()?;
                    if !post.changed.contains(&changed) {
                        post.changed.push(changed);
                    }
                }
                _ => {
                    let notice: Notice = envelope.decode()?;
                    let newer = post
                        .notices
                        .get(&notice.id)
                        .is_none_or(|n| n.revision < notice.revision);
                    if newer {
                        post.notices.insert(notice.id, notice);
                    }
                }
            }
        }
        Ok(())
    }
}
