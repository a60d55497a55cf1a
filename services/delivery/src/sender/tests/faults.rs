use bus::CrashPoints;
use contracts::message::Outcome;
use jiff::ToSpan;

use super::{flow::status, stage::*};
use crate::{
    channels::mailbox::Mailbox,
    domain::{Trouble, Verdict},
};

#[tokio::test]
async fn after_a_crash_must_have_mail_is_sent_again_and_other_mail_is_not() {
    for (point, handed_over) in [
        ("send.after-claim", 0),
        ("send.after-send", 2),
        ("send.before-record-commit", 2),
    ] {
        let mut context = still().await;
        let channel = Fake::answering([]);
        receive(
            &context,
            &[
                gathered(&message(1, &[10])),
                gathered(&message(2, &[20, 21])),
                stood_down(21),
            ],
        )
        .await;
        context.crash = CrashPoints::new(move |at| at == point);
        assert!(sender(&context, &channel).send_once().await.is_err());
        assert_eq!(channel.sent().len(), handed_over, "{point}");
        context.crash = CrashPoints::default();
        // What changes after the attempt was part of the attempt all the same.
        receive(&context, &[stood_down(20)]).await;
        let again = sender(&context, &channel);
        assert_eq!(again.recover().await.unwrap(), 2);
        assert_eq!(again.recover().await.unwrap(), 0, "once");
        let told = receipts(&context).await;
        assert!(told.iter().all(|r| matches!(
            r.outcome,
            Outcome::InDoubt | Outcome::Failed { .. }
        ) && r.attempt == 1));
        let second = told.iter().find(|r| r.message == id(2)).unwrap();
        assert_eq!(
            (second.told.clone(), second.stood_down.clone()),
            (vec![id(20)], vec![id(21)])
        );
        let stands = status(&again).await;
        assert_eq!(
            (stands.in_doubt, stands.waiting, stands.shown.len()),
            (2, 1, 2)
        );
        context.clock.advance(1.hour());
        again.send_once().await.unwrap();
        let ends = outcomes(&context).await;
        assert_eq!(
            ends.last().unwrap(),
            &(id(2), Outcome::StoodDown),
            "its last line fell away since"
        );
        assert_eq!(channel.sent().len(), handed_over);
    }
}

#[tokio::test]
async fn a_crash_before_the_attempt_is_on_record_leaves_nothing_in_doubt() {
    let mut context = still().await;
    let channel = Fake::answering([]);
    receive(&context, &[gathered(&message(1, &[10]))]).await;
    context.crash = CrashPoints::new(|at| at == "send.before-claim-commit");
    assert!(sender(&context, &channel).send_once().await.is_err());
    context.crash = CrashPoints::default();
    let again = sender(&context, &channel);
    assert_eq!(again.recover().await.unwrap(), 0);
    assert!(again.send_once().await.unwrap());
    assert_eq!(channel.sent().len(), 1);
}

#[tokio::test]
async fn the_mailbox_leaves_nothing_in_doubt() {
    let mut context = still().await;
    let mailbox = std::sync::Arc::new(Mailbox);
    receive(&context, &[gathered(&message(1, &[10]))]).await;
    context.crash = CrashPoints::new(|at| at == "send.after-send");
    assert!(sender(&context, &mailbox).send_once().await.is_err());
    context.crash = CrashPoints::default();
    let again = sender(&context, &mailbox);
    again.recover().await.unwrap();
    assert!(receipts(&context).await.is_empty());
    assert!(again.send_once().await.unwrap());
    let told = receipts(&context).await;
    assert_eq!((told.len(), told[0].attempt), (1, 1));
    assert_eq!(told[0].outcome, Outcome::Accepted);
}

#[tokio::test]
async fn an_answer_that_never_came_is_a_doubt_without_a_crash() {
    let context = still().await;
    let doubt = || Verdict::InDoubt {
        reason: "the mail server closed the connection".into(),
    };
    let channel = Fake::answering([doubt(), doubt(), doubt(), doubt()]);
    let sender = sender(&context, &channel);
    receive(
        &context,
        &[gathered(&message(1, &[10])), gathered(&message(2, &[20]))],
    )
    .await;
    for _ in 0..8 {
        sender.send_once().await.unwrap();
        context.clock.advance(2.hours());
    }
    let sent: Vec<_> = channel.sent().iter().map(|m| m.message).collect();
    assert_eq!(sent.iter().filter(|m| **m == id(1)).count(), 1);
    assert_eq!(
        sent.iter().filter(|m| **m == id(2)).count(),
        3,
        "three tries are allowed here"
    );
    let stands = status(&sender).await;
    assert_eq!(
        (stands.in_doubt, stands.waiting, stands.accepted),
        (4, 0, 0)
    );
    assert!(
        stands
            .shown
            .iter()
            .all(|s| s.what.contains("It is not sent again"))
    );
}

#[tokio::test]
async fn what_ails_the_channel_is_counted_against_no_message() {
    let context = still().await;
    let trouble = || Verdict::Retry {
        reason: "the mail server mail.example:25 closed the connection".into(),
        trouble: Trouble::Channel,
    };
    let channel = Fake::answering((0..10).map(|_| trouble()));
    let sender = sender(&context, &channel);
    receive(&context, &[gathered(&message(1, &[10]))]).await;
    for _ in 0..10 {
        assert!(sender.send_once().await.unwrap());
        assert!(
            status(&sender)
                .await
                .trouble
                .unwrap()
                .contains("mail.example:25")
        );
        assert!(!sender.send_once().await.unwrap(), "it rests");
        context.clock.advance(10.minutes());
    }
    assert!(sender.send_once().await.unwrap());
    assert_eq!(status(&sender).await.trouble, None);
    let told = receipts(&context).await;
    assert_eq!((told.len(), told[0].attempt), (1, 1));
}

#[tokio::test]
async fn while_the_server_is_down_nothing_is_attempted() {
    let context = still().await;
    let channel = Fake::answering([]);
    *channel.down.lock().unwrap() = Some("nothing listens at mail.example:25".into());
    let down = sender(&context, &channel);
    receive(&context, &[gathered(&message(1, &[10]))]).await;
    assert!(!down.send_once().await.unwrap());
    assert_eq!(sender(&context, &channel).recover().await.unwrap(), 0);
    let stands = status(&down).await;
    assert_eq!(
        stands.trouble.as_deref(),
        Some("nothing listens at mail.example:25")
    );
    assert_eq!(stands.waiting, 1);
}
