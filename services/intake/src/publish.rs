//! State messages, as they go onto the outbox.

use bus::Context;
use contracts::{
    Authority, AuthorityCode, ChildId, Chronology, Entry, Envelope, Event, SupervisionTold, Token,
    ids,
};

use crate::SERVICE;

/// An authority's whole state.
pub(crate) fn authority(context: &Context, after: &Authority) -> Envelope {
    let code = &after.authority;
    let token = context.tokens.token(code, "authority", code.as_str());
    state(context, code, &token, after.revision, after)
}

/// A child's whole chronology: its revision, and the authority's it comes with.
pub(crate) fn chronology(
    context: &Context,
    (authority, child): (&AuthorityCode, &ChildId),
    (revision, authority_revision): (u64, u64),
    entries: Vec<Entry>,
) -> Envelope {
    let chronology = Chronology {
        authority: authority.clone(),
        child: child.clone(),
        revision,
        authority_revision,
        entries,
    };
    let token = context.tokens.child(authority, child);
    state(context, authority, &token, revision, &chronology)
}

/// All that events have told of one person's supervision.
pub(crate) fn supervision(context: &Context, told: &SupervisionTold) -> Envelope {
    let token = context.tokens.person(&told.authority, &told.staff_id);
    state(context, &told.authority, &token, told.revision, told)
}

/// A state message: its id is that of its revision.
pub(crate) fn state<E: Event>(
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
