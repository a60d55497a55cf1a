use std::sync::Arc;

use contracts::{
    commands::{DeliveryStatus, ListMail, MailPage, ShowMail},
    message::Outcome,
};
use jiff::ToSpan;
use runtime::Clock;
use store::Db;
use testkit::servers::postgres;

use super::stage::*;
use crate::{
    MIGRATIONS,
    channels::mailbox::Mailbox,
    domain::Verdict,
    handlers::{delivery_status, mailbox},
    store::ALL,
};

async fn ask<R: contracts::commands::Request>(question: bus::Question, ask: &R) -> R::Reply {
    let answer = question.answer(serde_json::to_vec(ask).unwrap()).await;
    match serde_json::from_slice(&answer).unwrap() {
        contracts::commands::Answer::Done(reply) => reply,
        contracts::commands::Answer::Refused(why) => panic!("{why}"),
    }
}

pub(super) async fn status(sender: &Arc<crate::sender::Sender>) -> DeliveryStatus {
    let asked = contracts::commands::AskDelivery {};
    ask(delivery_status::question(sender), &asked).await
}

async fn both_engines(folder: &std::path::Path, server: &testkit::servers::Postgres) -> [Db; 2] {
    let migrations = [bus::MIGRATIONS, MIGRATIONS];
    let sqlite = Db::sqlite(&folder.join("delivery.db"), &migrations).await;
    let postgres = Db::postgres(&server.url, "delivery", 4, &migrations).await;
    [sqlite.unwrap(), postgres.unwrap()]
}

#[tokio::test]
async fn a_message_goes_from_waiting_to_its_end_on_both_engines() {
    let folder = tempfile::tempdir().unwrap();
    let server = postgres().await;
    for db in both_engines(folder.path(), &server).await {
        for statement in ALL {
            db.prepare(*statement).await.unwrap();
        }
        from_waiting_to_its_end(context(db, Clock::manual(NOW.parse().unwrap()))).await;
    }
}

async fn from_waiting_to_its_end(context: bus::Context) {
    let channel = Fake::answering([later()]);
    let sender = sender(&context, &channel);
    let mut immediate = message(3, &[30]);
    immediate.kind = contracts::message::MessageKind::Immediate;
    let events = [
        gathered(&message(1, &[10, 11])),
        gathered(&message(2, &[20])),
        gathered(&immediate),
        stood_down(11),
        stood_down(20),
    ];
    receive(&context, &events).await;
    assert_eq!(status(&sender).await.waiting, 3);
    assert!(sender.send_once().await.unwrap());
    let sent = channel.sent();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].message, id(3), "hours go before days");
    assert!(sent[1].text.contains("child-10") && !sent[1].text.contains("child-11"));
    assert!(
        !sender.send_once().await.unwrap(),
        "nothing before its time"
    );
    context.clock.advance(1.hour());
    assert!(sender.send_once().await.unwrap());
    assert!(!sender.send_once().await.unwrap());
    let told = receipts(&context).await;
    assert_eq!(told.len(), 3);
    let of = |n| told.iter().find(|r| r.message == id(n)).unwrap();
    assert_eq!(of(1).outcome, Outcome::Accepted);
    let (kept, left_out) = (of(1).told.clone(), of(1).stood_down.clone());
    assert_eq!((kept, left_out), (vec![id(10)], vec![id(11)]));
    assert_eq!(of(2).outcome, Outcome::StoodDown);
    assert_eq!((of(2).attempt, of(2).stood_down.clone()), (0, vec![id(20)]));
    let third = (of(3).outcome.clone(), of(3).attempt);
    assert_eq!(third, (Outcome::Accepted, 2));
    let stands = status(&sender).await;
    let ends = (
        stands.accepted,
        stands.stood_down,
        stands.failed,
        stands.waiting,
    );
    assert_eq!(ends, (2, 1, 0, 0));
    receive(&context, &events).await;
    assert!(
        !sender.send_once().await.unwrap(),
        "a known message changes nothing"
    );
}

#[tokio::test]
async fn unlisted_notices_are_told_too_and_keep_a_message_alive() {
    let context = still().await;
    let channel = Fake::answering([]);
    let mut both = message(1, &[10]);
    both.unlisted = message(1, &[11, 12]).lines.remove(0).notices;
    receive(&context, &[stood_down(10), gathered(&both)]).await;
    sender(&context, &channel).send_once().await.unwrap();
    assert!(channel.sent()[0].text.contains("And 1 more on your page."));
    assert_eq!(receipts(&context).await[0].told, [id(11)]);
}

#[tokio::test]
async fn a_message_with_nothing_to_stand_down_is_sent() {
    let context = still().await;
    let channel = Fake::answering([]);
    receive(&context, &[gathered(&message(1, &[]))]).await;
    sender(&context, &channel).send_once().await.unwrap();
    assert_eq!(outcomes(&context).await, [(id(1), Outcome::Accepted)]);
}

#[tokio::test]
async fn the_mailbox_keeps_mails_with_their_receipts_and_shows_them_newest_first() {
    let context = still().await;
    let sender = sender(&context, &Arc::new(Mailbox));
    for n in 1..=5 {
        receive(&context, &[gathered(&message(n, &[n * 10]))]).await;
        sender.send_once().await.unwrap();
    }
    assert_eq!(receipts(&context).await.len(), 5);
    let page = async |authority: Option<&str>, after| -> MailPage {
        let list = ListMail {
            authority: authority.map(|a| a.parse().unwrap()),
            after,
            limit: 2,
        };
        ask(mailbox::list(&context.db), &list).await
    };
    let mut to = Vec::new();
    let mut after = None;
    loop {
        let page = page(Some("west"), after).await;
        assert_eq!(page.total, 5);
        to.extend(page.mails.into_iter().map(|m| m.to));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let newest_first: Vec<_> = (1..=5)
        .rev()
        .map(|n| format!("worker-{n}@west.example"))
        .collect();
    assert_eq!(to, newest_first);
    assert_eq!(page(Some("east"), None).await.total, 0);
    assert_eq!(page(None, None).await.mails.len(), 2);
    let mail = ask(mailbox::show(&context.db), &ShowMail { message: id(4) }).await;
    assert_eq!(mail.message_id, format!("<{}@localhost>", id(4)));
    assert!(mail.text.contains("child-40") && mail.html.contains("child-40"));
    let missing = serde_json::to_vec(&ShowMail { message: id(99) }).unwrap();
    let answer = mailbox::show(&context.db).answer(missing).await;
    assert!(
        String::from_utf8(answer)
            .unwrap()
            .contains("not in the mailbox")
    );
}

#[tokio::test]
async fn a_message_that_is_refused_or_tried_too_often_fails_and_is_shown() {
    let context = still().await;
    let refused = Verdict::Refused {
        reason: "550 no such user".into(),
    };
    let channel = Fake::answering([later(), refused, later(), later()]);
    let sender = sender(&context, &channel);
    receive(
        &context,
        &[gathered(&message(1, &[10])), gathered(&message(2, &[20]))],
    )
    .await;
    for _ in 0..6 {
        sender.send_once().await.unwrap();
        context.clock.advance(2.hours());
    }
    let stands = status(&sender).await;
    assert_eq!(
        (stands.failed, stands.waiting, stands.shown.len()),
        (2, 0, 2)
    );
    assert_eq!(channel.sent().len(), 4);
    let reasons: Vec<_> = stands.shown.iter().map(|s| s.what.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "Not delivered: tried 3 times, the last time: 450 later.",
            "Not delivered: 550 no such user."
        ]
    );
    let ids: std::collections::HashSet<_> = channel
        .sent()
        .iter()
        .map(|m| m.message_id.clone())
        .collect();
    assert_eq!(ids.len(), 2, "the Message-ID is the same at every try");
}
