//! Services that answer as the real ones would.

use std::sync::Arc;

use bus::{Node, Question};
use contracts::{
    commands::{
        Account, AskAccount, AskDelivery, DeliveryStatus, DeliveryTrouble, HeldBatch, HeldBatches,
        ListHeld, ListMail, ListRules, Mail, MailHeader, MailPage, ReleaseBatch, Released,
        RuleReport, ShowMail,
    },
    ids,
};
use uuid::Uuid;

use crate::domain::{
    fixture::{NOW, code},
    rules::tests::status,
};

pub(super) fn mail_id() -> Uuid {
    ids::computed("mail", &["1"])
}

fn header_of(id: Uuid) -> MailHeader {
    MailHeader {
        message: id,
        authority: code(),
        to: "Amira Khan <w1@westshire.example>".into(),
        subject: "2 matters for today, Tue 6 May".into(),
        gathered_at: NOW.parse().unwrap(),
        at: NOW.parse().unwrap(),
    }
}

pub(super) fn delivery() -> Node {
    let list = Question::new(|_: ListMail| async {
        Ok(MailPage {
            mails: vec![header_of(mail_id())],
            total: 1,
            next: None,
        })
    });
    let show = Question::new(|ask: ShowMail| async move {
        if ask.message != mail_id() {
            return Err(bus::Refusal("There is no such mail.".into()).into());
        }
        Ok(Mail {
            header: header_of(ask.message),
            message_id: format!("<{}@evenkeel>", ask.message),
            text: MAIL.into(),
            html: format!(
                "<!DOCTYPE html><html><body style=\"font-family:sans-serif;margin:1.5rem\"><p>{}</p></body></html>",
                MAIL.replace("\n\n", "</p><p>")
            ),
        })
    });
    let status = Question::new(|_: AskDelivery| async {
        Ok(DeliveryStatus {
            channel: "mailbox".into(),
            waiting: 3,
            accepted: 1204,
            failed: 1,
            stood_down: 12,
            in_doubt: 1,
            trouble: Some("mail.westshire.example:587 did not answer within 10 s".into()),
            shown: vec![DeliveryTrouble {
                message: mail_id(),
                authority: code(),
                to: "nobody@westshire.example".into(),
                what: "failed: 550 5.1.1 no such user".into(),
                at: NOW.parse().unwrap(),
            }],
        })
    });
    Node {
        questions: vec![list, show, status],
        ..Node::default()
    }
}

const MAIL: &str = "Good morning Amira,\n\nTwo things for the children you hold are due within five working days, and one is past its date and not recorded.\n\nFirst review, child-amira-a, was due Thu 1 May 2025, not recorded\n\nFirst review, child-amira-b, due Fri 9 May 2025\n\nNext, Morwenna Lowe is told on Thu 8 May.";

pub(super) fn dispatch() -> Node {
    let held = Arc::new(std::sync::Mutex::new(vec![HeldBatch {
        authority: code(),
        batch: 7,
        people: 140,
        usual: 22,
    }]));
    let list = {
        let held = held.clone();
        Question::new(move |_: ListHeld| {
            let batches = held.lock().unwrap().clone();
            async move { Ok(HeldBatches { batches }) }
        })
    };
    let release = Question::new(move |ask: ReleaseBatch| {
        let people = held
            .lock()
            .unwrap()
            .pop()
            .filter(|b| b.batch == ask.batch)
            .map(|b| b.people);
        async move {
            let people =
                people.ok_or_else(|| bus::Refusal("This batch is not held any more.".into()))?;
            Ok(Released { people })
        }
    });
    let account = Question::new(|_: AskAccount| async {
        Ok(Account {
            created: 1240,
            pending: 12,
            sent: 1204,
            suppressed: 9,
            stood_down: 14,
            failed: 1,
            signals: 1236,
            signals_answered: 1236,
            nobody: 4,
        })
    });
    Node {
        questions: vec![list, release, account],
        ..Node::default()
    }
}

pub(super) fn deadlines() -> Node {
    let rules = Question::new(|_: ListRules| async {
        let missing = "no source supplies visits: expected, cannot be confirmed here";
        let first = "First review of a child looked after";
        let rules = vec![
            status(
                "en.cla.first-review",
                first,
                true,
                "on the evidence of ssda903",
            ),
            status("en.cin.visit", "Visit to a child in need", false, missing),
            status(
                "en.cla.visit",
                "Visit to a child looked after",
                false,
                missing,
            ),
        ];
        Ok(RuleReport { rules })
    });
    Node {
        questions: vec![rules],
        ..Node::default()
    }
}
