//! State messages, as they go onto the outbox.

use ::store::{Result, Scoped};
use bus::Context;
use contracts::{AuthorityCode, Envelope, Event, Token, ids};
use jiff::civil::Date;

use crate::{
    SERVICE,
    domain::{
        kind::FileKind,
        supervision::{Sources, record, said},
    },
    store::{self, Whose},
};

/// Works out the supervision of some people again, keeps what is new and gives it to be published.
pub(super) async fn supervision(
    context: &Context,
    scoped: &mut Scoped<'_>,
    authority: &AuthorityCode,
    whose: Whose<'_>,
    as_at: Date,
) -> Result<Vec<Envelope>> {
    let latest = store::latest(scoped, FileKind::Supervision).await?;
    let sources = Sources {
        file: store::supervision_rows(scoped, whose).await?,
        told: store::supervision_told(scoped, whose).await?,
        file_as_at: latest.map(|latest| latest.as_at),
    };
    let before = store::supervision_said(scoped, whose).await?;
    let people = said(authority, &sources, &before, as_at);
    let before = store::supervision_record(scoped).await?;
    let first = store::first_day_of_supervision(scoped).await?;
    let record = record(authority, before.as_ref(), first, as_at);
    store::put_supervision_said(scoped, &people, record.as_ref()).await?;
    let tokens = &context.tokens;
    let people = people.iter().map(|said| {
        let token = tokens.person(authority, &said.staff_id);
        state(context, authority, &token, said.revision, said)
    });
    let record = record.iter().map(|record| {
        let token = tokens.token(authority, "authority", authority.as_str());
        state(context, authority, &token, record.revision, record)
    });
    Ok(people.chain(record).collect())
}

pub(super) fn state<E: Event>(
    context: &Context,
    authority: &AuthorityCode,
    token: &Token,
    revision: u64,
    event: &E,
) -> Envelope {
    let time = context.clock.machine_now();
    let mut envelope = Envelope::new(uuid::Uuid::nil(), SERVICE, authority, token, time, event);
    envelope.id = ids::state(&envelope.subject, revision);
    envelope
}
