//! Recording what came: the state, the receipts, the account, and for a channel that records, the effect itself.

use std::collections::BTreeMap;

use contracts::AuthorityCode;
use store::Tx;

use super::{Done, Sender, receipt, told};
use crate::{
    domain::{Came, Decision, State, Verdict, after},
    render::Mail,
    store::{account, sending},
};

impl Sender {
    pub(super) async fn record_in(&self, tx: &mut Tx, done: &[Done]) -> store::Result<()> {
        let now = self.context.clock.machine_now();
        let mut by_authority: BTreeMap<&AuthorityCode, Vec<(&Done, Decision)>> = BTreeMap::new();
        for one in done {
            let decision = after(one.came.clone(), one.attempt.tries, &self.limits, now);
            let of = by_authority
                .entry(&one.attempt.live.message.authority)
                .or_default();
            of.push((one, decision));
        }
        let mut events = Vec::new();
        for (authority, of) in &by_authority {
            self.settle(tx, authority, of).await?;
            let receipts = of.iter().filter_map(|(one, decision)| {
                let outcome = decision.receipt.clone()?;
                let tried = one.attempt.tries.attempt;
                Some(receipt(
                    self.channel.name(),
                    &one.attempt.live,
                    outcome,
                    tried,
                    now,
                ))
            });
            events.extend(told(
                &self.context.tokens,
                authority,
                receipts.collect(),
                now,
            ));
        }
        let sent = |one: &&Done| one.came == Came::Answer(Verdict::Sent);
        let accepted: Vec<&Mail> = done
            .iter()
            .filter(sent)
            .filter_map(|one| one.mail.as_ref())
            .collect();
        if self.channel.records() && !accepted.is_empty() {
            self.channel.record(tx, &accepted).await?;
        }
        bus::outbox::put(tx, &events).await
    }

    async fn settle(
        &self,
        tx: &mut Tx,
        authority: &AuthorityCode,
        of: &[(&Done, Decision)],
    ) -> store::Result<()> {
        let now = self.context.clock.machine_now();
        let mut accepted = Vec::new();
        let mut tally = account::Tally::new();
        for (one, decision) in of {
            let message = &one.attempt.live.message;
            if let Some(ended) = counted(decision) {
                *tally.entry(ended.as_str()).or_default() += 1;
                self.metrics.came_to(ended, 1);
                let attempt = decision.attempt;
                tracing::debug!(message = %message.id, outcome = ended.as_str(), attempt, "message");
            }
            if decision.state == State::Accepted {
                accepted.push(message.id);
            } else {
                sending::settle(tx, authority, message.id, decision, now).await?;
            }
            if let Some(what) = &decision.shown {
                let recipient = message.recipient.email();
                account::show(tx, authority, message.id, recipient, what, now).await?;
            }
        }
        sending::accept(tx, authority, accepted, now).await?;
        account::add(tx, authority, tally).await
    }
}

/// What the account counts: every end, and every doubt.
fn counted(decision: &Decision) -> Option<State> {
    match &decision.receipt {
        Some(contracts::message::Outcome::InDoubt) => Some(State::InDoubt),
        Some(_) => Some(decision.state),
        None => None,
    }
}
