//! What dispatch asks for: messages, and changes to the notices in them.

use std::collections::BTreeMap;

use contracts::{
    AuthorityCode,
    message::{Message, MessageChanged, MessageKind},
};
use jiff::{SignedDuration, Timestamp};
use store::{Insert, Result, Tx, values};
use uuid::Uuid;

use crate::domain::State;

/// Keeps messages, each with its body as it came. One that is known already changes nothing.
pub async fn put(tx: &mut Tx, messages: Vec<(Message, String)>, now: Timestamp) -> Result<()> {
    let mut by_authority: BTreeMap<AuthorityCode, Vec<_>> = BTreeMap::new();
    for (message, body) in messages {
        let of = by_authority.entry(message.authority.clone()).or_default();
        of.push((message.id, message.kind, body));
    }
    for (authority, messages) in by_authority {
        let mut bodies = Vec::with_capacity(messages.len());
        let mut rows = Vec::with_capacity(messages.len());
        for (id, kind, body) in messages {
            bodies.push(values![id, body, now]);
            let (state, first) = (State::Waiting.as_str(), first_try(kind, now));
            rows.push(values![id, state, first, 0_i64, 0_i64, "", "[]", now]);
        }
        let mut scope = tx.authority(&authority);
        scope.insert(&PUT, bodies).await?;
        scope.insert(&QUEUE, rows).await?;
    }
    Ok(())
}

/// At once; clocks of hours go before up to an hour's worth of morning mail.
fn first_try(kind: MessageKind, now: Timestamp) -> Timestamp {
    match kind {
        MessageKind::Immediate => now
            .checked_sub(SignedDuration::from_hours(1))
            .unwrap_or(now),
        MessageKind::Digest | MessageKind::Baseline => now,
    }
}

/// Keeps the newest revision of each notice, whether its message has come yet or not.
pub async fn change(tx: &mut Tx, changes: Vec<MessageChanged>) -> Result<()> {
    let mut newest: BTreeMap<AuthorityCode, BTreeMap<Uuid, u64>> = BTreeMap::new();
    for change in changes {
        let of = newest.entry(change.authority).or_default();
        let revision = of.entry(change.notice.notice).or_default();
        *revision = change.notice.revision.max(*revision);
    }
    for (authority, notices) in newest {
        let rows = notices.into_iter().map(|(n, r)| values![n, r]).collect();
        tx.authority(&authority).insert(&CHANGE, rows).await?;
    }
    Ok(())
}

pub(super) const PUT: Insert = Insert {
    name: "message.put",
    into: "message (authority, message, body, received_at)",
    columns: 4,
    then: "ON CONFLICT (authority, message) DO NOTHING",
};
pub(super) const QUEUE: Insert = Insert {
    name: "sending.queue",
    into: "sending (authority, message, state, next_at, attempt, lost, channel, stood_down, at)",
    columns: 9,
    then: "ON CONFLICT (authority, message) DO NOTHING",
};
pub(super) const CHANGE: Insert = Insert {
    name: "change.put",
    into: "change (authority, notice, revision)",
    columns: 3,
    then: "ON CONFLICT (authority, notice) DO UPDATE SET revision = excluded.revision \
           WHERE excluded.revision > change.revision",
};
