//! How delivery stands.

use std::sync::Arc;

use bus::Question;
use contracts::commands::{AskDelivery, DeliveryStatus};

use crate::{
    domain::State,
    sender::Sender,
    store::{account, sending},
};

/// So many messages in doubt or failed are shown.
const SHOWN: u32 = 50;

pub(crate) fn question(sender: &Arc<Sender>) -> Question {
    let sender = sender.clone();
    Question::new::<AskDelivery, _>(move |_| {
        let sender = sender.clone();
        async move { status(&sender).await }
    })
}

async fn status(sender: &Sender) -> anyhow::Result<DeliveryStatus> {
    let db = &sender.context.db;
    let counts = account::counts(db).await?;
    let count = |state: State| counts.get(state.as_str()).copied().unwrap_or_default();
    Ok(DeliveryStatus {
        channel: sender.channel.name().to_owned(),
        waiting: sending::waiting(db).await?,
        accepted: count(State::Accepted),
        failed: count(State::Failed),
        stood_down: count(State::StoodDown),
        in_doubt: count(State::InDoubt),
        trouble: sender.trouble(),
        shown: account::newest(db, SHOWN).await?,
    })
}
