use ::store::Tx;
use bus::Failure;

use crate::{
    desk::{Desk, Place},
    domain::{batch::BatchState, stages::brake},
    store,
};

/// Decides about snapshots whose every signal has come: told, or held by the brake. Gives how many.
pub(super) async fn release(desk: &Desk, tx: &mut Tx, place: &Place) -> Result<usize, Failure> {
    let code = place.code();
    let complete = store::batches::complete(tx, code).await?;
    for batch in &complete {
        let people = store::batches::people(tx, code, *batch).await?;
        let earlier = store::batches::earlier(tx, code, desk.usual_batches).await?;
        let weighed = brake::weigh(people, &earlier, desk.limits);
        store::batches::decide(tx, code, *batch, weighed).await?;
        store::matters::due_by_batch(tx, code, *batch).await?;
        if weighed.state == BatchState::Held {
            tracing::warn!(authority = %code, batch, people, usual = weighed.usual, "a snapshot is held by the brake");
        } else {
            tracing::info!(authority = %code, batch, people, "a snapshot may be told");
        }
    }
    Ok(complete.len())
}
