//! A fact told over NATS: taken in, and acknowledged after the commit. What cannot be taken in becomes a dead letter.

use ::store::Tx;
use anyhow::anyhow;
use async_trait::async_trait;
use bus::{Consumer, Failure, Handler};
use contracts::{Envelope, streams::FACTS};
use std::sync::Arc;

use crate::events::{Source, Teller, Untold};

pub(crate) fn consumer(teller: Teller) -> Consumer {
    Consumer::new("intake-facts", &FACTS, Arc::new(TakeIn(teller))).of_others()
}

struct TakeIn(Teller);

#[async_trait]
impl Handler for TakeIn {
    async fn handle(&self, tx: &mut Tx, batch: &[Envelope]) -> Result<(), Failure> {
        let subject = |event: &Envelope| event.subject.clone();
        for events in batch.chunk_by(|a, b| subject(a) == subject(b)) {
            let source = self
                .source(&events[0])
                .map_err(|why| Failure::Reject(anyhow!(why)))?;
            self.0.take_in(tx, source, events).await.map_err(failure)?;
        }
        Ok(())
    }
}

impl TakeIn {
    /// `evenkeel.<authority>.fact.<event>.<source>`: who may publish there is the broker's business.
    fn source(&self, event: &Envelope) -> Result<&Source, String> {
        let parts: Vec<_> = event.subject.split('.').collect();
        let [_, authority, _, _, name] = parts[..] else {
            return Err("its subject is not evenkeel.<authority>.fact.<event>.<source>".to_owned());
        };
        let source = self
            .0
            .sources
            .named(name)
            .filter(|s| s.authority.as_str() == authority);
        source.ok_or_else(|| {
            "no source under [intake.events.sources] has the name and the authority of its subject".to_owned()
        })
    }
}

fn failure(untold: Untold) -> Failure {
    match untold {
        Untold::Store(error) => error.into(),
        Untold::Refused(wrong) => {
            let words: Vec<_> = wrong.into_iter().map(|(_, why)| why).collect();
            Failure::Reject(anyhow!(words.join("; ")))
        }
    }
}
