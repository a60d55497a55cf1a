//! What the sender's tests share: a store, a channel that does as told, and messages.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use bus::{Bus, Context, CrashPoints, Handler, Landscape, outbox};
use contracts::{
    AuthorityCode, Envelope, Event, TokenKey,
    message::{
        LineChange, Message, MessageChanged, MessageKind, MessageLine, NoticeRevision, Outcome,
        Receipt, Receipts, Recipient,
    },
};
use jiff::{SignedDuration, Timestamp};
use runtime::{Clock, Tasks};
use serde::Deserialize;
use store::Db;
use uuid::Uuid;

use crate::{
    Config, DEFAULTS, MIGRATIONS,
    channels::Channel,
    domain::{Trouble, Verdict},
    handlers::messages::Messages,
    render::Mail,
    sender::Sender,
};

pub(super) const NOW: &str = "2025-05-07T08:00:00Z";

pub(super) fn west() -> AuthorityCode {
    "west".parse().unwrap()
}

pub(super) fn config() -> Config {
    #[derive(Deserialize)]
    struct File {
        delivery: Config,
    }
    let file: File = toml::from_str(DEFAULTS).unwrap();
    file.delivery
}

pub(super) async fn memory() -> Db {
    Db::memory(&[bus::MIGRATIONS, MIGRATIONS]).await.unwrap()
}

pub(super) fn context(db: Db, clock: Clock) -> Context {
    Context {
        service: "delivery",
        db,
        bus: Bus::absent(),
        landscape: Arc::new(Landscape::new(clock.clone())),
        tokens: TokenKey::new([1; 32]),
        clock,
        tasks: Tasks::new(),
        crash: CrashPoints::default(),
    }
}

/// A store in memory with a clock that only the test moves.
pub(super) async fn still() -> Context {
    context(memory().await, Clock::manual(NOW.parse().unwrap()))
}

pub(super) fn sender(context: &Context, channel: &Arc<impl Channel + 'static>) -> Arc<Sender> {
    let mut config = config();
    config.attempts = 3;
    Arc::new(Sender::new(context.clone(), channel.clone(), &config))
}

/// Answers as told, and with `Sent` when nothing is left to say.
#[derive(Default)]
pub(super) struct Fake {
    pub(super) answers: Mutex<VecDeque<Verdict>>,
    pub(super) sent: Mutex<Vec<Mail>>,
    pub(super) down: Mutex<Option<String>>,
}

impl Fake {
    pub(super) fn answering(answers: impl IntoIterator<Item = Verdict>) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::new(answers.into_iter().collect()),
            ..Self::default()
        })
    }

    pub(super) fn sent(&self) -> Vec<Mail> {
        self.sent.lock().unwrap().clone()
    }
}

#[async_trait]
impl Channel for Fake {
    fn name(&self) -> &'static str {
        "fake"
    }
    fn lanes(&self) -> usize {
        16
    }
    async fn prepare(&self, _want: usize) -> Result<(), String> {
        match self.down.lock().unwrap().clone() {
            Some(words) => Err(words),
            None => Ok(()),
        }
    }
    async fn send(&self, mail: &Mail) -> Verdict {
        self.sent.lock().unwrap().push(mail.clone());
        let answer = self.answers.lock().unwrap().pop_front();
        answer.unwrap_or(Verdict::Sent)
    }
}

pub(super) fn later() -> Verdict {
    Verdict::Retry {
        reason: "450 later".into(),
        trouble: Trouble::Message,
    }
}

pub(super) fn id(n: u128) -> Uuid {
    contracts::ids::computed("test", &[&n.to_string()])
}

/// Message `n` with a line for each notice given, at revision 1.
pub(super) fn message(n: u128, notices: &[u128]) -> Message {
    let line = |notice: &u128| MessageLine {
        notices: vec![NoticeRevision {
            notice: id(*notice),
            revision: 1,
        }],
        children: vec![format!("child-{notice}").as_str().into()],
        title: "First review".into(),
        due_date: "2025-05-09".parse().unwrap(),
        text: "due Fri 9 May 2025".into(),
        why: "20 working days from Wed 9 Apr 2025".into(),
        link: None,
        late: false,
        found: false,
    };
    Message {
        id: id(n),
        authority: west(),
        authority_name: "West".into(),
        recipient: Recipient::Person {
            staff_id: "S1".into(),
            name: "Ada Okafor".into(),
            email: format!("worker-{n}@west.example"),
        },
        kind: MessageKind::Digest,
        must_have: n.is_multiple_of(2),
        title: "What is due this week".into(),
        intro: "Good morning.".into(),
        lines: notices.iter().map(line).collect(),
        unlisted: vec![],
        closing: vec![],
        data_as_at: "2025-05-06".parse().unwrap(),
        gathered_at: NOW.parse().unwrap(),
        synthetic: false,
        pinned: false,
    }
}

pub(super) fn gathered(message: &Message) -> Envelope {
    envelope(message.id, message)
}

/// Notice `n` is at revision 2 now.
pub(super) fn stood_down(n: u128) -> Envelope {
    let changed = MessageChanged {
        authority: west(),
        notice: NoticeRevision {
            notice: id(n),
            revision: 2,
        },
        change: LineChange::StoodDown,
    };
    envelope(
        contracts::ids::computed("change", &[&n.to_string()]),
        &changed,
    )
}

fn envelope<E: Event>(id: Uuid, event: &E) -> Envelope {
    let token = TokenKey::new([1; 32]).token(&west(), "person", "S1");
    Envelope::new(id, "dispatch", &west(), &token, NOW.parse().unwrap(), event)
}

/// As the consumer would, each event twice.
pub(super) async fn receive(context: &Context, events: &[Envelope]) {
    let clock = context.clock.clone();
    let mut tx = context.db.begin().await.unwrap();
    let twice: Vec<_> = events.iter().chain(events).cloned().collect();
    Messages { clock }.handle(&mut tx, &twice).await.unwrap();
    tx.commit().await.unwrap();
}

/// Every receipt in the outbox, in order.
pub(super) async fn receipts(context: &Context) -> Vec<Receipt> {
    let mut tx = context.db.begin().await.unwrap();
    let far = Timestamp::from_second(4_000_000_000).unwrap();
    let rows = outbox::settle_and_claim(&mut tx, &[], 10_000, far, SignedDuration::ZERO).await;
    rows.unwrap()
        .iter()
        .flat_map(|row| row.envelope.decode::<Receipts>().unwrap().receipts)
        .collect()
}

/// Message and outcome of every receipt.
pub(super) async fn outcomes(context: &Context) -> Vec<(Uuid, Outcome)> {
    let all = receipts(context).await;
    all.into_iter().map(|r| (r.message, r.outcome)).collect()
}
