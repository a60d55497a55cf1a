//! Many histories in which everything goes wrong.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use bus::{Consumer, Context, Failure, Handler, Node};
use contracts::{
    Envelope,
    message::{Message, Outcome, Receipt, Receipts},
    streams::RECEIPTS,
};
use jiff::ToSpan;
use rand::{Rng, SeedableRng, rngs::StdRng};
use store::{Migrations, Tx};
use testkit::world::{Faults, Service, World};
use uuid::Uuid;

use super::stage::*;
use crate::{
    MIGRATIONS,
    channels::Channel,
    domain::{Trouble, Verdict, lines::notices},
    render::Mail,
};

/// A server that lives through everything, and remembers what it was given.
struct Server {
    chance: Mutex<StdRng>,
    bad: Mutex<bool>,
    /// How often each message was handed over, whether an answer went back or not.
    given: Mutex<HashMap<Uuid, u32>>,
}

#[async_trait]
impl Channel for Server {
    fn name(&self) -> &'static str {
        "server"
    }
    fn lanes(&self) -> usize {
        4
    }
    async fn prepare(&self, _want: usize) -> Result<(), String> {
        Ok(())
    }
    async fn send(&self, mail: &Mail) -> Verdict {
        let roll = if *self.bad.lock().unwrap() {
            self.chance.lock().unwrap().random_range(0..100)
        } else {
            99
        };
        let reason = "x".to_owned();
        let (given, verdict) = match roll {
            0..8 => (false, later()),
            8..16 => (
                false,
                Verdict::Retry {
                    reason,
                    trouble: Trouble::Channel,
                },
            ),
            16..20 => (false, Verdict::Refused { reason }),
            20..24 => (true, Verdict::InDoubt { reason }),
            24..28 => (false, Verdict::InDoubt { reason }),
            _ => (true, Verdict::Sent),
        };
        if given {
            *self.given.lock().unwrap().entry(mail.message).or_default() += 1;
        }
        verdict
    }
}

#[derive(Default)]
struct Listener(Mutex<HashMap<(Uuid, Uuid), Receipt>>);

#[async_trait]
impl Handler for Listener {
    async fn handle(&self, _: &mut Tx, batch: &[Envelope]) -> Result<(), Failure> {
        for envelope in batch {
            let told: Receipts = envelope.decode()?;
            for receipt in told.receipts {
                let mut heard = self.0.lock().unwrap();
                let before = heard.insert((envelope.id, receipt.message), receipt.clone());
                assert!(before.is_none_or(|b| b == receipt), "one id, two receipts");
            }
        }
        Ok(())
    }
}

fn delivery(server: &Arc<Server>) -> Service {
    let (at_build, at_start, at_step) = (server.clone(), server.clone(), server.clone());
    let mut service = Service::new("delivery", MIGRATIONS, move |context: &Context| {
        crate::node(&sender(context, &at_build))
    });
    service.on_start = Arc::new(move |context| {
        let sender = sender(&context, &at_start);
        Box::pin(async move { Ok(sender.recover().await? > 0) })
    });
    service.step = Arc::new(move |context| {
        let sender = sender(&context, &at_step);
        Box::pin(async move { sender.send_once().await })
    });
    service
}

fn listening(listener: &Arc<Listener>) -> Service {
    let listener = listener.clone();
    Service::new("listener", Migrations(&[]), move |_| Node {
        consumers: vec![Consumer::new(
            "listener-receipts",
            &RECEIPTS,
            listener.clone(),
        )],
        ..Node::default()
    })
}

#[tokio::test]
async fn whatever_goes_wrong_every_message_comes_to_one_end_and_none_is_given_twice_unless_in_doubt()
 {
    let mut deaths = 0;
    for seed in 0..25 {
        let mut chance = StdRng::seed_from_u64(seed);
        let server = Arc::new(Server {
            chance: Mutex::new(StdRng::seed_from_u64(seed + 1000)),
            bad: Mutex::new(true),
            given: Mutex::default(),
        });
        let listener = Arc::new(Listener::default());
        let services = vec![delivery(&server), listening(&listener)];
        let mut world = World::new(seed, NOW.parse().unwrap(), services)
            .await
            .unwrap();
        let mut messages: Vec<Message> = Vec::new();
        let mut early = Vec::new();
        for n in 0..30_u128 {
            let own: Vec<_> = (0..chance.random_range(0..4))
                .map(|k| 1000 + n * 10 + k)
                .collect();
            let message = message(n, &own);
            for notice in own {
                match chance.random_range(0..10) {
                    // Known before the message comes.
                    0 | 1 => {
                        world.publish(stood_down(notice));
                        world.settle().await.unwrap();
                        early.push(id(notice));
                    }
                    2 => world.publish(stood_down(notice)),
                    _ => {}
                }
            }
            world.publish(gathered(&message));
            messages.push(message);
            world.run(12, Faults::MANY).await.unwrap();
            world.clock.advance(1.minute());
        }
        world.run(150, Faults::MANY).await.unwrap();
        *server.bad.lock().unwrap() = false;
        for _ in 0..8 {
            world.settle().await.unwrap();
            world.clock.advance(3.hours());
        }
        deaths += world.deaths.values().sum::<u32>();
        check(
            seed,
            &messages,
            &early,
            &server.given.lock().unwrap(),
            &listener.0.lock().unwrap(),
        );
    }
    assert!(deaths > 50, "only {deaths} deaths: the world was too kind");
}

fn check(
    seed: u64,
    messages: &[Message],
    early: &[Uuid],
    given: &HashMap<Uuid, u32>,
    receipts: &HashMap<(Uuid, Uuid), Receipt>,
) {
    for message in messages {
        let of: Vec<_> = receipts
            .values()
            .filter(|r| r.message == message.id)
            .collect();
        let doubts = of.iter().filter(|r| r.outcome == Outcome::InDoubt).count();
        let ends = of.len() - doubts;
        let given = given.get(&message.id).copied().unwrap_or(0) as usize;
        let at = format!("seed {seed}, {}: {of:?}, given {given}", message.id);
        assert_eq!(ends, 1, "{at}");
        assert!(message.must_have || doubts == 0, "{at}");
        let accepted = of.iter().any(|r| r.outcome == Outcome::Accepted);
        let unknown = |r: &&&Receipt| matches!(&r.outcome, Outcome::Failed { reason } if reason.contains("nobody knows"));
        let unknown = of.iter().filter(unknown).count();
        assert!(given <= doubts + unknown + usize::from(accepted), "{at}");
        assert!(!accepted || given > 0, "{at}");
        for receipt in of {
            let mut all: Vec<_> = receipt.told.iter().chain(&receipt.stood_down).collect();
            let mut own: Vec<_> = notices(message).map(|n| n.notice).collect();
            all.sort();
            own.sort();
            assert!(all.iter().copied().eq(&own), "{at}");
            assert!(receipt.told.iter().all(|n| !early.contains(n)), "{at}");
        }
    }
}
