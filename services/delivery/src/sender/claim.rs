//! Recording an attempt: what still holds is worked out in the same transaction, so that nothing stood down before it
//! is ever told.

use std::collections::BTreeMap;

use contracts::{AuthorityCode, message::Outcome};
use store::Tx;

use super::{Attempt, Sender, receipt, told};
use crate::{
    domain::{
        State, Tries,
        lines::{Changed, live, notices},
    },
    store::{
        account,
        sending::{self, Held},
    },
};

#[derive(Debug, Default)]
pub struct Claimed {
    pub attempts: Vec<Attempt>,
    /// Messages of which nothing was left to tell.
    pub stood_down: usize,
    /// As many were ready as were asked for: there may be more.
    pub more: bool,
}

impl Sender {
    pub(super) async fn claim_in(&self, tx: &mut Tx, most: usize) -> store::Result<Claimed> {
        let now = self.context.clock.machine_now();
        let ready = sending::ready(tx, now, most).await?;
        let mut claimed = Claimed {
            more: ready.len() == most,
            ..Claimed::default()
        };
        let mut by_authority: BTreeMap<AuthorityCode, Vec<Held>> = BTreeMap::new();
        for held in ready {
            let of = by_authority
                .entry(held.message.authority.clone())
                .or_default();
            of.push(held);
        }
        for (authority, held) in by_authority {
            let all = held.iter().flat_map(|h| notices(&h.message));
            let all = all.map(|n| n.notice).collect();
            let changed = sending::changed(tx, &authority, all).await?;
            let (dead, alive) = split(held, &changed);
            claimed.stood_down += dead.len();
            self.stand_down(tx, &authority, dead).await?;
            let ids: Vec<_> = alive.iter().map(|a| a.tries.message).collect();
            let parts: BTreeMap<_, _> = alive
                .iter()
                .filter(|a| !a.live.stood_down.is_empty())
                .map(|a| (a.tries.message, a.live.stood_down.clone()))
                .collect();
            let channel = self.channel.name();
            sending::attempt(tx, &authority, &ids, &parts, channel, now).await?;
            claimed.attempts.extend(alive);
        }
        Ok(claimed)
    }

    /// Messages of which nothing holds any more: never attempted, and told so.
    async fn stand_down(
        &self,
        tx: &mut Tx,
        authority: &AuthorityCode,
        dead: Vec<Attempt>,
    ) -> store::Result<()> {
        if dead.is_empty() {
            return Ok(());
        }
        let now = self.context.clock.machine_now();
        let ids = dead.iter().map(|d| d.tries.message).collect();
        sending::stand_down(tx, authority, ids, now).await?;
        let tally = [(State::StoodDown.as_str(), dead.len() as u64)].into();
        account::add(tx, authority, tally).await?;
        let channel = self.channel.name();
        let receipts = dead
            .iter()
            .map(|d| {
                let tried = d.tries.attempt - 1;
                receipt(channel, &d.live, Outcome::StoodDown, tried, now)
            })
            .collect();
        self.metrics.came_to(State::StoodDown, dead.len());
        let event = told(&self.context.tokens, authority, receipts, now);
        bus::outbox::put(tx, event.as_slice()).await
    }
}

/// Those of which nothing is left to tell, and those of which something is.
fn split(held: Vec<Held>, changed: &Changed) -> (Vec<Attempt>, Vec<Attempt>) {
    let attempt = |held: Held| Attempt {
        tries: Tries {
            message: held.message.id,
            must_have: held.message.must_have,
            attempt: held.attempt + 1,
            lost: held.lost,
        },
        live: live(held.message, changed),
    };
    held.into_iter()
        .map(attempt)
        .partition(|a| a.live.is_empty())
}
