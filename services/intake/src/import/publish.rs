//! The end of an import: the authority's new state, the snapshot and its answer, recorded and published.

use std::collections::BTreeMap;

use bus::{Context, outbox};
use contracts::{
    Authority, AuthorityCode, Envelope, Event, SnapshotAccepted, Token, commands::ImportSummary,
    ids,
};
use store::Tx;

use super::{Importer, Order, compare::Compared, summary};
use crate::{
    SERVICE,
    domain::authority::{self, Accepted},
    sources::Reading,
    store as rows,
};

/// A state message: its id is that of its revision.
pub(crate) fn state_message<E: Event>(
    context: &Context,
    authority: &AuthorityCode,
    token: &Token,
    revision: u64,
    event: &E,
) -> Envelope {
    let now = context.clock.machine_now();
    let mut envelope = Envelope::new(uuid::Uuid::nil(), SERVICE, authority, token, now, event);
    envelope.id = ids::state(&envelope.subject, revision);
    envelope
}

pub(super) struct Closing<'i> {
    pub(super) importer: &'i Importer,
    pub(super) order: &'i Order,
    pub(super) reading: &'i Reading,
    pub(super) compared: Compared,
}

impl Closing<'_> {
    pub(super) async fn run(
        self,
        tx: &mut Tx,
        before: Authority,
        rows_before: BTreeMap<String, u64>,
        summary: &mut ImportSummary,
    ) -> store::Result<()> {
        let request = &self.order.request;
        let code = &request.authority;
        let at = self.importer.context.clock.machine_now();
        let accepted = Accepted {
            name: request.name.as_deref(),
            source: self.order.source.name,
            as_at: self.order.as_at,
            at,
            supplies: &self.reading.supplies,
            visits_seen_unreliable: self.reading.visits_seen_unreliable,
            synthetic: request.synthetic,
            clock: self.order.clock,
            children_new: self.compared.children_new,
            children_changed: self.compared.children_changed,
        };
        let state = authority::after(before, &accepted);
        summary::of_changes(summary, &self.compared, &state);
        let mut rows_by_table = rows_before;
        rows_by_table.extend(
            self.reading
                .tables
                .iter()
                .filter(|t| t.is_there())
                .map(|t| (t.name.to_owned(), t.rows)),
        );
        let snapshot = rows::Accepted {
            request: request.key,
            source: self.order.source.name,
            as_at: self.order.as_at,
            content: &self.reading.content,
            revision: state.revision,
            at,
            rows: &rows_by_table,
            summary,
        };
        let mut scoped = tx.authority(code);
        rows::save(&mut scoped, &state).await?;
        rows::accept(&mut scoped, &snapshot).await?;
        outbox::put(tx, &self.events(&state)).await
    }

    fn events(&self, state_after: &Authority) -> [Envelope; 2] {
        let context = &self.importer.context;
        let code = &state_after.authority;
        let token = context.tokens.token(code, "authority", code.as_str());
        let state = state_message(context, code, &token, state_after.revision, state_after);
        let total = |of: &BTreeMap<&str, u64>| of.values().sum();
        let tally = &self.compared.tally;
        let accepted = SnapshotAccepted {
            authority: code.clone(),
            source: self.order.source.name.to_owned(),
            as_at: self.order.as_at,
            revision: state_after.revision,
            children_changed: self.compared.children_changed,
            recorded: total(&tally.recorded),
            changed: total(&tally.changed),
            missing: total(&tally.missing),
            retracted: total(&tally.retracted),
            refused_rows: self.reading.refused_rows,
        };
        let id = ids::computed(
            "snapshot.accepted",
            &[code.as_str(), &state_after.revision.to_string()],
        );
        let token = context.tokens.token(code, "source", self.order.source.name);
        let accepted = Envelope::new(
            id,
            SERVICE,
            code,
            &token,
            context.clock.machine_now(),
            &accepted,
        );
        [state, accepted]
    }
}
