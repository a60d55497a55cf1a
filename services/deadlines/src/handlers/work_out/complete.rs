//! The word that a snapshot is complete.

use ::store::Tx;
use bus::{Failure, outbox};
use contracts::{Authority, Envelope, ids, obligation::BatchComputed};
use tracing::info;

use super::WorkOut;
use crate::{
    domain::{decide::Established, running::Running},
    engine::Place,
    store::{self, Progress},
};

impl WorkOut {
    /// When every chronology of the authority's revision has been read and worked out: first sight is over, and the
    /// batches up to it are complete.
    pub(super) async fn reconcile(
        &self,
        tx: &mut Tx,
        place: &Place,
        held: &Progress,
        running: &Running<'_>,
    ) -> Result<usize, Failure> {
        let Place {
            authority, today, ..
        } = place;
        let code = &authority.authority;
        if held.reconciled >= authority.revision
            || store::waits(tx, code, *today).await?
            || store::sums(tx, code).await? != (authority.children, authority.revision_sum)
        {
            return Ok(0);
        }
        let Established(pairs) = running.pairs(authority);
        store::establish(tx, code, &pairs).await?;
        let batches = store::complete_batches(tx, code, authority.revision).await?;
        let complete: Vec<Envelope> = batches
            .iter()
            .map(|(batch, signals)| self.complete(authority, *batch, *signals))
            .collect();
        outbox::put(tx, &complete).await?;
        let progress = Progress {
            revision: authority.revision,
            reconciled: authority.revision,
            ..held.clone()
        };
        store::record(tx, code, &progress).await?;
        info!(authority = %code, revision = authority.revision, batches = batches.len(), "every child is worked out");
        Ok(1)
    }

    fn complete(&self, authority: &Authority, batch: u64, signals: u64) -> Envelope {
        let code = &authority.authority;
        let (number, count) = (batch.to_string(), signals.to_string());
        let id = ids::computed("batch", &[code.as_str(), &number, &count]);
        let token = self.engine.tokens.token(code, "batch", &number);
        let event = BatchComputed {
            authority: code.clone(),
            batch,
            signals,
        };
        self.engine.envelope(id, code, &token, &event)
    }
}
